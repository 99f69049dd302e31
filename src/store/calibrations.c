/* What machines were found to resolve: a row a calibration, and one a metric of it. */
#include <math.h>

#include "store/fields.h"
#include "store/gate_margins.h"
#include "store/row.h"

/* ---- writing ---- */

static int insert_metrics(struct hb_store *store, int64_t id,
                          const struct hb_calibration_row *calibration, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    for (unsigned metric = 0; metric < HB_GATE_METRICS; metric++) {
        struct hb_row row = {0};

        hb_row_integer(&row, "calibration_id", id);
        hb_row_name(&row, "metric", hb_gate_metric_name((enum hb_gate_metric)metric));
        hb_row_real(&row, "noise", calibration->noise[metric]);
        hb_row_real(&row, "margin", calibration->margins[metric]);
        if (hb_row_insert(store, &statement, "calibration_metrics", &row, err) != 0)
            return -1;
    }
    return 0;
}

static int insert(struct hb_store *store, const struct hb_calibration_row *calibration,
                  struct hb_error *err)
{
    struct hb_row row = {0};

    hb_row_name(&row, "fingerprint", calibration->fingerprint);
    hb_row_integer(&row, "made_wall_ns", calibration->made_wall_ns);
    hb_row_integer(&row, "cells", (int64_t)calibration->cells);
    hb_row_integer(&row, "pairs", (int64_t)calibration->pairs);
    hb_row_real(&row, "order_effect", calibration->order_effect);
    hb_row_real(&row, "false_route_rate", calibration->false_route_rate);
    hb_row_integer(&row, "confirm_pairs", calibration->confirm_pairs);
    if (hb_row_insert_one(store, "calibrations", &row, err) != 0)
        return -1;
    return insert_metrics(store, sqlite3_last_insert_rowid(store->db), calibration, err);
}

int hb_store_save_calibration(struct hb_store *store, const struct hb_calibration_row *calibration,
                              struct hb_error *err)
{
    if (hb_db_begin(store, err) != 0)
        return -1;
    return hb_db_end(store, insert(store, calibration, err), err);
}

/* ---- reading ---- */

struct metric_row {
    const char *metric;
    double noise, margin;
};

#define CALIBRATION(kind, name)                                                                    \
    {                                                                                              \
#name, HB_FIELD_##kind, offsetof(struct hb_calibration_row, name)                          \
    }
#define METRIC(kind, name)                                                                         \
    {                                                                                              \
#name, HB_FIELD_##kind, offsetof(struct metric_row, name)                                  \
    }

static const struct hb_field calibration_fields[] = {
    CALIBRATION(TEXT, fingerprint),  CALIBRATION(I64, made_wall_ns),
    CALIBRATION(I64, cells),         CALIBRATION(I64, pairs),
    CALIBRATION(REAL, order_effect), CALIBRATION(REAL, false_route_rate),
    CALIBRATION(U32, confirm_pairs),
};

static const struct hb_field metric_fields[] = {
    METRIC(TEXT, metric),
    METRIC(REAL, noise),
    METRIC(REAL, margin),
};

static const struct hb_listing calibration_listing = {
    calibration_fields,
    HB_ARRAY_LEN(calibration_fields),
    "FROM calibrations WHERE id = ?1",
    "",
    sizeof(struct hb_calibration_row),
};

static const struct hb_listing metrics_listing = {
    metric_fields,
    HB_ARRAY_LEN(metric_fields),
    "FROM calibration_metrics WHERE calibration_id = ?1",
    "",
    sizeof(struct metric_row),
};

/* 0: none. */
static int find_id(struct hb_store *store, const char *fingerprint, int64_t *ret_id,
                   struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    bool found;

    if (hb_db_prepare(store, "SELECT max(id) FROM calibrations WHERE fingerprint = ?1", &statement,
                      err) != 0)
        return -1;
    sqlite3_bind_text(statement, 1, fingerprint, -1, SQLITE_STATIC);
    if (hb_db_step(store, statement, &found, err) != 0)
        return -1;
    *ret_id = found ? sqlite3_column_int64(statement, 0) : 0;
    return 0;
}

static int load(struct hb_store *store, int64_t id, struct hb_arena *arena,
                struct hb_calibration_row *ret_calibration, bool *ret_found, struct hb_error *err)
{
    const struct metric_row *metrics;
    void *found, *metric_rows;
    size_t count, metrics_count;

    if (hb_listing_load(store, &calibration_listing, id, arena, &found, &count, err) != 0 ||
        hb_listing_load(store, &metrics_listing, id, arena, &metric_rows, &metrics_count, err) != 0)
        return -1;
    *ret_found = count > 0;
    if (count == 0)
        return 0;
    *ret_calibration = *(const struct hb_calibration_row *)found;
    metrics = metric_rows;
    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        ret_calibration->noise[i] = ret_calibration->margins[i] = NAN;
    for (size_t i = 0; i < metrics_count; i++) {
        enum hb_gate_metric metric = hb_gate_metric_of(metrics[i].metric);

        if (metric == HB_GATE_METRICS)
            continue;
        ret_calibration->noise[metric] = metrics[i].noise;
        ret_calibration->margins[metric] = metrics[i].margin;
    }
    return 0;
}

int hb_store_find_calibration(struct hb_store *store, const char *fingerprint,
                              struct hb_arena *arena, struct hb_calibration_row *ret_calibration,
                              bool *ret_found, struct hb_error *err)
{
    int64_t id;

    if (find_id(store, fingerprint, &id, err) != 0)
        return -1;
    return load(store, id, arena, ret_calibration, ret_found, err);
}
