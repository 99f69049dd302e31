/* Which version a file has, and the walk from there to the current one. */
#include "store/schema.h"

#include <stdio.h>

#include "base/assert.h"

/* A later change of the schema adds its step here, and never alters one that was released. */
static const struct hb_migration migrations[] = {
    {1, hb_schema_create},           {2, hb_schema_add_servers}, {3, hb_schema_add_wires},
    {4, hb_schema_add_pins},         {5, hb_schema_add_gates},   {6, hb_schema_tell_subjects_apart},
    {7, hb_schema_add_instructions}, {8, hb_schema_add_origins}, {9, hb_schema_add_host},
};

const struct hb_migration *hb_migrations(size_t *ret_count)
{
    *ret_count = HB_ARRAY_LEN(migrations);
    return migrations;
}

int hb_schema_version(struct hb_store *store, int64_t *ret_version, struct hb_error *err)
{
    int64_t application;

    if (hb_db_integer(store, "PRAGMA application_id", 0, 0, &application, err) != 0 ||
        hb_db_integer(store, "PRAGMA user_version", 0, 0, ret_version, err) != 0)
        return -1;
    if (application == HB_STORE_APPLICATION_ID)
        return 0;
    if (application != 0 || *ret_version != 0)
        return hb_fail(err, HB_ERR_INPUT,
                       "%s is a database of another program: choose another file with --db",
                       store->path);
    return hb_legacy_check(store, err);
}

static int apply_from(struct hb_store *store, int64_t version, const struct hb_migration *steps,
                      size_t count, struct hb_error *err)
{
    char pragmas[96];

    for (size_t i = (size_t)version; i < count; i++) {
        HB_ASSERT(steps[i].version == (int)i + 1);
        if (steps[i].apply(store, err) != 0)
            return hb_wrap(err, "bring to schema version %d", steps[i].version);
    }
    snprintf(pragmas, sizeof(pragmas), "PRAGMA user_version = %zu; PRAGMA application_id = %d",
             count, HB_STORE_APPLICATION_ID);
    return hb_db_exec(store, pragmas, err);
}

/* The version is read again within the transaction: another process may have migrated meanwhile. */
static int migrate_locked(struct hb_store *store, const struct hb_migration *steps, size_t count,
                          struct hb_error *err)
{
    int64_t version;

    if (hb_schema_version(store, &version, err) != 0)
        return -1;
    return version < (int64_t)count ? apply_from(store, version, steps, count, err) : 0;
}

int hb_migrate(struct hb_store *store, const struct hb_migration *steps, size_t count,
               struct hb_error *err)
{
    int64_t version;

    if (hb_schema_version(store, &version, err) != 0)
        return -1;
    if (version < 0 || version > (int64_t)count)
        return hb_fail(err, HB_ERR_INPUT,
                       "%s was written by a newer version of http-benchmark (schema %lld, this one "
                       "knows %zu): use that version, or choose another file with --db",
                       store->path, (long long)version, count);
    if (version == (int64_t)count)
        return 0;
    if (hb_db_begin(store, err) != 0)
        return -1;
    return hb_db_end(store, migrate_locked(store, steps, count, err), err);
}
