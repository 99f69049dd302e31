/*
 * How many pairs a gate makes, where the scenario leaves that open. On a calibrated machine as many
 * as catch the change that is sought; less when the budget holds no more, down to what can reach
 * alpha at all. Never fewer cells: what was left out would be green unseen.
 */
#include "gate/planner_state.h"

#include <math.h>

#include "gate/family.h"
#include "gate/power.h"

static bool is_open(const struct hb_planner_input *input, unsigned what)
{
    return (input->options->open_pairs & what) != 0;
}

size_t hb_planner_tests(const struct hb_planner_input *input)
{
    size_t cells = hb_planner_must_confirm(input, input->count);
    int metrics = 1;

    for (size_t i = 0; i < input->count; i++) {
        int count = __builtin_popcount(hb_interval_metrics(input->cells[i].margins));

        metrics = count > metrics ? count : metrics;
    }
    return cells * (size_t)metrics;
}

double hb_planner_resolution(const struct hb_planner_input *input,
                             const struct hb_gate_options *options, double noise, double limit)
{
    double level = hb_level_among(options, hb_planner_tests(input), noise, limit);

    return hb_resolution_of_gate(options, level, noise, limit);
}

/* ---- what the machine needs ---- */

/* The metric that pairs are chosen by, and how hard it is to see a change of it. */
struct hardest {
    double noise, margin, score;
};

/* CPU where it decides: what makes a client slower shows there in full, in throughput only as far
 * as nobody waits for the server. Else what shows a change first. */
static struct hardest best_of(const struct hb_calibration *calibration,
                              const struct hb_gate_margin *margins)
{
    unsigned metrics = hb_interval_metrics(margins) & ~(1u << HB_GATE_RSS);
    struct hardest best = {NAN, NAN, INFINITY};

    if ((metrics >> HB_GATE_CPU & 1) != 0 && isfinite(calibration->noise[HB_GATE_CPU]))
        metrics = 1u << HB_GATE_CPU;
    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        double score =
            log1p(margins[i].relative) + calibration->noise[i]; /* of some twenty pairs */

        if ((metrics >> i & 1) != 0 && score < best.score)
            best = (struct hardest){calibration->noise[i], margins[i].relative, score};
    }
    return best;
}

static struct hardest hardest_of(const struct hb_planner_input *input)
{
    struct hardest hardest = {NAN, NAN, -INFINITY};

    for (size_t i = 0; i < input->count; i++) {
        struct hardest cell = best_of(input->calibration, input->cells[i].margins);

        if (cell.score > hardest.score)
            hardest = cell;
    }
    return hardest;
}

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

/* Enough for the last look to acquit, too; time decides whether they are made. */
static unsigned pooled_pairs(const struct hb_gate_options *options, const struct hardest *hardest)
{
    unsigned acquit = hb_pairs_to_acquit(options->alpha, hardest->noise, hardest->margin);

    return larger(larger(options->pooled_pairs, acquit),
                  options->screen_pairs + options->confirm_pairs);
}

void hb_planner_choose_pairs(const struct hb_planner_input *input, struct hb_gate_plan *plan)
{
    struct hb_gate_options *options = &plan->options;
    struct hb_pairs_needed needed;
    struct hardest hardest;

    plan->sought = options->must_resolve > 0 ? options->must_resolve : HB_SOUGHT;
    if (input->calibration == NULL || !is_open(input, HB_GATE_OPEN_SCREEN | HB_GATE_OPEN_CONFIRM))
        return;
    hardest = hardest_of(input);
    needed = hb_pairs_to_catch(options, hb_planner_tests(input), hardest.noise, 1 + hardest.margin,
                               plan->sought);
    plan->pairs = needed.confirm > 0 ? HB_PAIRS_CALIBRATED : HB_PAIRS_TOO_NOISY;
    if (needed.confirm == 0)
        needed = (struct hb_pairs_needed){HB_SCREEN_MOST, HB_PAIRS_MOST};
    if (is_open(input, HB_GATE_OPEN_SCREEN))
        options->screen_pairs = needed.screen;
    if (is_open(input, HB_GATE_OPEN_CONFIRM))
        options->confirm_pairs = needed.confirm;
    if (is_open(input, HB_GATE_OPEN_POOLED))
        options->pooled_pairs = pooled_pairs(options, &hardest);
}

/* ---- what the budget holds ---- */

bool hb_planner_cut_pairs(const struct hb_planner_input *input, struct hb_gate_plan *plan)
{
    struct hb_gate_options *options = &plan->options;
    unsigned confirm = options->confirm_pairs, screen = options->screen_pairs;

    if (is_open(input, HB_GATE_OPEN_CONFIRM) && confirm > hb_least_pairs(options->alpha))
        options->confirm_pairs--;
    else if (is_open(input, HB_GATE_OPEN_SCREEN) && screen > input->options->screen_pairs)
        options->screen_pairs--;
    else
        return false;
    if (plan->cut_from == 0)
        plan->cut_from = confirm;
    return true;
}
