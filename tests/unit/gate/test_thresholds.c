/* Thresholds on cells made by hand. */
#include "cells.h"

#include "gate/thresholds.h"

static const struct hb_run_row labels = {.client = "c",
                                         .contender = "c",
                                         .server = "s",
                                         .method = "GET",
                                         .url = "/get",
                                         .concurrency = 4};

/* A cell of one ok run with `verified` requests of `latency_ns` and `failed` failures. */
static struct hb_cell_summary make_cell(uint64_t verified, uint64_t failed, int64_t latency_ns)
{
    struct hb_cell_summary cell = {.first = &labels,
                                   .runs_count = 1,
                                   .ok = 1,
                                   .verified = verified,
                                   .failed_requests = failed};

    cell.response = latency_of(verified, latency_ns);
    if (verified > 0)
        cell.requests_per_second = exactly((double)verified);
    return cell;
}

static size_t count_breaches(struct hb_cell_summary *cell, struct hb_threshold threshold,
                             bool *ret_measured)
{
    struct hb_summaries summaries = {.cells = cell, .count = 1};
    struct hb_breach *breaches;
    struct hb_arena arena;
    size_t count, checked;

    hb_arena_init(&arena);
    hb_thresholds_check(&threshold, 1, &summaries, &arena, &breaches, &count, &checked);
    *ret_measured = count > 0 && breaches[0].measured;
    hb_arena_release(&arena);
    return count;
}

static void a_bound_is_met_or_breached_by_its_own_comparison(HB_UNUSED void **state)
{
    struct hb_cell_summary cell = make_cell(100, 0, 1000000);
    const struct {
        struct hb_threshold threshold;
        size_t breaches;
    } cases[] = {
        {{.metric = HB_METRIC_REQUESTS_PER_SECOND, .comparison = HB_ABOVE, .value = 99}, 0},
        {{.metric = HB_METRIC_REQUESTS_PER_SECOND, .comparison = HB_ABOVE, .value = 100}, 1},
        {{.metric = HB_METRIC_REQUESTS_PER_SECOND, .comparison = HB_AT_LEAST, .value = 100}, 0},
        {{.metric = HB_METRIC_REQUESTS_PER_SECOND, .comparison = HB_BELOW, .value = 100}, 1},
        {{.metric = HB_METRIC_REQUESTS_PER_SECOND, .comparison = HB_AT_MOST, .value = 100}, 0},
        {{.metric = HB_METRIC_P99, .comparison = HB_BELOW, .value = 2e6}, 0},
        {{.metric = HB_METRIC_P99, .comparison = HB_BELOW, .value = 0.9e6}, 1},
        {{.metric = HB_METRIC_ERROR_RATE, .comparison = HB_BELOW, .value = 0.001}, 0},
    };
    bool measured;

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++)
        assert_int_equal(count_breaches(&cell, cases[i].threshold, &measured), cases[i].breaches);
}

static void failures_raise_the_error_rate(HB_UNUSED void **state)
{
    struct hb_cell_summary cell = make_cell(90, 10, 1000);
    struct hb_threshold tight = {
        .metric = HB_METRIC_ERROR_RATE, .comparison = HB_BELOW, .value = 0.09};
    struct hb_threshold loose = {
        .metric = HB_METRIC_ERROR_RATE, .comparison = HB_AT_MOST, .value = 0.1};
    bool measured;

    assert_int_equal(count_breaches(&cell, tight, &measured), 1);
    assert_true(measured);
    assert_int_equal(count_breaches(&cell, loose, &measured), 0);
}

static void zero_samples_fail_every_threshold(HB_UNUSED void **state)
{
    struct hb_cell_summary cell = make_cell(0, 0, 0);

    for (int metric = 0; metric < HB_METRIC_COUNT; metric++) {
        struct hb_threshold threshold = {
            .metric = (enum hb_metric)metric, .comparison = HB_BELOW, .value = 1e18};
        bool measured;

        assert_int_equal(count_breaches(&cell, threshold, &measured), 1);
        assert_false(measured);
    }
}

static void a_skipped_cell_is_not_checked(HB_UNUSED void **state)
{
    struct hb_cell_summary cell = make_cell(0, 0, 0);
    struct hb_threshold threshold = {.metric = HB_METRIC_P50, .comparison = HB_BELOW, .value = 1};
    bool measured;

    cell.ok = 0;
    cell.skipped = 1;
    assert_int_equal(count_breaches(&cell, threshold, &measured), 0);
}

static void a_breach_says_cell_figure_and_bound(HB_UNUSED void **state)
{
    struct hb_cell_summary cell = make_cell(10, 0, 312000000);
    struct hb_threshold threshold = {.metric = HB_METRIC_P99, .text = "<250ms"};
    struct hb_breach breach = {
        .threshold = &threshold, .cell = &cell, .measured = true, .value = 312e6};
    struct hb_buf text;

    hb_buf_init(&text, 1000);
    hb_breach_describe(&breach, &text);
    assert_string_equal(hb_buf_text(&text), "c GET s /get ×4: p99 312 ms, wanted <250ms");
    hb_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bound_is_met_or_breached_by_its_own_comparison),
        cmocka_unit_test(failures_raise_the_error_rate),
        cmocka_unit_test(zero_samples_fail_every_threshold),
        cmocka_unit_test(a_skipped_cell_is_not_checked),
        cmocka_unit_test(a_breach_says_cell_figure_and_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
