/*
 * Rolling up. Cells are sorted by what they have in common, so that those of one load are
 * neighbours; a load is shared when every name has a good cell there.
 */
#include "gate/rollup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

struct cells {
    const struct hb_cell_summary **items;
    size_t count;
    enum hb_comparison comparison;
};

/* Names and, in step with them, the sums of logarithms over the shared cells. */
struct tally {
    const char **names;
    double (*log_sums)[HB_ROLLUP_METRICS];
    size_t *cells;
    size_t count, shared;
};

static const char *name_of(const struct hb_cell_summary *cell, enum hb_comparison comparison)
{
    return comparison == HB_COMPARE_SERVERS ? cell->first->server : cell->first->contender;
}

static int compare_loads(const struct hb_cell_summary *left, const struct hb_cell_summary *right,
                         enum hb_comparison comparison)
{
    const struct hb_run_row *a = left->first, *b = right->first;
    bool servers = comparison == HB_COMPARE_SERVERS;
    int order = strcmp(servers ? a->contender : a->server, servers ? b->contender : b->server);

    if (order == 0)
        order = strcmp(a->method, b->method);
    if (order == 0)
        order = strcmp(a->url, b->url);
    if (order == 0)
        order = hb_run_compare_rates(a, b);
    if (order == 0)
        order = (a->concurrency > b->concurrency) - (a->concurrency < b->concurrency);
    if (order == 0)
        order = (a->duration_ns > b->duration_ns) - (a->duration_ns < b->duration_ns);
    return order;
}

static int compare_cells(const void *left, const void *right, void *context)
{
    const struct hb_cell_summary *a = *(const struct hb_cell_summary *const *)left;
    const struct hb_cell_summary *b = *(const struct hb_cell_summary *const *)right;
    enum hb_comparison comparison = *(const enum hb_comparison *)context;
    int order = compare_loads(a, b, comparison);

    return order != 0 ? order : strcmp(name_of(a, comparison), name_of(b, comparison));
}

static struct cells select_cells(const struct hb_summaries *all, bool open_loop,
                                 struct hb_arena *arena)
{
    struct cells cells = {.items = hb_arena_calloc(arena, all->count, sizeof(void *)),
                          .comparison = hb_comparison_of(all)};

    for (size_t i = 0; i < all->count; i++) {
        if ((all->cells[i].first->rate > 0) == open_loop)
            cells.items[cells.count++] = &all->cells[i];
    }
    qsort_r(cells.items, cells.count, sizeof(void *), compare_cells, &cells.comparison);
    return cells;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static size_t find_name(const struct tally *tally, const char *name)
{
    const char *const *found =
        bsearch(&name, tally->names, tally->count, sizeof *tally->names, compare_names);

    return (size_t)(found - tally->names);
}

/* The names that occur, each once. */
static struct tally start_tally(const struct cells *cells, struct hb_arena *arena)
{
    struct tally tally = {.names = hb_arena_calloc(arena, cells->count, sizeof *tally.names)};
    size_t distinct = 0;

    for (size_t i = 0; i < cells->count; i++)
        tally.names[i] = name_of(cells->items[i], cells->comparison);
    qsort(tally.names, cells->count, sizeof *tally.names, compare_names);
    for (size_t i = 0; i < cells->count; i++) {
        if (i == 0 || strcmp(tally.names[i], tally.names[distinct - 1]) != 0)
            tally.names[distinct++] = tally.names[i];
    }
    tally.count = distinct;
    tally.log_sums = hb_arena_calloc(arena, distinct, sizeof *tally.log_sums);
    tally.cells = hb_arena_calloc(arena, distinct, sizeof *tally.cells);
    return tally;
}

static double figure(const struct hb_cell_summary *cell, enum hb_rollup_metric metric)
{
    static const enum hb_metric metrics[] = {
        [HB_ROLLUP_RATE] = HB_METRIC_REQUESTS_PER_SECOND,
        [HB_ROLLUP_CPU] = HB_METRIC_CPU_PER_REQUEST,
        [HB_ROLLUP_P50] = HB_METRIC_P50,
        [HB_ROLLUP_P99] = HB_METRIC_P99,
    };
    double value;

    return hb_summary_metric(cell, metrics[metric], &value) && value > 0 ? value : NAN;
}

static bool is_good(const struct hb_cell_summary *cell, enum hb_comparison comparison)
{
    return cell->verified > 0 && hb_is_comparable(cell, comparison);
}

/* Whether all names have one good cell in this stretch of one load. Two cells of one name under one
 * load differ in something that is not shown; nothing is rolled up from them. */
static bool is_shared(const struct cells *cells, size_t start, size_t end, size_t names)
{
    if (end - start != names)
        return false;
    for (size_t i = start; i < end; i++) {
        if (!is_good(cells->items[i], cells->comparison) ||
            (i > start && strcmp(name_of(cells->items[i - 1], cells->comparison),
                                 name_of(cells->items[i], cells->comparison)) == 0))
            return false;
    }
    return true;
}

static void add_load(struct tally *tally, const struct cells *cells, size_t start, size_t end)
{
    bool shared = is_shared(cells, start, end, tally->count);

    tally->shared += shared;
    for (size_t i = start; i < end; i++) {
        size_t name = find_name(tally, name_of(cells->items[i], cells->comparison));

        tally->cells[name]++;
        for (int metric = 0; shared && metric < HB_ROLLUP_METRICS; metric++)
            tally->log_sums[name][metric] +=
                log(figure(cells->items[i], (enum hb_rollup_metric)metric));
    }
}

static int compare_rows(const struct hb_rollup_row *a, const struct hb_rollup_row *b,
                        enum hb_rollup_metric metric)
{
    return (a->means[metric] > b->means[metric]) - (a->means[metric] < b->means[metric]);
}

static int compare_by_rate(const void *left, const void *right)
{
    return compare_rows(right, left, HB_ROLLUP_RATE);
}

static int compare_by_p99(const void *left, const void *right)
{
    return compare_rows(left, right, HB_ROLLUP_P99);
}

static struct hb_rollup_row *make_rows(const struct tally *tally, struct hb_arena *arena)
{
    struct hb_rollup_row *rows = hb_arena_calloc(arena, tally->count, sizeof *rows);

    for (size_t i = 0; i < tally->count; i++) {
        rows[i].name = tally->names[i];
        for (int metric = 0; metric < HB_ROLLUP_METRICS; metric++)
            rows[i].means[metric] = exp(tally->log_sums[i][metric] / (double)tally->shared);
    }
    return rows;
}

struct hb_rollup hb_roll_up(const struct hb_summaries *all, bool open_loop, struct hb_arena *arena)
{
    struct cells cells = select_cells(all, open_loop, arena);
    struct tally tally = start_tally(&cells, arena);
    struct hb_rollup rollup = {.open_loop = open_loop, .names = tally.count};
    size_t end;

    for (size_t start = 0; start < cells.count; start = end) {
        end = start + 1;
        while (end < cells.count &&
               compare_loads(cells.items[start], cells.items[end], cells.comparison) == 0)
            end++;
        add_load(&tally, &cells, start, end);
    }
    for (size_t i = 0; i < tally.count; i++)
        rollup.most = tally.cells[i] > rollup.most ? tally.cells[i] : rollup.most;
    rollup.shared = tally.shared;
    if (tally.shared == 0)
        return rollup;
    rollup.rows = make_rows(&tally, arena);
    rollup.rows_count = tally.count;
    qsort(rollup.rows, rollup.rows_count, sizeof *rollup.rows,
          open_loop ? compare_by_p99 : compare_by_rate);
    return rollup;
}
