/* Statements, transactions and the translation of SQLite's errors. What is stored is not known
 * here. */
#include "store/db.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/secrets.h"

/* What a user can do about an SQLite error, by its primary code. */
static const struct remedy {
    int sqlite_code;
    enum hb_error_code code;
    const char *text;
} remedies[] = {
    {SQLITE_BUSY, HB_ERR_SYSTEM,
     "is locked by another process: wait until it ends, or close the program that holds the file"},
    {SQLITE_LOCKED, HB_ERR_SYSTEM, "is locked by another connection of this process"},
    {SQLITE_FULL, HB_ERR_SYSTEM,
     "could not grow: the file system is full; make room, finished runs are kept and --resume "
     "goes on"},
    {SQLITE_READONLY, HB_ERR_INPUT,
     "cannot be written: change its permissions (and its folder's), or choose another with --db"},
    {SQLITE_PERM, HB_ERR_INPUT, "may not be opened: change its permissions"},
    {SQLITE_CANTOPEN, HB_ERR_INPUT,
     "cannot be opened: is its folder there and writable, and is it a file?"},
    {SQLITE_NOTADB, HB_ERR_INPUT, "is not an SQLite database: choose another file with --db"},
    {SQLITE_CORRUPT, HB_ERR_INPUT,
     "is damaged: `sqlite3 FILE .recover` may save what is left, or choose another with --db"},
    {SQLITE_IOERR, HB_ERR_SYSTEM, "could not be read or written (input/output error)"},
};

int hb_db_fail(struct hb_store *store, struct hb_error *err)
{
    int code = sqlite3_errcode(store->db) & 0xff;
    int sys_errno = sqlite3_system_errno(store->db);

    for (size_t i = 0; i < HB_ARRAY_LEN(remedies); i++) {
        if (remedies[i].sqlite_code != code)
            continue;
        hb_fail(err, remedies[i].code, "results database %s %s", store->path, remedies[i].text);
        if (err != NULL && (code == SQLITE_CANTOPEN || code == SQLITE_IOERR))
            err->sys_errno = sys_errno;
        return -1;
    }
    return hb_fail(err, HB_ERR_INTERNAL, "results database %s: %s", store->path,
                   sqlite3_errmsg(store->db));
}

int hb_db_exec(struct hb_store *store, const char *sql, struct hb_error *err)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return hb_db_fail(store, err);
    return 0;
}

int hb_db_prepare(struct hb_store *store, const char *sql, sqlite3_stmt **ret_statement,
                  struct hb_error *err)
{
    if (sqlite3_prepare_v2(store->db, sql, -1, ret_statement, NULL) != SQLITE_OK)
        return hb_db_fail(store, err);
    return 0;
}

void hb_db_finalize(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
    *statement = NULL;
}

int hb_db_prepare_id(struct hb_store *store, const char *sql, int64_t id,
                     sqlite3_stmt **ret_statement, struct hb_error *err)
{
    if (hb_db_prepare(store, sql, ret_statement, err) != 0)
        return -1;
    sqlite3_bind_int64(*ret_statement, 1, id);
    return 0;
}

int hb_db_step(struct hb_store *store, sqlite3_stmt *statement, bool *ret_row, struct hb_error *err)
{
    int result = sqlite3_step(statement);

    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return hb_db_fail(store, err);
    *ret_row = result == SQLITE_ROW;
    return 0;
}

int hb_db_run(struct hb_store *store, sqlite3_stmt *statement, struct hb_error *err)
{
    bool row = false;
    int result = hb_db_step(store, statement, &row, err);

    sqlite3_reset(statement);
    return result;
}

int hb_db_integer(struct hb_store *store, const char *sql, int64_t id, int64_t otherwise,
                  int64_t *ret_value, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;

    if (hb_db_prepare(store, sql, &statement, err) != 0)
        return -1;
    if (sqlite3_bind_parameter_count(statement) > 0)
        sqlite3_bind_int64(statement, 1, id);
    if (hb_db_step(store, statement, &row, err) != 0)
        return -1;
    *ret_value = row && sqlite3_column_type(statement, 0) != SQLITE_NULL
                     ? sqlite3_column_int64(statement, 0)
                     : otherwise;
    return 0;
}

void hb_db_bind_masked(struct hb_store *store, sqlite3_stmt *statement, int parameter,
                       const char *text)
{
    if (text == NULL)
        sqlite3_bind_null(statement, parameter);
    else if (store->secrets == NULL || store->secrets->count == 0)
        sqlite3_bind_text(statement, parameter, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_text(statement, parameter, hb_secrets_masked(store->secrets, text), -1, free);
}

const char *hb_db_text(sqlite3_stmt *statement, int column, struct hb_arena *arena)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    return text == NULL ? "" : hb_arena_strdup(arena, (const char *)text);
}

int hb_db_begin(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, "BEGIN IMMEDIATE", err);
}

int hb_db_end(struct hb_store *store, int result, struct hb_error *err)
{
    if (result == 0)
        result = hb_db_exec(store, "COMMIT", err);
    if (result != 0 && sqlite3_get_autocommit(store->db) == 0)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return result;
}
