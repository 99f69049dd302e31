/* What belongs to one run: histograms, the per-second series, and its workers. */
#include "store/fields.h"
#include "store/store.h"

#define SQL_MAX_BYTES 1024

/* The stored row; not found when a run has no values of that kind. */
static int find_hist(struct hb_store *store, int64_t run_id, enum hb_hist_kind kind,
                     bool *ret_found, struct hb_error *err)
{
    if (store->find_hist == NULL &&
        hb_db_prepare(store,
                      "SELECT count, min_ns, max_ns, sum_ns, clamped, hdr FROM histograms "
                      "WHERE run_id = ?1 AND kind = ?2",
                      &store->find_hist, err) != 0)
        return -1;
    sqlite3_bind_int64(store->find_hist, 1, run_id);
    sqlite3_bind_text(store->find_hist, 2, hb_hist_kind_name(kind), -1, SQLITE_STATIC);
    return hb_db_step(store, store->find_hist, ret_found, err);
}

/* The blob knows its values to three digits, the columns beside it exactly. */
static int decode_row(sqlite3_stmt *statement, struct hb_hist *hist, struct hb_error *err)
{
    if (hb_hist_decode(hist, sqlite3_column_blob(statement, 5),
                       (size_t)sqlite3_column_bytes(statement, 5), err) != 0)
        return -1;
    if (hist->count != (uint64_t)sqlite3_column_int64(statement, 0))
        return hb_fail(err, HB_ERR_INPUT, "its encoding counts %llu values, its row %lld",
                       (unsigned long long)hist->count,
                       (long long)sqlite3_column_int64(statement, 0));
    return hb_hist_set_exact(
        hist, sqlite3_column_int64(statement, 1), sqlite3_column_int64(statement, 2),
        sqlite3_column_double(statement, 3), (uint64_t)sqlite3_column_int64(statement, 4), err);
}

static int merge_found(struct hb_store *store, int64_t run_id, enum hb_hist_kind kind,
                       struct hb_hist *into, struct hb_error *err)
{
    if (store->decoded.counts == NULL)
        hb_hist_init(&store->decoded);
    if (decode_row(store->find_hist, &store->decoded, err) != 0)
        return hb_wrap(err, "results database %s: %s histogram of run %lld", store->path,
                       hb_hist_kind_name(kind), (long long)run_id);
    hb_hist_merge(into, &store->decoded);
    return 0;
}

int hb_store_merge_hist(struct hb_store *store, int64_t run_id, enum hb_hist_kind kind,
                        struct hb_hist *into, struct hb_error *err)
{
    bool found = false;
    int result = find_hist(store, run_id, kind, &found, err);

    if (result == 0 && found)
        result = merge_found(store, run_id, kind, into, err);
    sqlite3_reset(store->find_hist); /* ends the read, so that others may write */
    if (result == 0 && !found && kind == HB_HIST_SERVICE) /* equal: not stored twice */
        return hb_store_merge_hist(store, run_id, HB_HIST_RESPONSE, into, err);
    return result;
}

int hb_store_load_series(struct hb_store *store, int64_t run_id, struct hb_arena *arena,
                         struct hb_second **ret_seconds, size_t *ret_count, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    struct hb_second *seconds;
    int64_t total;
    size_t count = 0;
    bool row = true;

    if (hb_db_integer(store, "SELECT COUNT(*) FROM seconds WHERE run_id = ?", run_id, 0, &total,
                      err) != 0 ||
        hb_db_prepare_id(store,
                         "SELECT verified, failed, response_sum_ns, response_max_ns FROM seconds "
                         "WHERE run_id = ? ORDER BY second",
                         run_id, &statement, err) != 0)
        return -1;
    seconds = hb_arena_calloc(arena, (size_t)total, sizeof(*seconds));
    while (count < (size_t)total) {
        if (hb_db_step(store, statement, &row, err) != 0)
            return -1;
        if (!row)
            break;
        seconds[count++] = (struct hb_second){
            .verified = (uint32_t)sqlite3_column_int64(statement, 0),
            .failed = (uint32_t)sqlite3_column_int64(statement, 1),
            .response_sum_ns = sqlite3_column_int64(statement, 2),
            .response_max_ns = sqlite3_column_int64(statement, 3),
        };
    }
    *ret_seconds = seconds;
    *ret_count = count;
    return 0;
}

#define FIELD(kind, column, name)                                                                  \
    {                                                                                              \
#column, HB_FIELD_##kind, offsetof(struct hb_worker_row, name)                             \
    }

static const struct hb_field worker_fields[] = {
    FIELD(TEXT, http, http),
    FIELD(TEXT, ready, ready_json),
    FIELD(TEXT, done, done_json),
    FIELD(KNOWN, connections, connections),
};

static int prepare_workers(struct hb_store *store, int64_t run_id, sqlite3_stmt **ret_statement,
                           struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf sql;

    hb_buf_init(&sql, SQL_MAX_BYTES);
    hb_buf_puts(&sql, "SELECT ");
    hb_fields_list(worker_fields, HB_ARRAY_LEN(worker_fields), &sql);
    hb_buf_puts(&sql, " FROM workers WHERE run_id = ? ORDER BY worker");
    return hb_db_prepare_id(store, hb_buf_text(&sql), run_id, ret_statement, err);
}

int hb_store_load_workers(struct hb_store *store, int64_t run_id, struct hb_arena *arena,
                          struct hb_worker_row **ret_rows, size_t *ret_count, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    struct hb_worker_row *rows;
    int64_t total;
    size_t count = 0;
    bool row = true;

    if (hb_db_integer(store, "SELECT COUNT(*) FROM workers WHERE run_id = ?", run_id, 0, &total,
                      err) != 0 ||
        prepare_workers(store, run_id, &statement, err) != 0)
        return -1;
    rows = hb_arena_calloc(arena, (size_t)total, sizeof(*rows));
    while (count < (size_t)total) {
        if (hb_db_step(store, statement, &row, err) != 0)
            return -1;
        if (!row)
            break;
        hb_fields_read(worker_fields, HB_ARRAY_LEN(worker_fields), statement, arena,
                       &rows[count++]);
    }
    *ret_rows = rows;
    *ret_count = count;
    return 0;
}
