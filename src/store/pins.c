/* Names for sweeps that are to stay what others are compared with, however many follow. */
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "store/fields.h"
#include "store/pins.h"
#include "store/row.h"
#include "store/store.h"

#define NAME_MAX_BYTES 64

bool hb_store_is_pin_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t length = strlen(name);

    return length > 0 && length <= NAME_MAX_BYTES && strspn(name, all) == length &&
           strspn(name, letters) > 0 && strcmp(name, "latest") != 0;
}

static int find_pin(struct hb_store *store, const char *name, int64_t *ret_sweep_id,
                    struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    bool row;

    if (hb_db_prepare(store, "SELECT sweep_id FROM pins WHERE name = ?", &statement, err) != 0)
        return -1;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    if (hb_db_step(store, statement, &row, err) != 0)
        return -1;
    *ret_sweep_id = row ? sqlite3_column_int64(statement, 0) : 0;
    return 0;
}

static int insert_pin(struct hb_store *store, const char *name, int64_t sweep_id,
                      struct hb_error *err)
{
    struct hb_row row = {0};
    int64_t taken;

    if (find_pin(store, name, &taken, err) != 0)
        return -1;
    if (taken != 0)
        return hb_fail(err, HB_ERR_INPUT,
                       "'%s' is pinned to sweep %lld; a baseline that moved would hide slow creep: "
                       "choose another name, or unpin it first",
                       name, (long long)taken);
    hb_row_name(&row, "name", name);
    hb_row_integer(&row, "sweep_id", sweep_id);
    hb_row_integer(&row, "pinned_wall_ns", hb_wall_ns());
    return hb_row_insert_one(store, "pins", &row, err);
}

int hb_store_pin(struct hb_store *store, const char *name, int64_t sweep_id, struct hb_error *err)
{
    if (!hb_store_is_pin_name(name))
        return hb_fail(err, HB_ERR_INPUT,
                       "'%.100s' cannot name a sweep: a letter, then letters, digits, '.', '_' and "
                       "'-', at most %d, and not 'latest'",
                       name, NAME_MAX_BYTES);
    if (hb_db_begin(store, err) != 0)
        return -1;
    return hb_db_end(store, insert_pin(store, name, sweep_id, err), err);
}

int hb_store_unpin(struct hb_store *store, const char *name, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    if (hb_db_prepare(store, "DELETE FROM pins WHERE name = ?", &statement, err) != 0)
        return -1;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    if (hb_db_run(store, statement, err) != 0)
        return -1;
    if (sqlite3_changes64(store->db) == 0)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "%s has no pinned sweep '%.100s' (`http-benchmark baseline list`)",
                       store->path, name);
    return 0;
}

int hb_store_load_pins(struct hb_store *store, struct hb_arena *arena, struct hb_pin_row **ret_rows,
                       size_t *ret_count, struct hb_error *err)
{
    static const struct hb_field fields[] = {
        {"name", HB_FIELD_TEXT, offsetof(struct hb_pin_row, name)},
        {"sweep_id", HB_FIELD_I64, offsetof(struct hb_pin_row, sweep_id)},
        {"pinned_wall_ns", HB_FIELD_I64, offsetof(struct hb_pin_row, pinned_wall_ns)},
    };
    static const struct hb_listing listing = {fields, HB_ARRAY_LEN(fields), "FROM pins",
                                              "ORDER BY name", sizeof(struct hb_pin_row)};
    void *rows;

    if (hb_listing_load(store, &listing, 0, arena, &rows, ret_count, err) != 0)
        return -1;
    *ret_rows = rows;
    return 0;
}

int hb_store_check_not_pinned(struct hb_store *store, int64_t sweep_id, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    bool row;

    if (hb_db_prepare_id(store, "SELECT name FROM pins WHERE sweep_id = ?", sweep_id, &statement,
                         err) != 0 ||
        hb_db_step(store, statement, &row, err) != 0)
        return -1;
    if (!row)
        return 0;
    return hb_fail(err, HB_ERR_INPUT,
                   "sweep %lld is pinned: `http-benchmark baseline unpin %s` lets go of it",
                   (long long)sweep_id, (const char *)sqlite3_column_text(statement, 0));
}
