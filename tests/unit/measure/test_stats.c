/* The statistics against published tables and worked examples, each named where it is used. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/rng.h"
#include "measure/stats_order.h"
#include "measure/stats_signed_rank.h"
#include "measure/stats_summary.h"

static void assert_near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("got %.12g, want %.12g", got, want);
}

static struct hb_interval hodges_lehmann(const double *values, size_t count, double confidence)
{
    struct hb_interval interval = {0};
    struct hb_error err = {0};

    assert_int_equal(hb_hodges_lehmann(values, count, confidence, &interval, &err), 0);
    return interval;
}

/* ---- summaries ---- */

/* NIST Statistical Reference Datasets, NumAcc1: mean 10000002, standard deviation 1, exactly. */
static void spread_of_large_close_values_keeps_its_digits(void **state)
{
    static const double values[] = {10000001, 10000003, 10000002};
    struct hb_summary summary = hb_summarize(values, 3);

    (void)state;
    assert_true(summary.mean == 10000002);
    assert_true(summary.stddev == 1);
    assert_near(summary.cv, 1 / 10000002.0, 1e-20);
}

/* NIST StRD, NumAcc3 in short: alternating around 1000000.2; mean and deviation 0.1 are certified.
 */
static void spread_matches_the_nist_reference(void **state)
{
    double values[1001];
    struct hb_summary summary;

    (void)state;
    values[0] = 1000000.2;
    for (size_t i = 1; i < 1001; i++)
        values[i] = i % 2 == 1 ? 1000000.1 : 1000000.3;
    summary = hb_summarize(values, 1001);
    assert_near(summary.mean, 1000000.2, 1e-8);
    assert_near(summary.stddev, 0.1, 1e-9);
}

static void medians_and_means_of_a_small_sample(void **state)
{
    static const double even[] = {9, 2, 5, 4, 4, 5, 4, 7};
    static const double powers[] = {27, 1, 81, 3, 9};
    struct hb_summary summary = hb_summarize(even, 8);

    (void)state;
    assert_true(summary.mean == 5 && summary.median == 4.5);
    assert_true(summary.min == 2 && summary.max == 9);
    assert_near(summary.stddev, sqrt(32 / 7.0), 1e-12);
    assert_near(hb_geometric_mean(powers, 5), 9, 1e-12);
    assert_true(hb_summarize(powers, 5).median == 9);
}

static void a_single_observation_has_no_spread(void **state)
{
    static const double value[] = {3};
    struct hb_summary summary = hb_summarize(value, 1);

    (void)state;
    assert_true(summary.mean == 3 && summary.median == 3 && summary.stddev == 0);
}

static void a_geometric_mean_needs_positive_values(void **state)
{
    static const double zero[] = {1, 0, 2};
    static const double centred[] = {-1, 1};

    (void)state;
    assert_true(isnan(hb_geometric_mean(zero, 3)));
    assert_true(isnan(hb_summarize(centred, 2).cv));
}

/* ---- order statistics ---- */

/* Sign-test ranks for a 95 % interval of a median: Dixon & Massey, "Introduction to Statistical
 * Analysis", table A-25 (also Conover, "Practical Nonparametric Statistics"). */
static void ranks_of_a_median_interval_match_the_published_table(void **state)
{
    static const struct {
        size_t count, rank;
    } table[] = {{6, 1},  {8, 1},  {9, 2},  {11, 2}, {12, 3}, {14, 3},
                 {15, 4}, {17, 5}, {20, 6}, {23, 7}, {25, 8}, {30, 10}};
    double values[30];

    (void)state;
    for (size_t i = 0; i < 30; i++)
        values[i] = (double)(i + 1);
    for (size_t i = 0; i < HB_ARRAY_LEN(table); i++) {
        struct hb_interval interval = hb_quantile_interval(values, table[i].count, 0.5, 0.95);

        assert_true(interval.reached && interval.confidence >= 0.95);
        assert_true(interval.low == (double)table[i].rank);
        assert_true(interval.high == (double)(table[i].count + 1 - table[i].rank));
    }
}

static void five_rounds_attain_no_more_than_94_percent(void **state)
{
    static const double values[] = {5, 3, 1, 4, 2};
    struct hb_interval order = hb_quantile_interval(values, 5, 0.5, 0.95);
    struct hb_interval walsh = hodges_lehmann(values, 5, 0.95);

    (void)state;
    assert_false(order.reached || walsh.reached);
    assert_near(order.confidence, 0.9375, 1e-12); /* 1 - 2 / 2^5 */
    assert_near(walsh.confidence, 0.9375, 1e-12);
    assert_true(order.low == 1 && order.high == 5 && walsh.low == 1 && walsh.high == 5);
    assert_true(order.estimate == 3 && walsh.estimate == 3);
    assert_true(hb_quantile_interval(values, 5, 0.5, 0.9375).reached);
}

static void one_observation_is_sure_of_nothing(void **state)
{
    static const double value[] = {7};

    (void)state;
    assert_true(hb_quantile_interval(value, 1, 0.5, 0.95).confidence == 0);
    assert_true(hodges_lehmann(value, 1, 0.95).confidence == 0);
    assert_true(hodges_lehmann(value, 1, 0.95).estimate == 7);
}

/* How often the interval holds the true quantile, counted: the confidence is a promise. */
static void quantile_intervals_cover_as_often_as_they_say(void **state)
{
    static const double quantiles[] = {0.5, 0.9, 0.25};
    struct hb_rng rng = {.state = 5};

    (void)state;
    for (size_t q = 0; q < HB_ARRAY_LEN(quantiles); q++) {
        double promised = 0, values[20];
        unsigned covered = 0;

        for (unsigned trial = 0; trial < 4000; trial++) {
            struct hb_interval interval;

            for (size_t i = 0; i < 20; i++)
                values[i] = hb_rng_unit(&rng);
            interval = hb_quantile_interval(values, 20, quantiles[q], 0.8);
            promised = interval.confidence;
            covered += interval.low <= quantiles[q] && quantiles[q] <= interval.high;
        }
        assert_near(covered / 4000.0, promised, 0.025);
    }
}

/* ---- signed ranks ---- */

/* Wilcoxon, Katti & Wilcox, "Critical Values and Probability Levels for the Wilcoxon Rank Sum Test
 * and the Wilcoxon Signed Rank Test" (1970), table II, four digits. */
static void the_distribution_matches_published_values(void **state)
{
    (void)state;
    assert_near(hb_signed_rank_cdf(8, 10), 0.0244, 5e-5);
    assert_near(hb_signed_rank_cdf(9, 10), 0.0322, 5e-5);
    assert_near(hb_signed_rank_cdf(52, 20), 0.0242, 5e-5);
    assert_near(hb_signed_rank_cdf(53, 20), 0.0266, 5e-5);
    assert_near(hb_signed_rank_cdf(27, 10), 0.5, 1e-12);
    assert_near(hb_signed_rank_cdf(0, 5), 1 / 32.0, 1e-15);
    assert_true(hb_signed_rank_cdf(-1, 5) == 0);
    assert_true(hb_signed_rank_cdf(15, 5) == 1);
}

/* Two-sided 5 % critical values: Wilcoxon & Wilcox, "Some Rapid Approximate Statistical
 * Procedures" (1964), table 2, as reprinted in most textbooks. */
static void critical_values_match_the_published_table(void **state)
{
    static const struct {
        size_t count;
        long critical;
    } table[] = {{6, 0},   {7, 2},   {8, 3},   {9, 5},   {10, 8},  {11, 10}, {12, 13}, {13, 17},
                 {14, 21}, {15, 25}, {16, 29}, {17, 34}, {18, 40}, {19, 46}, {20, 52}, {25, 89}};

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(table); i++) {
        assert_true(2 * hb_signed_rank_cdf(table[i].critical, table[i].count) <= 0.05);
        assert_true(2 * hb_signed_rank_cdf(table[i].critical + 1, table[i].count) > 0.05);
    }
}

/* Hollander & Wolfe, "Nonparametric Statistical Methods", examples 3.1, 3.3 and 3.4: Hamilton
 * depression scale factors of nine patients; estimate -0.46, 96 % interval (-0.786, -0.010). */
static void the_estimate_matches_the_textbook_example(void **state)
{
    static const double before[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    static const double after[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double differences[9];
    struct hb_interval interval;

    (void)state;
    for (size_t i = 0; i < 9; i++)
        differences[i] = after[i] - before[i];
    interval = hodges_lehmann(differences, 9, 0.96);
    assert_near(interval.estimate, -0.46, 1e-12);
    assert_near(interval.low, -0.786, 1e-12);
    assert_near(interval.high, -0.010, 1e-12);
    assert_near(interval.confidence, 1 - 2 * 10 / 512.0, 1e-12);
    assert_true(interval.reached);
}

static void estimates_shift_and_mirror_with_the_data(void **state)
{
    struct hb_rng rng = {.state = 9};
    double values[17], changed[17];
    struct hb_interval plain, other;

    (void)state;
    for (size_t i = 0; i < 17; i++) {
        values[i] = hb_rng_unit(&rng);
        changed[i] = 3 - values[i];
    }
    plain = hodges_lehmann(values, 17, 0.95);
    other = hodges_lehmann(changed, 17, 0.95);
    assert_near(other.estimate, 3 - plain.estimate, 1e-12);
    assert_near(other.low, 3 - plain.high, 1e-12);
    assert_near(other.high, 3 - plain.low, 1e-12);
}

static void the_approximation_takes_over_without_a_step(void **state)
{
    long quarter = 200 * 201 / 4;

    (void)state;
    for (long statistic = quarter - 2500; statistic <= quarter + 2500; statistic += 100) {
        double exact = hb_signed_rank_cdf(statistic, HB_SIGNED_RANK_EXACT_MAX);
        double next = hb_signed_rank_cdf(statistic + 100, HB_SIGNED_RANK_EXACT_MAX + 1);

        assert_near(exact, next, 3e-3); /* the mean moves by 100.5 from 200 to 201 */
    }
}

static void too_many_observations_are_refused(void **state)
{
    static double values[HB_WALSH_MAX + 1];
    struct hb_interval interval;
    struct hb_error err = {0};

    (void)state;
    assert_int_equal(hb_hodges_lehmann(values, HB_WALSH_MAX + 1, 0.95, &interval, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    assert_true(hodges_lehmann(values, HB_WALSH_MAX, 0.95).reached);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spread_of_large_close_values_keeps_its_digits),
        cmocka_unit_test(spread_matches_the_nist_reference),
        cmocka_unit_test(medians_and_means_of_a_small_sample),
        cmocka_unit_test(a_single_observation_has_no_spread),
        cmocka_unit_test(a_geometric_mean_needs_positive_values),
        cmocka_unit_test(ranks_of_a_median_interval_match_the_published_table),
        cmocka_unit_test(five_rounds_attain_no_more_than_94_percent),
        cmocka_unit_test(one_observation_is_sure_of_nothing),
        cmocka_unit_test(quantile_intervals_cover_as_often_as_they_say),
        cmocka_unit_test(the_distribution_matches_published_values),
        cmocka_unit_test(critical_values_match_the_published_table),
        cmocka_unit_test(the_estimate_matches_the_textbook_example),
        cmocka_unit_test(estimates_shift_and_mirror_with_the_data),
        cmocka_unit_test(the_approximation_takes_over_without_a_step),
        cmocka_unit_test(too_many_observations_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
