/* Due instants of open loops. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "plan/plan.h"

struct schedule {
    uint64_t *offsets;
    size_t count;
};

static struct schedule make(double per_second, enum hb_arrivals arrivals, int64_t span_ns,
                            uint64_t seed)
{
    struct hb_rate rate = {.per_second = per_second, .arrivals = arrivals};
    struct hb_span span = {.total_ns = span_ns};
    struct schedule schedule = {0};
    struct hb_error err = {0};

    assert_int_equal(hb_schedule_make(&rate, &span, seed, &schedule.offsets, &schedule.count, &err),
                     0);
    return schedule;
}

/* Every instant that is whole periods away from a quarter of one behind the window's opening, found
 * by asking each quarter of a millisecond. */
static void bursts_are_whole_periods_from_a_quarter_behind_the_opening_of_the_window(void **state)
{
    struct hb_rng rng = {.state = 5};

    (void)state;
    for (int i = 0; i < 300; i++) {
        int64_t every = 1 + (int64_t)hb_rng_below(&rng, 50),
                warmup = (int64_t)hb_rng_below(&rng, 120);
        int64_t total = (int64_t)hb_rng_below(&rng, 400);
        uint32_t burst = 1 + (uint32_t)hb_rng_below(&rng, 5);
        struct hb_rate rate = {.per_second = burst * 1e3 / (double)every,
                               .arrivals = HB_ARRIVALS_BURSTS,
                               .burst = burst,
                               .every_ns = every * HB_NS_PER_MS};
        struct hb_span span = {total * HB_NS_PER_MS, warmup * HB_NS_PER_MS, HB_NS_PER_S};
        struct schedule s = {0};
        size_t at = 0;

        assert_int_equal(hb_schedule_make(&rate, &span, 0, &s.offsets, &s.count, NULL), 0);
        for (int64_t quarter = 0; quarter < total * 4; quarter++) {
            bool due = (quarter - warmup * 4 - every) % (every * 4) == 0;

            for (uint32_t k = 0; due && k < burst; k++) {
                assert_true(at < s.count);
                assert_int_equal(s.offsets[at++], quarter * HB_NS_PER_MS / 4);
            }
        }
        assert_int_equal(at, s.count);
        free(s.offsets);
    }
}

/* Neither edge of a window of whole periods cuts one, however late the runner looks at the clock.
 */
static void bursts_keep_off_the_edges_of_the_window(void **state)
{
    struct hb_rate rate = {64 / 6.0, HB_ARRIVALS_BURSTS, 64, 6 * HB_NS_PER_S};
    struct hb_span span = {18 * HB_NS_PER_S + 1, 6 * HB_NS_PER_S, 12 * HB_NS_PER_S};
    struct schedule s;

    (void)state;
    assert_int_equal(hb_schedule_make(&rate, &span, 0, &s.offsets, &s.count, NULL), 0);
    assert_int_equal(s.count, 3 * 64);
    assert_int_equal(s.offsets[63], 250 * HB_NS_PER_MS);
    assert_int_equal(s.offsets[64], 6250 * HB_NS_PER_MS);
    assert_int_equal(s.offsets[191], 12250 * HB_NS_PER_MS);
    free(s.offsets);
}

static void a_window_that_is_shorter_than_the_margin_has_its_burst_all_the_same(void **state)
{
    struct hb_rate rate = {2, HB_ARRIVALS_BURSTS, 8, 4 * HB_NS_PER_S};
    struct hb_span span = {100 * HB_NS_PER_MS, 0, 100 * HB_NS_PER_MS};
    struct schedule s;

    (void)state;
    assert_int_equal(hb_schedule_make(&rate, &span, 0, &s.offsets, &s.count, NULL), 0);
    assert_int_equal(s.count, 8);
    assert_int_equal(s.offsets[0], 25 * HB_NS_PER_MS);
    free(s.offsets);
}

static void offsets_ascend_and_stay_within_the_span(void **state)
{
    static const double rates[] = {0.3, 1, 7, 999.5, 123456};

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(rates); i++) {
        for (int arrivals = HB_ARRIVALS_CONSTANT; arrivals <= HB_ARRIVALS_POISSON; arrivals++) {
            struct schedule s = make(rates[i], (enum hb_arrivals)arrivals, 10 * HB_NS_PER_S, 3);

            assert_true(s.count > 0);
            for (size_t k = 1; k < s.count; k++)
                assert_true(s.offsets[k - 1] <= s.offsets[k]);
            assert_true(s.offsets[s.count - 1] < 10 * HB_NS_PER_S);
            free(s.offsets);
        }
    }
}

static void a_constant_rate_is_evenly_spaced_to_the_nanosecond(void **state)
{
    struct schedule s = make(3, HB_ARRIVALS_CONSTANT, 100 * HB_NS_PER_S, 0);

    (void)state;
    assert_int_equal(s.count, 300);
    for (uint64_t k = 0; k < s.count; k++) {
        uint64_t exact = k * 1000000000u / 3;

        assert_true(s.offsets[k] + 1 >= exact && s.offsets[k] <= exact + 1);
    }
    free(s.offsets);
}

/* Mean and standard deviation of exponential gaps are both 1/rate; the share of gaps above the
 * mean is 1/e. */
static void poisson_gaps_are_exponential(void **state)
{
    struct schedule s = make(1000, HB_ARRIVALS_POISSON, 200 * HB_NS_PER_S, 42);
    double sum = 0, squares = 0, above = 0, mean, deviation;
    double n = (double)s.count - 1;

    (void)state;
    for (size_t k = 1; k < s.count; k++) {
        double gap = (double)(s.offsets[k] - s.offsets[k - 1]);

        sum += gap;
        squares += gap * gap;
        above += gap > 1e6;
    }
    mean = sum / n;
    deviation = sqrt(squares / n - mean * mean);
    assert_true(fabs(mean / 1e6 - 1) < 0.01);
    assert_true(fabs(deviation / 1e6 - 1) < 0.02);
    assert_true(fabs(above / n - exp(-1)) < 0.01);
    assert_true(fabs((double)s.count / 200000 - 1) < 0.01);
    free(s.offsets);
}

static void the_same_seed_gives_the_same_arrivals_and_another_seed_others(void **state)
{
    struct schedule a = make(100, HB_ARRIVALS_POISSON, 10 * HB_NS_PER_S, 1);
    struct schedule b = make(100, HB_ARRIVALS_POISSON, 10 * HB_NS_PER_S, 1);
    struct schedule c = make(100, HB_ARRIVALS_POISSON, 10 * HB_NS_PER_S, 2);

    (void)state;
    assert_int_equal(a.count, b.count);
    assert_memory_equal(a.offsets, b.offsets, a.count * sizeof *a.offsets);
    assert_true(a.offsets[0] != c.offsets[0]);
    free(a.offsets);
    free(b.offsets);
    free(c.offsets);
}

static void a_span_with_no_arrival_has_no_memory(void **state)
{
    struct schedule none = make(10, HB_ARRIVALS_CONSTANT, 0, 0);
    struct schedule late = make(1e-9, HB_ARRIVALS_POISSON, 1, 0);

    (void)state;
    assert_int_equal(none.count, 0);
    assert_null(none.offsets);
    assert_int_equal(late.count, 0);
    assert_null(late.offsets);
}

static void too_many_requests_are_refused_with_the_arithmetic(void **state)
{
    struct hb_rate rate = {.per_second = 1e6};
    struct hb_span hour = {.total_ns = 3600 * HB_NS_PER_S}, moment = {.total_ns = 1};
    struct hb_error err = {0};
    uint64_t *offsets;
    size_t count;

    (void)state;
    assert_int_equal(hb_schedule_make(&rate, &hour, 1, &offsets, &count, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    assert_non_null(strstr(err.message, "1e+06 requests/s × 3600 s = 3600000000 requests"));
    rate.per_second = INFINITY;
    assert_int_equal(hb_schedule_make(&rate, &moment, 1, &offsets, &count, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_that_is_shorter_than_the_margin_has_its_burst_all_the_same),
        cmocka_unit_test(offsets_ascend_and_stay_within_the_span),
        cmocka_unit_test(a_constant_rate_is_evenly_spaced_to_the_nanosecond),
        cmocka_unit_test(poisson_gaps_are_exponential),
        cmocka_unit_test(the_same_seed_gives_the_same_arrivals_and_another_seed_others),
        cmocka_unit_test(a_span_with_no_arrival_has_no_memory),
        cmocka_unit_test(bursts_are_whole_periods_from_a_quarter_behind_the_opening_of_the_window),
        cmocka_unit_test(bursts_keep_off_the_edges_of_the_window),
        cmocka_unit_test(too_many_requests_are_refused_with_the_arithmetic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
