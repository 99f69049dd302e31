/* SVG line charts. Geometry first, then drawing from the back to the front. */
#include "report/chart.h"

#include <math.h>

#include "base/buf.h"
#include "gate/summary.h"
#include "report/markup.h"

enum {
    WIDTH = 640,
    HEIGHT = 300,
    LEFT = 78,
    RIGHT = 28,
    TOP = 12,
    BOTTOM = 44,
    STYLES = 8,
    MAX_TICKS = 12
};

/* From figures to places. */
struct frame {
    const struct hb_chart *chart;
    double x_first, x_last, y_first, y_last; /* y in log10 when the axis is logarithmic */
};

static double y_scale(const struct hb_chart *chart, double y)
{
    return chart->y_log ? log10(y > 1 ? y : 1) : y;
}

static double place_x(const struct frame *frame, double x)
{
    double span = frame->x_last - frame->x_first;
    double share = span > 0 ? (x - frame->x_first) / span : 0.5;

    return LEFT + share * (WIDTH - LEFT - RIGHT);
}

static double place_y(const struct frame *frame, double y)
{
    double share = (y_scale(frame->chart, y) - frame->y_first) / (frame->y_last - frame->y_first);

    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
}

static void find_range(const struct hb_chart *chart, double *ret_low, double *ret_high)
{
    *ret_low = INFINITY;
    *ret_high = 0;
    for (size_t i = 0; i < chart->series_count; i++) {
        for (size_t j = 0; j < chart->series[i].points_count; j++) {
            const struct hb_chart_point *point = &chart->series[i].points[j];

            *ret_low = fmin(*ret_low, point->low);
            *ret_high = fmax(*ret_high, point->high);
        }
    }
}

/* A step of 1, 2 or 5 times a power of ten that divides `span` into at most six. */
static double nice_step(double span)
{
    double power = pow(10, floor(log10(span / 5)));
    double ratio = span / 5 / power;

    return power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
}

static struct frame make_frame(const struct hb_chart *chart)
{
    struct frame frame = {.chart = chart};
    double low, high;

    find_range(chart, &low, &high);
    frame.x_first = chart->x_ticks[0].x;
    frame.x_last = chart->x_ticks[chart->x_ticks_count - 1].x;
    if (chart->y_log) {
        frame.y_first = floor(y_scale(chart, low));
        frame.y_last = ceil(y_scale(chart, high));
        if (frame.y_last <= frame.y_first)
            frame.y_last = frame.y_first + 1;
    } else {
        double step = nice_step(high > chart->y_from ? high - chart->y_from : 1);

        frame.y_first = floor(chart->y_from / step) * step;
        frame.y_last = ceil((high > 0 ? high : 1) / step) * step;
        if (frame.y_last <= frame.y_first)
            frame.y_last = frame.y_first + step;
    }
    return frame;
}

static void write_y_tick(const struct frame *frame, double value, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf label;
    double y = place_y(frame, value);

    hb_buf_init(&label, 64);
    hb_metric_format(frame->chart->y_metric, value, &label);
    fprintf(out, "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>", LEFT, y,
            WIDTH - RIGHT, y);
    fprintf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 6, y + 4,
            hb_buf_text(&label));
}

static void write_y_axis(const struct frame *frame, FILE *out)
{
    double step = frame->chart->y_log ? 1 : nice_step(frame->y_last - frame->y_first);
    size_t ticks = 0;

    for (double at = frame->y_first; at <= frame->y_last + step / 2 && ticks < MAX_TICKS;
         at += step, ticks++)
        write_y_tick(frame, frame->chart->y_log ? pow(10, at) : at, out);
}

static void write_x_axis(const struct frame *frame, FILE *out)
{
    const struct hb_chart *chart = frame->chart;

    for (size_t i = 0; i < chart->x_ticks_count; i++) {
        fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
                place_x(frame, chart->x_ticks[i].x), HEIGHT - BOTTOM + 16);
        hb_markup_text(out, chart->x_ticks[i].label);
        fputs("</text>", out);
    }
    fprintf(out, "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", LEFT,
            HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
    fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", (LEFT + WIDTH - RIGHT) / 2,
            HEIGHT - 8);
    hb_markup_text(out, chart->x_label);
    fputs("</text>\n", out);
}

static void write_shade(const struct frame *frame, FILE *out)
{
    double width = place_x(frame, frame->chart->shaded_to) - LEFT;

    if (frame->chart->shaded_to > frame->x_first)
        fprintf(out, "<rect class=\"shade\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
                LEFT, TOP, width, HEIGHT - TOP - BOTTOM);
}

static void write_marker(double x, double y, size_t style, FILE *out)
{
    switch (style % 4) {
    case 0:
        fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>", x, y);
        break;
    case 1:
        fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"7\" height=\"7\"/>", x - 3.5, y - 3.5);
        break;
    case 2:
        fprintf(out, "<path d=\"M%.1f %.1fl4.5 8h-9z\"/>", x, y - 5);
        break;
    default:
        fprintf(out, "<path d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\"/>", x, y - 5);
    }
}

static void write_error_bar(const struct frame *frame, const struct hb_chart_point *point,
                            FILE *out)
{
    double x = place_x(frame, point->x);

    if (point->high > point->low)
        fprintf(out, "<line class=\"bar\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", x,
                place_y(frame, point->low), x, place_y(frame, point->high));
}

static void write_series(const struct frame *frame, size_t index, FILE *out)
{
    const struct hb_chart_series *series = &frame->chart->series[index];
    size_t style = index % STYLES;

    fprintf(out, "<g class=\"series s%zu\">", style);
    if (series->points_count > 1 && !series->scattered) {
        fputs("<polyline points=\"", out);
        for (size_t i = 0; i < series->points_count; i++)
            fprintf(out, "%.1f,%.1f ", place_x(frame, series->points[i].x),
                    place_y(frame, series->points[i].y));
        fputs("\"/>", out);
    }
    for (size_t i = 0; i < series->points_count; i++) {
        write_error_bar(frame, &series->points[i], out);
        write_marker(place_x(frame, series->points[i].x), place_y(frame, series->points[i].y),
                     style, out);
    }
    fputs("</g>\n", out);
}

static void write_legend(const struct hb_chart *chart, FILE *out)
{
    fputs("<figcaption>", out);
    for (size_t i = 0; i < chart->series_count; i++) {
        size_t style = i % STYLES;

        fprintf(out,
                "<span class=\"key\"><svg width=\"30\" height=\"12\" aria-hidden=\"true\">"
                "<g class=\"series s%zu\"><polyline points=\"0,6 30,6\"/>",
                style);
        write_marker(15, 6, style, out);
        fputs("</g></svg> ", out);
        hb_markup_text(out, chart->series[i].label);
        fputs("</span> ", out);
    }
    fputs("</figcaption>", out);
}

static size_t count_points(const struct hb_chart *chart)
{
    size_t points = 0;

    for (size_t i = 0; i < chart->series_count; i++)
        points += chart->series[i].points_count;
    return points;
}

void hb_chart_write(const struct hb_chart *chart, unsigned id, FILE *out)
{
    struct frame frame;

    if (count_points(chart) == 0 || chart->x_ticks_count == 0)
        return;
    frame = make_frame(chart);
    fprintf(out,
            "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"t%u d%u\">"
            "<title id=\"t%u\">",
            WIDTH, HEIGHT, id, id, id);
    hb_markup_text(out, chart->title);
    fprintf(out, "</title><desc id=\"d%u\">", id);
    hb_markup_text(out, chart->description);
    fputs("</desc>\n", out);
    write_shade(&frame, out);
    write_y_axis(&frame, out);
    write_x_axis(&frame, out);
    for (size_t i = 0; i < chart->series_count; i++)
        write_series(&frame, i, out);
    fputs("</svg>", out);
    write_legend(chart, out);
    fputs("</figure>\n", out);
}
