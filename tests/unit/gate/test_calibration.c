/* Calibrating on figures of known scatter. */
#include "observed.h"

#include "gate/calibration.h"
#include "gate/power.h"
#include "simulated.h"

enum { CELLS = 4, PAIRS = 250 };

static struct hb_paired_cells draw_cells(double scatter, struct hb_arena *arena)
{
    struct hb_paired_cells cells = {hb_arena_calloc(arena, CELLS, sizeof *cells.cells), CELLS};
    struct hb_rng rng = {.state = 7};

    for (size_t i = 0; i < CELLS; i++) {
        cells.cells[i].pairs = hb_arena_calloc(arena, PAIRS, sizeof(struct hb_pair));
        cells.cells[i].count = PAIRS;
        for (size_t k = 0; k < PAIRS; k++)
            cells.cells[i].pairs[k] =
                pair_of(1000 * (double)(i + 1), exp(scatter * draw_normal(&rng)));
    }
    return cells;
}

static void the_scatter_that_was_put_in_is_found(HB_UNUSED void **state)
{
    struct hb_gate_options options = simulated_options();
    struct hb_calibration found;
    struct hb_arena arena;

    hb_arena_init(&arena);
    for (double scatter = 0.01; scatter < 0.2; scatter *= 2) {
        struct hb_paired_cells cells = draw_cells(scatter, &arena);
        double expected =
            erfc(log(1.02) / sqrt(hb_estimate_variance(options.screen_pairs, scatter)) / M_SQRT2) /
            2;

        found = hb_calibrate(&cells, &options);
        assert_int_equal(found.pairs, CELLS * PAIRS);
        assert_float_equal(found.noise[HB_GATE_CPU] / scatter, 1, 0.06);
        assert_float_equal(found.noise[HB_GATE_THROUGHPUT], found.noise[HB_GATE_CPU], 1e-12);
        assert_float_equal(found.false_route_rate, expected, 0.1);
    }
    hb_arena_release(&arena);
}

/* A standard deviation would be three times as large. */
static void a_few_pairs_that_are_far_off_are_not_the_noise(HB_UNUSED void **state)
{
    struct hb_gate_options options = simulated_options();
    struct hb_paired_cells cells;
    struct hb_arena arena;

    hb_arena_init(&arena);
    cells = draw_cells(0.05, &arena);
    for (size_t k = 0; k < PAIRS; k += 25)
        cells.cells[0].pairs[k] = pair_of(1000, k % 2 == 0 ? 2 : 0.5);
    assert_in_range(hb_calibrate(&cells, &options).noise[HB_GATE_CPU] * 1000, 47, 60);
    hb_arena_release(&arena);
}

static void suggested_pairs_catch_ten_percent_with_caution_and_fewer_do_not(HB_UNUSED void **state)
{
    struct hb_gate_options options = simulated_options();
    struct hb_calibration found;
    struct hb_paired_cells cells;
    struct hb_arena arena;
    double noise;

    hb_arena_init(&arena);
    cells = draw_cells(0.1, &arena);
    found = hb_calibrate(&cells, &options);
    noise = HB_CAUTION * found.noise[HB_GATE_CPU];
    options.screen_pairs = found.screen_pairs;
    options.confirm_pairs = found.confirm_pairs;
    assert_true(options.screen_pairs > 5); /* five would not route it often enough */
    assert_true(hb_power_of_gate(&options, options.alpha, noise, 1.03, 0.1) >= HB_CATCH);
    options.confirm_pairs -= 1 + options.confirm_pairs / 32; /* as hb_more_pairs() goes */
    assert_false(hb_power_of_gate(&options, options.alpha, noise, 1.03, 0.1) >= HB_CATCH);
    cells = draw_cells(0.5, &arena);
    found = hb_calibrate(&cells, &options);
    assert_int_equal(found.confirm_pairs, 0);
    hb_arena_release(&arena);
}

static void suggested_margins_show_unchanged_nine_times_in_ten(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 8};

    for (unsigned pairs = 10; pairs <= 30; pairs += 10) {
        struct hb_gate_margin margin = {.weight = HB_GATE_DECIDES};
        size_t unchanged = 0;

        margin.relative = hb_unchanged_margin(pairs, 0.01, 0.04);
        for (size_t trial = 0; trial < 2000; trial++) {
            struct hb_metric_verdict verdict;
            struct hb_pair drawn[30];
            struct hb_error err;

            for (size_t i = 0; i < pairs; i++)
                drawn[i] = pair_of(1000, exp(0.04 * draw_normal(&rng)));
            assert_int_equal(
                hb_judge_pairs(HB_GATE_CPU, &margin, 0.01, drawn, pairs, &verdict, &err), 0);
            unchanged += verdict.verdict == HB_VERDICT_UNCHANGED;
        }
        assert_in_range(unchanged, 1740, 1860);
    }
}

static void without_pairs_nothing_is_known(HB_UNUSED void **state)
{
    struct hb_gate_options options = simulated_options();
    struct hb_paired_cells none = {0};
    struct hb_calibration found;

    found = hb_calibrate(&none, &options);
    assert_int_equal(found.pairs, 0);
    assert_true(isnan(found.noise[HB_GATE_CPU]));
    assert_true(isnan(found.false_route_rate));
    assert_int_equal(found.confirm_pairs, 0);
}

static void numbers_of_pairs_that_are_tried_end_at_the_most(HB_UNUSED void **state)
{
    unsigned pairs = 1, tried = 1;

    for (; pairs < HB_PAIRS_MOST; tried++) {
        assert_in_range(hb_more_pairs(pairs) - pairs, 1, 1 + pairs / 20);
        pairs = hb_more_pairs(pairs);
    }
    assert_int_equal(pairs, HB_PAIRS_MOST);
    assert_true(tried < HB_PAIRS_MOST / 2);
    assert_true(hb_more_pairs(pairs) > HB_PAIRS_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scatter_that_was_put_in_is_found),
        cmocka_unit_test(a_few_pairs_that_are_far_off_are_not_the_noise),
        cmocka_unit_test(numbers_of_pairs_that_are_tried_end_at_the_most),
        cmocka_unit_test(suggested_pairs_catch_ten_percent_with_caution_and_fewer_do_not),
        cmocka_unit_test(suggested_margins_show_unchanged_nine_times_in_ten),
        cmocka_unit_test(without_pairs_nothing_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
