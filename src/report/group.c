/* Grouping and ranking. Summaries are sorted so that a group's cells are neighbours. */
#include "report/group.h"

#include <stdlib.h>
#include <string.h>

bool hb_same_group(const struct hb_run_row *a, const struct hb_run_row *b)
{
    return strcmp(a->server, b->server) == 0 && strcmp(a->method, b->method) == 0 &&
           strcmp(a->url, b->url) == 0 && a->concurrency == b->concurrency &&
           a->duration_ns == b->duration_ns && !(a->rate > b->rate) && !(a->rate < b->rate);
}

static double rank_of(const struct hb_cell_summary *cell)
{
    double value;

    return hb_summary_metric(cell, HB_METRIC_REQUESTS_PER_SECOND, &value) ? value : -1;
}

static int compare_rank(const void *left, const void *right)
{
    double a = rank_of(*(const struct hb_cell_summary *const *)left);
    double b = rank_of(*(const struct hb_cell_summary *const *)right);

    return (a < b) - (a > b);
}

void hb_group_cells(const struct hb_summaries *cells, struct hb_arena *arena,
                    struct hb_cell_group **ret_groups, size_t *ret_count)
{
    const struct hb_cell_summary **ranked = hb_arena_calloc(arena, cells->count, sizeof *ranked);
    struct hb_cell_group *groups = hb_arena_calloc(arena, cells->count, sizeof *groups);
    size_t count = 0;

    for (size_t i = 0; i < cells->count; i++) {
        ranked[i] = &cells->cells[i];
        if (i == 0 || !hb_same_group(cells->cells[i - 1].first, cells->cells[i].first))
            groups[count++].cells = &ranked[i];
        groups[count - 1].count++;
    }
    for (size_t i = 0; i < count; i++)
        qsort(groups[i].cells, groups[i].count, sizeof groups[i].cells[0], compare_rank);
    *ret_groups = groups;
    *ret_count = count;
}
