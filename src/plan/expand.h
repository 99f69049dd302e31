/* Inside the plan layer: the steps of hb_plan_make(). */
#ifndef HB_PLAN_EXPAND_H
#define HB_PLAN_EXPAND_H

#include "plan/plan.h"

/* Fill in plan->cells, ids included. */
int hb_plan_expand(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                   struct hb_arena *arena, struct hb_plan *plan,
                   struct hb_error *err) HB_MUST_CHECK;

/* Fill in plan->runs from cells, rounds and seed. */
int hb_plan_order(struct hb_plan *plan, struct hb_arena *arena, struct hb_error *err) HB_MUST_CHECK;

/* Add the yardsticks behind the cells and runs. */
void hb_plan_add_yardsticks(struct hb_plan *plan, struct hb_arena *arena);

/* Find out which cells share a wire profile. */
void hb_plan_add_wire(struct hb_plan *plan, struct hb_arena *arena);

/* Fill in the estimates: wall time of all runs and starts of servers; INT64_MAX when it is beyond
 * 292 years. */
void hb_plan_estimate(struct hb_plan *plan, bool smoke);

/* Append a count with its thousands apart: "2,000,000". */
void hb_put_count(struct hb_buf *ret_text, uint64_t count);

#endif
