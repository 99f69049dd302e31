/* Judging every cell, and what is to be said of all of them. */
#include "gate/compare.h"

#include <math.h>
#include <stdlib.h>

#include "gate/suite.h"

/* The worst first, then as they are; controls last. Both are of one array that is not sorted. */
static int compare_verdicts(const void *left, const void *right)
{
    const struct hb_cell_verdict *a = *(const struct hb_cell_verdict *const *)left;
    const struct hb_cell_verdict *b = *(const struct hb_cell_verdict *const *)right;

    if (a->control != b->control)
        return a->control ? 1 : -1;
    if (a->verdict != b->verdict)
        return a->verdict < b->verdict ? -1 : 1;
    return (a > b) - (a < b);
}

static const struct hb_cell_verdict *sort_cells(const struct hb_cell_verdict *cells, size_t count,
                                                struct hb_arena *arena)
{
    const struct hb_cell_verdict **order = hb_arena_calloc(arena, count, sizeof(void *));
    struct hb_cell_verdict *sorted = hb_arena_calloc(arena, count, sizeof *sorted);

    for (size_t i = 0; i < count; i++)
        order[i] = &cells[i];
    qsort(order, count, sizeof(void *), compare_verdicts);
    for (size_t i = 0; i < count; i++)
        sorted[i] = *order[i];
    return sorted;
}

static void count_cell(struct hb_comparison_result *result, const struct hb_cell_verdict *cell)
{
    double resolution = hb_cell_resolution(cell);

    if (cell->control)
        return;
    result->counts[cell->verdict]++;
    if (cell->verdict < result->verdict)
        result->verdict = cell->verdict;
    if (!isnan(resolution) && !(result->resolution >= resolution))
        result->resolution = resolution;
}

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

    result->cells = sort_cells(cells, count, arena);
    result->cells_count = count;
    result->verdict = HB_VERDICT_UNCHANGED;
    result->contamination = "";
    result->resolution = NAN;
    for (size_t i = 0; i < count; i++) {
        count_cell(result, &cells[i]);
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
