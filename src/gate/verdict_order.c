/* Cells in the order in which people want to read them, and what they add up to. */
#include "gate/verdict_order.h"

#include <math.h>
#include <stdlib.h>

#include "gate/judge.h"

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

struct hb_cell_verdict *hb_verdicts_sort(const struct hb_cell_verdict *cells, size_t count,
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

void hb_verdicts_count(struct hb_comparison_result *result, const struct hb_cell_verdict *cell)
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
