/*
 * The two rank tests: against published examples and tables, named where they are used, and against
 * counting every assignment of signs or of observations one by one.
 */
#include "near.h"

#include "measure/stats_rank_sum.h"
#include "measure/stats_signed_rank.h"
#include "measure/stats_summary.h"

#define VIEW(array) ((struct hb_sample_view){(array), HB_ARRAY_LEN(array)})

static struct hb_interval shift(struct hb_sample_view base, struct hb_sample_view head,
                                double confidence)
{
    struct hb_interval interval = {0};
    struct hb_error err = {0};

    assert_int_equal(hb_shift(base, head, confidence, &interval, &err), 0);
    return interval;
}

/* Twice the mean rank of `value` among `all`, by its definition. */
static size_t doubled_rank(double value, const double *all, size_t count)
{
    size_t below = 0, equal = 0;

    for (size_t i = 0; i < count; i++) {
        below += all[i] < value;
        equal += all[i] <= value && all[i] >= value;
    }
    return 2 * below + equal + 1;
}

/* ---- signed ranks ---- */

/* Every choice of signs in turn; what is at the margin has none. */
static double count_signs(const double *values, size_t count, double margin)
{
    double distances[16];
    size_t ranks[16], used = 0, observed = 0, reached = 0;

    for (size_t i = 0; i < count; i++)
        distances[i] = fabs(values[i] - margin);
    for (size_t i = 0; i < count; i++) {
        if (!(distances[i] > 0))
            continue;
        ranks[used] = doubled_rank(distances[i], distances, count);
        observed += values[i] > margin ? ranks[used] : 0;
        used++;
    }
    for (size_t signs = 0; signs < (size_t)1 << used; signs++) {
        size_t sum = 0;

        for (size_t i = 0; i < used; i++)
            sum += (signs >> i & 1) != 0 ? ranks[i] : 0;
        reached += sum >= observed;
    }
    return (double)reached / (double)((size_t)1 << used);
}

static void signed_rank_p_equals_counting_every_sign(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 3};
    double values[10];

    for (unsigned trial = 0; trial < 300; trial++) {
        size_t count = 1 + trial % 10;

        draw_whole(&rng, values, count, trial % 3 == 0 ? 1000 : 8);
        for (double margin = -1; margin <= 4; margin += 2.5)
            assert_near(hb_signed_rank_p(values, count, margin), count_signs(values, count, margin),
                        1e-12);
    }
}

/* The first example of R's ?wilcox.test (Hollander & Wolfe 1973, p. 29f: depression): V = 40,
 * p-value = 0.01953 for x greater than y. */
static void the_critical_value_is_the_last_that_reaches_the_level(HB_UNUSED void **state)
{
    static const double levels[] = {0.3, 0.05, 0.01, 1e-4, 1e-7};
    static const size_t counts[] = {1, 5, 6, 7, 15, 30, 80, 200, 201, 400};

    for (size_t i = 0; i < HB_ARRAY_LEN(counts); i++) {
        for (size_t k = 0; k < HB_ARRAY_LEN(levels); k++) {
            double level;
            long critical = hb_signed_rank_critical(counts[i], levels[k], &level);

            assert_near(level, hb_signed_rank_cdf(critical, counts[i]), 1e-12);
            assert_true(level <= levels[k] + HB_PROBABILITY_SLACK);
            assert_true(hb_signed_rank_cdf(critical + 1, counts[i]) > levels[k]);
        }
    }
}

static void signed_rank_p_matches_the_example_of_r(HB_UNUSED void **state)
{
    static const double x[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    static const double y[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double differences[9];

    for (size_t i = 0; i < 9; i++)
        differences[i] = x[i] - y[i];
    assert_near(hb_signed_rank_p(differences, 9, 0), 0.01953125, 1e-12); /* 10 / 512 */
    assert_true(hb_signed_rank_p(differences, 9, 0.4) > hb_signed_rank_p(differences, 9, 0));
}

/* Darwin's maize (Fisher, "The Design of Experiments", 1935): differences in eighths of an inch.
 * Rank sums of 96 of 120; equal distances share ranks. */
static void darwins_maize_is_significant_on_one_side(HB_UNUSED void **state)
{
    static const double eighths[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};

    assert_near(hb_signed_rank_p(eighths, 15, 0), count_signs(eighths, 15, 0), 1e-12);
    assert_near(hb_signed_rank_p(eighths, 15, 0), 0.0206, 5e-4);
}

static void without_ties_the_test_is_the_distribution(HB_UNUSED void **state)
{
    static const double values[] = {1, -2, 3, -4, 5, 6, 7, 8}; /* the negative ones: 6 */

    assert_near(hb_signed_rank_p(values, 8, 0), hb_signed_rank_cdf(6, 8), 1e-15);
}

static void nothing_beyond_the_margin_is_no_evidence(HB_UNUSED void **state)
{
    static const double at[] = {0.03, 0.03, 0.03, 0.03};
    static const double beyond[] = {0.1, 0.2, 0.3, 0.4, 0.5};

    assert_true(hb_signed_rank_p(at, 4, 0.03) >= 1);
    assert_near(hb_signed_rank_p(beyond, 5, 0.03), 1 / 32.0, 1e-15);
    assert_true(hb_signed_rank_p(beyond, 5, 1) >= 1);
}

/* One observation at the margin more, which speaks for neither side, and the sum is approximated.
 */
static void large_samples_are_approximated_without_a_step(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 4};
    double values[HB_SIGNED_RANK_EXACT_MAX + 1] = {0};

    for (size_t i = 0; i < HB_SIGNED_RANK_EXACT_MAX; i++)
        values[i] = hb_rng_unit(&rng) - 0.47;
    assert_near(hb_signed_rank_p(values, HB_SIGNED_RANK_EXACT_MAX + 1, 0),
                hb_signed_rank_p(values, HB_SIGNED_RANK_EXACT_MAX, 0), 3e-3);
}

/* ---- rank sums ---- */

/* Every way to deal out the observations: head gets those whose bit is set. */
static double count_deals(struct hb_sample_view base, struct hb_sample_view head, double margin)
{
    size_t count = base.count + head.count, observed = 0, reached = 0, deals = 0;
    size_t ranks[16];
    double all[16];

    for (size_t i = 0; i < count; i++)
        all[i] = i < base.count ? base.values[i] : head.values[i - base.count] - margin;
    for (size_t i = 0; i < count; i++) {
        ranks[i] = doubled_rank(all[i], all, count);
        observed += i >= base.count ? ranks[i] : 0;
    }
    for (size_t deal = 0; deal < (size_t)1 << count; deal++) {
        size_t sum = 0;

        if ((size_t)__builtin_popcountll(deal) != head.count)
            continue;
        for (size_t i = 0; i < count; i++)
            sum += (deal >> i & 1) != 0 ? ranks[i] : 0;
        deals++;
        reached += sum >= observed;
    }
    return (double)reached / (double)deals;
}

static void rank_sum_p_equals_counting_every_deal(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 6};
    double base[5], head[6];

    for (unsigned trial = 0; trial < 200; trial++) {
        struct hb_sample_view a = {base, 1 + trial % 5}, b = {head, 1 + trial % 6};

        draw_whole(&rng, base, 5, trial % 3 == 0 ? 1000 : 6);
        draw_whole(&rng, head, 6, trial % 3 == 0 ? 1000 : 6);
        for (double margin = -1; margin <= 2; margin += 1)
            assert_near(hb_rank_sum_p(a, b, margin), count_deals(a, b, margin), 1e-12);
    }
}

/* The second example of R's ?wilcox.test (Hollander & Wolfe 1973, p. 69f: permeability constants of
 * the chorioamnion at term and at 12 to 26 weeks): W = 35, p-value = 0.1272 for x greater; the
 * shift is estimated as 0.305. */
static void rank_sum_matches_the_example_of_r(HB_UNUSED void **state)
{
    static const double x[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    static const double y[] = {1.15, 0.88, 0.90, 0.74, 1.21};

    assert_near(hb_rank_sum_p(VIEW(y), VIEW(x), 0), 0.1272, 5e-5);
    assert_near(hb_rank_sum_p(VIEW(y), VIEW(x), 0), hb_rank_sum_cdf(50 - 35, 10, 5), 1e-12);
    assert_near(shift(VIEW(y), VIEW(x), 0.95).estimate, 0.305, 1e-12);
}

/* Mann & Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than
 * the Other" (1947), table I, three digits; and the two-sided 5 % critical values that textbooks
 * reprint (Siegel, "Nonparametric Statistics", 1956, table K). */
static void the_distribution_of_u_matches_published_values(HB_UNUSED void **state)
{
    static const struct {
        size_t first, second;
        long critical;
    } table[] = {{5, 5, 2}, {6, 6, 5}, {8, 8, 13}, {10, 10, 23}, {5, 10, 8}, {20, 20, 127}};

    assert_near(hb_rank_sum_cdf(2, 5, 5), 0.016, 5e-4);
    assert_near(hb_rank_sum_cdf(4, 5, 5), 0.048, 5e-4);
    assert_near(hb_rank_sum_cdf(0, 3, 3), 0.05, 1e-12);
    for (size_t i = 0; i < HB_ARRAY_LEN(table); i++) {
        assert_true(2 * hb_rank_sum_cdf(table[i].critical, table[i].first, table[i].second) <=
                    0.05);
        assert_true(2 * hb_rank_sum_cdf(table[i].critical + 1, table[i].first, table[i].second) >
                    0.05);
    }
}

static void u_is_symmetric_in_samples_and_sides(HB_UNUSED void **state)
{
    for (long u = 0; u < 7 * 9; u++) {
        assert_near(hb_rank_sum_cdf(u, 7, 9), hb_rank_sum_cdf(u, 9, 7), 1e-12);
        assert_near(hb_rank_sum_cdf(u, 7, 9), 1 - hb_rank_sum_cdf(7 * 9 - 1 - u, 7, 9), 1e-12);
    }
    assert_true(hb_rank_sum_cdf(-1, 2, 2) <= 0 && hb_rank_sum_cdf(4, 2, 2) >= 1);
}

static void the_rank_sum_is_approximated_without_a_step(HB_UNUSED void **state)
{
    for (long u = 2800; u <= 4400; u += 800)
        assert_near(hb_rank_sum_cdf(u, 50, 150), hb_rank_sum_cdf(u + 25, 50, 151), 5e-3);
}

static void a_tied_large_sample_is_approximated_by_its_own_ranks(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 8};
    double base[51], head[51];

    draw_whole(&rng, base, 51, 5);
    draw_whole(&rng, head, 51, 6);
    assert_near(
        hb_rank_sum_p(VIEW(base), VIEW(head), 0),
        hb_rank_sum_p((struct hb_sample_view){base, 50}, (struct hb_sample_view){head, 50}, 0),
        0.02);
    for (size_t i = 0; i < 51; i++)
        head[i] = base[i] = 1;
    assert_true(hb_rank_sum_p(VIEW(base), VIEW(head), 0) >= 1);
}

static void shifts_of_too_many_observations_are_refused(HB_UNUSED void **state)
{
    static double many[HB_SHIFT_MAX + 1];
    struct hb_interval interval;
    struct hb_error err = {0};

    assert_int_equal(hb_shift(VIEW(many), VIEW(many), 0.95, &interval, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
}

/* ---- Pragmastat ---- */

/*
 * Reference values of Pragmastat (github.com/AndreyAkinshin/pragmastat, MIT, © Andrey Akinshin).
 * Its "misrate" is 1 - confidence and its shift is x less y. Its margin is twice the rank that ours
 * ends at; but its bounds exclude so many differences where the textbook's (and R's) end at the
 * last of them. So its bounds are those that we give at the next lower confidence there is.
 */
static void margins_match_pragmastat(HB_UNUSED void **state)
{
    static const struct {
        size_t first, second;
        double misrate;
        long
            margin; /* tests/pairwise-margin: demo-1, boundary-overflow-n20_m41_mr1, -n30_m31_mr3 */
    } pairwise[] = {{30, 30, 1e-6, 276}, {20, 41, 0.1, 606}, {30, 31, 0.001, 482}};
    static const struct {
        size_t count;
        double misrate;
        long margin; /* tests/signed-rank-margin: exact-n10-mr5e2, medium-n20-mr1e2, -n50-mr1e3 */
    } signed_rank[] = {{10, 0.05, 18}, {20, 0.01, 76}, {50, 0.001, 610}};

    for (size_t i = 0; i < HB_ARRAY_LEN(pairwise); i++) {
        long half = pairwise[i].margin / 2;

        assert_true(2 * hb_rank_sum_cdf(half - 1, pairwise[i].first, pairwise[i].second) <=
                    pairwise[i].misrate);
        assert_true(2 * hb_rank_sum_cdf(half, pairwise[i].first, pairwise[i].second) >
                    pairwise[i].misrate);
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(signed_rank); i++) {
        long half = signed_rank[i].margin / 2;

        assert_true(2 * hb_signed_rank_cdf(half - 1, signed_rank[i].count) <=
                    signed_rank[i].misrate);
        assert_true(2 * hb_signed_rank_cdf(half, signed_rank[i].count) > signed_rank[i].misrate);
    }
}

/* What is left of confidence with one more difference excluded on each side. */
static double next_lower(double confidence, size_t first, size_t second)
{
    long rank = 0;

    while (1 - 2 * hb_rank_sum_cdf(rank, first, second) >= confidence)
        rank++;
    return 1 - 2 * hb_rank_sum_cdf(rank, first, second);
}

/* tests/shift-bounds: additive-10-10, misrate-1e-3, natural-8-10, unsorted-asymmetric-5-10,
 * edge-asymmetric-3-100. */
static void shift_intervals_match_pragmastat(HB_UNUSED void **state)
{
    static const double ten_x[] = {8.690464128252794, 10.073870590851099, 8.747148467929739,
                                   9.383155596084281, 9.500016924719269,  10.950716746562891,
                                   9.715206258541023, 8.121756731203586,  8.51929841486452,
                                   10.605203641051947};
    static const double ten_y[] = {11.474083584129612, 10.896313483893787, 11.014968822522397,
                                   12.012193058021426, 10.609898325209228, 10.672320913439266,
                                   8.39634805582802,   10.081806458389599, 9.854517974137554,
                                   9.46761366835996};
    static const double even[] = {0, 2, 4, 6, 8}, later[] = {10, 12, 14, 16, 18};
    static const double upward[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    static const double fifty[] = {50, 51, 52};
    double hundred[100];
    const struct {
        struct hb_sample_view x, y;
        double misrate, low, high;
    } cases[] = {
        {VIEW(ten_x), VIEW(ten_y), 0.001, -2.726935116199874, 0.8689102881732929},
        {VIEW(even), VIEW(later), 0.001, -18, -2},
        {{upward, 8}, VIEW(upward), 0.01, -5, 3},
        {{upward, 5}, VIEW(upward), 0.01, -7, 2},
        {VIEW(fifty), VIEW(hundred), 0.01, -40, 41},
    };

    for (size_t i = 0; i < 100; i++)
        hundred[i] = (double)(i + 1);
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        double confidence = next_lower(1 - cases[i].misrate, cases[i].x.count, cases[i].y.count);
        struct hb_interval interval = shift(cases[i].y, cases[i].x, confidence);

        assert_near(interval.low, cases[i].low, 1e-9);
        assert_near(interval.high, cases[i].high, 1e-9);
    }
}

/* tests/center-bounds: additive-10, asymmetric-outlier, natural-20. */
static void centre_intervals_match_pragmastat(HB_UNUSED void **state)
{
    static const double ten[] = {9.545057338990643,  9.700394982578409,  9.640517663413698,
                                 7.725085934185934,  9.988143609531168,  7.957789081278621,
                                 11.068034093520474, 11.017359688918825, 9.460832652837185,
                                 8.555034203375929};
    static const double outlier[] = {1, 2, 3, 4, 100};
    double twenty[20];
    const struct {
        struct hb_sample_view values;
        long excluded; /* half the margin at the case's misrate: 0.05, 0.1, 0.01 */
        double low, high;
    } cases[] = {
        {VIEW(ten), 9, 8.709310867057903, 10.30654571625556},
        {VIEW(outlier), 1, 1.5, 52},
        {VIEW(twenty), 38, 6.5, 14.5},
    };

    for (size_t i = 0; i < 20; i++)
        twenty[i] = (double)(i + 1);
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        size_t count = cases[i].values.count;
        struct hb_interval interval;
        struct hb_error err = {0};

        assert_int_equal(hb_hodges_lehmann(cases[i].values.values, count,
                                           1 - 2 * hb_signed_rank_cdf(cases[i].excluded, count),
                                           &interval, &err),
                         0);
        assert_near(interval.low, cases[i].low, 1e-9);
        assert_near(interval.high, cases[i].high, 1e-9);
    }
}

/* ---- coverage ---- */

/* Differences of two such are symmetric, and their distribution is continuous. */
static double draw_skewed(struct hb_rng *rng)
{
    return -log(1 - hb_rng_unit(rng));
}

static void shift_intervals_cover_as_often_as_they_say(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 11};
    double base[6], head[7], promised = 0;
    unsigned covered = 0;

    for (unsigned trial = 0; trial < 4000; trial++) {
        struct hb_interval interval;

        for (size_t i = 0; i < 6; i++)
            base[i] = draw_skewed(&rng);
        for (size_t i = 0; i < 7; i++)
            head[i] = draw_skewed(&rng) + 0.5;
        interval = shift(VIEW(base), VIEW(head), 0.9);
        promised = interval.confidence;
        covered += interval.low <= 0.5 && 0.5 <= interval.high;
    }
    assert_true(promised >= 0.9);
    assert_near(covered / 4000.0, promised, 0.015);
}

static void pair_intervals_cover_as_often_as_they_say(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 12};
    double differences[8], promised = 0;
    unsigned covered = 0;

    for (unsigned trial = 0; trial < 4000; trial++) {
        struct hb_interval interval;
        struct hb_error err = {0};

        for (size_t i = 0; i < 8; i++)
            differences[i] = draw_skewed(&rng) - draw_skewed(&rng) + 0.03;
        assert_int_equal(hb_hodges_lehmann(differences, 8, 0.9, &interval, &err), 0);
        promised = interval.confidence;
        covered += interval.low <= 0.03 && 0.03 <= interval.high;
    }
    assert_true(promised >= 0.9);
    assert_near(covered / 4000.0, promised, 0.015);
}

/* At the margin itself a test of level 5 % must fire at most so often, and beyond it more often. */
static void tests_fire_falsely_no_more_often_than_they_say(HB_UNUSED void **state)
{
    struct hb_rng rng = {.state = 13};
    unsigned at_margin = 0, beyond = 0;
    double differences[10];

    for (unsigned trial = 0; trial < 4000; trial++) {
        for (size_t i = 0; i < 10; i++)
            differences[i] = draw_skewed(&rng) - draw_skewed(&rng) + 0.03;
        at_margin += hb_signed_rank_p(differences, 10, 0.03) <= 0.05;
        beyond += hb_signed_rank_p(differences, 10, -1) <= 0.05;
    }
    assert_near(at_margin / 4000.0, hb_signed_rank_cdf(10, 10), 0.01); /* the largest p <= 5 % */
    assert_true(beyond > 4 * at_margin);
}

/* ---- matched cells ---- */

static void only_cells_of_both_sides_enter_a_matched_ratio(HB_UNUSED void **state)
{
    static const double base[] = {100, 200, NAN, 400, 0, 1e300};
    static const double head[] = {200, 100, 300, NAN, 500, 4e300};
    size_t matched;

    assert_near(hb_matched_ratio(base, head, 6, &matched), cbrt(4), 1e-12); /* 2 · ½ · 4 */
    assert_int_equal(matched, 3);
    assert_true(isnan(hb_matched_ratio(base + 2, head + 2, 2, &matched)));
    assert_int_equal(matched, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_rank_p_equals_counting_every_sign),
        cmocka_unit_test(the_critical_value_is_the_last_that_reaches_the_level),
        cmocka_unit_test(signed_rank_p_matches_the_example_of_r),
        cmocka_unit_test(darwins_maize_is_significant_on_one_side),
        cmocka_unit_test(without_ties_the_test_is_the_distribution),
        cmocka_unit_test(nothing_beyond_the_margin_is_no_evidence),
        cmocka_unit_test(large_samples_are_approximated_without_a_step),
        cmocka_unit_test(rank_sum_p_equals_counting_every_deal),
        cmocka_unit_test(rank_sum_matches_the_example_of_r),
        cmocka_unit_test(the_distribution_of_u_matches_published_values),
        cmocka_unit_test(u_is_symmetric_in_samples_and_sides),
        cmocka_unit_test(the_rank_sum_is_approximated_without_a_step),
        cmocka_unit_test(a_tied_large_sample_is_approximated_by_its_own_ranks),
        cmocka_unit_test(shifts_of_too_many_observations_are_refused),
        cmocka_unit_test(margins_match_pragmastat),
        cmocka_unit_test(shift_intervals_match_pragmastat),
        cmocka_unit_test(centre_intervals_match_pragmastat),
        cmocka_unit_test(shift_intervals_cover_as_often_as_they_say),
        cmocka_unit_test(pair_intervals_cover_as_often_as_they_say),
        cmocka_unit_test(tests_fire_falsely_no_more_often_than_they_say),
        cmocka_unit_test(only_cells_of_both_sides_enter_a_matched_ratio),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
