/*
 * Line charts as static SVG: readable without scripts, in light and dark, printed, and by screen
 * readers (title, description). Series differ by colour, dash and marker, so that colour is never
 * the only carrier.
 */
#ifndef HB_REPORT_CHART_H
#define HB_REPORT_CHART_H

#include <stdbool.h>
#include <stdio.h>

#include "scenario/scenario.h"

struct hb_chart_point {
    double x, y;
    double low, high; /* error bar; equal to y: none */
};

struct hb_chart_series {
    const char *label;
    const struct hb_chart_point *points; /* by x */
    size_t points_count;
    bool scattered; /* points only, no line */
};

struct hb_chart_tick {
    double x;
    const char *label;
};

struct hb_chart {
    const char *title, *description, *x_label;
    enum hb_metric y_metric;             /* gives the unit of the y axis */
    bool y_log;                          /* else linear, */
    double y_from;                       /* from here, or the step below: zero unless set */
    double shaded_to;                    /* from the axis' beginning to here a shade; 0: none */
    const struct hb_chart_tick *x_ticks; /* the first and the last are the ends of the axis */
    size_t x_ticks_count;
    const struct hb_chart_series *series;
    size_t series_count;
};

/* Writes <figure> with the SVG and a legend. `id` is unique in the page. */
void hb_chart_write(const struct hb_chart *chart, unsigned id, FILE *out);

#endif
