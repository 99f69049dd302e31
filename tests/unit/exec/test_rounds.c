/* When a cell is known well enough: held against the interval itself, on figures made up. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "exec/rounds.h"
#include "measure/stats_order.h"

enum { CELLS = 3, ROUNDS = 20 };

static struct hb_scenario scenario;
static struct hb_plan_run runs[CELLS * ROUNDS];
static struct hb_plan plan;
static struct hb_rounds rounds;

static int set_up(void **state HB_UNUSED)
{
    scenario = (struct hb_scenario){.run = {.rounds = ROUNDS, .rounds_min = 5, .until_ci = 0.02}};
    for (size_t i = 0; i < CELLS * ROUNDS; i++)
        runs[i] = (struct hb_plan_run){(uint32_t)(i % CELLS), (uint32_t)(i / CELLS)};
    plan = (struct hb_plan){.scenario = &scenario,
                            .cells_count = CELLS,
                            .runs = runs,
                            .runs_count = CELLS * ROUNDS,
                            .rounds = ROUNDS};
    hb_rounds_init(&rounds, &plan);
    return 0;
}

static int tear_down(void **state HB_UNUSED)
{
    hb_rounds_release(&rounds);
    return 0;
}

static size_t run_of(uint32_t cell, uint32_t round)
{
    return (size_t)round * CELLS + cell;
}

static void a_figure_that_repeats_is_known_one_round_after_it_was_narrow(void **state HB_UNUSED)
{
    for (uint32_t round = 0; round < 5; round++)
        assert_false(hb_rounds_add(&rounds, run_of(1, round), 1000 + round));
    assert_true(hb_rounds_add(&rounds, run_of(1, 5), 1004));
    assert_true(hb_rounds_suffice(&rounds, run_of(1, 6)));
    assert_true(hb_rounds_suffice(&rounds, run_of(1, ROUNDS - 1)));
    assert_false(hb_rounds_suffice(&rounds, run_of(0, 5)));
    assert_false(hb_rounds_suffice(&rounds, run_of(2, 5)));
}

/* The first five are made, whatever a resumed sweep knows already. */
static void the_least_rounds_are_always_made(void **state HB_UNUSED)
{
    for (uint32_t round = 0; round < 6; round++)
        (void)hb_rounds_add(&rounds, run_of(0, round), 1000);
    assert_true(hb_rounds_suffice(&rounds, run_of(0, 5)));
    assert_false(hb_rounds_suffice(&rounds, run_of(0, 4)));
}

static void it_stops_exactly_when_the_interval_is_narrow_twice_in_a_row(void **state HB_UNUSED)
{
    struct hb_rng rng = {.state = 7};

    for (int trial = 0; trial < 200; trial++) {
        double rates[ROUNDS];
        bool known = false, was_narrow = false;

        hb_rounds_release(&rounds);
        hb_rounds_init(&rounds, &plan);
        for (uint32_t round = 0; round < ROUNDS && !known; round++) {
            struct hb_interval interval;
            bool narrow;

            rates[round] = 1000 * (1 + 0.08 * (hb_rng_unit(&rng) - 0.5));
            known = hb_rounds_add(&rounds, run_of(2, round), rates[round]);
            interval = hb_quantile_interval(rates, round + 1, 0.5, 0.95);
            narrow = round >= 4 && (interval.high - interval.low) / 2 <= 0.02 * interval.estimate;
            assert_true(known == (narrow && was_narrow));
            was_narrow = narrow;
        }
    }
}

/* Of a normal distribution around 1000, whose scatter is 3 %. */
static double noisy_rate(struct hb_rng *rng)
{
    double radius = sqrt(-2 * log(hb_rng_unit(rng)));

    return 1000 * (1 + 0.03 * radius * cos(2 * acos(-1) * hb_rng_unit(rng)));
}

/* What docs/methodology.md says: stopping by what is seen costs no confidence. */
static void intervals_at_which_it_stops_cover_the_truth(void **state HB_UNUSED)
{
    enum { TRIALS = 20000 };
    struct hb_rng rng = {.state = 11};
    size_t covered = 0;

    for (int trial = 0; trial < TRIALS; trial++) {
        struct hb_interval interval;
        double rates[ROUNDS];
        uint32_t count = 0;

        hb_rounds_release(&rounds);
        hb_rounds_init(&rounds, &plan);
        while (count < ROUNDS) {
            rates[count] = noisy_rate(&rng);
            count++;
            if (hb_rounds_add(&rounds, run_of(0, count - 1), rates[count - 1]))
                break;
        }
        interval = hb_quantile_interval(rates, count, 0.5, 0.95);
        covered += interval.low <= 1000 && interval.high >= 1000;
    }
    print_message("covered: %.1f %%\n", 100.0 * (double)covered / TRIALS);
    assert_true(covered >= (size_t)(0.945 * TRIALS));
}

static void failures_leave_a_cell_unknown(void **state HB_UNUSED)
{
    for (uint32_t round = 0; round < 4; round++)
        assert_false(hb_rounds_add(&rounds, run_of(0, round * 2), 1000));
    assert_false(hb_rounds_suffice(&rounds, run_of(0, 8)));
}

static void without_until_ci_nothing_is_ever_enough(void **state HB_UNUSED)
{
    hb_rounds_release(&rounds);
    scenario.run.until_ci = 0;
    hb_rounds_init(&rounds, &plan);
    for (uint32_t round = 0; round < ROUNDS; round++)
        assert_false(hb_rounds_add(&rounds, run_of(0, round), 1000));
    assert_false(hb_rounds_suffice(&rounds, run_of(0, ROUNDS - 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_figure_that_repeats_is_known_one_round_after_it_was_narrow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_least_rounds_are_always_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_stops_exactly_when_the_interval_is_narrow_twice_in_a_row,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(intervals_at_which_it_stops_cover_the_truth, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(failures_leave_a_cell_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_until_ci_nothing_is_ever_enough, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
