/* Scenarios made in memory, so that the plan is tested without the parser. */
#ifndef HB_TEST_PLAN_FIXTURE_H
#define HB_TEST_PLAN_FIXTURE_H

#include "base/arena.h"
#include "plan/plan.h"

struct sizes {
    size_t servers, clients, urls, concurrency, durations, rates, protocols,
        profiles;     /* 0 means 1 */
    unsigned methods; /* 0 means GET */
};

/* Names are "server0", "client0/async", "/url0"; concurrency 1, 2, 3 …; durations 1 s, 2 s … */
struct hb_scenario *make_scenario(struct hb_arena *arena, struct sizes sizes);

/* The plan of a scenario that must have one. */
struct hb_plan make_plan(const struct hb_scenario *scenario, struct hb_arena *arena);

/* The message with which a scenario is refused; `code` is checked. */
const char *refusal(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                    enum hb_error_code code, struct hb_arena *arena);

#endif
