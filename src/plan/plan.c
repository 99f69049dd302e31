/* The steps from a scenario to a plan, in order: cells, runs, yardsticks, wire profiles, estimate.
 * Each has a file. */
#include "plan/plan.h"

#include <stddef.h>

#include "base/assert.h"
#include "plan/expand.h"

#define ASSERT_AXIS(field, axis)                                                                   \
    _Static_assert(offsetof(struct hb_cell, field) == offsetof(struct hb_cell, at[axis]),          \
                   "a cell's fields are in the order of enum hb_axis")
ASSERT_AXIS(server, HB_AXIS_SERVER);
ASSERT_AXIS(client, HB_AXIS_CLIENT);
ASSERT_AXIS(url, HB_AXIS_URL);
ASSERT_AXIS(method, HB_AXIS_METHOD);
ASSERT_AXIS(concurrency, HB_AXIS_CONCURRENCY);
ASSERT_AXIS(duration, HB_AXIS_DURATION);
ASSERT_AXIS(rate, HB_AXIS_RATE);
ASSERT_AXIS(protocol, HB_AXIS_PROTOCOL);
ASSERT_AXIS(profile, HB_AXIS_PROFILE);

int hb_plan_make(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                 struct hb_arena *arena, struct hb_plan *ret_plan, struct hb_error *err)
{
    struct hb_plan plan = {.scenario = scenario,
                           .rounds = options->smoke ? 1 : scenario->run.rounds};

    HB_ASSERT(plan.rounds > 0);
    if (hb_plan_expand(scenario, options, arena, &plan, err) != 0 ||
        hb_plan_order(&plan, arena, err) != 0)
        return -1;
    if (scenario->run.yardstick && !options->smoke)
        hb_plan_add_yardsticks(&plan, arena);
    if (scenario->run.wire != HB_WIRE_NONE && !options->smoke)
        hb_plan_add_wire(&plan, arena);
    hb_plan_estimate(&plan, options->smoke);
    *ret_plan = plan;
    return 0;
}
