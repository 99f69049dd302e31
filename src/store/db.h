/*
 * The thin layer between the store and SQLite: prepared statements, transactions, and errors that
 * name the file and what to do. Only src/store includes it.
 */
#ifndef HB_STORE_DB_H
#define HB_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/macros.h"
#include "measure/hist.h"

struct hb_secrets;

struct hb_store {
    sqlite3 *db;
    char *path;                       /* as the user named it, for messages */
    const struct hb_secrets *secrets; /* borrowed; NULL: nothing is secret */
    struct hb_hist decoded;           /* of hb_store_merge_hist(); made at its first call */
    sqlite3_stmt *find_hist;          /* likewise: a report asks for tens of thousands */
};

/* Fill `err` from the connection's last error: the path, what is wrong, a remedy; returns -1. */
int hb_db_fail(struct hb_store *store, struct hb_error *err);

/* One or more statements without parameters. */
int hb_db_exec(struct hb_store *store, const char *sql, struct hb_error *err) HB_MUST_CHECK;

int hb_db_prepare(struct hb_store *store, const char *sql, sqlite3_stmt **ret_statement,
                  struct hb_error *err) HB_MUST_CHECK;
void hb_db_finalize(sqlite3_stmt **statement); /* for HB_CLEANUP */

/* Prepared, with its first parameter bound. */
int hb_db_prepare_id(struct hb_store *store, const char *sql, int64_t id,
                     sqlite3_stmt **ret_statement, struct hb_error *err) HB_MUST_CHECK;

/* Next row: *ret_row tells whether there is one. */
int hb_db_step(struct hb_store *store, sqlite3_stmt *statement, bool *ret_row,
               struct hb_error *err) HB_MUST_CHECK;

/* Run a statement that yields no row, and reset it. */
int hb_db_run(struct hb_store *store, sqlite3_stmt *statement, struct hb_error *err) HB_MUST_CHECK;

/* The first column of the first row; `otherwise` when there is no row or it is NULL. */
int hb_db_integer(struct hb_store *store, const char *sql, int64_t id, int64_t otherwise,
                  int64_t *ret_value, struct hb_error *err) HB_MUST_CHECK;

/* Text bound with secrets masked, or left unbound (NULL) when `text` is NULL. Copied when needed:
 * `text` must outlive the step. */
void hb_db_bind_masked(struct hb_store *store, sqlite3_stmt *statement, int parameter,
                       const char *text);

/* A column's text in `arena`; "" for NULL. */
const char *hb_db_text(sqlite3_stmt *statement, int column, struct hb_arena *arena);

/*
 * A writing transaction: `if (hb_db_begin(…) != 0) return -1; return hb_db_end(store, work(…),
 * err)`. hb_db_end() commits when `result` is 0 and rolls back otherwise; it returns `result`, or
 * -1 when the commit failed.
 */
int hb_db_begin(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;
int hb_db_end(struct hb_store *store, int result, struct hb_error *err) HB_MUST_CHECK;

#endif
