/* The procedure, led through its rounds by hand. */
#include "observed.h"

#include "gate/procedure.h"

enum { CELLS = 4, CONTROL = 3, SCREEN = 3, CONFIRM = 8, POOLED = 12 };

struct led {
    struct hb_gate_options options;
    struct hb_procedure_cell cells[CELLS]; /* the last is a control */
    struct hb_procedure *procedure;
    struct hb_arena arena;
    struct hb_comparison_result result;
};

static const struct hb_run_row labels[CELLS] = {
    {.cell_id = "0", .client = "a", .url = "/0"},
    {.cell_id = "1", .client = "a", .url = "/1"},
    {.cell_id = "2", .client = "b", .url = "/0"},
    {.cell_id = "3", .client = "a", .url = "/0"},
};

static int set_up(void **state)
{
    struct led *led = calloc(1, sizeof *led);

    assert_non_null(led);
    led->options = (struct hb_gate_options){.screen_pairs = SCREEN,
                                            .confirm_pairs = CONFIRM,
                                            .pooled_pairs = POOLED,
                                            .route_above = 0.02,
                                            .alpha = 0.01,
                                            .suite_margin = 0.01};
    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        led->options.margins[i].weight = HB_GATE_OFF;
    led->options.margins[HB_GATE_CPU] =
        (struct hb_gate_margin){.relative = 0.03, .weight = HB_GATE_DECIDES};
    led->options.margins[HB_GATE_RSS] = led->options.margins[HB_GATE_CPU];
    for (size_t i = 0; i < CELLS; i++)
        led->cells[i] = (struct hb_procedure_cell){.label = &labels[i], .control = i == CONTROL};
    hb_arena_init(&led->arena);
    *state = led;
    return 0;
}

static int tear_down(void **state)
{
    struct led *led = *state;

    hb_procedure_free(led->procedure);
    hb_arena_release(&led->arena);
    free(led);
    return 0;
}

/* Once the options are as the test wants them. */
static void begin(struct led *led)
{
    for (size_t i = 0; i < CELLS; i++) {
        double allow_failed = led->cells[i].rules.allow_failed;

        led->cells[i].rules = hb_rules_of(&led->options, HB_COMPARE_CLIENTS, NULL, NULL);
        led->cells[i].rules.allow_failed = allow_failed;
    }
    led->procedure = hb_procedure_new(&led->options, led->cells, CELLS);
}

static struct hb_observation run_of(double cpu, double rss)
{
    struct hb_observation run = observed(NAN);

    run.values[HB_GATE_CPU] = cpu;
    run.values[HB_GATE_RSS] = rss;
    return run;
}

/* Head's figures over base's, a hair apart from round to round so that there is scatter. */
struct ratios {
    double cpu, rss;
};

static void learn_pair(struct led *led, size_t cell, unsigned round, struct ratios ratios)
{
    double wobble = 1 + 0.002 * (round % 3);
    struct hb_observation base = run_of(1000, 1000);
    struct hb_observation head = run_of(1000 * ratios.cpu * wobble, 1000 * ratios.rss * wobble);

    hb_procedure_learn(led->procedure, cell, HB_SIDE_BASE, round, &base);
    hb_procedure_learn(led->procedure, cell, HB_SIDE_HEAD, round, &head);
}

/* Makes those runs of a stage that are needed; returns how many pairs. */
static unsigned lead(struct led *led, enum hb_stage stage, const struct ratios ratios[CELLS])
{
    unsigned made = 0;

    for (unsigned round = 0; round < hb_procedure_rounds(&led->options); round++) {
        if (hb_procedure_stage(&led->options, round) != stage)
            continue;
        for (size_t cell = 0; cell < CELLS; cell++) {
            bool base = hb_procedure_needs(led->procedure, cell, HB_SIDE_BASE, round);

            assert_int_equal(base, hb_procedure_needs(led->procedure, cell, HB_SIDE_HEAD, round));
            if (!base)
                continue;
            learn_pair(led, cell, round, ratios[cell]);
            assert_false(hb_procedure_needs(led->procedure, cell, HB_SIDE_BASE, round));
            made++;
        }
    }
    return made;
}

static const struct ratios nothing[CELLS] = {{1, 1}, {1, 1}, {1, 1}, {1, 1}};

static const struct hb_comparison_result *result_of(struct led *led)
{
    struct hb_error err;

    assert_int_equal(hb_procedure_result(led->procedure, &led->arena, &led->result, &err), 0);
    return &led->result;
}

static const struct hb_cell_verdict *verdict_of(const struct led *led, size_t cell)
{
    for (size_t i = 0; i < led->result.cells_count; i++) {
        if (strcmp(led->result.cells[i].cell_id, labels[cell].cell_id) == 0)
            return &led->result.cells[i];
    }
    fail();
    return NULL;
}

/* ---- stages ---- */

static void rounds_are_numbered_through_the_stages(void **state)
{
    const struct led *led = *state;

    assert_int_equal(hb_procedure_rounds(&led->options), SCREEN + CONFIRM + POOLED - SCREEN);
    assert_int_equal(hb_procedure_stage(&led->options, SCREEN - 1), HB_STAGE_SCREEN);
    assert_int_equal(hb_procedure_stage(&led->options, SCREEN), HB_STAGE_CONFIRM);
    assert_int_equal(hb_procedure_stage(&led->options, SCREEN + CONFIRM), HB_STAGE_EXTEND);
}

static void what_did_not_change_is_screened_and_extended_but_not_confirmed(void **state)
{
    struct led *led = *state;

    begin(led);
    assert_int_equal(lead(led, HB_STAGE_SCREEN, nothing), CELLS * SCREEN);
    assert_int_equal(lead(led, HB_STAGE_CONFIRM, nothing), 0);
    assert_int_equal(lead(led, HB_STAGE_EXTEND, nothing), (CELLS - 1) * (POOLED - SCREEN));
    assert_int_equal(result_of(led)->verdict, HB_VERDICT_UNCHANGED);
    assert_int_equal(led->result.counts[HB_VERDICT_UNCHANGED], CELLS - 1);
    assert_true(led->result.cells[CELLS - 1].control);
}

static void what_is_slower_in_the_fresh_pairs_too_is_regressed(void **state)
{
    static const struct ratios slower[CELLS] = {{1, 1}, {1.1, 1}, {1, 1}, {1, 1}};
    struct led *led = *state;

    begin(led);
    lead(led, HB_STAGE_SCREEN, slower);
    assert_int_equal(lead(led, HB_STAGE_CONFIRM, slower), CONFIRM);
    assert_int_equal(hb_procedure_progress(led->procedure, HB_STAGE_CONFIRM).cells, 1);
    assert_int_equal(result_of(led)->verdict, HB_VERDICT_REGRESSED);
    assert_int_equal(verdict_of(led, 1)->metrics[HB_GATE_CPU].pairs, CONFIRM);
    assert_int_equal(led->result.counts[HB_VERDICT_REGRESSED], 1);
    assert_string_equal(led->result.cells[0].cell_id, "1");
    assert_int_equal(lead(led, HB_STAGE_EXTEND, slower), 2 * (POOLED - SCREEN));
    assert_int_equal(result_of(led)->counts[HB_VERDICT_REGRESSED], 1);
}

static void what_is_slower_in_the_screen_alone_is_not_regressed(void **state)
{
    static const struct ratios slower[CELLS] = {{1, 1}, {1.1, 1}, {1, 1}, {1, 1}};
    struct led *led = *state;

    begin(led);
    lead(led, HB_STAGE_SCREEN, slower);
    assert_int_equal(result_of(led)->counts[HB_VERDICT_REGRESSED], 0);
    lead(led, HB_STAGE_CONFIRM, nothing);
    result_of(led);
    assert_int_not_equal(verdict_of(led, 1)->verdict, HB_VERDICT_REGRESSED);
    if (verdict_of(led, 1)->verdict == HB_VERDICT_INCONCLUSIVE)
        assert_int_equal(verdict_of(led, 1)->reason, HB_NOT_CONFIRMED);
}

static void another_metric_of_the_same_cell_confirms_nothing(void **state)
{
    static const struct ratios first[CELLS] = {{1, 1}, {1.1, 1}, {1, 1}, {1, 1}};
    static const struct ratios second[CELLS] = {{1, 1}, {1, 1.3}, {1, 1}, {1, 1}};
    struct led *led = *state;

    begin(led);
    lead(led, HB_STAGE_SCREEN, first);
    assert_int_equal(lead(led, HB_STAGE_CONFIRM, second), CONFIRM);
    assert_int_equal(result_of(led)->counts[HB_VERDICT_REGRESSED], 0);
    assert_int_equal(verdict_of(led, 1)->verdict, HB_VERDICT_INCONCLUSIVE);
}

static void the_last_look_at_all_pairs_decides_what_is_still_open(void **state)
{
    static const struct ratios late[CELLS] = {{1.1, 1}, {1, 1}, {1, 1}, {1, 1}};
    struct led *led = *state;

    led->options.screen_pairs = 1; /* of which the extension makes the greater part */
    begin(led);
    lead(led, HB_STAGE_SCREEN, nothing);
    lead(led, HB_STAGE_CONFIRM, nothing);
    assert_int_equal(lead(led, HB_STAGE_EXTEND, late), (CELLS - 1) * (POOLED - 1));
    result_of(led);
    assert_int_equal(verdict_of(led, 0)->verdict, HB_VERDICT_REGRESSED);
    assert_int_equal(verdict_of(led, 0)->metrics[HB_GATE_CPU].pairs, POOLED);
}

/* ---- time ---- */

static void the_worst_is_confirmed_first_when_time_is_short(void **state)
{
    static const struct ratios slower[CELLS] = {{1.06, 1}, {1.1, 1}, {1.08, 1}, {1, 1}};
    struct led *led = *state;

    led->options.budget_ns = 1000;
    for (size_t i = 0; i < CELLS; i++)
        led->cells[i].run_ns = 10;
    begin(led);
    lead(led, HB_STAGE_SCREEN, slower);
    hb_procedure_spent(led->procedure, 1000 - 2 * CONFIRM * 2 * 10 - 5);
    assert_int_equal(lead(led, HB_STAGE_CONFIRM, slower), 2 * CONFIRM);
    assert_int_equal(hb_procedure_progress(led->procedure, HB_STAGE_CONFIRM).left_out, 1);
    hb_procedure_spent(led->procedure, 995);
    assert_int_equal(lead(led, HB_STAGE_EXTEND, slower), 0);
    result_of(led);
    assert_int_equal(verdict_of(led, 0)->verdict, HB_VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_of(led, 1)->verdict, HB_VERDICT_REGRESSED);
    assert_int_equal(verdict_of(led, 2)->verdict, HB_VERDICT_REGRESSED);
    assert_int_equal(led->result.verdict, HB_VERDICT_REGRESSED);
}

static void the_extension_is_as_long_as_there_is_time(void **state)
{
    struct led *led = *state;

    led->options.budget_ns = 1000;
    for (size_t i = 0; i < CELLS; i++)
        led->cells[i].run_ns = 10;
    begin(led);
    lead(led, HB_STAGE_SCREEN, nothing);
    hb_procedure_spent(led->procedure, 1000 - 3 * 8 * 2 * 10);
    assert_int_equal(lead(led, HB_STAGE_EXTEND, nothing), 3 * 8);
}

/* ---- never green ---- */

static void a_head_that_fails_costs_no_further_time_and_is_never_green(void **state)
{
    struct hb_observation broken[] = {run_failed("crashed"), run_of(1000, 1000),
                                      run_failed("not there")};
    struct led *led = *state;

    broken[1].errors = 1;
    broken[2].state = HB_OBSERVED_SKIPPED;
    for (size_t i = 0; i < HB_ARRAY_LEN(broken); i++) {
        begin(led);
        hb_procedure_learn(led->procedure, 1, HB_SIDE_HEAD, 0, &broken[i]);
        assert_false(hb_procedure_needs(led->procedure, 1, HB_SIDE_BASE, 1));
        lead(led, HB_STAGE_SCREEN, nothing);
        lead(led, HB_STAGE_CONFIRM, nothing);
        lead(led, HB_STAGE_EXTEND, nothing);
        assert_int_equal(result_of(led)->verdict, HB_VERDICT_ERROR);
        assert_int_equal(verdict_of(led, 1)->verdict, HB_VERDICT_ERROR);
        assert_int_equal(verdict_of(led, 0)->verdict, HB_VERDICT_UNCHANGED);
        hb_procedure_free(led->procedure);
        led->procedure = NULL;
    }
}

static void a_gate_that_learned_nothing_is_an_error(void **state)
{
    struct led *led = *state;

    begin(led);
    assert_int_equal(result_of(led)->verdict, HB_VERDICT_ERROR);
    assert_true(led->result.contaminated);
    hb_procedure_free(led->procedure);
    led->procedure = hb_procedure_new(&led->options, led->cells, 0);
    assert_int_equal(result_of(led)->verdict, HB_VERDICT_ERROR);
}

static void a_failed_run_is_tolerated_only_among_enough_that_did_not(void **state)
{
    struct hb_observation broken = run_failed("once");
    struct led *led = *state;

    for (unsigned strict = 0; strict < 2; strict++) {
        for (size_t i = 0; i < CELLS; i++)
            led->cells[i].rules.allow_failed = strict != 0 ? 0.001 : 0.1;
        begin(led);
        hb_procedure_learn(led->procedure, 1, HB_SIDE_HEAD, 0, &broken);
        assert_true(hb_procedure_needs(led->procedure, 1, HB_SIDE_HEAD, 1));
        for (unsigned round = 1; round < hb_procedure_rounds(&led->options); round++)
            learn_pair(led, 1, round, nothing[1]);
        for (size_t cell = 0; cell < CELLS; cell++) {
            for (unsigned round = 0; cell != 1 && round < hb_procedure_rounds(&led->options);
                 round++)
                learn_pair(led, cell, round, nothing[cell]);
        }
        assert_int_equal(result_of(led)->verdict,
                         strict != 0 ? HB_VERDICT_ERROR : HB_VERDICT_UNCHANGED);
        hb_procedure_free(led->procedure);
        led->procedure = NULL;
    }
}

/* ---- null control ---- */

static void base_unlike_base_voids_time_but_not_memory(void **state)
{
    static const struct ratios odd[CELLS] = {{1.1, 1}, {1, 1.1}, {1, 1}, {1.1, 1}};
    struct led *led = *state;

    begin(led);
    lead(led, HB_STAGE_SCREEN, odd);
    assert_int_equal(lead(led, HB_STAGE_CONFIRM, odd), 3 * CONFIRM);
    assert_true(result_of(led)->contaminated);
    assert_non_null(strstr(led->result.contamination, "in cpu over 8 pairs of a /0"));
    assert_int_equal(verdict_of(led, 0)->verdict, HB_VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_of(led, 0)->reason, HB_CONTAMINATED);
    assert_int_equal(verdict_of(led, 1)->verdict, HB_VERDICT_REGRESSED);
    assert_int_equal(verdict_of(led, 1)->worst, HB_GATE_RSS);
}

static void a_faster_head_among_equal_bases_is_contamination_too(void **state)
{
    static const struct ratios odd[CELLS] = {{1, 1}, {1, 1}, {1, 1}, {0.9, 1}};
    struct led *led = *state;

    begin(led);
    lead(led, HB_STAGE_SCREEN, odd);
    assert_int_equal(lead(led, HB_STAGE_CONFIRM, odd), CONFIRM);
    assert_true(result_of(led)->contaminated);
}

/* ---- everything together ---- */

static void a_little_in_every_cell_is_seen_by_the_suite(void **state)
{
    static const struct ratios little[CELLS] = {{1.018, 1}, {1.018, 1}, {1.018, 1}, {1, 1}};
    struct led *led = *state;

    begin(led);
    lead(led, HB_STAGE_SCREEN, little);
    lead(led, HB_STAGE_CONFIRM, little);
    lead(led, HB_STAGE_EXTEND, little);
    assert_int_equal(result_of(led)->counts[HB_VERDICT_REGRESSED], 0);
    assert_int_equal(led->result.suites[0].metrics[HB_GATE_CPU].verdict, HB_VERDICT_REGRESSED);
    assert_int_equal(led->result.suites[0].metrics[HB_GATE_RSS].verdict, HB_VERDICT_UNCHANGED);
    assert_int_equal(led->result.suites[0].cells, CELLS - 1);
    assert_int_equal(led->result.suites_count, 3); /* all, a, b */
    assert_int_equal(led->result.verdict, HB_VERDICT_REGRESSED);
}

static void what_must_be_resolved_and_cannot_is_inconclusive(void **state)
{
    struct led *led = *state;

    led->options.must_resolve = 0.031;
    begin(led);
    lead(led, HB_STAGE_SCREEN, nothing);
    lead(led, HB_STAGE_EXTEND, nothing);
    assert_true(result_of(led)->unresolved);
    assert_int_equal(led->result.counts[HB_VERDICT_INCONCLUSIVE], CELLS - 1);
    led->options.must_resolve = 0.05;
    assert_false(result_of(led)->unresolved);
    assert_int_equal(led->result.counts[HB_VERDICT_UNCHANGED], CELLS - 1);
    assert_in_range((uint64_t)(led->result.resolution * 1000), 31, 40);
}

/* ---- from the store, and from hostile input ---- */

static void stored_runs_in_any_order_give_the_same_result(void **state)
{
    static const struct ratios slower[CELLS] = {{1.1, 1}, {1.05, 1}, {1, 1.01}, {1, 1}};
    struct hb_paired_cell cells[CELLS];
    struct hb_paired_cells stored = {cells, CELLS};
    struct hb_rules rules[CELLS];
    struct led *led = *state;
    unsigned rounds = hb_procedure_rounds(&led->options);
    struct hb_comparison_result again;
    struct hb_error err;

    begin(led);
    lead(led, HB_STAGE_SCREEN, slower);
    lead(led, HB_STAGE_CONFIRM, slower);
    for (size_t i = 0; i < CELLS; i++) {
        rules[i] = led->cells[i].rules;
        cells[i] = (struct hb_paired_cell){
            .label = &labels[i],
            .control = i == CONTROL,
            .pairs = hb_arena_calloc(&led->arena, rounds, sizeof(struct hb_pair))};
        for (unsigned round = SCREEN + CONFIRM; round-- > 0;) {
            if (round >= SCREEN && i > 1)
                continue;
            cells[i].pairs[cells[i].count] =
                pair_of(1000, slower[i].cpu * (1 + 0.002 * (round % 3)));
            cells[i].pairs[cells[i].count].sides[HB_SIDE_HEAD].values[HB_GATE_RSS] =
                1000 * slower[i].rss * (1 + 0.002 * (round % 3));
            cells[i].pairs[cells[i].count++].round = round;
        }
    }
    result_of(led);
    assert_int_equal(hb_procedure_replay(&led->options, &stored, rules, &led->arena, &again, &err),
                     0);
    assert_int_equal(again.cells_count, led->result.cells_count);
    assert_int_equal(again.verdict, HB_VERDICT_REGRESSED);
    for (size_t i = 0; i < again.cells_count; i++) {
        const struct hb_cell_verdict *a = &led->result.cells[i], *b = &again.cells[i];

        assert_string_equal(a->cell_id, b->cell_id);
        assert_int_equal(a->verdict, b->verdict);
        assert_int_equal(a->reason, b->reason);
        assert_int_equal(a->metrics[HB_GATE_CPU].pairs, b->metrics[HB_GATE_CPU].pairs);
        assert_float_equal(a->metrics[HB_GATE_CPU].ratio.low, b->metrics[HB_GATE_CPU].ratio.low,
                           1e-9);
    }
}

static struct hb_observation draw_anything(struct hb_rng *rng)
{
    static const double odd[] = {NAN, 0, -1, INFINITY, 1e-308, 1e308, 1000, 1010, 1100};
    struct hb_observation run = observed(1000);

    run.state = hb_rng_below(rng, 8) == 0 ? (enum hb_observed)hb_rng_below(rng, 4) : HB_OBSERVED_OK;
    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        run.values[i] = odd[hb_rng_below(rng, HB_ARRAY_LEN(odd))];
    run.errors = hb_rng_below(rng, 50) == 0;
    run.flags = (unsigned)hb_rng_below(rng, 1u << HB_FLAG_COUNT);
    run.wall_ns = (int64_t)hb_rng_next(rng) / 1000;
    run.failure = hb_rng_below(rng, 2) == 0 ? NULL : "%s%n";
    return run;
}

static void anything_may_be_learned_in_any_order(void **state)
{
    struct hb_rng rng = {.state = 5};
    struct led *led = *state;

    led->options.budget_ns = INT64_MAX;
    for (size_t trial = 0; trial < 300; trial++) {
        bool bad[CELLS] = {0};

        begin(led);
        for (size_t i = hb_rng_below(&rng, 200); i > 0; i--) {
            struct hb_observation run = draw_anything(&rng);
            size_t cell = hb_rng_below(&rng, CELLS);
            enum hb_side side = (enum hb_side)hb_rng_below(&rng, HB_SIDES);
            unsigned round = (unsigned)hb_rng_below(&rng, 100);

            (void)hb_procedure_needs(led->procedure, cell + 1, side, round);
            if (hb_procedure_needs(led->procedure, cell, side, round)) {
                hb_procedure_learn(led->procedure, cell, side, round, &run);
                bad[cell] |= run.state == HB_OBSERVED_FAILED;
            }
        }
        result_of(led);
        for (size_t i = 0; i < CELLS; i++) {
            if (bad[i])
                assert_int_equal(verdict_of(led, i)->verdict, HB_VERDICT_ERROR);
        }
        hb_procedure_free(led->procedure);
        led->procedure = NULL;
    }
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(rounds_are_numbered_through_the_stages),
        WITH(what_did_not_change_is_screened_and_extended_but_not_confirmed),
        WITH(what_is_slower_in_the_fresh_pairs_too_is_regressed),
        WITH(what_is_slower_in_the_screen_alone_is_not_regressed),
        WITH(another_metric_of_the_same_cell_confirms_nothing),
        WITH(the_last_look_at_all_pairs_decides_what_is_still_open),
        WITH(the_worst_is_confirmed_first_when_time_is_short),
        WITH(the_extension_is_as_long_as_there_is_time),
        WITH(a_head_that_fails_costs_no_further_time_and_is_never_green),
        WITH(a_gate_that_learned_nothing_is_an_error),
        WITH(a_failed_run_is_tolerated_only_among_enough_that_did_not),
        WITH(base_unlike_base_voids_time_but_not_memory),
        WITH(a_faster_head_among_equal_bases_is_contamination_too),
        WITH(a_little_in_every_cell_is_seen_by_the_suite),
        WITH(what_must_be_resolved_and_cannot_is_inconclusive),
        WITH(stored_runs_in_any_order_give_the_same_result),
        WITH(anything_may_be_learned_in_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
