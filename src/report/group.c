/* Grouping and ranking. */
#include "report/group.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "report/load_words.h"

const char *hb_compared_name(const struct hb_run_row *run, enum hb_comparison comparison)
{
    return comparison == HB_COMPARE_SERVERS ? run->server : run->contender;
}

static const char *common_name(const struct hb_run_row *run, enum hb_comparison comparison)
{
    return comparison == HB_COMPARE_SERVERS ? run->contender : run->server;
}

/* By everything that is not compared and not concurrency. */
static int compare_families(const struct hb_run_row *a, const struct hb_run_row *b,
                            enum hb_comparison comparison)
{
    const char *const left[] = {common_name(a, comparison), a->method, a->url};
    const char *const right[] = {common_name(b, comparison), b->method, b->url};
    int order = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(left) && order == 0; i++)
        order = strcmp(left[i], right[i]);
    if (order == 0)
        order = hb_run_compare_rates(a, b);
    if (order == 0)
        order = (a->duration_ns > b->duration_ns) - (a->duration_ns < b->duration_ns);
    return order;
}

static int compare_groups(const struct hb_run_row *a, const struct hb_run_row *b,
                          enum hb_comparison comparison)
{
    int order = compare_families(a, b, comparison);

    if (order == 0)
        order = (a->concurrency > b->concurrency) - (a->concurrency < b->concurrency);
    return order;
}

/* 0: ranked, 1: measured but not comparable, 2: not measured. */
static int rank_class(const struct hb_cell_summary *cell, enum hb_comparison comparison)
{
    if (cell->requests_per_second.n == 0)
        return 2;
    return hb_is_comparable(cell, comparison) ? 0 : 1;
}

static int compare_ranks(const struct hb_cell_summary *a, const struct hb_cell_summary *b,
                         enum hb_comparison comparison)
{
    double left = a->requests_per_second.interval.estimate;
    double right = b->requests_per_second.interval.estimate;
    int order = rank_class(a, comparison) - rank_class(b, comparison);

    if (order == 0)
        order = (left < right) - (left > right);
    if (order == 0)
        order =
            strcmp(hb_compared_name(a->first, comparison), hb_compared_name(b->first, comparison));
    return order;
}

static int compare_cells(const void *left, const void *right, void *context)
{
    const struct hb_cell_summary *a = *(const struct hb_cell_summary *const *)left;
    const struct hb_cell_summary *b = *(const struct hb_cell_summary *const *)right;
    enum hb_comparison comparison = *(const enum hb_comparison *)context;
    int order = compare_groups(a->first, b->first, comparison);

    return order != 0 ? order : compare_ranks(a, b, comparison);
}

void hb_group_cells(const struct hb_summaries *cells, struct hb_arena *arena,
                    struct hb_cell_group **ret_groups, size_t *ret_count)
{
    const struct hb_cell_summary **ranked = hb_arena_calloc(arena, cells->count, sizeof(void *));
    struct hb_cell_group *groups = hb_arena_calloc(arena, cells->count, sizeof *groups);
    enum hb_comparison comparison = hb_comparison_of(cells);
    size_t count = 0;

    for (size_t i = 0; i < cells->count; i++)
        ranked[i] = &cells->cells[i];
    qsort_r(ranked, cells->count, sizeof(void *), compare_cells, &comparison);
    for (size_t i = 0; i < cells->count; i++) {
        if (i == 0 || compare_groups(ranked[i - 1]->first, ranked[i]->first, comparison) != 0)
            groups[count++] = (struct hb_cell_group){.comparison = comparison, .cells = &ranked[i]};
        groups[count - 1].count++;
        groups[count - 1].comparable += rank_class(ranked[i], comparison) == 0;
    }
    *ret_groups = groups;
    *ret_count = count;
}

bool hb_same_family(const struct hb_cell_group *a, const struct hb_cell_group *b)
{
    return compare_families(a->cells[0]->first, b->cells[0]->first, a->comparison) == 0;
}

void hb_group_describe(const struct hb_cell_group *group, bool concurrency, struct hb_buf *ret_text)
{
    const struct hb_run_row *run = group->cells[0]->first;

    hb_buf_printf(ret_text, "%s %s %s %s", run->method, run->url,
                  group->comparison == HB_COMPARE_SERVERS ? "with" : "on",
                  common_name(run, group->comparison));
    if (concurrency)
        hb_buf_printf(ret_text, ", %" PRIu32 " at once", run->concurrency);
    hb_rate_put(run->rate, run->burst, run->every_ns, ret_text);
}
