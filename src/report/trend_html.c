/*
 * A trend as one page: no script, no external request. The changes first, as a table; then a chart
 * for each series worth one, with the levels between its changes, and its figures behind it.
 */
#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
#include "report/markup.h"
#include "report/trend_words.h"

enum {
    WIDTH = 720,
    HEIGHT = 170,
    LEFT = 84,
    RIGHT = 14,
    TOP = 22,
    BOTTOM = 24,
    MOST_CHARTS = 300, /* more would be no page to read; the JSON has them all */
    DATE_BYTES = 10,
};

#define LEAST_SPAN 0.05 /* of the y axis, relative: noise must not look like mountains */

static const char style[] =
    ".trend{max-width:46rem}.trend .night{fill:currentColor}.trend polyline{fill:none;"
    "stroke:currentColor;opacity:.45}.trend .level{stroke:var(--ink);stroke-width:2}.trend .point{"
    "stroke:var(--dim);stroke-dasharray:4 3}.trend .worse{fill:var(--bad)}.trend .better{"
    "fill:var(--good)}.good{color:var(--good)}\n";

static void write_head(const struct hb_trend_report *report, FILE *out)
{
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
          "<title>Trend: ",
          out);
    hb_markup_text(out, report->trend->scenario);
    fprintf(out, " – http-benchmark</title>\n<style>%s%s</style></head><body>\n", hb_report_style,
            style);
}

static void write_buf(FILE *out, struct hb_buf *text)
{
    hb_markup_text(out, hb_buf_text(text));
    hb_buf_clear(text);
}

static void write_header(const struct hb_trend_report *report, FILE *out)
{
    struct hb_trend_counts counts = hb_trend_count(report->trend);
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *remark;

    hb_buf_init(&text, 1 << 14);
    fputs("<header><h1>Trend</h1>\n<p class=\"dim\">", out);
    hb_trend_title_put(report->trend, &text);
    write_buf(out, &text);
    fprintf(out, "</p>\n<p class=\"banner %s\">", counts.worse > 0 ? "warn" : "");
    hb_trend_counts_put(report->trend, &text);
    write_buf(out, &text);
    fputs("</p>\n", out);
    for (size_t i = 0; (remark = hb_trend_remark(report->trend, i, report->arena)) != NULL; i++) {
        fputs("<p class=\"dim\">", out);
        hb_markup_text(out, remark);
        fputs("</p>\n", out);
    }
    fputs("</header>\n", out);
}

/* ---- the table of changes ---- */

static void write_change(const struct hb_trend *trend, const struct hb_trend_series *series,
                         const struct hb_trend_point *point, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 1 << 14);
    fprintf(out, "<tr><td>%s</td><td class=\"text wrap\">", hb_gate_metric_name(series->metric));
    hb_trend_series_put(series, &text);
    write_buf(out, &text);
    fprintf(out, "</td><td class=\"text wrap\"><span class=\"%s\">",
            point->worse ? "fail" : "good");
    hb_trend_point_put(trend, series, point, &text);
    write_buf(out, &text);
    fprintf(out, "</span></td><td class=\"text wrap\">");
    hb_markup_text(out, point->state);
    fputs(point->note[0] != '\0' ? ": " : "", out);
    hb_markup_text(out, point->note);
    fprintf(out, "</td><td class=\"text\"><code>%s</code></td></tr>\n", point->id);
}

static void write_changes(const struct hb_trend *trend, FILE *out)
{
    struct hb_trend_counts counts = hb_trend_count(trend);

    if (counts.worse + counts.better == 0)
        return;
    fputs("<section><h2>Changes</h2>\n<div class=\"scroll\"><table><thead><tr><th>metric</th>"
          "<th class=\"text\">of</th><th class=\"text\">change of level</th><th class=\"text\">"
          "annotation</th><th class=\"text\">id</th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < trend->series_count; i++) {
        for (size_t j = 0; j < trend->series[i].points_count; j++) {
            if (trend->series[i].points[j].of == NULL)
                write_change(trend, &trend->series[i], &trend->series[i].points[j], out);
        }
    }
    fputs(
        "</tbody></table></div>\n<p class=\"dim\">Say of a change that it is accepted, ignored or "
        "fixed: <code>http-benchmark trend annotate ID accepted --note TEXT</code>.</p>"
        "</section>\n",
        out);
}

/* ---- charts ---- */

struct frame {
    const struct hb_trend *trend;
    const struct hb_trend_series *series;
    double low, high; /* of the y axis, logarithms */
};

static struct frame make_frame(const struct hb_trend *trend, const struct hb_trend_series *series)
{
    struct frame frame = {trend, series, INFINITY, -INFINITY};
    double missing;

    for (size_t i = 0; i < series->count; i++) {
        frame.low = fmin(frame.low, log(series->values[i]));
        frame.high = fmax(frame.high, log(series->values[i]));
    }
    missing = LEAST_SPAN - (frame.high - frame.low);
    frame.low -= missing > 0 ? missing / 2 : 0;
    frame.high += missing > 0 ? missing / 2 : 0;
    return frame;
}

static double place_x(const struct frame *frame, double night)
{
    double last = (double)frame->trend->nights_count - 1;

    return LEFT + (WIDTH - LEFT - RIGHT) * (last > 0 ? night / last : 0.5);
}

static double place_y(const struct frame *frame, double logarithm)
{
    return HEIGHT - BOTTOM -
           (HEIGHT - TOP - BOTTOM) * (logarithm - frame->low) / (frame->high - frame->low);
}

static void write_y_axis(const struct frame *frame, FILE *out)
{
    for (int tick = 0; tick <= 2; tick++) {
        double at = frame->low + (frame->high - frame->low) * tick / 2;
        HB_CLEANUP(hb_buf_release) struct hb_buf label;

        hb_buf_init(&label, 64);
        hb_trend_figure_put(frame->trend, frame->series->metric, exp(at), &label);
        fprintf(out,
                "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
                "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                LEFT, place_y(frame, at), WIDTH - RIGHT, place_y(frame, at), LEFT - 6,
                place_y(frame, at) + 4, hb_buf_text(&label));
    }
}

static void write_date(const struct frame *frame, size_t night, const char *anchor, FILE *out)
{
    char text[HB_TIMESTAMP_BYTES];

    hb_format_timestamp(text, frame->trend->nights[night].wall_ns);
    fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%.*s</text>\n",
            place_x(frame, (double)night), HEIGHT - 6, anchor, DATE_BYTES, text);
}

static void write_nights(const struct frame *frame, FILE *out)
{
    const struct hb_trend_series *series = frame->series;

    fputs("<polyline points=\"", out);
    for (size_t i = 0; i < series->count; i++)
        fprintf(out, "%.1f,%.1f ", place_x(frame, (double)series->nights[i]),
                place_y(frame, log(series->values[i])));
    fputs("\"/>\n", out);
    for (size_t i = 0; i < series->count; i++)
        fprintf(out, "<circle class=\"night\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\"/>",
                place_x(frame, (double)series->nights[i]), place_y(frame, log(series->values[i])));
    fputc('\n', out);
}

/* The mean level of a stretch between changes. */
static void write_level(const struct frame *frame, size_t start, size_t end, FILE *out)
{
    const struct hb_trend_series *series = frame->series;
    double mean = 0;

    for (size_t i = start; i < end; i++)
        mean += log(series->values[i]) / (double)(end - start);
    fprintf(out, "<line class=\"level\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
            place_x(frame, (double)series->nights[start]), place_y(frame, mean),
            place_x(frame, (double)series->nights[end - 1]), place_y(frame, mean));
}

static void write_point(const struct frame *frame, const struct hb_trend_point *point, FILE *out)
{
    const struct hb_trend_series *series = frame->series;
    double x = place_x(
        frame, ((double)series->nights[point->at - 1] + (double)series->nights[point->at]) / 2);

    fprintf(out,
            "<line class=\"point\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>"
            "<text class=\"%s\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s %+.1f %%</text>\n",
            x, TOP - 4, x, HEIGHT - BOTTOM, point->worse ? "worse" : "better", x, TOP - 8,
            point->worse ? "▼" : "▲", 100 * point->change);
}

static void write_svg(const struct frame *frame, unsigned id, FILE *out)
{
    const struct hb_trend_series *series = frame->series;
    size_t start = 0;
    HB_CLEANUP(hb_buf_release) struct hb_buf title;

    hb_buf_init(&title, 1 << 14);
    hb_trend_series_put(series, &title);
    fprintf(out,
            "<svg role=\"img\" viewBox=\"0 0 %d %d\" aria-labelledby=\"t%u d%u\"><title id=\"t%u\">"
            "%s: ",
            WIDTH, HEIGHT, id, id, id, hb_gate_metric_name(series->metric));
    write_buf(out, &title);
    fprintf(
        out,
        "</title><desc id=\"d%u\">%zu nights, %zu changes of level; the figures are in the table "
        "below.</desc>\n",
        id, series->count, series->points_count);
    write_y_axis(frame, out);
    write_date(frame, 0, "start", out);
    write_date(frame, frame->trend->nights_count - 1, "end", out);
    fputs("<g class=\"s0\">", out);
    write_nights(frame, out);
    fputs("</g>\n", out);
    for (size_t i = 0; i <= series->points_count; i++) {
        size_t end = i < series->points_count ? series->points[i].at : series->count;

        write_level(frame, start, end, out);
        if (i < series->points_count)
            write_point(frame, &series->points[i], out);
        start = end;
    }
    fputs("</svg>\n", out);
}

static void write_table(const struct frame *frame, FILE *out)
{
    const struct hb_trend_series *series = frame->series;
    HB_CLEANUP(hb_buf_release) struct hb_buf figure;

    hb_buf_init(&figure, 64);
    fputs("<details><summary>figures</summary><table><thead><tr><th>night</th><th>sweep</th>"
          "<th class=\"text\">revision</th><th>figure</th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < series->count; i++) {
        const struct hb_trend_night *night = &frame->trend->nights[series->nights[i]];
        char started[HB_TIMESTAMP_BYTES];

        hb_format_timestamp(started, night->wall_ns);
        hb_trend_figure_put(frame->trend, series->metric, series->values[i], &figure);
        fprintf(out, "<tr><td>%.16s</td><td>%" PRId64 "</td><td class=\"text\">", started,
                night->sweep_id);
        hb_markup_text(out, night->revision);
        fputs("</td><td>", out);
        write_buf(out, &figure);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table></details>\n", out);
}

static void write_chart(const struct hb_trend *trend, const struct hb_trend_series *series,
                        unsigned id, FILE *out)
{
    struct frame frame = make_frame(trend, series);
    HB_CLEANUP(hb_buf_release) struct hb_buf caption;

    hb_buf_init(&caption, 1 << 14);
    hb_trend_series_put(series, &caption);
    fputs("<figure class=\"trend lazy\"><figcaption>", out);
    fprintf(out, "<strong>%s</strong> of ", hb_gate_metric_name(series->metric));
    if (hb_trend_machines(trend) > 1)
        hb_buf_printf(&caption, ", machine %s", series->fingerprint);
    write_buf(out, &caption);
    fputs("</figcaption>\n", out);
    write_svg(&frame, id, out);
    write_table(&frame, out);
    fputs("</figure>\n", out);
}

static void write_charts(const struct hb_trend *trend, bool rollups, const char *heading,
                         unsigned *charts, FILE *out)
{
    unsigned before = *charts, left_out = 0;

    for (size_t i = 0; i < trend->series_count; i++) {
        const struct hb_trend_series *series = &trend->series[i];

        if (series->rollup != rollups || !hb_trend_is_shown(trend, series))
            continue;
        if (*charts - before == MOST_CHARTS) {
            left_out++;
            continue;
        }
        if (*charts == before)
            fprintf(out, "<section><h2>%s</h2>\n", heading);
        write_chart(trend, series, (*charts)++, out);
    }
    if (left_out > 0)
        fprintf(out, "<p class=\"dim\">%u more are not drawn; --format json has them.</p>\n",
                left_out);
    if (*charts > before)
        fputs("</section>\n", out);
}

static int write_html(const struct hb_trend_report *report, FILE *out,
                      HB_UNUSED struct hb_error *err)
{
    unsigned charts = 0;

    write_head(report, out);
    write_header(report, out);
    fputs("<main>\n", out);
    write_changes(report->trend, out);
    write_charts(report->trend, true, "Geometric means", &charts, out);
    write_charts(report->trend, false, "Single cells", &charts, out);
    fputs("<section><h2>Provenance</h2><p class=\"dim\">Made by <code>", out);
    hb_markup_text(out, report->made_by);
    fprintf(out,
            "</code>. Change points by E-divisive with Student's t-test, p &lt; %g, at least %u "
            "nights between two.</p></section>\n</main></body></html>\n",
            HB_TREND_ALPHA, HB_TREND_SHORTEST);
    return 0;
}

const struct hb_trend_format hb_trend_html = {.name = "html", .write = write_html};
