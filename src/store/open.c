/* Opening and closing a results database: which files are accepted, and how SQLite is set. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/db.h"
#include "store/schema.h"
#include "store/store.h"

#define BUSY_TIMEOUT_MS 5000
#define VALUE_MAX_BYTES (64 << 20) /* of a row, too; four times the longest wire profile */

/*
 * The rollback journal, not WAL: people copy the one file, also in the middle of a night's sweep,
 * and with WAL most of it would be in another. A run is saved in a commit between two measured
 * windows, so its few milliseconds cost nothing; FULL keeps it through a power cut.
 * page_size counts for new files only: it suits histograms of one to three kilobytes.
 * trusted_schema, cell_size_check: the file may come from somebody else.
 */
static const char settings[] = "PRAGMA page_size = 16384;"
                               "PRAGMA journal_mode = DELETE;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA cell_size_check = ON;"
                               "PRAGMA cache_size = -16384;";

/* SQLite gives ":memory:" and "" a meaning of their own; here they are names of files. */
static char *plain_path(const char *path)
{
    return path[0] == '/' ? hb_strdup(path) : hb_asprintf("./%s", path);
}

/* The file may come from somebody else, in whose views and triggers a query need not end. None of
 * ours is read through a view, and a computed column could be a gigabyte. */
static void distrust_file(sqlite3 *db)
{
    static const struct {
        int option, on;
    } settings_of_connection[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                  {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                  {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                  {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}};

    for (size_t i = 0; i < HB_ARRAY_LEN(settings_of_connection); i++)
        sqlite3_db_config(db, settings_of_connection[i].option, settings_of_connection[i].on, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_MAX_BYTES);
}

static int open_file(struct hb_store *store, enum hb_store_mode mode, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) char *path = plain_path(store->path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

    /* Reading, too, asks for write access first: what a killed runner left half done must be
     * undone. SQLite falls back to reading by itself. */
    if (mode == HB_STORE_WRITE)
        flags |= SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK)
        return hb_db_fail(store, err);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    distrust_file(store->db);
    return 0;
}

static int prepare_to_write(struct hb_store *store, struct hb_error *err)
{
    size_t count;
    const struct hb_migration *migrations = hb_migrations(&count);

    if (sqlite3_db_readonly(store->db, "main") == 1)
        return hb_fail(err, HB_ERR_INPUT,
                       "results database %s cannot be written: change its permissions, or choose "
                       "another with --db",
                       store->path);
    if (hb_db_exec(store, settings, err) != 0)
        return -1;
    return hb_migrate(store, migrations, count, err);
}

static int prepare_to_read(struct hb_store *store, struct hb_error *err)
{
    size_t count;
    int64_t version;

    hb_migrations(&count);
    if (hb_schema_version(store, &version, err) != 0)
        return -1;
    if (version == 0)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "%s holds no sweep yet: `http-benchmark run SCENARIO --db %s` adds one",
                       store->path, store->path);
    if (version != (int64_t)count && prepare_to_write(store, err) != 0)
        return -1;
    return hb_db_exec(store,
                      "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;"
                      "PRAGMA cell_size_check = ON; PRAGMA cache_size = -16384;",
                      err);
}

static int check_path(const char *path, enum hb_store_mode mode, struct hb_error *err)
{
    if (path[0] == '\0')
        return hb_fail(err, HB_ERR_INPUT, "the name of the results database is empty");
    if (mode == HB_STORE_READ && access(path, F_OK) != 0 && errno == ENOENT)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "there is no results database %s: `http-benchmark run SCENARIO --db %s` "
                       "makes one",
                       path, path);
    return 0;
}

static void close_ptr(struct hb_store **store)
{
    hb_store_close(*store);
}

int hb_store_open(const char *path, enum hb_store_mode mode, struct hb_store **ret_store,
                  struct hb_error *err)
{
    HB_CLEANUP(close_ptr) struct hb_store *store = NULL;

    if (check_path(path, mode, err) != 0)
        return -1;
    store = hb_alloc(sizeof(*store));
    store->path = hb_strdup(path);
    if (open_file(store, mode, err) != 0)
        return -1;
    if ((mode == HB_STORE_WRITE ? prepare_to_write : prepare_to_read)(store, err) != 0)
        return -1;
    *ret_store = HB_TAKE(store);
    return 0;
}

void hb_store_close(struct hb_store *store)
{
    if (store == NULL)
        return;
    hb_db_finalize(&store->find_hist);
    hb_hist_release(&store->decoded);
    sqlite3_close(store->db);
    free(store->path);
    free(store);
}

void hb_store_set_secrets(struct hb_store *store, const struct hb_secrets *secrets)
{
    store->secrets = secrets;
}
