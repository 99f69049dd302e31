/*
 * Files of the tool that this program replaces: one table, `benchmark_results`, that users have
 * queries for. Its rows are kept as they are in `legacy_results`, which every file has (mostly
 * empty), so that the view of the old name is the same everywhere.
 */
#include <stdio.h>

#include "store/schema.h"

/* The old tool's columns that the view shows; some of its versions had a few more. */
static const struct {
    const char *name, *type;
} columns[] = {
    {"id", "TEXT"},
    {"name", "TEXT"},
    {"client_library", "TEXT"},
    {"client_type", "TEXT"},
    {"http_method", "TEXT"},
    {"url", "TEXT"},
    {"start_time", "TEXT"},
    {"end_time", "TEXT"},
    {"duration", "REAL"},
    {"requests_count", "INTEGER"},
    {"requests_per_second", "REAL"},
    {"avg_response_time", "REAL"},
    {"p95_response_time", "REAL"},
    {"p99_response_time", "REAL"},
    {"cpu_usage_avg", "REAL"},
    {"memory_usage_avg", "REAL"},
    {"error_count", "INTEGER"},
    {"error_rate", "REAL"},
    {"concurrency_level", "INTEGER"},
    {"config_snapshot", "TEXT"},
    {"created_at", "TEXT"},
};

#define HAS_TABLE "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'benchmark_results'"

int hb_legacy_check(struct hb_store *store, struct hb_error *err)
{
    int64_t anything, known_columns;

    if (hb_db_integer(store, "SELECT COUNT(*) FROM sqlite_schema", 0, 0, &anything, err) != 0 ||
        hb_db_integer(store,
                      "SELECT COUNT(*) FROM pragma_table_info('benchmark_results') "
                      "WHERE EXISTS (" HAS_TABLE ") AND name IN "
                      "('id', 'client_library', 'requests_per_second', 'avg_response_time')",
                      0, 0, &known_columns, err) != 0)
        return -1;
    if (anything > 0 && known_columns < 4)
        return hb_fail(err, HB_ERR_INPUT,
                       "%s is a database of another program: choose another file with --db",
                       store->path);
    return 0;
}

static int add_if_missing(struct hb_store *store, const char *name, const char *type,
                          struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    char sql[128];
    bool present;

    if (hb_db_prepare(store, "SELECT 1 FROM pragma_table_info('legacy_results') WHERE name = ?",
                      &statement, err) != 0)
        return -1;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    if (hb_db_step(store, statement, &present, err) != 0)
        return -1;
    if (present)
        return 0;
    snprintf(sql, sizeof(sql), "ALTER TABLE legacy_results ADD COLUMN %s %s", name, type);
    return hb_db_exec(store, sql, err);
}

int hb_legacy_adopt(struct hb_store *store, struct hb_error *err)
{
    int64_t present;

    if (hb_db_integer(store, HAS_TABLE, 0, 0, &present, err) != 0)
        return -1;
    /* Without legacy_alter_table a user's own views would follow the table to its new name, and
     * miss what is measured from now on. */
    if (hb_db_exec(store,
                   present ? "PRAGMA legacy_alter_table = ON;"
                             "ALTER TABLE benchmark_results RENAME TO legacy_results;"
                             "PRAGMA legacy_alter_table = OFF;"
                           : "CREATE TABLE legacy_results (id TEXT PRIMARY KEY)",
                   err) != 0)
        return -1;
    for (size_t i = 0; i < HB_ARRAY_LEN(columns); i++) {
        if (add_if_missing(store, columns[i].name, columns[i].type, err) != 0)
            return -1;
    }
    return 0;
}
