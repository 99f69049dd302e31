/* Which charts there are. Drawing is chart.c's. */
#include "report/html_charts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/chart.h"
#include "report/html_tables.h"
#include "report/markup.h"

enum { MAX_CONCURRENCIES = 64, MAX_FAMILIES = 50, MAX_LATENCY_CHARTS = 100 };

/* Groups that differ in nothing but concurrency: the cells of one chart over concurrency. */
struct family {
    const struct hb_cell_group *groups;
    size_t count;
};

static size_t family_length(const struct hb_cell_group *groups, size_t start, size_t count)
{
    size_t end = start + 1;

    while (end < count && hb_same_family(&groups[start], &groups[end]))
        end++;
    return end - start;
}

/* The distinct client labels of a family, in order of appearance. */
static size_t family_clients(const struct family *family, struct hb_arena *arena,
                             const char ***ret_clients)
{
    size_t capacity = 0, count = 0;
    const char **clients;

    for (size_t i = 0; i < family->count; i++)
        capacity += family->groups[i].count;
    clients = hb_arena_calloc(arena, capacity, sizeof *clients);
    for (size_t i = 0; i < family->count; i++) {
        for (size_t j = 0; j < family->groups[i].count; j++) {
            const char *client =
                hb_compared_name(family->groups[i].cells[j]->first, family->groups[i].comparison);
            size_t known = 0;

            while (known < count && strcmp(clients[known], client) != 0)
                known++;
            if (known == count)
                clients[count++] = client;
        }
    }
    *ret_clients = clients;
    return count;
}

static const struct hb_cell_summary *find_client(const struct hb_cell_group *group,
                                                 const char *client)
{
    for (size_t i = 0; i < group->count; i++) {
        if (strcmp(hb_compared_name(group->cells[i]->first, group->comparison), client) == 0)
            return group->cells[i];
    }
    return NULL;
}

typedef const struct hb_estimate *pick_fn(const struct hb_cell_summary *cell);

static const struct hb_estimate *pick_rate(const struct hb_cell_summary *cell)
{
    return &cell->requests_per_second;
}

static const struct hb_estimate *pick_cpu(const struct hb_cell_summary *cell)
{
    return &cell->cpu_per_request_ns;
}

static struct hb_chart_series client_series(const struct family *family, const char *client,
                                            pick_fn *pick, struct hb_arena *arena)
{
    struct hb_chart_point *points = hb_arena_calloc(arena, family->count, sizeof *points);
    struct hb_chart_series series = {.label = client, .points = points};

    for (size_t i = 0; i < family->count; i++) {
        const struct hb_cell_summary *cell = find_client(&family->groups[i], client);
        const struct hb_estimate *found = cell != NULL ? pick(cell) : NULL;

        if (found == NULL || found->n == 0)
            continue;
        points[series.points_count++] = (struct hb_chart_point){.x = (double)i,
                                                                .y = found->interval.estimate,
                                                                .low = found->interval.low,
                                                                .high = found->interval.high};
    }
    return series;
}

static int compare_labels(const void *left, const void *right)
{
    const struct hb_chart_series *a = left, *b = right;

    return strcmp(a->label, b->label);
}

/* By name, not by rank: a client keeps its colour and marker from chart to chart. */
static void sort_series(struct hb_chart_series *series, size_t count)
{
    qsort(series, count, sizeof *series, compare_labels);
}

/* One chart over concurrency; the values of the axis are equally far apart. */
static void write_over_concurrency(const struct hb_report *report, const struct family *family,
                                   const char *what, enum hb_metric metric, pick_fn *pick,
                                   unsigned id, FILE *out)
{
    struct hb_chart_tick *ticks = hb_arena_calloc(report->arena, family->count, sizeof *ticks);
    const char **clients;
    size_t clients_count = family_clients(family, report->arena, &clients);
    struct hb_chart_series *series = hb_arena_calloc(report->arena, clients_count, sizeof *series);
    struct hb_chart chart = {.x_label = "requests in flight at once",
                             .y_metric = metric,
                             .x_ticks = ticks,
                             .x_ticks_count = family->count,
                             .series = series,
                             .series_count = clients_count};

    for (size_t i = 0; i < family->count; i++)
        ticks[i] = (struct hb_chart_tick){
            .x = (double)i,
            .label = hb_arena_printf(report->arena, "%" PRIu32,
                                     family->groups[i].cells[0]->first->concurrency)};
    for (size_t i = 0; i < clients_count; i++)
        series[i] = client_series(family, clients[i], pick, report->arena);
    sort_series(series, clients_count);
    chart.title = hb_arena_printf(report->arena, "%s over concurrency", what);
    chart.description = hb_arena_printf(
        report->arena,
        "%s for %zu clients at %zu concurrencies; the ranking tables have the figures", what,
        clients_count, family->count);
    fprintf(out, "<h4>%s</h4>\n", what);
    hb_chart_write(&chart, id, out);
}

static void write_family(const struct hb_report *report, const struct family *family,
                         unsigned *chart_id, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf title;

    hb_buf_init(&title, 8192);
    hb_group_describe(&family->groups[0], false, &title);
    fputs("<h3>", out);
    hb_markup_text(out, hb_buf_text(&title));
    fputs("</h3>\n", out);
    write_over_concurrency(report, family, "Verified responses a second",
                           HB_METRIC_REQUESTS_PER_SECOND, pick_rate, (*chart_id)++, out);
    write_over_concurrency(report, family, "Client CPU a request", HB_METRIC_CPU_PER_REQUEST,
                           pick_cpu, (*chart_id)++, out);
}

/* A chart over one concurrency would be a dot; and there is a limit to what people look at. */
static void write_scaling(const struct hb_report *report, const struct hb_cell_group *groups,
                          size_t groups_count, unsigned *chart_id, FILE *out)
{
    size_t length, families = 0;

    for (size_t i = 0; i < groups_count; i += length) {
        struct family family = {.groups = &groups[i]};

        length = family_length(groups, i, groups_count);
        family.count = length < MAX_CONCURRENCIES ? length : MAX_CONCURRENCIES;
        if (family.count < 2 || ++families > MAX_FAMILIES)
            continue;
        if (families == 1)
            fputs("<section><h2>Over concurrency</h2>\n<p>Bars are the intervals over "
                  "rounds.</p>\n",
                  out);
        write_family(report, &family, chart_id, out);
    }
    if (families > MAX_FAMILIES)
        fprintf(out, "<p>%zu more are left out; CSV and JSON have all.</p>\n",
                families - MAX_FAMILIES);
    fputs(families > 0 ? "</section>\n" : "", out);
}

/* The curve of one cell at each quantile that at least ten samples lie above. */
static struct hb_chart_series latency_series(const struct hb_cell_summary *cell, const char *label,
                                             const struct hb_chart_tick *ticks,
                                             struct hb_arena *arena)
{
    struct hb_chart_point *points = hb_arena_calloc(arena, HB_LATENCY_QUANTILES, sizeof *points);
    struct hb_chart_series series = {.label = label, .points = points};

    for (size_t i = 0; i < HB_LATENCY_QUANTILES; i++) {
        double value = (double)cell->response.quantile_ns[i];

        if (cell->response.above[i] < 10)
            break;
        points[series.points_count++] =
            (struct hb_chart_point){.x = ticks[i].x, .y = value, .low = value, .high = value};
    }
    return series;
}

static void write_latency(const struct hb_report *report, const struct hb_cell_group *group,
                          unsigned id, FILE *out)
{
    static const char *const labels[HB_LATENCY_QUANTILES] = {"0",  "50 %", "75",   "90",     "95",
                                                             "99", "99.5", "99.9", "99.99 %"};
    struct hb_chart_tick ticks[HB_LATENCY_QUANTILES];
    struct hb_chart_series *series = hb_arena_calloc(report->arena, group->count, sizeof *series);
    HB_CLEANUP(hb_buf_release) struct hb_buf title;
    struct hb_chart chart = {.x_label = "percentile of verified requests",
                             .y_metric = HB_METRIC_P50,
                             .y_log = true,
                             .x_ticks = ticks,
                             .x_ticks_count = HB_LATENCY_QUANTILES,
                             .series = series,
                             .series_count = group->count};

    for (size_t i = 0; i < HB_LATENCY_QUANTILES; i++)
        ticks[i] =
            (struct hb_chart_tick){.x = -log10(1 - hb_latency_quantiles[i]), .label = labels[i]};
    for (size_t i = 0; i < group->count; i++)
        series[i] = latency_series(group->cells[i],
                                   hb_compared_name(group->cells[i]->first, group->comparison),
                                   ticks, report->arena);
    sort_series(series, group->count);
    hb_buf_init(&title, 8192);
    hb_group_describe(group, true, &title);
    fputs("<h3>", out);
    hb_markup_text(out, hb_buf_text(&title));
    fputs("</h3>\n", out);
    chart.title = hb_arena_printf(report->arena, "Response time, %s", hb_buf_text(&title));
    chart.description = "Response time by percentile, one line a client, both axes logarithmic";
    hb_chart_write(&chart, id, out);
}

void hb_html_charts(const struct hb_report *report, const struct hb_cell_group *groups,
                    size_t groups_count, unsigned *chart_id, FILE *out)
{
    if (groups_count == 0)
        return;
    write_scaling(report, groups, groups_count, chart_id, out);
    fputs("<section><h2>Latency percentiles</h2>\n<p>All rounds merged. A curve ends where fewer "
          "than ten samples lie above.</p>\n",
          out);
    for (size_t i = 0; i < groups_count && i < MAX_LATENCY_CHARTS; i++)
        write_latency(report, &groups[i], (*chart_id)++, out);
    if (groups_count > MAX_LATENCY_CHARTS)
        fprintf(out, "<p>%zu more are left out; CSV and JSON have all.</p>\n",
                groups_count - MAX_LATENCY_CHARTS);
    fputs("</section>\n", out);
}
