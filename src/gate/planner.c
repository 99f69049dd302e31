/*
 * Arithmetic of a gate: what a round of all cells costs with a window, how many cells can be
 * confirmed beside the screen, and what scatter of pairs lets them show. Refusals are in
 * planner_refusals.c.
 */
#include "gate/planner_state.h"

#include <math.h>
#include <stdlib.h>

#include "base/macros.h"
#include "gate/power.h"

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- time ---- */

/* A window and a warm-up for all cells; each keeps what it has when that is shorter. */
struct windows {
    int64_t window_ns, warmup_ns;
};

static const struct windows AS_THEY_ARE = {INT64_MAX, INT64_MAX};

static void set_run(const struct hb_planner_cell *cell, struct windows windows,
                    struct hb_gate_cell_plan *plan)
{
    plan->window_ns = smaller(cell->window_ns, windows.window_ns);
    plan->warmup_ns = smaller(cell->warmup_ns, windows.warmup_ns);
    plan->run_ns = cell->overhead_ns + plan->warmup_ns + plan->window_ns;
}

/* A round of all cells in pairs. */
static double round_of_cells(const struct hb_gate_plan *plan)
{
    double total = 0;

    for (size_t i = 0; i < plan->count; i++)
        total += 2 * (double)plan->cells[i].run_ns;
    return total;
}

static double dearest_run(const struct hb_gate_plan *plan)
{
    double most = 0;

    for (size_t i = 0; i < plan->count; i++)
        most = fmax(most, (double)plan->cells[i].run_ns);
    return most;
}

static double budget_of(const struct hb_gate_plan *plan)
{
    return plan->options.budget_ns > 0 ? (double)plan->options.budget_ns : INFINITY;
}

static double per_round(double whole_ns, double each_ns)
{
    return each_ns > 0 ? floor(whole_ns / each_ns) : INFINITY;
}

static int64_t to_ns(double ns)
{
    return ns < 9e18 ? (int64_t)ns : INT64_MAX;
}

/* A control shares the base's run: it costs one more. */
static void reckon(const struct hb_planner_input *input, struct windows windows,
                   struct hb_gate_plan *plan)
{
    const struct hb_gate_options *options = &plan->options;
    double confirm_starts, left;

    for (size_t i = 0; i < plan->count; i++)
        set_run(&input->cells[i], windows, &plan->cells[i]);
    plan->screen_ns = to_ns((double)input->once_ns +
                            options->screen_pairs *
                                (round_of_cells(plan) + options->sentinels * dearest_run(plan) +
                                 (double)input->round_ns));
    plan->confirm_cell_ns = to_ns(2 * options->confirm_pairs * dearest_run(plan));
    confirm_starts = (double)options->confirm_pairs * (double)input->round_ns;
    left = budget_of(plan) - (double)plan->screen_ns - confirm_starts;
    left = per_round(fmax(left, 0), (double)plan->confirm_cell_ns);
    plan->confirmable = left < (double)plan->count ? (size_t)left : plan->count;
}

/* Cells that have to be confirmable for the gate to be of use: those that will be routed for
 * nothing, and one that regressed. */
size_t hb_planner_must_confirm(const struct hb_planner_input *input, size_t count)
{
    double routed = ceil(hb_planner_calibration(input).false_route_rate * (double)count);

    if (!(routed >= 0))
        routed = 0;
    return routed + 1 < (double)count ? (size_t)routed + 1 : count;
}

/* The longest windows with which every cell can be confirmed; else the shortest. */
static struct windows choose_windows(const struct hb_planner_input *input,
                                     struct hb_gate_plan *plan)
{
    enum { STEPS = 4 };
    struct windows windows = AS_THEY_ARE;

    if (input->fixed_windows) {
        reckon(input, AS_THEY_ARE, plan);
        return AS_THEY_ARE;
    }
    for (int step = 0; step <= STEPS; step++) {
        double share = (double)step / STEPS;

        windows = (struct windows){
            HB_GATE_WINDOW_NS - (int64_t)(share * (HB_GATE_WINDOW_NS - HB_GATE_WINDOW_LEAST_NS)),
            HB_GATE_WARMUP_NS - (int64_t)(share * (HB_GATE_WARMUP_NS - HB_GATE_WARMUP_LEAST_NS)),
        };

        reckon(input, windows, plan);
        if (plan->confirmable == plan->count)
            break;
    }
    return windows;
}

/* Shorter windows first, then fewer pairs, until those fit that have to. */
static void make_fit(const struct hb_planner_input *input, struct hb_gate_plan *plan)
{
    struct windows windows = choose_windows(input, plan);

    while (plan->confirmable < hb_planner_must_confirm(input, input->count) &&
           hb_planner_cut_pairs(input, plan))
        reckon(input, windows, plan);
    plan->rounds = hb_procedure_rounds(&plan->options);
}

/* ---- what can be seen ---- */

struct hb_calibration hb_planner_calibration(const struct hb_planner_input *input)
{
    return input->calibration != NULL ? *input->calibration : hb_calibration_assumed();
}

static bool shows_speed(unsigned metric, const struct hb_gate_margin *margin)
{
    return margin->weight == HB_GATE_DECIDES && metric != HB_GATE_RSS &&
           !hb_is_exact((enum hb_gate_metric)metric, margin);
}

static void set_detectable(const struct hb_planner_input *input, const struct hb_gate_plan *plan,
                           size_t number, struct hb_gate_cell_plan *cell)
{
    struct hb_calibration calibration = hb_planner_calibration(input);
    double best = INFINITY;

    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        const struct hb_gate_margin *margin = &input->cells[number].margins[i];

        cell->noise[i] = calibration.noise[i];
        cell->detectable[i] = hb_is_exact((enum hb_gate_metric)i, margin)
                                  ? NAN
                                  : hb_planner_resolution(input, &plan->options, cell->noise[i],
                                                          1 + margin->relative);
        if (!shows_speed(i, margin) || !(cell->detectable[i] < best))
            continue;
        best = cell->detectable[i];
        cell->best = (enum hb_gate_metric)i;
    }
    cell->acquits = hb_unchanged_margin(plan->options.pooled_pairs, plan->options.alpha,
                                        cell->noise[cell->best]);
}

/* Cells mostly have the same margins, and the machine is the same. */
static bool has_margins_of(const struct hb_planner_cell *cell, const struct hb_planner_cell *other)
{
    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        const struct hb_gate_margin *mine = &cell->margins[i], *its = &other->margins[i];

        if (mine->weight != its->weight || mine->relative != its->relative)
            return false;
    }
    return true;
}

static void copy_detectable(const struct hb_gate_cell_plan *from, struct hb_gate_cell_plan *to)
{
    struct hb_gate_cell_plan times = *to;

    *to = *from;
    to->window_ns = times.window_ns;
    to->warmup_ns = times.warmup_ns;
    to->run_ns = times.run_ns;
}

static void set_all_detectable(const struct hb_planner_input *input, struct hb_gate_plan *plan)
{
    plan->detectable = NAN;
    for (size_t i = 0; i < plan->count; i++) {
        struct hb_gate_cell_plan *cell = &plan->cells[i];

        if (i > 0 && has_margins_of(&input->cells[i], &input->cells[i - 1]))
            copy_detectable(cell - 1, cell);
        else
            set_detectable(input, plan, i, cell);
        plan->detectable = fmax(plan->detectable, cell->detectable[cell->best]);
    }
}

/* ---- the whole ---- */

/* Whether the screen alone is likely to leave a cell open: its pairs do not all lie within the
 * margin more often than not. */
static bool stays_open(const struct hb_planner_input *input, const struct hb_gate_plan *plan,
                       size_t number)
{
    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        const struct hb_gate_margin *margin = &input->cells[number].margins[i];
        double reach = log1p(margin->relative) / plan->cells[number].noise[i];

        if (margin->weight == HB_GATE_DECIDES && margin->relative > 0 &&
            pow(erf(reach / M_SQRT2), plan->options.screen_pairs) < 0.5)
            return true;
    }
    return false;
}

static void set_extension(const struct hb_planner_input *input, struct hb_gate_plan *plan)
{
    double left = budget_of(plan) - (double)plan->screen_ns;
    unsigned screen = plan->options.screen_pairs, pooled = plan->options.pooled_pairs;
    unsigned most = pooled > screen ? pooled - screen : 0;
    double fit = per_round(fmax(left, 0), round_of_cells(plan) + (double)input->round_ns);

    plan->extension_pairs = fit < most ? (unsigned)fit : most;
}

static void set_times(const struct hb_planner_input *input, struct hb_gate_plan *plan)
{
    const struct hb_gate_options *options = &plan->options;
    double starts = (double)input->round_ns, budget = budget_of(plan);
    double confirm = options->confirm_pairs *
                     (round_of_cells(plan) + 2 * options->sentinels * dearest_run(plan) + starts);
    double all = (double)(plan->rounds - options->screen_pairs - options->confirm_pairs) *
                 (round_of_cells(plan) + starts);
    double expected =
        (double)plan->screen_ns +
        (double)(hb_planner_must_confirm(input, input->count) - 1) * (double)plan->confirm_cell_ns;

    for (size_t i = 0; i < plan->count; i++) {
        if (stays_open(input, plan, i))
            expected += plan->extension_pairs * 2.0 * (double)plan->cells[i].run_ns;
    }
    plan->worst_ns = to_ns(fmin((double)plan->screen_ns + confirm + all, budget));
    plan->expected_ns = to_ns(fmin(fmin(expected, budget), (double)plan->worst_ns));
}

int hb_gate_plan_make(const struct hb_planner_input *input, struct hb_arena *arena,
                      struct hb_gate_plan *ret_plan, struct hb_error *err)
{
    struct hb_gate_plan plan = {
        .options = *input->options,
        .cells = hb_arena_calloc(arena, input->count, sizeof *plan.cells),
        .count = input->count,
    };

    if (plan.options.sentinels > input->count)
        plan.options.sentinels = (unsigned)input->count;
    if (hb_planner_check_options(input, err) != 0)
        return -1;
    hb_planner_choose_pairs(input, &plan);
    make_fit(input, &plan);
    if (hb_planner_check_time(input, &plan, err) != 0)
        return -1;
    set_all_detectable(input, &plan);
    if (hb_planner_check_resolution(input, &plan, err) != 0)
        return -1;
    set_extension(input, &plan);
    set_times(input, &plan);
    *ret_plan = plan;
    return 0;
}
