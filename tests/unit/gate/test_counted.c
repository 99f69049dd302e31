/* Judging by counts: margins, what repeated countings leave open, what is unknown, and the guard.
 */
#include "observed.h"

#include "gate/counted.h"

enum { PAIRS = 5 };

static struct hb_counts counts_of(double instructions, double calls)
{
    return (struct hb_counts){
        .instructions_per_request = instructions,
        .instructions_spread = 0.001,
        .system_calls_per_request = calls,
        .bytes_per_request = 500,
        .connections = 1,
        .how = "callgrind",
        .failure = "",
        .instructions_why = "",
        .system_calls_why = "",
    };
}

/* As a scenario with 'basis: counts' has them. */
static struct hb_rules usual_rules(void)
{
    struct hb_rules rules = {.alpha = 0.01, .invalidating = ~0u};

    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        rules.margins[i].weight = HB_GATE_OFF;
    rules.margins[HB_GATE_THROUGHPUT] = (struct hb_gate_margin){.relative = 0.5};
    rules.margins[HB_GATE_P50] = (struct hb_gate_margin){.relative = 0.5};
    rules.margins[HB_GATE_BYTES] = (struct hb_gate_margin){0};
    rules.margins[HB_GATE_CONNECTIONS] = (struct hb_gate_margin){0};
    rules.margins[HB_GATE_SYSTEM_CALLS] = (struct hb_gate_margin){.floor = 0.5};
    rules.margins[HB_GATE_INSTRUCTIONS] = (struct hb_gate_margin){.relative = 0.03};
    return rules;
}

/* One cell and everything that it borrows. */
struct made {
    struct hb_pair pairs[PAIRS];
    struct hb_counts counts[HB_SIDES];
    struct hb_counted_cell cell;
    struct hb_arena arena;
    struct hb_cell_verdict verdict;
};

static void make(struct made *made, double base, double head)
{
    *made = (struct made){.counts = {counts_of(base, 7), counts_of(head, 7)}};
    hb_arena_init(&made->arena);
    for (unsigned i = 0; i < PAIRS; i++) {
        made->pairs[i] = pair_of(1000 + 7 * i, i % 2 == 0 ? 1.2 : 0.8);
        made->pairs[i].round = i;
    }
    made->cell = (struct hb_counted_cell){
        .guard = {.pairs = made->pairs, .count = PAIRS},
        .rules = usual_rules(),
        .sides = {&made->counts[HB_SIDE_BASE], &made->counts[HB_SIDE_HEAD]},
    };
}

static enum hb_verdict judge(struct made *made)
{
    struct hb_error err;

    assert_int_equal(hb_judge_counted_cell(&made->cell, &made->arena, &made->verdict, &err), 0);
    return made->verdict.verdict;
}

static void
a_count_is_judged_by_its_margin_and_by_what_repeating_leaves_open(HB_UNUSED void **state)
{
    static const struct {
        double head;
        enum hb_verdict verdict;
    } cases[] = {
        {100000, HB_VERDICT_UNCHANGED},    {101900, HB_VERDICT_UNCHANGED},
        {102600, HB_VERDICT_INCONCLUSIVE}, {103500, HB_VERDICT_INCONCLUSIVE},
        {104100, HB_VERDICT_REGRESSED},    {98200, HB_VERDICT_UNCHANGED},
        {96000, HB_VERDICT_IMPROVED},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct made made;

        make(&made, 100000, cases[i].head);
        assert_int_equal(judge(&made), cases[i].verdict);
        if (cases[i].verdict != HB_VERDICT_UNCHANGED)
            assert_int_equal(made.verdict.worst, HB_GATE_INSTRUCTIONS);
        assert_int_equal(made.verdict.metrics[HB_GATE_INSTRUCTIONS].pairs, HB_COUNTED_PAIRS);
        hb_arena_release(&made.arena);
    }
}

static void countings_that_were_far_apart_prove_less(HB_UNUSED void **state)
{
    struct made made;

    make(&made, 100000, 106000);
    assert_int_equal(judge(&made), HB_VERDICT_REGRESSED);
    made.counts[HB_SIDE_HEAD].instructions_spread = 0.05;
    assert_int_equal(judge(&made), HB_VERDICT_INCONCLUSIVE);
    assert_true(made.verdict.metrics[HB_GATE_INSTRUCTIONS].resolution > 0.08);
    hb_arena_release(&made.arena);
}

static void
one_system_call_more_a_request_is_a_regression_and_a_tenth_is_not(HB_UNUSED void **state)
{
    static const double bases[] = {3, 7, 20, 64};

    for (size_t i = 0; i < HB_ARRAY_LEN(bases); i++) {
        struct made made;

        make(&made, 100000, 100000);
        made.counts[HB_SIDE_BASE].system_calls_per_request = bases[i];
        made.counts[HB_SIDE_HEAD].system_calls_per_request = bases[i] + 1;
        assert_int_equal(judge(&made), HB_VERDICT_REGRESSED);
        assert_int_equal(made.verdict.worst, HB_GATE_SYSTEM_CALLS);
        made.counts[HB_SIDE_HEAD].system_calls_per_request = bases[i] + 0.1;
        assert_int_equal(judge(&made), HB_VERDICT_UNCHANGED);
        hb_arena_release(&made.arena);
    }
}

static void bytes_and_connections_repeat_or_do_not(HB_UNUSED void **state)
{
    struct made made;

    make(&made, 100000, 100000);
    made.counts[HB_SIDE_HEAD].bytes_per_request = 501;
    assert_int_equal(judge(&made), HB_VERDICT_REGRESSED);
    made.counts[HB_SIDE_BASE].bytes_apart = 0.03; /* encrypted */
    assert_int_equal(judge(&made), HB_VERDICT_UNCHANGED);
    made.counts[HB_SIDE_HEAD].connections = 5;
    assert_int_equal(judge(&made), HB_VERDICT_REGRESSED);
    assert_int_equal(made.verdict.worst, HB_GATE_CONNECTIONS);
    hb_arena_release(&made.arena);
}

static void what_decides_and_is_not_known_is_an_error_that_says_why(HB_UNUSED void **state)
{
    struct made made;

    make(&made, 100000, -1);
    made.counts[HB_SIDE_HEAD].instructions_why = "callgrind left no total";
    assert_int_equal(judge(&made), HB_VERDICT_ERROR);
    assert_string_equal(made.verdict.why,
                        "instructions of head are not known: callgrind left no total");
    made.cell.rules.margins[HB_GATE_INSTRUCTIONS].weight = HB_GATE_ADVISORY;
    assert_int_equal(judge(&made), HB_VERDICT_UNCHANGED);
    made.counts[HB_SIDE_BASE].failure = "it did not start";
    assert_int_equal(judge(&made), HB_VERDICT_ERROR);
    made.cell.sides[HB_SIDE_BASE] = NULL;
    assert_int_equal(judge(&made), HB_VERDICT_ERROR);
    assert_string_equal(made.verdict.why, "nothing was counted of base");
    hb_arena_release(&made.arena);
}

static void counts_of_two_ways_or_of_wrong_responses_are_no_comparison(HB_UNUSED void **state)
{
    struct made made;

    make(&made, 100000, 100000);
    made.counts[HB_SIDE_BASE].how = "perf";
    assert_int_equal(judge(&made), HB_VERDICT_ERROR);
    made.counts[HB_SIDE_BASE].how = "callgrind";
    made.counts[HB_SIDE_HEAD].unverified = 5;
    assert_int_equal(judge(&made), HB_VERDICT_ERROR);
    hb_arena_release(&made.arena);
}

static void a_head_that_waits_trips_the_guard_only_when_every_pair_shows_it(HB_UNUSED void **state)
{
    struct made made;

    make(&made, 100000, 100000);
    for (size_t i = 0; i < PAIRS; i++)
        made.pairs[i].sides[HB_SIDE_HEAD].values[HB_GATE_P50] = 1e9;
    assert_int_equal(judge(&made), HB_VERDICT_REGRESSED);
    assert_int_equal(made.verdict.worst, HB_GATE_P50);
    made.pairs[2].sides[HB_SIDE_HEAD].values[HB_GATE_P50] = 1000;
    assert_int_equal(judge(&made), HB_VERDICT_UNCHANGED);
    assert_int_not_equal(made.verdict.worst, HB_GATE_P50);
    hb_arena_release(&made.arena);
}

/* As when the gate was interrupted. */
static void a_guard_of_too_few_pairs_says_nothing_either_way(HB_UNUSED void **state)
{
    struct made made;

    make(&made, 100000, 100000);
    for (size_t i = 0; i < PAIRS; i++)
        made.pairs[i].sides[HB_SIDE_HEAD].values[HB_GATE_P50] = 1e9;
    made.cell.guard.count = 2;
    assert_int_equal(judge(&made), HB_VERDICT_INCONCLUSIVE);
    assert_int_equal(made.verdict.reason, HB_TOO_FEW_PAIRS);
    made.cell.guard.count = 3;
    assert_int_equal(judge(&made), HB_VERDICT_REGRESSED);
    hb_arena_release(&made.arena);
}

static void runs_that_failed_are_an_error_whatever_was_counted(HB_UNUSED void **state)
{
    struct made made;

    make(&made, 100000, 100000);
    made.pairs[1].sides[HB_SIDE_HEAD] = run_failed("exited with 1");
    assert_int_equal(judge(&made), HB_VERDICT_ERROR);
    for (size_t i = 0; i < PAIRS; i++)
        made.pairs[i].sides[HB_SIDE_HEAD].state = HB_OBSERVED_NOT;
    assert_int_equal(judge(&made), HB_VERDICT_ERROR);
    hb_arena_release(&made.arena);
}

static void without_a_guard_that_decides_counts_alone_do(HB_UNUSED void **state)
{
    struct made made;

    make(&made, 100000, 100000);
    made.cell.rules.margins[HB_GATE_THROUGHPUT].weight = HB_GATE_OFF;
    made.cell.rules.margins[HB_GATE_P50].weight = HB_GATE_OFF;
    assert_int_equal(judge(&made), HB_VERDICT_UNCHANGED);
    made.pairs[1].sides[HB_SIDE_HEAD].errors = 1;
    assert_int_equal(judge(&made), HB_VERDICT_ERROR);
    hb_arena_release(&made.arena);
}

static struct hb_comparison_result judge_all(struct made *made, size_t count, double must_resolve)
{
    const struct hb_gate_options options = {.must_resolve = must_resolve};
    struct hb_comparison_result result;
    struct hb_error err;

    assert_int_equal(hb_judge_counted(&options, &made->cell, count, &made->arena, &result, &err),
                     0);
    return result;
}

static void a_gate_is_never_green_of_nothing_nor_of_what_it_could_not_see(HB_UNUSED void **state)
{
    struct made made;

    make(&made, 100000, 100000);
    assert_int_equal(judge_all(&made, 0, 0).verdict, HB_VERDICT_ERROR);
    assert_int_equal(judge_all(&made, 1, 0).verdict, HB_VERDICT_UNCHANGED);
    assert_false(judge_all(&made, 1, 0.05).unresolved);
    assert_true(judge_all(&made, 1, 0.01).unresolved);
    assert_int_equal(judge_all(&made, 1, 0.01).verdict, HB_VERDICT_INCONCLUSIVE);
    hb_arena_release(&made.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_is_judged_by_its_margin_and_by_what_repeating_leaves_open),
        cmocka_unit_test(countings_that_were_far_apart_prove_less),
        cmocka_unit_test(one_system_call_more_a_request_is_a_regression_and_a_tenth_is_not),
        cmocka_unit_test(bytes_and_connections_repeat_or_do_not),
        cmocka_unit_test(what_decides_and_is_not_known_is_an_error_that_says_why),
        cmocka_unit_test(counts_of_two_ways_or_of_wrong_responses_are_no_comparison),
        cmocka_unit_test(a_head_that_waits_trips_the_guard_only_when_every_pair_shows_it),
        cmocka_unit_test(a_guard_of_too_few_pairs_says_nothing_either_way),
        cmocka_unit_test(runs_that_failed_are_an_error_whatever_was_counted),
        cmocka_unit_test(without_a_guard_that_decides_counts_alone_do),
        cmocka_unit_test(a_gate_is_never_green_of_nothing_nor_of_what_it_could_not_see),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
