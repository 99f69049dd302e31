/* Plans of gates, and what is refused. */
#include "../test.h"

#include <math.h>

#include "gate/planner.h"
#include "gate/power.h"
#include "simulated.h"

enum { MOST_CELLS = 400 };

struct planned {
    struct hb_arena arena;
    struct hb_gate_options options;
    struct hb_planner_cell cells[MOST_CELLS];
    struct hb_planner_input input;
    struct hb_gate_plan plan;
    struct hb_error err;
};

/* Two clients and two URLs, of the built-in kind: a third of a second beside window and warm-up. */
static int set_up(void **state)
{
    struct planned *planned = calloc(1, sizeof *planned);

    assert_non_null(planned);
    hb_arena_init(&planned->arena);
    planned->options = simulated_options();
    planned->options.margins[HB_GATE_THROUGHPUT] = planned->options.margins[HB_GATE_CPU];
    planned->options.budget_ns = 720 * HB_NS_PER_S;
    planned->input = (struct hb_planner_input){.options = &planned->options,
                                               .cells = planned->cells,
                                               .count = 4,
                                               .once_ns = 5 * HB_NS_PER_S,
                                               .round_ns = HB_NS_PER_S};
    for (size_t i = 0; i < MOST_CELLS; i++)
        planned->cells[i] = (struct hb_planner_cell){.name = "httpx GET /get ×10 on builtin",
                                                     .overhead_ns = 500 * HB_NS_PER_MS,
                                                     .window_ns = 30 * HB_NS_PER_S,
                                                     .warmup_ns = 2 * HB_NS_PER_S,
                                                     .margins = planned->options.margins};
    *state = planned;
    return 0;
}

static int tear_down(void **state)
{
    struct planned *planned = *state;

    hb_arena_release(&planned->arena);
    free(planned);
    return 0;
}

static const struct hb_gate_plan *make(struct planned *planned)
{
    if (hb_gate_plan_make(&planned->input, &planned->arena, &planned->plan, &planned->err) != 0)
        fail_msg("%s", planned->err.message);
    return &planned->plan;
}

static const char *refuse(struct planned *planned, enum hb_error_code code)
{
    assert_int_equal(
        hb_gate_plan_make(&planned->input, &planned->arena, &planned->plan, &planned->err), -1);
    assert_int_equal(planned->err.code, code);
    return planned->err.message;
}

static void two_clients_in_four_cells_fit_twelve_minutes_whatever_regresses(void **state)
{
    struct planned *planned = *state;
    const struct hb_gate_plan *plan = make(planned);

    assert_int_equal(plan->confirmable, 4);
    assert_int_equal(plan->cells[0].window_ns, HB_GATE_WINDOW_NS);
    assert_int_equal(plan->cells[0].warmup_ns, HB_GATE_WARMUP_NS);
    assert_int_equal(plan->cells[0].run_ns, 3 * HB_NS_PER_S);
    assert_true(plan->worst_ns <= planned->options.budget_ns);
    assert_true(plan->screen_ns <= plan->expected_ns && plan->expected_ns <= plan->worst_ns);
    assert_int_equal(plan->options.sentinels, 3);
    assert_true(plan->extension_pairs > 0);
}

static void the_arithmetic_is_that_of_the_runs(void **state)
{
    struct planned *planned = *state;
    const struct hb_gate_plan *plan = make(planned);

    /* once, and 5 rounds of 4 pairs, 3 controls and the servers */
    assert_int_equal(plan->screen_ns, (5 + 5 * (4 * 2 * 3 + 3 * 3 + 1)) * HB_NS_PER_S);
    assert_int_equal(plan->confirm_cell_ns, 15 * 2 * 3 * HB_NS_PER_S);
    assert_int_equal(plan->rounds, 5 + 15 + 25);
}

static void windows_give_way_before_cells_do(void **state)
{
    struct planned *planned = *state;
    const struct hb_gate_plan *plan;

    planned->input.count = 6;
    plan = make(planned);
    assert_true(plan->cells[0].window_ns < HB_GATE_WINDOW_NS);
    assert_true(plan->cells[0].window_ns >= HB_GATE_WINDOW_LEAST_NS);
    assert_true(plan->cells[0].warmup_ns >= HB_GATE_WARMUP_LEAST_NS);
    assert_int_equal(plan->confirmable, 6);
}

static void windows_that_are_shorter_already_stay(void **state)
{
    struct planned *planned = *state;

    for (size_t i = 0; i < 4; i++)
        planned->cells[i].window_ns = 700 * HB_NS_PER_MS;
    assert_int_equal(make(planned)->cells[0].window_ns, 700 * HB_NS_PER_MS);
}

static void fixed_windows_are_not_touched_but_can_be_too_long(void **state)
{
    struct planned *planned = *state;
    const char *message;

    planned->input.fixed_windows = true;
    message = refuse(planned, HB_ERR_LIMIT);
    assert_non_null(strstr(message, "does not fit its budget of 12 min"));
    assert_non_null(strstr(message, "4 cells × 5 pairs × 2 runs of 32.5 s"));
    assert_non_null(strstr(message, "shorten the windows"));
    assert_non_null(strstr(message, "budget: "));
    planned->options.budget_ns *= 10;
    assert_int_equal(make(planned)->cells[0].window_ns, 30 * HB_NS_PER_S);
}

/* The remedies are tried. */
static void what_does_not_fit_is_refused_with_remedies_that_work(void **state)
{
    struct planned *planned = *state;
    unsigned long minutes, cells;
    const char *message;

    planned->input.count = 200;
    message = refuse(planned, HB_ERR_LIMIT);
    assert_non_null(strstr(message, "Set gate.budget: "));
    minutes = strtoul(strstr(message, "Set gate.budget: ") + strlen("Set gate.budget: "), NULL, 10);
    assert_non_null(strstr(message, "keep at most "));
    cells = strtoul(strstr(message, "keep at most ") + strlen("keep at most "), NULL, 10);
    planned->input.count = cells;
    make(planned);
    planned->input.count = 200;
    planned->options.budget_ns = (int64_t)minutes * 60 * HB_NS_PER_S;
    make(planned);
    planned->options.budget_ns = (int64_t)(minutes - 2) * 60 * HB_NS_PER_S;
    refuse(planned, HB_ERR_LIMIT);
}

static void without_a_budget_everything_fits(void **state)
{
    struct planned *planned = *state;

    planned->input.count = MOST_CELLS;
    planned->options.budget_ns = 0;
    assert_int_equal(make(planned)->confirmable, MOST_CELLS);
    assert_int_equal(planned->plan.cells[0].window_ns, HB_GATE_WINDOW_NS);
    assert_int_equal(planned->plan.extension_pairs, 25);
}

static void a_gate_that_can_never_fire_is_refused(void **state)
{
    struct planned *planned = *state;
    const char *message;

    planned->options.confirm_pairs = 6;
    message = refuse(planned, HB_ERR_INPUT);
    assert_non_null(strstr(message, "p = 1/2^6 = 0.016, which is not within gate.alpha = 0.01"));
    assert_non_null(strstr(message, "gate.pairs.confirm to 7 or more"));
    planned->options.confirm_pairs = 7;
    make(planned);
    planned->options.screen_pairs = 0;
    assert_non_null(strstr(refuse(planned, HB_ERR_INPUT), "gate.pairs.screen"));
    planned->options.screen_pairs = 5;
    planned->options.alpha = 0;
    assert_non_null(strstr(refuse(planned, HB_ERR_INPUT), "alpha"));
    planned->options.alpha = NAN;
    refuse(planned, HB_ERR_INPUT);
    planned->options.alpha = 0.01;
    planned->options.pooled_pairs = 5000;
    refuse(planned, HB_ERR_LIMIT);
    planned->options.pooled_pairs = 30;
    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        planned->options.margins[i].weight = HB_GATE_ADVISORY;
    assert_non_null(strstr(refuse(planned, HB_ERR_INPUT), "no metric decides"));
    planned->input.count = 0;
    refuse(planned, HB_ERR_INPUT);
}

static void what_must_be_seen_and_cannot_is_refused_on_a_calibrated_machine_only(void **state)
{
    struct hb_calibration calibration = hb_calibration_assumed();
    struct planned *planned = *state;
    unsigned long pairs;
    const char *message;

    planned->options.must_resolve = 0.05;
    make(planned);
    calibration.cells = 1;
    calibration.noise[HB_GATE_CPU] = 0.02;
    planned->input.calibration = &calibration;
    planned->options.budget_ns = 0;
    message = refuse(planned, HB_ERR_INPUT);
    assert_non_null(strstr(message, "httpx GET /get"));
    assert_non_null(strstr(message, "cpu of pairs scatters by 2.0 %"));
    assert_non_null(strstr(message, "gate.pairs.confirm to "));
    pairs = strtoul(strstr(message, "gate.pairs.confirm to ") + strlen("gate.pairs.confirm to "),
                    NULL, 10);
    planned->options.confirm_pairs = (unsigned)pairs;
    assert_true(make(planned)->detectable <= 0.05);
    planned->options.confirm_pairs = (unsigned)pairs - 1;
    refuse(planned, HB_ERR_INPUT);
}

static void a_quieter_machine_sees_more(void **state)
{
    struct hb_calibration calibration = hb_calibration_assumed();
    struct planned *planned = *state;
    double before = 0;

    planned->input.calibration = &calibration;
    for (double noise = 0.005; noise < 0.2; noise *= 2) {
        calibration.noise[HB_GATE_CPU] = calibration.noise[HB_GATE_THROUGHPUT] = noise;
        assert_true(make(planned)->detectable > before);
        before = planned->plan.detectable;
    }
    calibration.noise[HB_GATE_CPU] = calibration.noise[HB_GATE_THROUGHPUT] = NAN;
    assert_true(isnan(make(planned)->detectable));
}

/* ---- pairs ---- */

static void leave_pairs_open(struct planned *planned)
{
    planned->options.open_pairs = HB_GATE_OPEN_SCREEN | HB_GATE_OPEN_CONFIRM | HB_GATE_OPEN_POOLED;
}

static struct hb_calibration calibrated(double noise)
{
    struct hb_calibration calibration = hb_calibration_assumed();

    calibration.cells = 1;
    calibration.noise[HB_GATE_CPU] = calibration.noise[HB_GATE_THROUGHPUT] = noise;
    return calibration;
}

static void a_calibrated_machine_gets_the_pairs_that_catch_what_is_sought(void **state)
{
    struct planned *planned = *state;
    unsigned before = 0;

    leave_pairs_open(planned);
    planned->options.budget_ns = 0;
    for (double noise = 0.01; noise < 0.1; noise *= 2) {
        struct hb_calibration calibration = calibrated(noise);
        const struct hb_gate_plan *plan;

        planned->input.calibration = &calibration;
        plan = make(planned);
        assert_int_equal(plan->pairs, HB_PAIRS_CALIBRATED);
        assert_true(hb_power_of_gate(&plan->options, plan->options.alpha, HB_CAUTION * noise, 1.03,
                                     0.1) >= HB_CATCH);
        assert_true(plan->options.confirm_pairs >= before);
        assert_true(plan->options.pooled_pairs >=
                    plan->options.screen_pairs + plan->options.confirm_pairs);
        assert_int_equal(plan->rounds, hb_procedure_rounds(&plan->options));
        before = plan->options.confirm_pairs;
    }
    assert_true(before > 15);
}

static void a_quiet_throughput_does_not_spare_the_pairs_that_cpu_needs(void **state)
{
    struct hb_calibration calibration = calibrated(0.06);
    struct planned *planned = *state;
    unsigned needed;

    leave_pairs_open(planned);
    planned->options.budget_ns = 0;
    planned->input.calibration = &calibration;
    needed = make(planned)->options.confirm_pairs;
    calibration.noise[HB_GATE_THROUGHPUT] = 0.01;
    assert_int_equal(make(planned)->options.confirm_pairs, needed);
    calibration.noise[HB_GATE_CPU] = NAN;
    assert_true(make(planned)->options.confirm_pairs < needed);
}

static void what_must_be_resolved_is_what_pairs_are_chosen_for(void **state)
{
    struct hb_calibration calibration = calibrated(0.03);
    struct planned *planned = *state;

    leave_pairs_open(planned);
    planned->options.budget_ns = 0;
    planned->input.calibration = &calibration;
    planned->options.must_resolve = 0.06;
    assert_true(make(planned)->detectable <= 0.06);
    assert_true(planned->plan.options.confirm_pairs > 15);
}

static void pairs_that_were_written_stay(void **state)
{
    struct hb_calibration calibration = calibrated(0.08);
    struct planned *planned = *state;

    planned->input.calibration = &calibration;
    assert_int_equal(make(planned)->options.confirm_pairs, 15);
    assert_int_equal(planned->plan.options.screen_pairs, 5);
    assert_int_equal(planned->plan.pairs, HB_PAIRS_AS_WRITTEN);
}

static void without_calibration_pairs_are_the_defaults(void **state)
{
    struct planned *planned = *state;

    leave_pairs_open(planned);
    assert_int_equal(make(planned)->options.confirm_pairs, 15);
    assert_int_equal(planned->plan.pairs, HB_PAIRS_AS_WRITTEN);
}

static void a_machine_that_is_too_noisy_gets_what_the_budget_holds(void **state)
{
    struct hb_calibration calibration = calibrated(0.5);
    struct planned *planned = *state;

    leave_pairs_open(planned);
    planned->input.calibration = &calibration;
    planned->options.budget_ns = 0;
    assert_int_equal(make(planned)->pairs, HB_PAIRS_TOO_NOISY);
    assert_int_equal(planned->plan.options.confirm_pairs, HB_PAIRS_MOST);
    planned->options.budget_ns = 720 * HB_NS_PER_S;
    assert_true(make(planned)->options.confirm_pairs < HB_PAIRS_MOST);
    assert_int_equal(planned->plan.cut_from, HB_PAIRS_MOST);
    assert_true(planned->plan.options.confirm_pairs > 15);
    planned->options.open_pairs = HB_GATE_OPEN_SCREEN;
    assert_int_equal(make(planned)->options.confirm_pairs, 15);
}

/* Never fewer cells, and never so few pairs that nothing could be confirmed. */
static void a_short_budget_costs_pairs_before_it_is_refused(void **state)
{
    struct planned *planned = *state;
    const struct hb_gate_plan *plan;

    planned->input.count = 18;
    refuse(planned, HB_ERR_LIMIT);
    leave_pairs_open(planned);
    plan = make(planned);
    assert_int_equal(plan->cut_from, 15);
    assert_in_range(plan->options.confirm_pairs, 7, 14);
    assert_int_equal(plan->count, 18);
    assert_true(plan->worst_ns <= planned->options.budget_ns);
    planned->input.count = 200;
    assert_null(strstr(refuse(planned, HB_ERR_LIMIT), "lower gate.pairs.confirm"));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(two_clients_in_four_cells_fit_twelve_minutes_whatever_regresses),
        WITH(the_arithmetic_is_that_of_the_runs),
        WITH(windows_give_way_before_cells_do),
        WITH(windows_that_are_shorter_already_stay),
        WITH(fixed_windows_are_not_touched_but_can_be_too_long),
        WITH(what_does_not_fit_is_refused_with_remedies_that_work),
        WITH(without_a_budget_everything_fits),
        WITH(a_gate_that_can_never_fire_is_refused),
        WITH(what_must_be_seen_and_cannot_is_refused_on_a_calibrated_machine_only),
        WITH(a_quieter_machine_sees_more),
        WITH(a_calibrated_machine_gets_the_pairs_that_catch_what_is_sought),
        WITH(a_quiet_throughput_does_not_spare_the_pairs_that_cpu_needs),
        WITH(what_must_be_resolved_is_what_pairs_are_chosen_for),
        WITH(pairs_that_were_written_stay),
        WITH(without_calibration_pairs_are_the_defaults),
        WITH(a_machine_that_is_too_noisy_gets_what_the_budget_holds),
        WITH(a_short_budget_costs_pairs_before_it_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
