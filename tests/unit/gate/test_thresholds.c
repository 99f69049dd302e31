/* Thresholds on cells made by hand. */
#include "cells.h"

#include "../plan/fixture.h"
#include "gate/thresholds.h"

static const struct hb_run_row labels = {.cell_id = "0",
                                         .client = "c",
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
    const struct hb_scenario scenario = {.thresholds = &threshold, .thresholds_count = 1};
    const struct hb_plan plan = {.scenario = &scenario};
    struct hb_breach *breaches;
    struct hb_arena arena;
    size_t count, checked;

    hb_arena_init(&arena);
    hb_thresholds_check(&plan, &summaries, &arena, &breaches, &count, &checked);
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

static void a_client_whose_counts_are_not_the_servers_meets_no_threshold(HB_UNUSED void **state)
{
    const struct hb_threshold generous = {
        .metric = HB_METRIC_P99, .comparison = HB_BELOW, .value = 1e9, .text = "<1s"};
    struct hb_cell_summary cell = make_cell(100, 0, 1000000);
    struct hb_breach breach = {.threshold = &generous, .cell = &cell};
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    bool measured;

    cell.flags = HB_FLAG_LITTLES_LAW;
    assert_int_equal(count_breaches(&cell, generous, &measured), 0);
    cell.flags = HB_FLAG_COUNT_MISMATCH;
    assert_int_equal(count_breaches(&cell, generous, &measured), 1);
    assert_false(measured);
    hb_buf_init(&text, 1024);
    hb_breach_describe(&breach, &text);
    assert_non_null(strstr(hb_buf_text(&text), "count_mismatch"));
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

/* ---- overrides ---- */

static const struct hb_threshold usual[] = {
    {.metric = HB_METRIC_P99, .comparison = HB_BELOW, .value = 100, .text = "usual"},
    {.metric = HB_METRIC_ERROR_RATE, .comparison = HB_AT_MOST, .value = 0, .text = "usual"},
};
static const struct hb_threshold looser = {
    .metric = HB_METRIC_P99, .comparison = HB_BELOW, .value = 300, .text = "looser"};
static const struct hb_threshold none = {.metric = HB_METRIC_ERROR_RATE, .comparison = HB_NO_BOUND};
static const struct hb_threshold more = {
    .metric = HB_METRIC_P50, .comparison = HB_BELOW, .value = 50, .text = "more"};

/* Two clients, of which the second is treated otherwise, and of its URLs the second again. */
static struct hb_scenario *with_overrides(struct hb_arena *arena)
{
    static const struct hb_threshold_override overrides[] = {
        {.pattern = {.client = "client1/*"}, .thresholds = &looser, .count = 1},
        {.pattern = {.client = "client1"}, .thresholds = &none, .count = 1},
        {.pattern = {.client = "client1", .url = "/url1"}, .thresholds = &more, .count = 1},
    };
    struct hb_scenario *scenario = make_scenario(arena, (struct sizes){.clients = 2, .urls = 2});

    scenario->thresholds = usual;
    scenario->thresholds_count = HB_ARRAY_LEN(usual);
    scenario->threshold_overrides = overrides;
    scenario->threshold_overrides_count = HB_ARRAY_LEN(overrides);
    return scenario;
}

static void overrides_change_metric_by_metric_what_their_cells_must_satisfy(HB_UNUSED void **state)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_threshold found[HB_METRIC_COUNT];
    struct hb_plan plan;

    hb_arena_init(&arena);
    plan = make_plan(with_overrides(&arena), &arena);
    for (size_t i = 0; i < plan.cells_count; i++) {
        const struct hb_cell *cell = &plan.cells[i];
        size_t count = hb_thresholds_of(plan.scenario, cell, found);

        if (cell->client == 0) {
            assert_int_equal(count, 2);
            assert_string_equal(found[1].text, "usual");
            continue;
        }
        assert_int_equal(count, 1 + (cell->url == 1));
        assert_string_equal(found[count - 1].text, "looser");
        if (cell->url == 1)
            assert_string_equal(found[0].text, "more");
    }
    assert_int_equal(hb_thresholds_of(plan.scenario, NULL, found), 2);
}

static void a_cell_is_held_against_its_own_bounds(HB_UNUSED void **state)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_plan plan;
    size_t breached = 0;

    hb_arena_init(&arena);
    plan = make_plan(with_overrides(&arena), &arena);
    for (size_t i = 0; i < plan.cells_count; i++) {
        struct hb_cell_summary cell = make_cell(100, 1, 200);
        struct hb_summaries summaries = {.cells = &cell, .count = 1};
        struct hb_run_row row = labels;
        char id[HB_CELL_ID_BYTES];
        struct hb_breach *breaches;
        size_t count, checked;

        hb_cell_format_id(&plan.cells[i], id);
        row.cell_id = id;
        cell.first = &row;
        hb_thresholds_check(&plan, &summaries, &arena, &breaches, &count, &checked);
        assert_int_equal(count, plan.cells[i].client == 0 ? 2 : plan.cells[i].url == 1);
        breached += count;
    }
    assert_int_equal(breached, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bound_is_met_or_breached_by_its_own_comparison),
        cmocka_unit_test(failures_raise_the_error_rate),
        cmocka_unit_test(zero_samples_fail_every_threshold),
        cmocka_unit_test(a_client_whose_counts_are_not_the_servers_meets_no_threshold),
        cmocka_unit_test(a_skipped_cell_is_not_checked),
        cmocka_unit_test(overrides_change_metric_by_metric_what_their_cells_must_satisfy),
        cmocka_unit_test(a_cell_is_held_against_its_own_bounds),
        cmocka_unit_test(a_breach_says_cell_figure_and_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
