/*
 * Absolute thresholds (`thresholds: {p99: "<250ms"}`), checked cell by cell on the pooled rounds,
 * with other bounds for the cells that an override names. A cell that measured nothing fails every
 * threshold: zero samples are never green. Nor is one of whose requests client and server counted
 * different numbers.
 */
#ifndef HB_GATE_THRESHOLDS_H
#define HB_GATE_THRESHOLDS_H

#include "gate/summary.h"
#include "plan/plan.h"

struct hb_breach {
    const struct hb_threshold *threshold;
    const struct hb_cell_summary *cell;
    bool measured; /* false: nothing was, or nothing to be believed */
    double value;  /* in the metric's unit, when measured */
};

/* What a cell of the plan must satisfy: the scenario's thresholds with the overrides that match it,
 * `off` left out. NULL: a cell that the plan does not know, which no override matches. Room for
 * HB_METRIC_COUNT; returns how many. */
size_t hb_thresholds_of(const struct hb_scenario *scenario, const struct hb_cell *cell,
                        struct hb_threshold *ret);

/* Breaches in `arena`, in the order of cells; *ret_checked counts the comparisons made. */
void hb_thresholds_check(const struct hb_plan *plan, const struct hb_summaries *summaries,
                         struct hb_arena *arena, struct hb_breach **ret_breaches, size_t *ret_count,
                         size_t *ret_checked);

/* "p99 312.4 ms, wanted <250ms" */
void hb_breach_describe(const struct hb_breach *breach, struct hb_buf *ret_text);

#endif
