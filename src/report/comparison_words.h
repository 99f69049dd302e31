/*
 * What all formats of a comparison say alike: the headline, what a cell is, how a change is
 * written. So a pull request's comment and the terminal cannot disagree.
 *
 * Verdicts are made of ratios that are turned so that above 1 is worse; people are shown the change
 * of the figure itself: throughput that fell is "-8.2 %", latency that rose "+8.2 %".
 */
#ifndef HB_REPORT_COMPARISON_WORDS_H
#define HB_REPORT_COMPARISON_WORDS_H

#include "base/buf.h"
#include "gate/verdict.h"

const char *hb_verdict_sign(enum hb_verdict verdict); /* "▼", "✕"; so that colour is not needed */

/* How the change of a figure is to be looked at. */
enum hb_concern { HB_CONCERN_BAD, HB_CONCERN_DOUBT, HB_CONCERN_GOOD, HB_CONCERN_NONE };
enum hb_concern hb_verdict_concern(enum hb_verdict verdict);

/* Cells that are no controls. */
size_t hb_compared_cells(const struct hb_comparison_result *result);

/* "2 of 8 cells regressed", without the verdict's sign and name. */
void hb_headline_put(const struct hb_comparison_result *result, struct hb_buf *ret);
/* "2 regressed, 1 inconclusive, 5 unchanged"; only what there is, worst first. */
void hb_counts_put(const struct hb_comparison_result *result, struct hb_buf *ret);
/* "Every cell could have shown a change of 4.1 %", and whether that is what was asked for. */
void hb_resolution_put(const struct hb_comparison_result *result, struct hb_buf *ret);

/* Sentences that belong under the headline: that it is advisory, that the machine was contaminated;
 * then the result's notices. NULL when there is no such index. */
const char *hb_comparison_remark(const struct hb_comparison_result *result, size_t index);

/* "GET /get on builtin, 16 at once, 500 requests/s due" */
void hb_load_put(const struct hb_cell_verdict *cell, struct hb_buf *ret);
/* "requests, GET /get on builtin, 16 at once" */
void hb_cell_put(const struct hb_cell_verdict *cell, struct hb_buf *ret);

/* Why a cell's verdict is what it is: "throughput -8.2 %, interval -9.6 % to -6.9 %, 15 pairs,
 * beyond the margin of 3 %"; of what precludes one, the result's own words. */
void hb_cell_reason_put(const struct hb_comparison_result *result,
                        const struct hb_cell_verdict *cell, struct hb_buf *ret);

/* Names of the trust flags, ", " between them. */
void hb_flags_put(unsigned flags, struct hb_buf *ret);

/* A metric of a cell that is worth showing: measured and not switched off. */
bool hb_is_shown(const struct hb_metric_verdict *metric);

/* Whether there is anything to tell of clients over several cells. */
bool hb_tells_of_suites(const struct hb_comparison_result *result);

/* "12.3 µs", "8,123/s", "3.02"; "–" for NAN. */
void hb_gate_figure_put(enum hb_gate_metric metric, double value, struct hb_buf *ret);

/* Of the figure itself, relative: -0.082; low <= high. NAN when there is no ratio. */
struct hb_change {
    double estimate, low, high;
};

struct hb_change hb_change_of(enum hb_gate_metric metric, const struct hb_interval *ratio);
/* "-9.6 % to -6.9 %" */
void hb_change_interval_put(const struct hb_change *change, struct hb_buf *ret);
void hb_change_put(double change, struct hb_buf *ret); /* "-8.2 %"; "–" for NAN */
void hb_percent_put(double share, struct hb_buf *ret); /* 0.041: "4.1 %", 0.03: "3 %" */
/* "3 %", or "3 % and 20 µs" with a floor, or "exact". */
void hb_margin_put(enum hb_gate_metric metric, const struct hb_gate_margin *margin,
                   struct hb_buf *ret);

/* "unchanged", "inconclusive: wide", "confirmed"…: a metric's verdict with its reason. */
void hb_metric_verdict_put(const struct hb_metric_verdict *metric, struct hb_buf *ret);

/* What the numbers are of: "pairs" or "runs a side". */
const char *hb_replicates(const struct hb_comparison_result *result);

/* "15 pairs"; "counted" where it is of none. */
void hb_replicates_put(const struct hb_comparison_result *result,
                       const struct hb_metric_verdict *metric, struct hb_buf *ret);

#endif
