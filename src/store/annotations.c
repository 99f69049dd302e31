/* What people said of change points in a trend. */
#include "base/clock.h"
#include "store/fields.h"
#include "store/row.h"
#include "store/store.h"

static int prepare_delete(struct hb_store *store, const struct hb_annotation_row *row,
                          sqlite3_stmt **ret_statement, struct hb_error *err)
{
    if (hb_db_prepare(store,
                      "DELETE FROM annotations WHERE series = ? AND metric = ? AND fingerprint = ?"
                      " AND sweep_id = ?",
                      ret_statement, err) != 0)
        return -1;
    sqlite3_bind_text(*ret_statement, 1, row->series, -1, SQLITE_STATIC);
    sqlite3_bind_text(*ret_statement, 2, row->metric, -1, SQLITE_STATIC);
    sqlite3_bind_text(*ret_statement, 3, row->fingerprint, -1, SQLITE_STATIC);
    sqlite3_bind_int64(*ret_statement, 4, row->sweep_id);
    return 0;
}

int hb_store_clear_annotation(struct hb_store *store, const struct hb_annotation_row *row,
                              struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    return prepare_delete(store, row, &statement, err) != 0 ? -1 : hb_db_run(store, statement, err);
}

static int replace(struct hb_store *store, const struct hb_annotation_row *annotation,
                   struct hb_error *err)
{
    struct hb_row row = {0};

    if (hb_store_clear_annotation(store, annotation, err) != 0)
        return -1;
    hb_row_name(&row, "series", annotation->series);
    hb_row_name(&row, "metric", annotation->metric);
    hb_row_name(&row, "fingerprint", annotation->fingerprint);
    hb_row_integer(&row, "sweep_id", annotation->sweep_id);
    hb_row_name(&row, "state", annotation->state);
    hb_row_text(&row, "note", annotation->note);
    hb_row_integer(&row, "written_wall_ns", hb_wall_ns());
    return hb_row_insert_one(store, "annotations", &row, err);
}

int hb_store_annotate(struct hb_store *store, const struct hb_annotation_row *annotation,
                      struct hb_error *err)
{
    if (hb_db_begin(store, err) != 0)
        return -1;
    return hb_db_end(store, replace(store, annotation, err), err);
}

#define FIELD(kind, name)                                                                          \
    {                                                                                              \
#name, HB_FIELD_##kind, offsetof(struct hb_annotation_row, name)                           \
    }

int hb_store_load_annotations(struct hb_store *store, struct hb_arena *arena,
                              struct hb_annotation_row **ret_rows, size_t *ret_count,
                              struct hb_error *err)
{
    static const struct hb_field fields[] = {
        FIELD(TEXT, series), FIELD(TEXT, metric), FIELD(TEXT, fingerprint),    FIELD(I64, sweep_id),
        FIELD(TEXT, state),  FIELD(TEXT, note),   FIELD(I64, written_wall_ns),
    };
    static const struct hb_listing listing = {fields, HB_ARRAY_LEN(fields), "FROM annotations",
                                              "ORDER BY id", sizeof(struct hb_annotation_row)};
    void *rows;

    if (hb_listing_load(store, &listing, 0, arena, &rows, ret_count, err) != 0)
        return -1;
    *ret_rows = rows;
    return 0;
}
