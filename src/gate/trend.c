/*
 * From figures to series, from series to roll-ups, and the points of both. Everything is computed
 * with logarithms: a change is a factor.
 */
#include "gate/trend.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/memory.h"
#include "gate/judge.h"
#include "gate/trend_figures.h"
#include "measure/change_points.h"

#define ROLLUP_SHARE 0.8 /* of the nights: cells with fewer figures take no part in a roll-up */
#define MEASURED ((1u << (HB_GATE_RSS + 1)) - 1)

struct trending {
    const struct hb_trend_options *options;
    struct hb_arena *arena;
    struct hb_trend_collection collection;
    struct hb_trend_series *series;
    size_t count, capacity;
    struct hb_annotation_row *annotations;
    size_t annotations_count;
};

static void trending_release(struct trending *trending)
{
    hb_trend_collection_release(&trending->collection);
    free(trending->series);
}

static void add_series(struct trending *trending, const struct hb_trend_series *series)
{
    trending->series =
        hb_grow(trending->series, &trending->capacity, trending->count, sizeof *trending->series);
    trending->series[trending->count++] = *series;
}

/* ---- series of cells ---- */

static struct hb_trend_series series_of(const struct hb_trend_figures *figures)
{
    return (struct hb_trend_series){
        .key = figures->series,
        .client = figures->label.client,
        .server = figures->label.server,
        .method = figures->label.method,
        .url = figures->label.url,
        .protocol = figures->label.http,
        .concurrency = figures->label.concurrency,
        .rate = figures->label.rate,
        .burst = figures->label.burst,
        .every_ns = figures->label.every_ns,
        .duration_ns = figures->label.duration_ns,
        .cells = 1,
        .fingerprint = figures->fingerprint,
    };
}

/* The figures [start, end) are those of one cell; the newest night's labels count. */
static void make_series(struct trending *trending, size_t start, size_t end,
                        enum hb_gate_metric metric)
{
    const struct hb_trend_figures *figures = trending->collection.figures;
    struct hb_trend_series series = series_of(&figures[end - 1]);
    size_t *nights = hb_arena_calloc(trending->arena, end - start, sizeof *nights);
    double *values = hb_arena_calloc(trending->arena, end - start, sizeof *values);

    for (size_t i = start; i < end; i++) {
        if (!isfinite(figures[i].values[metric]))
            continue;
        nights[series.count] = figures[i].night;
        values[series.count++] = figures[i].values[metric];
    }
    series.metric = metric;
    series.nights = nights;
    series.values = values;
    if (series.count > 0)
        add_series(trending, &series);
}

static size_t end_of_cell(const struct hb_trend_collection *collection, size_t start)
{
    const struct hb_trend_figures *first = &collection->figures[start];
    size_t end = start + 1;

    while (end < collection->count && strcmp(collection->figures[end].series, first->series) == 0 &&
           strcmp(collection->figures[end].fingerprint, first->fingerprint) == 0)
        end++;
    return end;
}

static void make_cells(struct trending *trending)
{
    unsigned metrics = trending->options->metrics != 0 ? trending->options->metrics : MEASURED;
    size_t end;

    for (size_t start = 0; start < trending->collection.count; start = end) {
        end = end_of_cell(&trending->collection, start);
        for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
            if ((metrics & 1u << metric) != 0)
                make_series(trending, start, end, (enum hb_gate_metric)metric);
        }
    }
}

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

/* Those of one roll-up next to each other; then as people read them. */
static int compare_series(const void *left, const void *right)
{
    const struct hb_trend_series *a = left, *b = right;
    const struct {
        const char *a, *b;
    } texts[] = {{a->client, b->client},
                 {a->server, b->server},
                 {a->method, b->method},
                 {a->url, b->url},
                 {a->key, b->key}};
    int order = (int)b->rollup - (int)a->rollup;

    if (order == 0)
        order = strcmp(a->fingerprint, b->fingerprint);
    if (order == 0)
        order = (int)a->metric - (int)b->metric;
    for (size_t i = 0; i < HB_ARRAY_LEN(texts) && order == 0; i++) {
        order = strcmp(texts[i].a, texts[i].b);
        if (order == 0 && i == 3)
            order = compare_numbers(a->rate, b->rate);
        if (order == 0 && i == 3)
            order = compare_numbers(a->concurrency, b->concurrency);
    }
    return order;
}

static void sort_series(struct trending *trending)
{
    if (trending->count > 0)
        qsort(trending->series, trending->count, sizeof *trending->series, compare_series);
}

/* ---- roll-ups ---- */

/* What the cells of a roll-up add up to, night by night. */
struct tally {
    double *deviations; /* sums, of each night, of how far cells are from their own means */
    size_t *figures;    /* how many cells had one */
    double level;       /* sum of the cells' means */
    size_t cells;
};

static bool same_rollup(const struct hb_trend_series *a, const struct hb_trend_series *b)
{
    return a->metric == b->metric && strcmp(a->client, b->client) == 0 &&
           strcmp(a->fingerprint, b->fingerprint) == 0;
}

/* A cell that was left out one night must not move the mean of that night: what counts is how far
 * each cell is from its own mean. */
static void add_cell(struct tally *tally, const struct hb_trend_series *cell)
{
    double mean = 0;

    for (size_t i = 0; i < cell->count; i++)
        mean += log(cell->values[i]) / (double)cell->count;
    for (size_t i = 0; i < cell->count; i++) {
        tally->deviations[cell->nights[i]] += log(cell->values[i]) - mean;
        tally->figures[cell->nights[i]]++;
    }
    tally->level += mean;
    tally->cells++;
}

/* Nights with figures of at least half of the cells. */
static void fill_rollup(const struct tally *tally, size_t nights_count, struct hb_arena *arena,
                        struct hb_trend_series *rollup)
{
    size_t *nights = hb_arena_calloc(arena, nights_count, sizeof *nights);
    double *values = hb_arena_calloc(arena, nights_count, sizeof *values);

    rollup->count = 0;
    for (size_t night = 0; night < nights_count; night++) {
        if (2 * tally->figures[night] < tally->cells)
            continue;
        nights[rollup->count] = night;
        values[rollup->count++] = exp(tally->level / (double)tally->cells +
                                      tally->deviations[night] / (double)tally->figures[night]);
    }
    rollup->nights = nights;
    rollup->values = values;
    rollup->cells = tally->cells;
}

static size_t longest_of(const struct hb_trend_series *series, size_t count)
{
    size_t longest = 0;

    for (size_t i = 0; i < count; i++)
        longest = series[i].count > longest ? series[i].count : longest;
    return longest;
}

static struct hb_trend_series rollup_of(const struct trending *trending,
                                        const struct hb_trend_series *cell)
{
    struct hb_arena *arena = trending->arena;

    return (struct hb_trend_series){
        .key = hb_trend_key(hb_arena_printf(arena, "rollup:%s", cell->client),
                            trending->collection.subject, arena),
        .client = cell->client,
        .server = "",
        .method = "",
        .url = "",
        .protocol = "",
        .rollup = true,
        .fingerprint = cell->fingerprint,
        .metric = cell->metric,
    };
}

/* The cells [start, end) of one client, metric and machine. Of one cell there is nothing to roll
 * up. */
static void make_rollup(struct trending *trending, size_t start, size_t end)
{
    size_t nights = trending->collection.nights_count;
    size_t longest = longest_of(trending->series + start, end - start);
    struct hb_trend_series rollup = rollup_of(trending, &trending->series[start]);
    struct tally tally = {.deviations = hb_calloc(nights, sizeof *tally.deviations),
                          .figures = hb_calloc(nights, sizeof *tally.figures)};

    for (size_t i = start; i < end; i++) {
        if ((double)trending->series[i].count >= ROLLUP_SHARE * (double)longest)
            add_cell(&tally, &trending->series[i]);
    }
    fill_rollup(&tally, nights, trending->arena, &rollup);
    free(tally.deviations);
    free(tally.figures);
    if (rollup.cells > 1)
        add_series(trending, &rollup);
}

static void make_rollups(struct trending *trending)
{
    size_t cells = trending->count, end;

    for (size_t start = 0; start < cells; start = end) {
        end = start + 1;
        while (end < cells && same_rollup(&trending->series[start], &trending->series[end]))
            end++;
        make_rollup(trending, start, end);
    }
}

/* ---- points ---- */

static double least_change(const struct trending *trending, const struct hb_trend_series *series)
{
    if (trending->options->least_change > 0)
        return trending->options->least_change;
    return series->rollup ? HB_TREND_ROLLUP_CHANGE : HB_TREND_CELL_CHANGE;
}

static const struct hb_trend_night *night_at(const struct trending *trending,
                                             const struct hb_trend_series *series, size_t at)
{
    return &trending->collection.nights[series->nights[at]];
}

static void name_point(const struct trending *trending, const struct hb_trend_series *series,
                       struct hb_trend_point *point)
{
    const char *text =
        hb_arena_printf(trending->arena, "%s|%d|%s|%" PRId64, series->key, (int)series->metric,
                        series->fingerprint, night_at(trending, series, point->at)->sweep_id);

    snprintf(point->id, sizeof point->id, "%08" PRIx32, (uint32_t)XXH3_64bits(text, strlen(text)));
}

static size_t place_of_sweep(const struct trending *trending, const struct hb_trend_series *series,
                             int64_t sweep_id)
{
    size_t at = 0;

    while (at < series->count && night_at(trending, series, at)->sweep_id != sweep_id)
        at++;
    return at;
}

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* A later night may move a point a little: what was said of it moves with it. The nearest counts,
 * of those as near the last that was written. */
static void annotate(const struct trending *trending, const struct hb_trend_series *series,
                     struct hb_trend_point *point)
{
    size_t nearest = HB_TREND_NEAR + 1;

    point->state = point->note = "";
    for (size_t i = 0; i < trending->annotations_count; i++) {
        const struct hb_annotation_row *said = &trending->annotations[i];
        size_t away;

        if (strcmp(said->series, series->key) != 0 ||
            strcmp(said->fingerprint, series->fingerprint) != 0 ||
            strcmp(said->metric, hb_gate_metric_name(series->metric)) != 0)
            continue;
        away = distance(place_of_sweep(trending, series, said->sweep_id), point->at);
        if (away > HB_TREND_NEAR || away > nearest)
            continue;
        nearest = away;
        point->state = said->state;
        point->note = said->note;
    }
}

static void fill_point(const struct trending *trending, const struct hb_trend_series *series,
                       const struct hb_change_point *found, struct hb_trend_point *ret)
{
    *ret = (struct hb_trend_point){.at = found->index,
                                   .change = expm1(found->after - found->before),
                                   .p = found->p,
                                   .worse = (found->after > found->before) !=
                                            hb_more_is_better(series->metric)};
    name_point(trending, series, ret);
    annotate(trending, series, ret);
}

static int find_points(struct trending *trending, struct hb_trend_series *series,
                       struct hb_error *err)
{
    const struct hb_change_rules rules = {.alpha = HB_TREND_ALPHA,
                                          .magnitude = log1p(least_change(trending, series)),
                                          .shortest = HB_TREND_SHORTEST};
    HB_CLEANUP(hb_free_ptr) double *logarithms = hb_calloc(series->count + 1, sizeof *logarithms);
    HB_CLEANUP(hb_free_ptr) struct hb_change_point *found = NULL;
    struct hb_trend_point *points;

    for (size_t i = 0; i < series->count; i++)
        logarithms[i] = log(series->values[i]);
    if (hb_change_points(logarithms, series->count, &rules, &found, &series->points_count, err) !=
        0)
        return -1;
    points = hb_arena_calloc(trending->arena, series->points_count, sizeof *points);
    for (size_t i = 0; i < series->points_count; i++)
        fill_point(trending, series, &found[i], &points[i]);
    series->points = points;
    return 0;
}

/* ---- what belongs together ---- */

/* The point of a roll-up that a cell's point shows, too. */
static struct hb_trend_point *find_common(const struct hb_trend_series *rollup,
                                          const struct hb_trend_series *cell,
                                          const struct hb_trend_point *point)
{
    for (size_t i = 0; rollup != NULL && i < rollup->points_count; i++) {
        struct hb_trend_point *common = &rollup->points[i];

        if (common->worse == point->worse &&
            distance(rollup->nights[common->at], cell->nights[point->at]) <= HB_TREND_NEAR)
            return common;
    }
    return NULL;
}

static struct hb_trend_series *find_rollup(const struct trending *trending,
                                           const struct hb_trend_series *cell)
{
    for (size_t i = 0; i < trending->count && trending->series[i].rollup; i++) {
        if (same_rollup(&trending->series[i], cell))
            return &trending->series[i];
    }
    return NULL;
}

/* How many cells were looked at for this metric on this machine: each could raise a false alarm. */
static size_t count_cells(const struct trending *trending, const struct hb_trend_series *of)
{
    size_t count = 0;

    for (size_t i = 0; i < trending->count; i++) {
        const struct hb_trend_series *series = &trending->series[i];

        count += !series->rollup && series->metric == of->metric &&
                 strcmp(series->fingerprint, of->fingerprint) == 0;
    }
    return count;
}

/* Points beside the roll-up's are told of that; those alone stay when they are certain enough. */
static void settle_cell(const struct trending *trending, struct hb_trend_series *cell)
{
    const struct hb_trend_series *rollup = find_rollup(trending, cell);
    struct hb_trend_point *points = cell->points;
    double alpha = HB_TREND_ALPHA / (double)count_cells(trending, cell);
    size_t kept = 0;

    for (size_t i = 0; i < cell->points_count; i++) {
        struct hb_trend_point *common = find_common(rollup, cell, &points[i]);

        if (common != NULL) {
            common->cells++;
            points[i].of = common->id;
        } else if (!(points[i].p < alpha)) {
            continue;
        }
        points[kept++] = points[i];
    }
    cell->points_count = kept;
}

static int find_all_points(struct trending *trending, struct hb_error *err)
{
    for (size_t i = 0; i < trending->count; i++) {
        if (find_points(trending, &trending->series[i], err) != 0)
            return -1;
    }
    for (size_t i = 0; i < trending->count; i++) {
        if (!trending->series[i].rollup && trending->series[i].points_count > 0)
            settle_cell(trending, &trending->series[i]);
    }
    return 0;
}

/* ---- all together ---- */

static bool has_client(const struct hb_trend_collection *collection, const char *client)
{
    for (size_t i = 0; i < collection->count; i++) {
        if (strcmp(collection->figures[i].label.client, client) == 0)
            return true;
    }
    return false;
}

static int relate(struct trending *trending, struct hb_trend *trend, struct hb_error *err)
{
    const char *pinned = trending->options->pinned;

    if (pinned == NULL)
        return 0;
    if (!has_client(&trending->collection, pinned))
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "the pinned client '%.100s' has no figures in these sweeps: give its name "
                       "as reports show it, such as httpx/async",
                       pinned);
    trend->unpaired = hb_trend_relate(&trending->collection, pinned);
    return 0;
}

static int make_trend(struct trending *trending, struct hb_trend *trend, struct hb_error *err)
{
    if (relate(trending, trend, err) != 0)
        return -1;
    make_cells(trending);
    sort_series(trending);
    make_rollups(trending);
    sort_series(trending);
    if (find_all_points(trending, err) != 0)
        return -1;
    trend->series =
        hb_arena_memdup(trending->arena, trending->series, trending->count * sizeof *trend->series);
    trend->series_count = trending->count;
    trend->scenario = trending->collection.scenario;
    trend->pinned = trending->options->pinned;
    trend->subject = trending->options->subject;
    trend->nights = trending->collection.nights;
    trend->nights_count = trending->collection.nights_count;
    trend->nights_left_out = trending->collection.left_out;
    return 0;
}

int hb_trend_load(struct hb_store *store, const struct hb_trend_options *options,
                  struct hb_arena *arena, struct hb_trend *ret_trend, struct hb_error *err)
{
    HB_CLEANUP(trending_release) struct trending trending = {.options = options, .arena = arena};

    *ret_trend = (struct hb_trend){0};
    if (hb_store_load_annotations(store, arena, &trending.annotations, &trending.annotations_count,
                                  err) != 0 ||
        hb_trend_collect(store, options, arena, &trending.collection, err) != 0)
        return -1;
    return make_trend(&trending, ret_trend, err);
}

const struct hb_trend_point *hb_trend_find(const struct hb_trend *trend, const char *id,
                                           const struct hb_trend_series **ret_series)
{
    for (size_t i = 0; i < trend->series_count; i++) {
        for (size_t j = 0; j < trend->series[i].points_count; j++) {
            *ret_series = &trend->series[i];
            if (strcmp(trend->series[i].points[j].id, id) == 0)
                return &trend->series[i].points[j];
        }
    }
    return NULL;
}

const struct hb_trend_night *hb_trend_after(const struct hb_trend *trend,
                                            const struct hb_trend_series *series,
                                            const struct hb_trend_point *point)
{
    return &trend->nights[series->nights[point->at]];
}

const struct hb_trend_night *hb_trend_before(const struct hb_trend *trend,
                                             const struct hb_trend_series *series,
                                             const struct hb_trend_point *point)
{
    return &trend->nights[series->nights[point->at - 1]];
}
