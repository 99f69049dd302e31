/* Estimates of the plan, held against the clock. Nothing measured depends on them. */
#include "exec/outlook.h"

#include "base/clock.h"

size_t hb_outlook_run(const struct hb_outlook *outlook, size_t position)
{
    return outlook->runs != NULL ? outlook->runs[position] : position;
}

static int64_t estimate_at(const struct hb_outlook *outlook, size_t position)
{
    return hb_run_estimate_ns(outlook->plan, hb_outlook_run(outlook, position));
}

static bool is_needed(const struct hb_outlook *outlook, size_t position)
{
    const struct hb_exec_policy *policy = outlook->policy;

    return !policy->suffices(policy->context, hb_outlook_run(outlook, position));
}

void hb_outlook_begin(struct hb_outlook *outlook, int64_t wire_ns)
{
    outlook->began_ns = hb_now_ns();
    outlook->yardsticks_left = outlook->count - outlook->own_count;
    outlook->extra_ns = wire_ns;
    for (size_t i = outlook->own_count; i < outlook->count; i++)
        outlook->extra_ns += estimate_at(outlook, i);
    hb_outlook_look(outlook, 0);
}

void hb_outlook_look(struct hb_outlook *outlook, size_t position)
{
    outlook->own_ns = 0;
    outlook->own_left = 0;
    for (size_t i = position; i < outlook->own_count; i++) {
        if (!is_needed(outlook, i))
            continue;
        outlook->own_ns += estimate_at(outlook, i);
        outlook->own_left++;
    }
}

void hb_outlook_begin_run(struct hb_outlook *outlook, size_t run)
{
    int64_t estimate_ns = hb_run_estimate_ns(outlook->plan, run);

    if (hb_plan_is_yardstick(outlook->plan, run)) {
        outlook->extra_ns -= estimate_ns;
        outlook->yardsticks_left--;
    } else {
        outlook->own_ns -= estimate_ns;
        outlook->own_left--;
    }
}

void hb_outlook_end_run(struct hb_outlook *outlook, size_t run)
{
    outlook->done_ns += hb_run_estimate_ns(outlook->plan, run);
}

int64_t hb_outlook_left_ns(const struct hb_outlook *outlook)
{
    int64_t left_ns = outlook->own_ns + outlook->extra_ns;

    return left_ns > 0 ? left_ns : 0;
}

static uint32_t round_at(const struct hb_outlook *outlook, size_t position)
{
    return outlook->plan->runs[hb_outlook_run(outlook, position)].round;
}

bool hb_outlook_exceeds(const struct hb_outlook *outlook, size_t position, int64_t budget_ns)
{
    int64_t used_ns = hb_now_ns() - outlook->began_ns;
    uint32_t round = round_at(outlook, position);
    double round_ns = 0;

    if (budget_ns == 0 || outlook->done_ns == 0)
        return false;
    for (size_t i = position; i < outlook->own_count && round_at(outlook, i) == round; i++)
        if (is_needed(outlook, i))
            round_ns += (double)estimate_at(outlook, i);
    round_ns *= (double)used_ns / (double)outlook->done_ns;
    return round_ns > 0 && (double)used_ns + round_ns > (double)budget_ns;
}
