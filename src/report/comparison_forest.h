/*
 * A forest plot: one row a cell, its change with the interval, and behind it the band within which
 * a change is none. Static SVG as in report/chart.h; to the right is worse, whatever the metric.
 */
#ifndef HB_REPORT_COMPARISON_FOREST_H
#define HB_REPORT_COMPARISON_FOREST_H

#include <stdio.h>

#include "gate/verdict.h"

/* With its heading; nothing when no cell has a ratio of the metric, or it is switched off. `id` is
 * unique in the page. Names are escaped here. */
void hb_forest_write(const struct hb_comparison_result *result, enum hb_gate_metric metric,
                     unsigned id, FILE *out);

#endif
