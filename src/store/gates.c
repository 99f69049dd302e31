/* The row of a gate, and its verdicts. */
#include "store/gates.h"

#include "store/fields.h"
#include "store/gate_margins.h"
#include "store/row.h"

static const char *const basis_names[] = {
    [HB_GATE_BY_TIME] = "time",
    [HB_GATE_BY_COUNTS] = "counts",
};

/* ---- writing ---- */

static int insert_gate(struct hb_store *store, int64_t sweep_id, const struct hb_gate_record *gate,
                       struct hb_error *err)
{
    const struct hb_gate_options *options = &gate->options;
    struct hb_row row = {0};

    hb_row_integer(&row, "sweep_id", sweep_id);
    hb_row_text(&row, "base", gate->base);
    hb_row_text(&row, "head", gate->head);
    hb_row_text(&row, "base_subject", gate->base_subject);
    hb_row_text(&row, "head_subject", gate->head_subject);
    hb_row_real(&row, "allow_failed", gate->allow_failed);
    hb_row_integer(&row, "servers_differ", gate->servers_differ);
    hb_row_text(&row, "notices", gate->notices_json);
    hb_row_name(&row, "basis", basis_names[options->basis]);
    hb_row_integer(&row, "budget_ns", options->budget_ns);
    hb_row_real(&row, "must_resolve", options->must_resolve);
    hb_row_integer(&row, "fail_inconclusive", options->fail_inconclusive);
    hb_row_integer(&row, "screen_pairs", options->screen_pairs);
    hb_row_integer(&row, "confirm_pairs", options->confirm_pairs);
    hb_row_integer(&row, "pooled_pairs", options->pooled_pairs);
    hb_row_real(&row, "route_above", options->route_above);
    hb_row_real(&row, "alpha", options->alpha);
    hb_row_real(&row, "suite_margin", options->suite_margin);
    hb_row_integer(&row, "sentinels", options->sentinels);
    return hb_row_insert_one(store, "gates", &row, err);
}

static int insert_all(struct hb_store *store, int64_t sweep_id, const struct hb_gate_record *gate,
                      const struct hb_gate_margins *margins, size_t margins_count,
                      struct hb_error *err)
{
    if (insert_gate(store, sweep_id, gate, err) != 0)
        return -1;
    return hb_gate_margins_insert(store, sweep_id, margins, margins_count, err);
}

int hb_store_save_gate(struct hb_store *store, int64_t sweep_id, const struct hb_gate_record *gate,
                       const struct hb_gate_margins *margins, size_t margins_count,
                       struct hb_error *err)
{
    if (hb_db_begin(store, err) != 0)
        return -1;
    return hb_db_end(store, insert_all(store, sweep_id, gate, margins, margins_count, err), err);
}

int hb_store_save_gate_notices(struct hb_store *store, int64_t sweep_id, const char *notices_json,
                               struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    if (hb_db_prepare_id(store, "UPDATE gates SET notices = ?2 WHERE sweep_id = ?1", sweep_id,
                         &statement, err) != 0)
        return -1;
    hb_db_bind_masked(store, statement, 2, notices_json);
    return hb_db_run(store, statement, err);
}

static int insert_verdict(struct hb_store *store, int64_t sweep_id,
                          const struct hb_verdict_row *verdict, sqlite3_stmt **statement,
                          struct hb_error *err)
{
    struct hb_row row = {0};

    hb_row_integer(&row, "sweep_id", sweep_id);
    hb_row_name(&row, "cell_key", verdict->cell_id);
    hb_row_integer(&row, "control", verdict->control);
    hb_row_name(&row, "metric", verdict->metric);
    hb_row_name(&row, "weight", verdict->weight);
    hb_row_name(&row, "verdict", verdict->verdict);
    hb_row_name(&row, "reason", verdict->reason);
    hb_row_real(&row, "base", verdict->base);
    hb_row_real(&row, "head", verdict->head);
    hb_row_real(&row, "ratio", verdict->ratio);
    hb_row_real(&row, "low", verdict->low);
    hb_row_real(&row, "high", verdict->high);
    hb_row_real(&row, "confidence", verdict->confidence);
    hb_row_real(&row, "p_worse", verdict->p_worse);
    hb_row_real(&row, "resolution", verdict->resolution);
    hb_row_integer(&row, "pairs", verdict->pairs);
    return hb_row_insert(store, statement, "verdicts", &row, err);
}

static int replace_verdicts(struct hb_store *store, int64_t sweep_id,
                            const struct hb_verdict_row *rows, size_t count, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *removal = NULL;
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    if (hb_db_prepare_id(store, "DELETE FROM verdicts WHERE sweep_id = ?1", sweep_id, &removal,
                         err) != 0 ||
        hb_db_run(store, removal, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (insert_verdict(store, sweep_id, &rows[i], &statement, err) != 0)
            return -1;
    }
    return 0;
}

int hb_store_save_verdicts(struct hb_store *store, int64_t sweep_id,
                           const struct hb_verdict_row *rows, size_t count, struct hb_error *err)
{
    if (hb_db_begin(store, err) != 0)
        return -1;
    return hb_db_end(store, replace_verdicts(store, sweep_id, rows, count, err), err);
}

/* ---- reading ---- */

#define FIELD(kind, column, member)                                                                \
    {                                                                                              \
        column, HB_FIELD_##kind, offsetof(struct hb_gate_record, member)                           \
    }
#define OPTION(kind, name) FIELD(kind, #name, options.name)

static const struct hb_field gate_fields[] = {
    FIELD(TEXT, "base", base),
    FIELD(TEXT, "head", head),
    FIELD(TEXT, "base_subject", base_subject),
    FIELD(TEXT, "head_subject", head_subject),
    FIELD(BOOL, "servers_differ", servers_differ),
    FIELD(DOUBLE, "allow_failed", allow_failed),
    FIELD(TEXT, "notices", notices_json),
    FIELD(U32, "basis = 'counts'", options.basis),
    OPTION(I64, budget_ns),
    OPTION(DOUBLE, must_resolve),
    OPTION(BOOL, fail_inconclusive),
    OPTION(U32, screen_pairs),
    OPTION(U32, confirm_pairs),
    OPTION(U32, pooled_pairs),
    OPTION(DOUBLE, route_above),
    OPTION(DOUBLE, alpha),
    OPTION(DOUBLE, suite_margin),
    OPTION(U32, sentinels),
};

_Static_assert(HB_GATE_BY_TIME == 0 && HB_GATE_BY_COUNTS == 1, "as the query of `basis` gives it");

static const struct hb_listing gates_listing = {
    gate_fields, HB_ARRAY_LEN(gate_fields),     "FROM gates WHERE sweep_id = ?1",
    "LIMIT 1",   sizeof(struct hb_gate_record),
};

int hb_store_load_gate(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                       struct hb_gate_record *ret_gate, struct hb_gate_margins **ret_margins,
                       size_t *ret_margins_count, bool *ret_found, struct hb_error *err)
{
    void *gates;
    size_t count;

    if (hb_listing_load(store, &gates_listing, sweep_id, arena, &gates, &count, err) != 0 ||
        hb_gate_margins_load(store, sweep_id, arena, ret_margins, ret_margins_count, err) != 0)
        return -1;
    *ret_found = count > 0;
    if (count > 0)
        *ret_gate = *(const struct hb_gate_record *)gates;
    return 0;
}
