/* Why a gate is refused before it costs anything: it could never fire, it cannot fit, or it cannot
 * see what it must. Each message has the arithmetic and what to do. */
#include "gate/planner_state.h"

#include <math.h>
#include <stdio.h>

#include "gate/power.h"
#include "measure/stats_signed_rank.h"

/* "38 min", "95 s", "2.3 s": for people. */
struct span_text {
    char text[32];
};

static struct span_text span_of(double ns)
{
    double seconds = ns / (double)HB_NS_PER_S;
    struct span_text span;

    if (seconds >= 600)
        snprintf(span.text, sizeof span.text, "%.0f min", ceil(seconds / 60));
    else if (seconds >= 100)
        snprintf(span.text, sizeof span.text, "%.1f min", ceil(seconds / 6) / 10);
    else
        snprintf(span.text, sizeof span.text, "%.1f s", seconds);
    return span;
}

/* ---- what can never fire ---- */

static bool decides(const struct hb_planner_input *input)
{
    for (size_t i = 0; i < input->count; i++) {
        for (unsigned metric = 0; metric < HB_GATE_METRICS; metric++) {
            if (input->cells[i].margins[metric].weight == HB_GATE_DECIDES)
                return true;
        }
    }
    return false;
}

static int refuse_alpha(const struct hb_gate_options *options, struct hb_error *err)
{
    return hb_fail(
        err, HB_ERR_INPUT,
        "the gate could never fire: of %u fresh pairs (gate.pairs.confirm) the strongest "
        "outcome, every pair worse, has p = 1/2^%u = %.2g, which is not within gate.alpha = "
        "%g; set gate.pairs.confirm to %u or more, or gate.alpha to %.2g or more",
        options->confirm_pairs, options->confirm_pairs, ldexp(1, -(int)options->confirm_pairs),
        options->alpha, hb_least_pairs(options->alpha), ldexp(1, -(int)options->confirm_pairs));
}

static int check_pairs(const struct hb_gate_options *options, struct hb_error *err)
{
    size_t pooled = (size_t)options->sentinels * options->screen_pairs;

    if (options->screen_pairs == 0)
        return hb_fail(
            err, HB_ERR_INPUT,
            "the gate could never fire: without a screen (gate.pairs.screen: 0) nothing is "
            "routed to confirmation; set gate.pairs.screen to 5");
    if (options->confirm_pairs < hb_least_pairs(options->alpha))
        return refuse_alpha(options, err);
    if (hb_procedure_rounds(options) > HB_WALSH_MAX || pooled > HB_WALSH_MAX)
        return hb_fail(err, HB_ERR_LIMIT,
                       "%u rounds of pairs, or %zu of sentinels, are more than can be judged "
                       "exactly (%u); lower gate.pairs or gate.sentinels",
                       hb_procedure_rounds(options), pooled, HB_WALSH_MAX);
    return 0;
}

int hb_planner_check_options(const struct hb_planner_input *input, struct hb_error *err)
{
    const struct hb_gate_options *options = input->options;

    if (input->count == 0)
        return hb_fail(err, HB_ERR_INPUT, "there is no cell to gate");
    if (!(options->alpha > 0 && options->alpha < 0.5))
        return hb_fail(err, HB_ERR_INPUT,
                       "gate.alpha is %g; a probability of a false alarm lies "
                       "between 0 and 0.5: 0.01",
                       options->alpha);
    if (!decides(input))
        return hb_fail(err, HB_ERR_INPUT,
                       "the gate could never fire: no metric decides; give one of its metrics a "
                       "margin that is not advisory");
    return check_pairs(options, err);
}

/* ---- what cannot fit ---- */

static double mean_run(const struct hb_gate_plan *plan)
{
    double total = 0;

    for (size_t i = 0; i < plan->count; i++)
        total += (double)plan->cells[i].run_ns;
    return total / (double)plan->count;
}

/* How many cells would fit, were they all like the mean of these; 0: not even one. */
static size_t cells_that_fit(const struct hb_planner_input *input, const struct hb_gate_plan *plan)
{
    const struct hb_gate_options *options = &plan->options;
    double run = mean_run(plan), rounds = options->screen_pairs + options->confirm_pairs;
    double left = (double)options->budget_ns - (double)input->once_ns -
                  (double)input->round_ns * rounds -
                  run * options->sentinels * options->screen_pairs;

    for (size_t count = plan->count - 1; count > 0; count--) {
        double confirmed = (double)hb_planner_must_confirm(input, count);

        if (2 * run * (double)count * options->screen_pairs +
                confirmed * (double)plan->confirm_cell_ns <=
            left)
            return count;
    }
    return 0;
}

static const char *window_advice(const struct hb_planner_input *input)
{
    return input->fixed_windows ? ", shorten the windows (matrix.duration)" : "";
}

static int refuse_time(const struct hb_planner_input *input, const struct hb_gate_plan *plan,
                       size_t confirmed, double needed, struct hb_error *err)
{
    const struct hb_gate_options *options = &plan->options;
    size_t fit = cells_that_fit(input, plan);
    char fewer[96] = "", pairs[64] = "";

    if (fit > 0)
        snprintf(fewer, sizeof fewer, ", keep at most %zu cells (--filter, exclude)", fit);
    if (options->confirm_pairs > hb_least_pairs(options->alpha))
        snprintf(pairs, sizeof pairs, ", or lower gate.pairs.confirm (at least %u)",
                 hb_least_pairs(options->alpha));
    return hb_fail(
        err, HB_ERR_LIMIT,
        "the gate does not fit its budget of %s: the screen takes %s (%zu cells × %u pairs × 2 "
        "runs "
        "of %s on average, %u controls, %s beside the runs), and confirming %zu of the cells takes "
        "up to %s (%u pairs each); together %s. Set gate.budget: %.0fm%s%s%s",
        span_of((double)options->budget_ns).text, span_of((double)plan->screen_ns).text,
        plan->count, options->screen_pairs, span_of(mean_run(plan)).text, options->sentinels,
        span_of((double)input->once_ns + options->screen_pairs * (double)input->round_ns).text,
        confirmed, span_of((double)confirmed * (double)plan->confirm_cell_ns).text,
        options->confirm_pairs, span_of(needed).text, ceil(needed / (60 * (double)HB_NS_PER_S)),
        fewer, window_advice(input), pairs);
}

int hb_planner_check_time(const struct hb_planner_input *input, const struct hb_gate_plan *plan,
                          struct hb_error *err)
{
    size_t confirmed = hb_planner_must_confirm(input, input->count);
    double needed = (double)plan->screen_ns +
                    (double)plan->options.confirm_pairs * (double)input->round_ns +
                    (double)confirmed * (double)plan->confirm_cell_ns;

    if (plan->options.budget_ns <= 0 || plan->confirmable >= confirmed)
        return 0;
    return refuse_time(input, plan, confirmed, needed, err);
}

/* ---- what cannot be seen ---- */

/* Confirmation pairs that would show it; 0: no number that a gate makes. */
static unsigned pairs_that_resolve(const struct hb_planner_input *input,
                                   const struct hb_gate_plan *plan,
                                   const struct hb_gate_cell_plan *cell, double limit)
{
    struct hb_gate_options options = plan->options;

    for (; options.confirm_pairs <= HB_PAIRS_MOST;
         options.confirm_pairs = hb_more_pairs(options.confirm_pairs)) {
        if (hb_planner_resolution(input, &options, cell->noise[cell->best], limit) <=
            options.must_resolve)
            return options.confirm_pairs;
    }
    return 0;
}

static int refuse_resolution(const struct hb_planner_input *input, const struct hb_gate_plan *plan,
                             size_t number, struct hb_error *err)
{
    const struct hb_gate_cell_plan *cell = &plan->cells[number];
    double limit = 1 + input->cells[number].margins[cell->best].relative;
    unsigned pairs = pairs_that_resolve(input, plan, cell, limit);
    char more[64] = "";

    if (pairs > 0)
        snprintf(more, sizeof more, "set gate.pairs.confirm to %u, or ", pairs);
    return hb_fail(
        err, HB_ERR_INPUT,
        "%s: gate.must_resolve is %g %%, but as this machine was calibrated (%s of pairs "
        "scatters by %.1f %%) %u pairs against a margin of %g %% show %.1f %% at best, "
        "nine times in ten; %sset gate.must_resolve higher, "
        "or use a quieter machine",
        input->cells[number].name, plan->options.must_resolve * 100,
        hb_gate_metric_name(cell->best), cell->noise[cell->best] * 100, plan->options.confirm_pairs,
        (limit - 1) * 100, cell->detectable[cell->best] * 100, more);
}

/* Only by what was measured of this machine: nothing is refused for an assumption. */
int hb_planner_check_resolution(const struct hb_planner_input *input,
                                const struct hb_gate_plan *plan, struct hb_error *err)
{
    if (input->calibration == NULL || !(plan->options.must_resolve > 0))
        return 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct hb_gate_cell_plan *cell = &plan->cells[i];

        if (cell->detectable[cell->best] > plan->options.must_resolve)
            return refuse_resolution(input, plan, i, err);
    }
    return 0;
}
