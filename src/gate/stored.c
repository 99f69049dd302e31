/* From rows to a result and back. */
#include "gate/stored.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "gate/counted.h"
#include "gate/procedure.h"

/* ---- reading ---- */

/* An array of texts, NULL-terminated; what is none is left out. */
static const char *const *notices_of(const char *json, struct hb_arena *arena)
{
    json_t *array = json_loads(json, 0, NULL);
    size_t count = json_array_size(array), kept = 0;
    const char **notices = hb_arena_calloc(arena, count + 1, sizeof *notices);

    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(array, i));

        if (text != NULL)
            notices[kept++] = hb_arena_strdup(arena, text);
    }
    json_decref(array);
    return notices;
}

static const struct hb_gate_margins *find_margins(const struct hb_gate_margins *all, size_t count,
                                                  const char *cell_id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].cell_id, cell_id) == 0)
            return &all[i];
    }
    return NULL;
}

struct stored_gate {
    struct hb_gate_record record;
    struct hb_gate_margins *margins;
    size_t margins_count;
};

static int rules_of(const struct stored_gate *gate, const struct hb_paired_cell *cell,
                    struct hb_rules *ret, struct hb_error *err)
{
    const struct hb_gate_margins *margins =
        find_margins(gate->margins, gate->margins_count, cell->label->cell_id);

    if (margins == NULL)
        return hb_fail(err, HB_ERR_INPUT, "the gate has no margins for cell %s",
                       cell->label->cell_id);
    *ret = hb_rules_of(&gate->record.options,
                       gate->record.servers_differ ? HB_COMPARE_SERVERS : HB_COMPARE_CLIENTS, NULL,
                       NULL);
    ret->allow_failed = gate->record.allow_failed;
    memcpy(ret->margins, margins->margins, sizeof ret->margins);
    return 0;
}

static const struct hb_counts *find_counts(const struct hb_counts_row *rows, size_t count,
                                           const char *cell_id, const char *subject)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].cell_id, cell_id) == 0 && strcmp(rows[i].subject, subject) == 0)
            return &rows[i].counts;
    }
    return NULL;
}

/* Such a gate has no controls. */
static int judge_counted(struct hb_store *store, int64_t sweep_id, const struct stored_gate *gate,
                         const struct hb_paired_cells *cells, const struct hb_rules *rules,
                         struct hb_arena *arena, struct hb_comparison_result *ret_result,
                         struct hb_error *err)
{
    const char *const subjects[HB_SIDES] = {gate->record.base_subject, gate->record.head_subject};
    struct hb_counted_cell *counted = hb_arena_calloc(arena, cells->count, sizeof *counted);
    struct hb_counts_row *rows;
    size_t count;

    if (hb_store_load_counts(store, sweep_id, arena, &rows, &count, err) != 0)
        return -1;
    for (size_t i = 0; i < cells->count; i++) {
        counted[i] = (struct hb_counted_cell){.guard = cells->cells[i], .rules = rules[i]};
        for (size_t side = 0; side < HB_SIDES; side++)
            counted[i].sides[side] =
                find_counts(rows, count, cells->cells[i].label->cell_id, subjects[side]);
    }
    return hb_judge_counted(&gate->record.options, counted, cells->count, arena, ret_result, err);
}

static int judge(struct hb_store *store, int64_t sweep_id, const struct stored_gate *gate,
                 struct hb_arena *arena, struct hb_comparison_result *ret_result,
                 struct hb_error *err)
{
    const struct hb_subject_names names = {.base = gate->record.base_subject,
                                           .head = gate->record.head_subject,
                                           .control = HB_SUBJECT_CONTROL_NAME};
    struct hb_paired_cells cells;
    struct hb_run_row *rows;
    struct hb_rules *rules;
    size_t count;

    if (hb_store_load_runs(store, sweep_id, arena, &rows, &count, err) != 0)
        return -1;
    cells = hb_pair_rows(rows, count, &names, arena);
    rules = hb_arena_calloc(arena, cells.count, sizeof *rules);
    for (size_t i = 0; i < cells.count; i++) {
        if (rules_of(gate, &cells.cells[i], &rules[i], err) != 0)
            return -1;
    }
    if (gate->record.options.basis == HB_GATE_BY_COUNTS)
        return judge_counted(store, sweep_id, gate, &cells, rules, arena, ret_result, err);
    return hb_procedure_replay(&gate->record.options, &cells, rules, arena, ret_result, err);
}

int hb_gate_load_result(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                        struct hb_comparison_result *ret_result, bool *ret_found,
                        struct hb_error *err)
{
    struct stored_gate gate;

    if (hb_store_load_gate(store, sweep_id, arena, &gate.record, &gate.margins, &gate.margins_count,
                           ret_found, err) != 0)
        return -1;
    if (!*ret_found)
        return 0;
    if (judge(store, sweep_id, &gate, arena, ret_result, err) != 0)
        return -1;
    ret_result->base = gate.record.base;
    ret_result->head = gate.record.head;
    ret_result->notices = notices_of(gate.record.notices_json, arena);
    return 0;
}

/* ---- writing ---- */

static const char *weight_name(enum hb_gate_weight weight)
{
    static const char *const names[] = {"decides", "advisory", "off"};

    return names[weight];
}

static struct hb_verdict_row cell_row(const struct hb_cell_verdict *cell)
{
    return (struct hb_verdict_row){
        .cell_id = cell->cell_id,
        .control = cell->control,
        .metric = "",
        .weight = "",
        .verdict = hb_verdict_name(cell->verdict),
        .reason = hb_inconclusive_name(cell->reason),
        .base = NAN,
        .head = NAN,
        .ratio = NAN,
        .low = NAN,
        .high = NAN,
        .confidence = NAN,
        .p_worse = NAN,
        .resolution = NAN,
    };
}

static struct hb_verdict_row metric_row(const struct hb_cell_verdict *cell,
                                        enum hb_gate_metric metric)
{
    const struct hb_metric_verdict *verdict = &cell->metrics[metric];

    return (struct hb_verdict_row){
        .cell_id = cell->cell_id,
        .control = cell->control,
        .metric = hb_gate_metric_name(metric),
        .weight = weight_name(verdict->weight),
        .verdict = hb_verdict_name(verdict->verdict),
        .reason = hb_inconclusive_name(verdict->reason),
        .base = verdict->base,
        .head = verdict->head,
        .ratio = verdict->ratio.estimate,
        .low = verdict->ratio.low,
        .high = verdict->ratio.high,
        .confidence = verdict->ratio.confidence,
        .p_worse = verdict->p_worse,
        .resolution = verdict->resolution,
        .pairs = verdict->pairs,
    };
}

int hb_gate_save_verdicts(struct hb_store *store, int64_t sweep_id,
                          const struct hb_comparison_result *result, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr)
    struct hb_verdict_row *rows =
        hb_calloc(result->cells_count * (HB_GATE_METRICS + 1), sizeof *rows);
    size_t count = 0;

    for (size_t i = 0; i < result->cells_count; i++) {
        const struct hb_cell_verdict *cell = &result->cells[i];

        rows[count++] = cell_row(cell);
        for (unsigned metric = 0; metric < HB_GATE_METRICS; metric++) {
            if (cell->metrics[metric].measured)
                rows[count++] = metric_row(cell, (enum hb_gate_metric)metric);
        }
    }
    return hb_store_save_verdicts(store, sweep_id, rows, count, err);
}
