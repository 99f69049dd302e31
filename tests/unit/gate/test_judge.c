/* The judge against brute force over all signs and all ways to deal runs out, and its rules one by
 * one. */
#include "observed.h"

#include "gate/judge.h"

enum { MOST = 10 };

static const struct hb_gate_margin three_percent = {.relative = 0.03, .weight = HB_GATE_DECIDES};

static struct hb_metric_verdict judge(enum hb_gate_metric metric, struct hb_gate_margin margin,
                                      double alpha, const struct hb_pair *pairs, size_t count)
{
    struct hb_metric_verdict verdict;
    struct hb_error err;

    assert_int_equal(hb_judge_pairs(metric, &margin, alpha, pairs, count, &verdict, &err), 0);
    return verdict;
}

static struct hb_metric_verdict judge_runs(enum hb_gate_metric metric, struct hb_gate_margin margin,
                                           double alpha, struct hb_observation_view base,
                                           struct hb_observation_view head)
{
    struct hb_metric_verdict verdict;
    struct hb_error err;

    assert_int_equal(hb_judge_unpaired(metric, &margin, alpha, base, head, &verdict, &err), 0);
    return verdict;
}

/* Pairs with these ratios. */
static void make_pairs(struct hb_pair *pairs, const double *ratios, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pairs[i] = pair_of(1000 + 100 * (double)i, ratios[i]);
}

/* ---- oracles ---- */

static size_t rank_of(const double *values, size_t count, size_t which)
{
    size_t rank = 1;

    for (size_t i = 0; i < count; i++)
        rank += fabs(values[i]) < fabs(values[which]);
    return rank;
}

/* P of so large a sum of the ranks of what is positive, over all signs. */
static double brute_signed_rank_p(const double *values, size_t count)
{
    size_t observed_sum = 0, as_large = 0;

    for (size_t i = 0; i < count; i++)
        observed_sum += values[i] > 0 ? rank_of(values, count, i) : 0;
    for (size_t signs = 0; signs < (size_t)1 << count; signs++) {
        size_t sum = 0;

        for (size_t i = 0; i < count; i++)
            sum += (signs >> i & 1) != 0 ? rank_of(values, count, i) : 0;
        as_large += sum >= observed_sum;
    }
    return ldexp((double)as_large, -(int)count);
}

static void pairs_regress_exactly_when_the_test_against_the_margin_says_so(HB_UNUSED void **state)
{
    static const double alphas[] = {0.01, 0.025, 0.05, 0.1};
    struct hb_rng rng = {.state = 1};
    size_t regressed = 0;

    for (size_t trial = 0; trial < 2000; trial++) {
        size_t count = 1 + hb_rng_below(&rng, MOST);
        double alpha = alphas[hb_rng_below(&rng, HB_ARRAY_LEN(alphas))];
        struct hb_metric_verdict verdict;
        struct hb_pair pairs[MOST];
        double off[MOST];

        for (size_t i = 0; i < count; i++) {
            off[i] = 0.03 + 0.04 * draw_normal(&rng);
            pairs[i] = pair_of(500, 1.03 * exp(off[i]));
        }
        verdict = judge(HB_GATE_CPU, three_percent, alpha, pairs, count);
        assert_float_equal(verdict.p_worse, brute_signed_rank_p(off, count), 1e-9);
        assert_int_equal(verdict.verdict == HB_VERDICT_REGRESSED, verdict.p_worse <= alpha);
        regressed += verdict.verdict == HB_VERDICT_REGRESSED;
    }
    assert_in_range(regressed, 200, 1800);
}

/* Share of the ways to deal the values out, of which `chosen` is one, whose sum of ranks for head
 * is at least as large. */
static double brute_rank_sum_p(const double *values, size_t count, size_t heads)
{
    size_t observed_sum = 0, as_large = 0, ways = 0;

    for (size_t deal = 0; deal < (size_t)1 << count; deal++) {
        size_t sum = 0, below = 0;

        if ((size_t)__builtin_popcountll(deal) != heads)
            continue;
        for (size_t i = 0; i < count; i++) {
            for (size_t j = 0; (deal >> i & 1) != 0 && j < count; j++)
                below += values[j] < values[i];
        }
        sum = below;
        if (deal == ((size_t)1 << heads) - 1)
            observed_sum = sum;
    }
    for (size_t deal = 0; deal < (size_t)1 << count; deal++) {
        size_t sum = 0;

        if ((size_t)__builtin_popcountll(deal) != heads)
            continue;
        for (size_t i = 0; i < count; i++) {
            for (size_t j = 0; (deal >> i & 1) != 0 && j < count; j++)
                sum += values[j] < values[i];
        }
        ways++;
        as_large += sum >= observed_sum;
    }
    return (double)as_large / (double)ways;
}

static void runs_regress_exactly_when_the_test_against_the_margin_says_so(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 2};
    size_t regressed = 0;

    for (size_t trial = 0; trial < 200; trial++) {
        size_t heads = 2 + hb_rng_below(&rng, 4), bases = 2 + hb_rng_below(&rng, 4);
        struct hb_observation head[MOST], base[MOST];
        struct hb_metric_verdict verdict;
        double values[MOST];

        for (size_t i = 0; i < heads; i++) {
            values[i] = 0.04 + 0.03 * draw_normal(&rng);
            head[i] = observed(700 * 1.03 * exp(values[i]));
        }
        for (size_t i = 0; i < bases; i++) {
            values[heads + i] = 0.03 * draw_normal(&rng);
            base[i] = observed(700 * exp(values[heads + i]));
        }
        verdict =
            judge_runs(HB_GATE_P50, three_percent, 0.05, (struct hb_observation_view){base, bases},
                       (struct hb_observation_view){head, heads});
        assert_float_equal(verdict.p_worse, brute_rank_sum_p(values, heads + bases, heads), 1e-9);
        assert_int_equal(verdict.verdict == HB_VERDICT_REGRESSED, verdict.p_worse <= 0.05);
        regressed += verdict.verdict == HB_VERDICT_REGRESSED;
    }
    assert_in_range(regressed, 20, 180);
}

/* ---- the rules ---- */

static void less_throughput_and_more_cpu_are_the_same_verdict(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 3};

    for (size_t trial = 0; trial < 300; trial++) {
        double centre = 0.1 * draw_normal(&rng);
        struct hb_pair more[MOST], less[MOST];
        struct hb_metric_verdict cpu, rate;

        for (size_t i = 0; i < MOST; i++) {
            double ratio = exp(centre + 0.02 * draw_normal(&rng));

            more[i] = pair_of(1000, ratio);
            less[i] = pair_of(1000, 1 / ratio);
        }
        cpu = judge(HB_GATE_CPU, three_percent, 0.025, more, MOST);
        rate = judge(HB_GATE_THROUGHPUT, three_percent, 0.025, less, MOST);
        assert_int_equal(cpu.verdict, rate.verdict);
        assert_float_equal(cpu.ratio.estimate, rate.ratio.estimate, 1e-9);
        assert_true(cpu.ratio.low <= cpu.ratio.estimate && cpu.ratio.estimate <= cpu.ratio.high);
    }
}

static void
an_interval_beyond_the_margin_is_a_verdict_and_one_across_it_is_not(HB_UNUSED void **state)
{
    static const struct {
        double from, to; /* ten ratios, evenly */
        enum hb_verdict verdict;
        enum hb_inconclusive reason;
    } cases[] = {
        {1.04, 1.06, HB_VERDICT_REGRESSED, HB_CONCLUSIVE},
        {0.94, 0.96, HB_VERDICT_IMPROVED, HB_CONCLUSIVE},
        {0.98, 1.02, HB_VERDICT_UNCHANGED, HB_CONCLUSIVE},
        {1.02, 1.04, HB_VERDICT_INCONCLUSIVE, HB_BORDERLINE},
        {0.80, 1.25, HB_VERDICT_INCONCLUSIVE, HB_WIDE},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_pair pairs[MOST];
        struct hb_metric_verdict verdict;

        for (size_t k = 0; k < MOST; k++)
            pairs[k] =
                pair_of(10, cases[i].from + (cases[i].to - cases[i].from) * (double)k / (MOST - 1));
        verdict = judge(HB_GATE_CPU, three_percent, 0.01, pairs, MOST);
        assert_int_equal(verdict.verdict, cases[i].verdict);
        assert_int_equal(verdict.reason, cases[i].reason);
        assert_int_equal(verdict.pairs, MOST);
    }
}

static void equal_figures_prove_nothing_in_too_few_pairs(HB_UNUSED void **state)
{
    static const double same[MOST] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    static const double twice[MOST] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    struct hb_pair equal[MOST], slower[MOST];

    make_pairs(equal, same, MOST);
    make_pairs(slower, twice, MOST);
    for (size_t count = 1; count <= MOST; count++) {
        struct hb_metric_verdict verdict = judge(HB_GATE_CPU, three_percent, 0.01, equal, count);

        assert_int_equal(verdict.verdict,
                         count < 5 ? HB_VERDICT_INCONCLUSIVE : HB_VERDICT_UNCHANGED);
        verdict = judge(HB_GATE_CPU, three_percent, 0.01, slower, count);
        assert_int_equal(verdict.verdict, count < hb_least_pairs(0.01) ? HB_VERDICT_INCONCLUSIVE
                                                                       : HB_VERDICT_REGRESSED);
        assert_int_equal(isnan(verdict.resolution), count < hb_least_pairs(0.01));
    }
}

static void figures_at_the_margin_itself_are_on_neither_side(HB_UNUSED void **state)
{
    struct hb_gate_margin half = {.relative = 0.5, .weight = HB_GATE_DECIDES};
    struct hb_pair pairs[MOST];

    for (size_t i = 0; i < MOST; i++)
        pairs[i] = (struct hb_pair){{observed(2), observed(3)}, 0};
    assert_int_equal(judge(HB_GATE_CPU, half, 0.01, pairs, MOST).verdict, HB_VERDICT_INCONCLUSIVE);
    for (size_t i = 0; i < MOST; i++)
        pairs[i] = (struct hb_pair){{observed(3), observed(2)}, 0};
    assert_int_equal(judge(HB_GATE_CPU, half, 0.01, pairs, MOST).verdict, HB_VERDICT_INCONCLUSIVE);
}

static void a_change_within_the_floor_is_nothing_to_anyone(HB_UNUSED void **state)
{
    struct hb_gate_margin margin = {.relative = 0.03, .floor = 20000, .weight = HB_GATE_DECIDES};
    struct hb_pair fast[MOST], slow[MOST];

    for (size_t i = 0; i < MOST; i++) {
        fast[i] = pair_of(60000, 1.2 + 0.001 * (double)i); /* 12 µs on 60 */
        slow[i] = pair_of(6000000, 1.2 + 0.001 * (double)i);
    }
    assert_int_equal(judge(HB_GATE_P50, margin, 0.01, fast, MOST).verdict, HB_VERDICT_UNCHANGED);
    assert_float_equal(judge(HB_GATE_P50, margin, 0.01, fast, MOST).limit, 8.0 / 6, 1e-12);
    assert_int_equal(judge(HB_GATE_P50, margin, 0.01, slow, MOST).verdict, HB_VERDICT_REGRESSED);
    assert_float_equal(judge(HB_GATE_P50, margin, 0.01, slow, MOST).limit, 1.03, 1e-12);
}

static void counts_repeat_or_they_do_not(HB_UNUSED void **state)
{
    static const struct {
        double base[2], head[2];
        enum hb_verdict verdict;
    } cases[] = {
        {{300, 300}, {300, 300}, HB_VERDICT_UNCHANGED},
        {{300, 300}, {301, 301}, HB_VERDICT_REGRESSED},
        {{300, 300}, {299, 299}, HB_VERDICT_IMPROVED},
        {{300, 301}, {301, 302}, HB_VERDICT_INCONCLUSIVE},
        {{300.1, 300.2}, {300.3, 300.4}, HB_VERDICT_UNCHANGED}, /* health checks */
        {{0, 0}, {1, 1}, HB_VERDICT_REGRESSED},
        {{0, 0}, {0, 0}, HB_VERDICT_UNCHANGED},
    };
    struct hb_gate_margin exact = {.weight = HB_GATE_DECIDES};

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_pair pairs[2];

        for (size_t k = 0; k < 2; k++)
            pairs[k] =
                (struct hb_pair){{observed(cases[i].base[k]), observed(cases[i].head[k])}, 0};
        assert_int_equal(judge(HB_GATE_BYTES, exact, 0.01, pairs, 2).verdict, cases[i].verdict);
        assert_int_equal(judge(HB_GATE_BYTES, exact, 0.01, pairs, 1).verdict,
                         HB_VERDICT_INCONCLUSIVE);
    }
}

static void what_is_no_figure_makes_no_pair(HB_UNUSED void **state)
{
    static const double odd[] = {NAN, 0, -1, INFINITY, -INFINITY};
    struct hb_pair pairs[MOST];

    for (size_t metric = 0; metric < HB_GATE_METRICS; metric++) {
        for (size_t k = 0; k < MOST; k++)
            pairs[k] = (struct hb_pair){{observed(1), observed(odd[k % HB_ARRAY_LEN(odd)])}, 0};
        for (size_t turned = 0; turned < 2; turned++) {
            struct hb_metric_verdict verdict =
                judge((enum hb_gate_metric)metric, three_percent, 0.01, pairs, MOST);

            assert_int_equal(verdict.verdict, HB_VERDICT_INCONCLUSIVE);
            assert_int_equal(verdict.pairs, 0);
            for (size_t k = 0; k < MOST; k++)
                pairs[k] = (struct hb_pair){{pairs[k].sides[1], pairs[k].sides[0]}, 0};
        }
    }
}

static void a_p99_that_decides_and_is_not_there_is_inconclusive(HB_UNUSED void **state)
{
    struct hb_gate_margin margin = {.relative = 0.1, .weight = HB_GATE_DECIDES};
    struct hb_pair pairs[MOST];

    for (size_t i = 0; i < MOST; i++)
        pairs[i] = (struct hb_pair){{observed(NAN), observed(NAN)}, 0};
    assert_int_equal(judge(HB_GATE_P99, margin, 0.01, pairs, MOST).reason, HB_TOO_FEW_REQUESTS);
    margin.weight = HB_GATE_ADVISORY;
    assert_false(judge(HB_GATE_P99, margin, 0.01, pairs, MOST).measured);
    assert_false(judge(HB_GATE_CPU, three_percent, 0.01, pairs, MOST).measured);
}

static void more_than_can_be_judged_is_refused(HB_UNUSED void **state)
{
    struct hb_pair *pairs = calloc(1100, sizeof *pairs);
    struct hb_metric_verdict verdict;
    struct hb_error err;

    assert_non_null(pairs);
    for (size_t i = 0; i < 1100; i++)
        pairs[i] = pair_of(1, 1);
    assert_int_equal(hb_judge_pairs(HB_GATE_CPU, &three_percent, 0.01, pairs, 1100, &verdict, &err),
                     -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    free(pairs);
}

static void the_fewest_that_can_fire_are_those_of_the_exact_tests(HB_UNUSED void **state)
{
    assert_int_equal(hb_least_pairs(0.025), 6);
    assert_int_equal(hb_least_pairs(0.01), 7);
    assert_int_equal(hb_least_pairs(0.03125), 5);
    assert_int_equal(hb_least_runs(0.025), 4); /* 1 / 70 */
    assert_int_equal(hb_least_runs(0.01), 5);  /* 1 / 252 */
}

/* ---- cells ---- */

struct judged {
    struct hb_arena arena;
    struct hb_rules rules;
    struct hb_cell_verdict cell;
};

static int set_up(void **state)
{
    struct judged *judged = calloc(1, sizeof *judged);

    assert_non_null(judged);
    hb_arena_init(&judged->arena);
    judged->rules = (struct hb_rules){.alpha = 0.01, .invalidating = HB_FLAG_SERVER_LIMITED};
    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        judged->rules.margins[i] = (struct hb_gate_margin){.weight = HB_GATE_OFF};
    judged->rules.margins[HB_GATE_CPU] = three_percent;
    judged->rules.margins[HB_GATE_P50] =
        (struct hb_gate_margin){.relative = 0.05, .weight = HB_GATE_ADVISORY};
    *state = judged;
    return 0;
}

static int tear_down(void **state)
{
    struct judged *judged = *state;

    hb_arena_release(&judged->arena);
    free(judged);
    return 0;
}

static const struct hb_cell_verdict *judge_some(struct judged *judged, struct hb_pair *pairs,
                                                size_t count)
{
    struct hb_paired_cell cell = {.pairs = pairs, .count = count};
    struct hb_error err;

    assert_int_equal(
        hb_judge_paired_cell(&cell, &judged->rules, &judged->arena, &judged->cell, &err), 0);
    return &judged->cell;
}

static const struct hb_cell_verdict *judge_cell(struct judged *judged, struct hb_pair *pairs)
{
    return judge_some(judged, pairs, MOST);
}

static void make_equal(struct hb_pair pairs[MOST])
{
    for (size_t i = 0; i < MOST; i++)
        pairs[i] = pair_of(1000, 1 + 0.001 * (double)i);
}

static void a_head_that_fails_is_an_error_however_good_the_rest_is(void **state)
{
    struct hb_pair pairs[MOST];
    const struct hb_cell_verdict *cell;

    make_equal(pairs);
    pairs[3].sides[HB_SIDE_HEAD] = run_failed("the worker hung");
    cell = judge_cell(*state, pairs);
    assert_int_equal(cell->verdict, HB_VERDICT_ERROR);
    assert_string_equal(cell->why, "1 of 10 runs of head failed: the worker hung");
    assert_false(cell->metrics[HB_GATE_CPU].measured);
    assert_int_equal(cell->head_failed, 1);
}

static void requests_that_fail_are_an_error_of_their_cell(void **state)
{
    struct hb_pair pairs[MOST];
    const struct hb_cell_verdict *cell;

    make_equal(pairs);
    pairs[3].sides[HB_SIDE_HEAD].errors = 7;
    cell = judge_cell(*state, pairs);
    assert_int_equal(cell->verdict, HB_VERDICT_ERROR);
    assert_string_equal(cell->why, "7 requests of head failed");
    assert_int_equal(cell->head_errors, 7);
}

static void nothing_measured_is_never_green(void **state)
{
    struct hb_pair pairs[MOST] = {0};

    assert_int_equal(judge_cell(*state, pairs)->verdict, HB_VERDICT_ERROR);
    make_equal(pairs);
    for (size_t i = 0; i < MOST; i++)
        pairs[i].sides[HB_SIDE_HEAD] = (struct hb_observation){.failure = ""};
    assert_int_equal(judge_cell(*state, pairs)->verdict, HB_VERDICT_ERROR);
    for (size_t i = 0; i < MOST; i++)
        pairs[i] = (struct hb_pair){{observed(NAN), observed(NAN)}, 0};
    assert_int_equal(judge_cell(*state, pairs)->verdict, HB_VERDICT_ERROR);
}

static void the_tolerant_leave_out_a_failed_run_but_not_a_cell_of_them(void **state)
{
    struct judged *judged = *state;
    struct hb_pair pairs[MOST];

    judged->rules.allow_failed = 0.01;
    make_equal(pairs);
    pairs[3].sides[HB_SIDE_HEAD] = run_failed("");
    assert_int_equal(judge_cell(judged, pairs)->verdict, HB_VERDICT_UNCHANGED);
    assert_int_equal(judged->cell.metrics[HB_GATE_CPU].pairs, MOST - 1);
    for (size_t i = 0; i < MOST / 2; i++)
        pairs[i].sides[HB_SIDE_HEAD] = run_failed("");
    assert_int_equal(judge_cell(judged, pairs)->verdict, HB_VERDICT_ERROR);
}

static void a_bad_flag_in_many_runs_makes_the_cell_invalid(void **state)
{
    struct judged *judged = *state;
    struct hb_pair pairs[MOST];

    make_equal(pairs);
    pairs[0].sides[HB_SIDE_BASE].flags = HB_FLAG_SERVER_LIMITED;
    assert_int_equal(judge_cell(judged, pairs)->verdict, HB_VERDICT_UNCHANGED);
    pairs[1].sides[HB_SIDE_BASE].flags = HB_FLAG_SERVER_LIMITED | HB_FLAG_ERRORS;
    assert_int_equal(judge_cell(judged, pairs)->verdict, HB_VERDICT_INVALID);
    assert_string_equal(judged->cell.why, "server_limited in 2 of 10 runs of base");
    assert_int_equal(judged->cell.flags, HB_FLAG_SERVER_LIMITED | HB_FLAG_ERRORS);
}

static void a_lone_bad_flag_is_luck_unless_there_is_hardly_another_run(void **state)
{
    struct judged *judged = *state;
    struct hb_pair pairs[MOST];

    make_equal(pairs);
    pairs[0].sides[HB_SIDE_BASE].flags = HB_FLAG_SERVER_LIMITED;
    assert_int_equal(judge_some(judged, pairs, 5)->verdict, HB_VERDICT_UNCHANGED);
    assert_int_equal(judge_some(judged, pairs, 2)->verdict, HB_VERDICT_INVALID);
    pairs[3].sides[HB_SIDE_BASE].flags = HB_FLAG_SERVER_LIMITED;
    assert_int_equal(judge_some(judged, pairs, 5)->verdict, HB_VERDICT_INVALID);
}

static void only_metrics_that_decide_make_the_verdict(void **state)
{
    struct judged *judged = *state;
    struct hb_pair pairs[MOST];

    make_equal(pairs);
    for (size_t i = 0; i < MOST; i++)
        pairs[i].sides[HB_SIDE_HEAD].values[HB_GATE_P50] *= 2;
    assert_int_equal(judge_cell(judged, pairs)->verdict, HB_VERDICT_UNCHANGED);
    assert_int_equal(judged->cell.metrics[HB_GATE_P50].verdict, HB_VERDICT_REGRESSED);
    judged->rules.margins[HB_GATE_P50].weight = HB_GATE_DECIDES;
    assert_int_equal(judge_cell(judged, pairs)->verdict, HB_VERDICT_REGRESSED);
    assert_int_equal(judged->cell.worst, HB_GATE_P50);
}

static void a_cell_that_one_side_lacks_is_named_so(void **state)
{
    static const struct hb_run_row label = {.cell_id = "c", .client = "a", .url = "/"};
    struct judged *judged = *state;
    struct hb_observation runs[MOST];
    struct hb_unpaired_cell cell = {.runs = {runs, runs}, .counts = {MOST, MOST}};
    struct hb_error err;

    for (size_t i = 0; i < MOST; i++)
        runs[i] = observed(100 + (double)i / 10);
    cell.labels[HB_SIDE_HEAD] = &label;
    assert_int_equal(
        hb_judge_unpaired_cell(&cell, &judged->rules, &judged->arena, &judged->cell, &err), 0);
    assert_int_equal(judged->cell.verdict, HB_VERDICT_NO_BASELINE);
    cell.labels[HB_SIDE_BASE] = &label;
    assert_int_equal(
        hb_judge_unpaired_cell(&cell, &judged->rules, &judged->arena, &judged->cell, &err), 0);
    assert_int_equal(judged->cell.verdict, HB_VERDICT_UNCHANGED);
    cell.labels[HB_SIDE_HEAD] = NULL;
    assert_int_equal(
        hb_judge_unpaired_cell(&cell, &judged->rules, &judged->arena, &judged->cell, &err), 0);
    assert_int_equal(judged->cell.verdict, HB_VERDICT_REMOVED);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_regress_exactly_when_the_test_against_the_margin_says_so),
        cmocka_unit_test(runs_regress_exactly_when_the_test_against_the_margin_says_so),
        cmocka_unit_test(less_throughput_and_more_cpu_are_the_same_verdict),
        cmocka_unit_test(an_interval_beyond_the_margin_is_a_verdict_and_one_across_it_is_not),
        cmocka_unit_test(equal_figures_prove_nothing_in_too_few_pairs),
        cmocka_unit_test(figures_at_the_margin_itself_are_on_neither_side),
        cmocka_unit_test(a_change_within_the_floor_is_nothing_to_anyone),
        cmocka_unit_test(counts_repeat_or_they_do_not),
        cmocka_unit_test(what_is_no_figure_makes_no_pair),
        cmocka_unit_test(a_p99_that_decides_and_is_not_there_is_inconclusive),
        cmocka_unit_test(more_than_can_be_judged_is_refused),
        cmocka_unit_test(the_fewest_that_can_fire_are_those_of_the_exact_tests),
        WITH(a_head_that_fails_is_an_error_however_good_the_rest_is),
        WITH(requests_that_fail_are_an_error_of_their_cell),
        WITH(nothing_measured_is_never_green),
        WITH(the_tolerant_leave_out_a_failed_run_but_not_a_cell_of_them),
        WITH(a_bad_flag_in_many_runs_makes_the_cell_invalid),
        WITH(a_lone_bad_flag_is_luck_unless_there_is_hardly_another_run),
        WITH(only_metrics_that_decide_make_the_verdict),
        WITH(a_cell_that_one_side_lacks_is_named_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
