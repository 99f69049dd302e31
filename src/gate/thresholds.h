/*
 * Absolute thresholds (`thresholds: {p99: "<250ms"}`), checked cell by cell on the pooled rounds. A
 * cell that measured nothing fails every threshold: zero samples are never green.
 */
#ifndef HB_GATE_THRESHOLDS_H
#define HB_GATE_THRESHOLDS_H

#include "gate/summary.h"

struct hb_breach {
    const struct hb_threshold *threshold;
    const struct hb_cell_summary *cell;
    bool measured; /* false: nothing was measured */
    double value;  /* in the metric's unit, when measured */
};

/* Breaches in `arena`, in the order of cells; *ret_checked counts the comparisons made. */
void hb_thresholds_check(const struct hb_threshold *thresholds, size_t thresholds_count,
                         const struct hb_summaries *summaries, struct hb_arena *arena,
                         struct hb_breach **ret_breaches, size_t *ret_count, size_t *ret_checked);

/* "p99 312.4 ms, wanted <250ms" */
void hb_breach_describe(const struct hb_breach *breach, struct hb_buf *ret_text);

#endif
