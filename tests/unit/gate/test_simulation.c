/* A short, seeded version of tests/bench/gate_simulation, with bounds: who changes judge, procedure
 * or power so that a gate cries wolf or goes blind, learns it here. */
#include "../test.h"

#include <math.h>

#include "gate/power.h"
#include "simulated.h"

static const double VARIATIONS[] = {0.01, 0.02, 0.03, 0.05};

static double chance(enum hb_verdict wanted, unsigned pairs, double variation, double effect,
                     double alpha)
{
    enum { TRIALS = 600 };
    struct hb_rng rng = {.state = 21};
    size_t seen = 0;

    for (size_t i = 0; i < TRIALS; i++)
        seen += simulate_pairs(pairs, variation, effect, alpha, &rng) == wanted;
    return (double)seen / TRIALS;
}

/* Four standard errors of 600 trials, and what the published figures round off. */
static void assert_chance(double got, double wanted)
{
    double tolerance = 4 * sqrt(fmax(wanted * (1 - wanted), 0.01) / 600) + 0.005;

    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.3f, wanted %.3f ± %.3f", got, wanted, tolerance);
}

static void one_look_has_the_power_that_the_design_was_made_for(HB_UNUSED void **state)
{
    static const struct {
        unsigned pairs;
        double variation, at_5, at_8, at_10, unchanged;
    } published[] = {
        {6, 0.01, .57, 1, 1, .80},    {6, 0.03, .09, .43, .69, .02}, {10, 0.02, .46, .99, 1, .65},
        {10, 0.05, .11, .46, .73, 0}, {20, 0.03, .46, 1, 1, .64},    {20, 0.05, .19, .79, .97, .05},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(published); i++) {
        unsigned pairs = published[i].pairs;
        double variation = published[i].variation;

        assert_chance(chance(HB_VERDICT_REGRESSED, pairs, variation, 1.05, 0.025),
                      published[i].at_5);
        assert_chance(chance(HB_VERDICT_REGRESSED, pairs, variation, 1.08, 0.025),
                      published[i].at_8);
        assert_chance(chance(HB_VERDICT_REGRESSED, pairs, variation, 1.10, 0.025),
                      published[i].at_10);
        assert_chance(chance(HB_VERDICT_UNCHANGED, pairs, variation, 1, 0.025),
                      published[i].unchanged);
    }
}

static void what_could_be_seen_is_seen_nine_times_in_ten(HB_UNUSED void **state)
{
    static const unsigned pairs[] = {7, 10, 15, 30};

    for (size_t i = 0; i < HB_ARRAY_LEN(pairs); i++) {
        double change = hb_resolution_of_pairs(pairs[i], 0.01, 0.03 * M_SQRT2, 1.03);

        assert_chance(chance(HB_VERDICT_REGRESSED, pairs[i], 0.03, 1 + change, 0.01), HB_POWER);
    }
    assert_true(isnan(hb_resolution_of_pairs(6, 0.01, 0.03, 1.03)));
}

static void formulas_of_power_and_resolution_agree(HB_UNUSED void **state)
{
    for (unsigned pairs = 7; pairs <= 40; pairs++) {
        double change = hb_resolution_of_pairs(pairs, 0.01, 0.04, 1.03);

        assert_float_equal(hb_power_of_pairs(pairs, 0.01, 0.04, log1p(change) - log(1.03)),
                           HB_POWER, 1e-9);
        assert_true(change < hb_resolution_of_pairs(pairs, 0.01, 0.05, 1.03));
    }
    assert_float_equal(hb_power_of_pairs(6, 0.01, 0.04, 1), 0, 1e-12);
}

static double level_of(size_t count, double scatter)
{
    enum { MOST = 600 };
    struct hb_alarm alarms[MOST];

    assert_in_range(count, 1, MOST);
    for (size_t i = 0; i < count; i++)
        alarms[i] = (struct hb_alarm){15, scatter, 1.03};
    return hb_alarm_level(alarms, count, 0.01, 0.5);
}

static void
many_noisy_cells_are_held_to_a_lower_level_and_quiet_ones_are_not(HB_UNUSED void **state)
{
    assert_float_equal(level_of(600, 0.02), 0.01, 1e-12);
    assert_float_equal(level_of(1, 0.14), 0.01, 1e-12);
    assert_true(level_of(600, 0.14) < 0.001);
    assert_true(level_of(600, 0.14) < level_of(60, 0.14));
    assert_true(level_of(60, 0.2) < level_of(60, 0.14));
}

static struct simulated_outcome simulate(const struct simulated_matrix *matrix, size_t gates)
{
    struct simulated_outcome outcome = {0};
    struct hb_rng rng = {.state = 22};

    for (size_t i = 0; i < gates; i++)
        simulate_gate(matrix, &rng, &outcome);
    return outcome;
}

static struct simulated_matrix matrix_of(const struct hb_gate_options *options)
{
    return (struct simulated_matrix){.options = options,
                                     .cells = 80,
                                     .variations = VARIATIONS,
                                     .variations_count = HB_ARRAY_LEN(VARIATIONS),
                                     .drift = 0.002,
                                     .effect = 1.08,
                                     .side_effect = 1};
}

static void nothing_changed_raises_no_alarm(HB_UNUSED void **state)
{
    struct hb_gate_options options = simulated_options();
    struct simulated_matrix matrix = matrix_of(&options);
    struct simulated_outcome outcome;

    options.pooled_pairs = options.screen_pairs;
    outcome = simulate(&matrix, 25);
    assert_int_equal(outcome.false_gates, 0);
    assert_int_equal(outcome.contaminated, 0);
    assert_true(outcome.pairs / (25 * 80) < 7.5);
}

/* Without the lower level it is every tenth of these. */
static void noise_beyond_every_margin_raises_no_alarm_either(HB_UNUSED void **state)
{
    static const double noisy[] = {0.2};
    struct hb_gate_options options = simulated_options();
    struct simulated_matrix matrix = matrix_of(&options);
    struct simulated_outcome outcome;

    options.pooled_pairs = options.screen_pairs;
    matrix.variations = noisy;
    matrix.variations_count = 1;
    outcome = simulate(&matrix, 60);
    assert_true(outcome.false_gates <= 2);
}

static void eight_percent_is_caught_as_the_design_has_it(HB_UNUSED void **state)
{
    static const double least[] = {0.97, 0.90, 0.70, 0.25};
    struct hb_gate_options options = simulated_options();
    struct simulated_matrix matrix = matrix_of(&options);
    struct simulated_outcome outcome;

    options.pooled_pairs = options.screen_pairs;
    matrix.affected = 5;
    outcome = simulate(&matrix, 15);
    assert_int_equal(outcome.false_cells, 0);
    for (size_t i = 0; i < HB_ARRAY_LEN(least); i++)
        assert_true((double)outcome.caught[i] >= least[i] * (double)outcome.affected[i]);
}

static void a_resolution_is_what_the_whole_gate_catches(HB_UNUSED void **state)
{
    static const double variation[] = {0.03};
    struct hb_gate_options options = simulated_options();
    struct simulated_matrix matrix = matrix_of(&options);
    struct simulated_outcome outcome;

    options.pooled_pairs = options.screen_pairs;
    options.sentinels = 0;
    matrix.variations = variation;
    matrix.variations_count = 1;
    matrix.affected = 80;
    matrix.drift = 0;
    matrix.effect = 1 + hb_resolution_of_gate(&options, options.alpha, 0.03 * M_SQRT2, 1.03);
    outcome = simulate(&matrix, 8);
    assert_chance((double)outcome.caught[0] / (double)outcome.affected[0], HB_POWER);
}

static void two_percent_everywhere_is_caught_by_the_suite_alone(HB_UNUSED void **state)
{
    struct hb_gate_options options = simulated_options();
    struct simulated_matrix matrix = matrix_of(&options);
    struct simulated_outcome outcome;

    options.pooled_pairs = options.screen_pairs;
    matrix.affected = 20;
    matrix.effect = 1.02;
    outcome = simulate(&matrix, 10);
    assert_true(outcome.suites >= 9);
    assert_true(outcome.caught[0] + outcome.caught[1] <= 4);
}

static void unlike_bases_void_the_gate(HB_UNUSED void **state)
{
    struct hb_gate_options options = simulated_options();
    struct simulated_matrix matrix = matrix_of(&options);
    struct simulated_outcome outcome;

    options.pooled_pairs = options.screen_pairs;
    matrix.affected = 5;
    matrix.side_effect = 1.08;
    outcome = simulate(&matrix, 8);
    assert_int_equal(outcome.contaminated, 8);
    assert_int_equal(outcome.caught[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_look_has_the_power_that_the_design_was_made_for),
        cmocka_unit_test(what_could_be_seen_is_seen_nine_times_in_ten),
        cmocka_unit_test(formulas_of_power_and_resolution_agree),
        cmocka_unit_test(nothing_changed_raises_no_alarm),
        cmocka_unit_test(noise_beyond_every_margin_raises_no_alarm_either),
        cmocka_unit_test(many_noisy_cells_are_held_to_a_lower_level_and_quiet_ones_are_not),
        cmocka_unit_test(eight_percent_is_caught_as_the_design_has_it),
        cmocka_unit_test(a_resolution_is_what_the_whole_gate_catches),
        cmocka_unit_test(two_percent_everywhere_is_caught_by_the_suite_alone),
        cmocka_unit_test(unlike_bases_void_the_gate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
