/*
 * A row to be written: column names of ours with their values, from which the statement is made.
 * So that a table with sixty columns is written by sixty readable lines, each next to its name, and
 * no parameter number can slip.
 */
#ifndef HB_STORE_ROW_H
#define HB_STORE_ROW_H

#include "store/db.h"

#define HB_ROW_MAX 96

struct hb_buf;

struct hb_row_value {
    const char *column;
    enum { HB_ROW_NULL, HB_ROW_INTEGER, HB_ROW_REAL, HB_ROW_NAME, HB_ROW_TEXT, HB_ROW_BLOB } kind;
    union {
        int64_t integer;
        double real;
        const char *text;
        const struct hb_buf *blob;
    };
};

/* Values are borrowed until the row is written. Zero-initialised is empty. */
struct hb_row {
    struct hb_row_value values[HB_ROW_MAX];
    size_t count;
};

void hb_row_integer(struct hb_row *row, const char *column, int64_t value);
void hb_row_known(struct hb_row *row, const char *column, bool known, int64_t value); /* or NULL */
void hb_row_real(struct hb_row *row, const char *column, double value);
void hb_row_name(struct hb_row *row, const char *column, const char *text); /* a word of ours */
void hb_row_text(struct hb_row *row, const char *column, const char *text); /* masked; or NULL */
void hb_row_blob(struct hb_row *row, const char *column, const struct hb_buf *blob);

/* Insert. *statement is made when NULL, and may be used again for rows of the same columns. */
int hb_row_insert(struct hb_store *store, sqlite3_stmt **statement, const char *table,
                  const struct hb_row *row, struct hb_error *err) HB_MUST_CHECK;

/* Insert a single row; its id through sqlite3_last_insert_rowid(). */
int hb_row_insert_one(struct hb_store *store, const char *table, const struct hb_row *row,
                      struct hb_error *err) HB_MUST_CHECK;

int hb_row_update(struct hb_store *store, const char *table, int64_t id, const struct hb_row *row,
                  struct hb_error *err) HB_MUST_CHECK;

#endif
