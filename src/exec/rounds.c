/*
 * When to stop adding rounds. The interval is the one that reports show. To stop as soon as it is
 * narrow would favour cells that happen to look quiet: simulated, with a scatter of 3 % and 2 %
 * asked for, such intervals cover the truth in 92 % of the cases. Twice in a row makes it 95 %.
 */
#include "exec/rounds.h"

#include <stdlib.h>

#include "base/memory.h"
#include "measure/stats_order.h"

#define CONFIDENCE 0.95

void hb_rounds_init(struct hb_rounds *rounds, const struct hb_plan *plan)
{
    *rounds = (struct hb_rounds){.plan = plan};
    if (plan->scenario->run.until_ci <= 0)
        return;
    rounds->rates = hb_calloc(plan->cells_count * plan->rounds, sizeof *rounds->rates);
    rounds->counts = hb_calloc(plan->cells_count, sizeof *rounds->counts);
    rounds->narrow = hb_calloc(plan->cells_count, sizeof *rounds->narrow);
    rounds->known = hb_calloc(plan->cells_count, sizeof *rounds->known);
}

void hb_rounds_release(struct hb_rounds *rounds)
{
    free(rounds->rates);
    free(rounds->counts);
    free(rounds->narrow);
    free(rounds->known);
    *rounds = (struct hb_rounds){0};
}

static bool is_narrow(const double *rates, uint32_t count, double until_ci)
{
    struct hb_interval interval;

    if (count < HB_ROUNDS_FOR_INTERVAL)
        return false;
    interval = hb_quantile_interval(rates, count, 0.5, CONFIDENCE);
    return interval.high - interval.low <= 2 * until_ci * interval.estimate;
}

bool hb_rounds_add(struct hb_rounds *rounds, size_t run, double requests_per_second)
{
    const struct hb_plan *plan = rounds->plan;
    uint32_t cell = plan->runs[run].cell;
    bool was_narrow;
    double *rates;

    if (rounds->rates == NULL || hb_plan_is_yardstick(plan, run) || rounds->known[cell] ||
        rounds->counts[cell] == plan->rounds)
        return false;
    rates = rounds->rates + (size_t)cell * plan->rounds;
    rates[rounds->counts[cell]++] = requests_per_second;
    was_narrow = rounds->narrow[cell];
    rounds->narrow[cell] = is_narrow(rates, rounds->counts[cell], plan->scenario->run.until_ci);
    rounds->known[cell] = was_narrow && rounds->narrow[cell] &&
                          rounds->counts[cell] >= plan->scenario->run.rounds_min;
    return rounds->known[cell];
}

bool hb_rounds_suffice(const struct hb_rounds *rounds, size_t run)
{
    const struct hb_plan *plan = rounds->plan;

    return rounds->rates != NULL && !hb_plan_is_yardstick(plan, run) &&
           plan->runs[run].round >= plan->scenario->run.rounds_min &&
           rounds->known[plan->runs[run].cell];
}

static bool suffices(void *context, size_t run)
{
    return hb_rounds_suffice(context, run);
}

static void learn(void *context, const struct hb_run_result *result)
{
    if (result->status == HB_RUN_OK)
        (void)hb_rounds_add(context, result->run, hb_run_requests_per_second(result));
}

struct hb_exec_policy hb_rounds_policy(struct hb_rounds *rounds)
{
    return (struct hb_exec_policy){rounds, suffices, learn};
}
