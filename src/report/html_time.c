/*
 * What time did to the figures. Within a run, second by second, a client that warms up for longer
 * than the warm-up or slows down is seen; over the sweep, in order of execution, a machine that
 * does. Both are for the reader who doubts, so they are collapsed.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "report/chart.h"
#include "report/html_charts.h"
#include "report/markup.h"

enum { MAX_SERIES_CHARTS = 24, MAX_SERIES = 16, MAX_SECONDS = 600, MAX_POINTS = 500, TICKS = 6 };

/* ---- within a run ---- */

/* What the runs of one cell did in each second. */
struct seconds {
    double verified[MAX_SECONDS];
    unsigned runs[MAX_SECONDS];
    size_t count;
};

/* Whole seconds only: the last one is cut short by the end of the window. */
static size_t whole_seconds(const struct hb_run_row *run, size_t stored)
{
    double whole = ((double)run->window_offset_ns + (double)run->window_ns) / HB_NS_PER_S;
    size_t most = stored < MAX_SECONDS ? stored : MAX_SECONDS;

    if (whole < 0)
        return 0;
    return whole < (double)most ? (size_t)whole : most;
}

static int add_run(const struct hb_report *report, const struct hb_run_row *run,
                   struct seconds *seconds, struct hb_error *err)
{
    struct hb_second *stored;
    size_t count;

    if (hb_store_load_series(report->store, run->id, report->arena, &stored, &count, err) != 0)
        return -1;
    count = whole_seconds(run, count);
    for (size_t i = 0; i < count; i++) {
        seconds->verified[i] += stored[i].verified;
        seconds->runs[i]++;
    }
    if (count > seconds->count)
        seconds->count = count;
    return 0;
}

/* The mean over rounds of each second, in the middle of that second. */
static int cell_series(const struct hb_report *report, const struct hb_cell_summary *cell,
                       struct hb_chart_series *ret_series, struct hb_error *err)
{
    struct seconds *seconds = hb_arena_alloc(report->arena, sizeof *seconds);
    struct hb_chart_point *points;

    for (size_t i = 0; i < cell->runs_count; i++) {
        if (strcmp(cell->runs[i]->status, "ok") == 0 &&
            add_run(report, cell->runs[i], seconds, err) != 0)
            return -1;
    }
    points = hb_arena_calloc(report->arena, seconds->count, sizeof *points);
    for (size_t i = 0; i < seconds->count; i++) {
        double mean = seconds->verified[i] / seconds->runs[i];

        points[i] =
            (struct hb_chart_point){.x = (double)i + 0.5, .y = mean, .low = mean, .high = mean};
    }
    ret_series->points = points;
    ret_series->points_count = seconds->count;
    return 0;
}

/* Whole numbers from 0 to `last`, about TICKS of them. */
static size_t make_ticks(size_t last, struct hb_chart_tick ticks[TICKS + 2], struct hb_arena *arena)
{
    size_t step = (last + TICKS - 1) / TICKS, count = 0;

    for (size_t at = 0; at < last; at += step)
        ticks[count++] =
            (struct hb_chart_tick){.x = (double)at, .label = hb_arena_printf(arena, "%zu", at)};
    ticks[count++] =
        (struct hb_chart_tick){.x = (double)last, .label = hb_arena_printf(arena, "%zu", last)};
    return count;
}

static double warmup_of(const struct hb_cell_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        for (size_t j = 0; j < group->cells[i]->runs_count; j++) {
            const struct hb_run_row *run = group->cells[i]->runs[j];

            if (strcmp(run->status, "ok") == 0)
                return (double)run->window_offset_ns / 1e9;
        }
    }
    return 0;
}

static int write_group(const struct hb_report *report, const struct hb_cell_group *group,
                       unsigned id, FILE *out, struct hb_error *err)
{
    size_t count = group->count < MAX_SERIES ? group->count : MAX_SERIES;
    struct hb_chart_series *series = hb_arena_calloc(report->arena, count, sizeof *series);
    HB_CLEANUP(hb_buf_release) struct hb_buf title;
    struct hb_chart_tick ticks[TICKS + 2];
    struct hb_chart chart = {.title = "Verified responses, second by second",
                             .description = "Mean over rounds; the warm-up is shaded",
                             .x_label = "seconds since the run began",
                             .y_metric = HB_METRIC_REQUESTS_PER_SECOND,
                             .shaded_to = warmup_of(group),
                             .x_ticks = ticks,
                             .series = series,
                             .series_count = count};
    size_t last = 0;

    hb_buf_init(&title, 8192);
    for (size_t i = 0; i < count; i++) {
        series[i].label = hb_compared_name(group->cells[i]->first, group->comparison);
        if (cell_series(report, group->cells[i], &series[i], err) != 0)
            return -1;
        last = series[i].points_count > last ? series[i].points_count : last;
    }
    if (last < 2)
        return 0;
    chart.x_ticks_count = make_ticks(last, ticks, report->arena);
    hb_group_describe(group, true, &title);
    fputs("<h3>", out);
    hb_markup_text(out, hb_buf_text(&title));
    fputs("</h3>\n", out);
    hb_chart_write(&chart, id, out);
    return 0;
}

static int write_within_runs(const struct hb_report *report, const struct hb_cell_group *groups,
                             size_t groups_count, unsigned *chart_id, FILE *out,
                             struct hb_error *err)
{
    fputs("<details><summary>Within runs, second by second</summary>\n<p>Means over rounds of the "
          "whole seconds; the shade is the warm-up, which no figure contains.</p>\n",
          out);
    for (size_t i = 0; i < groups_count && i < MAX_SERIES_CHARTS; i++) {
        if (write_group(report, &groups[i], (*chart_id)++, out, err) != 0)
            return -1;
    }
    if (groups_count > MAX_SERIES_CHARTS)
        fprintf(out,
                "<p>%zu more are left out; the table <code>seconds</code> of the database has "
                "all.</p>\n",
                groups_count - MAX_SERIES_CHARTS);
    fputs("</details>\n", out);
    return 0;
}

/* ---- over the sweep ---- */

struct order {
    double *sums; /* of rate / median of the cell, by place in the order */
    unsigned *counts;
    size_t places; /* at most MAX_POINTS: neighbouring runs share one */
    size_t runs, used;
    double low, high;
};

static size_t place_of(const struct order *order, const struct hb_run_row *run)
{
    size_t place = (size_t)run->position * order->places / order->runs;

    return place < order->places ? place : order->places - 1;
}

static void add_cell(struct order *order, const struct hb_cell_summary *cell)
{
    double median = cell->requests_per_second.interval.estimate;

    if (cell->requests_per_second.n < 2 || cell->first->rate > 0 || !(median > 0))
        return;
    for (size_t i = 0; i < cell->runs_count; i++) {
        const struct hb_run_row *run = cell->runs[i];

        if (strcmp(run->status, "ok") != 0)
            continue;
        order->sums[place_of(order, run)] += run->requests_per_second / median;
        order->counts[place_of(order, run)]++;
        order->used++;
    }
}

static size_t last_position(const struct hb_report *report)
{
    size_t last = 0;

    for (size_t i = 0; i < report->runs_count; i++)
        last = report->runs[i].position > last ? report->runs[i].position : last;
    return last;
}

static struct order make_order(const struct hb_report *report)
{
    struct order order = {.runs = last_position(report) + 1};

    order.places = order.runs < MAX_POINTS ? order.runs : MAX_POINTS;
    order.sums = hb_arena_calloc(report->arena, order.places, sizeof *order.sums);
    order.counts = hb_arena_calloc(report->arena, order.places, sizeof *order.counts);
    for (size_t i = 0; i < report->cells.count; i++)
        add_cell(&order, &report->cells.cells[i]);
    return order;
}

static struct hb_chart_series order_series(const struct hb_report *report,
                                           const struct order *order, double *ret_low)
{
    struct hb_chart_point *points = hb_arena_calloc(report->arena, order->places, sizeof *points);
    struct hb_chart_series series = {
        .label = "runs, relative to their cell's median", .points = points, .scattered = true};

    *ret_low = 1;
    for (size_t i = 0; i < order->places; i++) {
        double mean = order->counts[i] > 0 ? order->sums[i] / order->counts[i] : 0;

        if (order->counts[i] == 0)
            continue;
        points[series.points_count++] = (struct hb_chart_point){
            .x = ((double)i + 0.5) * (double)order->runs / (double)order->places,
            .y = mean,
            .low = mean,
            .high = mean};
        *ret_low = fmin(*ret_low, mean);
    }
    return series;
}

static void write_over_sweep(const struct hb_report *report, unsigned id, FILE *out)
{
    struct order order = make_order(report);
    struct hb_chart_tick ticks[TICKS + 2];
    double low;
    struct hb_chart_series series = order_series(report, &order, &low);
    struct hb_chart chart = {
        .title = "Runs in order of execution, relative to their cell's median",
        .description = "Verified responses a second over the median of the run's cell. A machine "
                       "that changed during the sweep shows as a slope or a step.",
        .x_label = "run, in order of execution",
        .y_metric = HB_METRIC_ERROR_RATE,
        .y_from = low,
        .x_ticks = ticks,
        .series = &series,
        .series_count = 1};

    fputs("<details><summary>Over the sweep, run by run</summary>\n", out);
    if (order.used == 0) {
        fputs("<p>Needs cells with two measured rounds in a closed loop.</p></details>\n", out);
        return;
    }
    fprintf(out,
            "<p>Each run's throughput as a share of its cell's median, in order of execution%s. A "
            "slope or a step is a machine that changed during the sweep; rounds are interleaved, "
            "so it changed for all clients alike.</p>\n",
            order.runs > order.places ? ", neighbouring runs averaged" : "");
    chart.x_ticks_count = make_ticks(order.runs, ticks, report->arena);
    hb_chart_write(&chart, id, out);
    fputs("</details>\n", out);
}

int hb_html_time(const struct hb_report *report, const struct hb_cell_group *groups,
                 size_t groups_count, unsigned *chart_id, FILE *out, struct hb_error *err)
{
    if (groups_count == 0 || strcmp(report->sweep->purpose, "smoke") == 0)
        return 0;
    fputs("<section><h2>Over time</h2>\n", out);
    if (write_within_runs(report, groups, groups_count, chart_id, out, err) != 0)
        return -1;
    write_over_sweep(report, (*chart_id)++, out);
    fputs("</section>\n", out);
    return 0;
}
