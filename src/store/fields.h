/*
 * Reading rows into structs by a table: one line a field says which SQL expression fills it. The
 * column list of the query comes from the same table, so the two cannot disagree.
 */
#ifndef HB_STORE_FIELDS_H
#define HB_STORE_FIELDS_H

#include <stddef.h>

#include "base/buf.h"
#include "store/db.h"

/* What stands behind the name of a client of a run `r`: nothing, or its subject. */
#define HB_SQL_OF_SUBJECT "CASE r.subject WHEN '' THEN '' ELSE ' [' || r.subject || ']' END"

enum hb_field_kind {
    HB_FIELD_TEXT,   /* const char *; "" for NULL */
    HB_FIELD_U32,    /* unsigned or uint32_t; out of range: 0 */
    HB_FIELD_I64,    /* int64_t, uint64_t or size_t; 0 for NULL */
    HB_FIELD_KNOWN,  /* int64_t; -1 for NULL */
    HB_FIELD_DOUBLE, /* 0 for NULL */
    HB_FIELD_REAL,   /* double; NAN for NULL, as which SQLite stores it */
    HB_FIELD_BOOL,   /* false for NULL and 0 */
};

struct hb_field {
    const char *expression;
    enum hb_field_kind kind;
    size_t offset;
};

/* "a, b, c" */
void hb_fields_list(const struct hb_field *fields, size_t count, struct hb_buf *sql);

/* The current row, whose columns are the listed ones from 0 on. Texts in `arena`. */
void hb_fields_read(const struct hb_field *fields, size_t count, sqlite3_stmt *statement,
                    struct hb_arena *arena, void *ret_struct);

/* A whole query: the fields of which rows, in which order. */
struct hb_listing {
    const struct hb_field *fields;
    size_t fields_count;
    const char *from, *order; /* "FROM t WHERE sweep_id = ?1", "ORDER BY name" */
    size_t row_bytes;
};

/* All rows in `arena`; `parameter` is ?1, where there is one. */
int hb_listing_load(struct hb_store *store, const struct hb_listing *listing, int64_t parameter,
                    struct hb_arena *arena, void **ret_rows, size_t *ret_count,
                    struct hb_error *err) HB_MUST_CHECK;

#endif
