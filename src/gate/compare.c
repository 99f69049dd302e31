/* Judging every cell, and what is to be said of all of them. */
#include "gate/compare.h"

#include <math.h>
#include <stdlib.h>

#include "gate/suite.h"
#include "gate/verdict_order.h"

/* Clients over the cells that both sides have; with what precludes a verdict there is no figure. */
static void add_suites(const struct hb_gate_options *options, const struct hb_cell_verdict *cells,
                       size_t count, struct hb_arena *arena, struct hb_comparison_result *result)
{
    struct hb_cell_verdict *shared = hb_arena_calloc(arena, count, sizeof *shared);
    struct hb_suite_verdict *suites;
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (!cells[i].control && !hb_is_precluded(cells[i].verdict))
            shared[kept++] = cells[i];
    }
    suites = hb_suites_of(options, result->kind, shared, kept, arena, &result->suites_count);
    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        if (suites[0].metrics[i].weight == HB_GATE_DECIDES)
            suites[0].metrics[i].weight = HB_GATE_ADVISORY;
    }
    result->suites = suites;
}

/* Nothing compared is an error, never "unchanged". */
static void sum_up(const struct hb_gate_options *options, const struct hb_cell_verdict *cells,
                   size_t count, struct hb_arena *arena, struct hb_comparison_result *result)
{
    size_t compared = 0;

    result->cells = hb_verdicts_sort(cells, count, arena);
    result->cells_count = count;
    result->verdict = HB_VERDICT_UNCHANGED;
    result->contamination = "";
    result->resolution = NAN;
    for (size_t i = 0; i < count; i++) {
        hb_verdicts_count(result, &cells[i]);
        compared += !cells[i].control;
    }
    if (compared == 0)
        result->verdict = HB_VERDICT_ERROR;
    add_suites(options, cells, count, arena, result);
}

int hb_compare_pairs(const struct hb_paired_cells *cells, const struct hb_rules *rules,
                     const struct hb_gate_options *options, struct hb_arena *arena,
                     struct hb_comparison_result *ret_result, struct hb_error *err)
{
    struct hb_cell_verdict *verdicts = hb_arena_calloc(arena, cells->count, sizeof *verdicts);

    *ret_result = (struct hb_comparison_result){.kind = HB_COMPARED_PAIRS};
    for (size_t i = 0; i < cells->count; i++) {
        if (hb_judge_paired_cell(&cells->cells[i], &rules[i], arena, &verdicts[i], err) != 0)
            return -1;
    }
    sum_up(options, verdicts, cells->count, arena, ret_result);
    return 0;
}

int hb_compare_stored(const struct hb_unpaired_cells *cells, const struct hb_rules *rules,
                      const struct hb_gate_options *options, enum hb_verdict unmatched,
                      struct hb_arena *arena, struct hb_comparison_result *ret_result,
                      struct hb_error *err)
{
    struct hb_cell_verdict *verdicts = hb_arena_calloc(arena, cells->count, sizeof *verdicts);

    *ret_result = (struct hb_comparison_result){.kind = HB_COMPARED_STORED};
    for (size_t i = 0; i < cells->count; i++) {
        if (hb_judge_unpaired_cell(&cells->cells[i], &rules[i], arena, &verdicts[i], err) != 0)
            return -1;
        if (verdicts[i].verdict == HB_VERDICT_NO_BASELINE)
            verdicts[i].verdict = unmatched;
    }
    sum_up(options, verdicts, cells->count, arena, ret_result);
    return 0;
}
