/* The histogram against an exact sort of the same values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "base/rng.h"
#include "measure/hist.h"
#include "measure/hist_layout.h"

#define VALUES 20000

typedef int64_t draw_fn(struct hb_rng *rng);

/* All magnitudes alike: 1 ns to an hour. */
static int64_t draw_log_uniform(struct hb_rng *rng)
{
    int64_t value = (int64_t)1 << hb_rng_below(rng, 42);

    value += (int64_t)hb_rng_below(rng, 1u << 31) % value;
    return value > HB_HIST_MAX_NS ? HB_HIST_MAX_NS : value;
}

static int64_t draw_small(struct hb_rng *rng)
{
    return (int64_t)hb_rng_below(rng, 3000);
}

/* Most around 300 us, a few a thousand times slower: what a benchmark sees. */
static int64_t draw_two_humps(struct hb_rng *rng)
{
    int64_t value = 200000 + (int64_t)hb_rng_below(rng, 200000);

    return hb_rng_below(rng, 100) == 0 ? value * 1000 : value;
}

static int64_t draw_constant(struct hb_rng *rng)
{
    (void)rng;
    return 1234567;
}

static draw_fn *const distributions[] = {draw_log_uniform, draw_small, draw_two_humps,
                                         draw_constant};

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static int64_t *draw(draw_fn *distribution, size_t count, struct hb_hist *hist)
{
    int64_t *values = hb_calloc(count, sizeof(*values));
    struct hb_rng rng = {.state = 42};

    for (size_t i = 0; i < count; i++) {
        values[i] = distribution(&rng);
        hb_hist_add(hist, values[i]);
    }
    qsort(values, count, sizeof(*values), compare);
    return values;
}

/* Rank of the k-th thousandth, in whole numbers. */
static size_t exact_rank(size_t count, unsigned thousandths)
{
    size_t rank = (count * thousandths + 999) / 1000;

    return rank == 0 ? 1 : rank;
}

static void check_quantiles(draw_fn *distribution, size_t count)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;
    int64_t *sorted;

    hb_hist_init(&hist);
    sorted = draw(distribution, count, &hist);
    for (unsigned thousandths = 0; thousandths <= 1000; thousandths++) {
        int64_t exact = sorted[exact_rank(count, thousandths) - 1];
        int64_t got = hb_hist_quantile(&hist, thousandths / 1000.0);

        assert_true(got >= exact);
        assert_true((double)(got - exact) <= (double)exact / 1000);
    }
    free(sorted);
}

static void quantiles_stay_within_a_thousandth_of_an_exact_sort(void **state)
{
    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(distributions); i++) {
        check_quantiles(distributions[i], VALUES);
        check_quantiles(distributions[i], 7);
        check_quantiles(distributions[i], 1);
    }
}

static void minimum_maximum_count_and_mean_are_exact(void **state)
{
    (void)state;
    for (size_t d = 0; d < HB_ARRAY_LEN(distributions); d++) {
        HB_CLEANUP(hb_hist_release) struct hb_hist hist;
        int64_t *sorted, sum = 0;

        hb_hist_init(&hist);
        sorted = draw(distributions[d], 1000, &hist);
        for (size_t i = 0; i < 1000; i++)
            sum += sorted[i];
        assert_int_equal(hist.count, 1000);
        assert_int_equal(hist.min_ns, sorted[0]);
        assert_int_equal(hist.max_ns, sorted[999]);
        assert_true(hist.sum_ns == (double)sum);
        assert_true(hb_hist_mean(&hist) == (double)sum / 1000);
        free(sorted);
    }
}

static void no_quantile_is_above_the_maximum_or_below_the_minimum(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;

    (void)state;
    hb_hist_init(&hist);
    hb_hist_add(&hist, 1000001); /* neither end of its slot */
    assert_int_equal(hb_hist_quantile(&hist, 0), 1000001);
    assert_int_equal(hb_hist_quantile(&hist, 0.99), 1000001);
    assert_int_equal(hb_hist_quantile(&hist, 1), 1000001);
}

static void an_empty_histogram_answers_zero(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;

    (void)state;
    hb_hist_init(&hist);
    assert_int_equal(hb_hist_quantile(&hist, 0.5), 0);
    assert_int_equal(hb_hist_count_above(&hist, 0.5), 0);
    assert_true(hb_hist_mean(&hist) == 0);
    assert_true(hist.min_ns > hist.max_ns);
}

static void values_outside_the_range_are_clamped_and_counted(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;

    (void)state;
    hb_hist_init(&hist);
    hb_hist_add(&hist, HB_HIST_MAX_NS);
    hb_hist_add(&hist, 0);
    assert_int_equal(hist.clamped, 0);
    hb_hist_add(&hist, HB_HIST_MAX_NS + 1);
    hb_hist_add(&hist, INT64_MAX);
    hb_hist_add(&hist, -1);
    hb_hist_add(&hist, INT64_MIN);
    assert_int_equal(hist.clamped, 4);
    assert_int_equal(hist.count, 6);
    assert_int_equal(hist.min_ns, 0);
    assert_int_equal(hist.max_ns, HB_HIST_MAX_NS);
}

static void merging_equals_recording_everything_in_one(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist one, merged, part;
    struct hb_rng rng = {.state = 7};

    (void)state;
    hb_hist_init(&one);
    hb_hist_init(&merged);
    hb_hist_init(&part);
    for (unsigned i = 0; i < 4; i++) {
        hb_hist_clear(&part);
        for (unsigned k = 0; k < 1000 * i; k++) { /* the first part is empty */
            int64_t value = draw_log_uniform(&rng) << (i == 3 ? 1 : 0);

            hb_hist_add(&one, value);
            hb_hist_add(&part, value);
        }
        hb_hist_merge(&merged, &part);
    }
    assert_memory_equal(one.counts, merged.counts, HB_HIST_BUCKETS * sizeof(*one.counts));
    assert_int_equal(one.count, merged.count);
    assert_int_equal(one.clamped, merged.clamped);
    assert_int_equal(one.min_ns, merged.min_ns);
    assert_int_equal(one.max_ns, merged.max_ns);
}

static void values_above_a_quantile_are_counted(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;

    (void)state;
    hb_hist_init(&hist);
    for (int64_t value = 1; value <= 1000; value++)
        hb_hist_add(&hist, value);
    assert_int_equal(hb_hist_count_above(&hist, 0.99), 10);
    assert_int_equal(hb_hist_count_above(&hist, 0.999), 1);
    assert_int_equal(hb_hist_count_above(&hist, 1), 0);
    hb_hist_clear(&hist);
    assert_int_equal(hb_hist_count_above(&hist, 0.99), 0);
}

static void slots_follow_each_other_without_gap_or_overlap(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < HB_HIST_BUCKETS; i++) {
        int64_t lowest = hb_hist_slot_lowest(i), highest = hb_hist_slot_highest(i);

        assert_int_equal(hb_hist_index(lowest), i);
        assert_int_equal(hb_hist_index(highest), i);
        assert_int_equal(hb_hist_slot_lowest(i + 1), highest + 1);
    }
    assert_true(hb_hist_index(HB_HIST_MAX_NS) < HB_HIST_BUCKETS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_stay_within_a_thousandth_of_an_exact_sort),
        cmocka_unit_test(minimum_maximum_count_and_mean_are_exact),
        cmocka_unit_test(no_quantile_is_above_the_maximum_or_below_the_minimum),
        cmocka_unit_test(an_empty_histogram_answers_zero),
        cmocka_unit_test(values_outside_the_range_are_clamped_and_counted),
        cmocka_unit_test(merging_equals_recording_everything_in_one),
        cmocka_unit_test(values_above_a_quantile_are_counted),
        cmocka_unit_test(slots_follow_each_other_without_gap_or_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
