/* Extracting figures from results and rows, and grouping rows. */
#include "../test.h"

#include <math.h>

#include "gate/observations.h"

static struct hb_run_row row_of(const char *cell, const char *subject, unsigned round)
{
    return (struct hb_run_row){.cell_id = cell,
                               .subject = subject,
                               .round = round,
                               .client = "httpx",
                               .mode = "sync",
                               .server = "builtin",
                               .method = "GET",
                               .url = "/get",
                               .http = "1.1",
                               .options_json = "{}",
                               .status = "ok",
                               .failure = "",
                               .verified = 20000,
                               .requests_per_second = 10000,
                               .client_cpu_ns = 400000000,
                               .response_p50_ns = 900,
                               .response_p99_ns = 1900,
                               .client_rss_peak_bytes = 1 << 20,
                               .connections = 10,
                               .connects_in_window = 20,
                               .server_requests = 20001,
                               .server_bytes_in = 20001 * 100,
                               .server_bytes_out = 20001 * 200,
                               .ended_wall_ns = 3,
                               .started_wall_ns = 1};
}

static void a_row_yields_every_figure_that_is_stored(HB_UNUSED void **state)
{
    static const double expected[HB_GATE_METRICS] = {
        [HB_GATE_THROUGHPUT] = 10000,
        [HB_GATE_CPU] = 20000,
        [HB_GATE_P50] = 900,
        [HB_GATE_P99] = 1900,
        [HB_GATE_RSS] = 1 << 20,
        [HB_GATE_BYTES] = 300,
        [HB_GATE_CONNECTIONS] = 20 / 20000.0,
    };
    struct hb_run_row row = row_of("a", "base", 0);
    struct hb_observation run = hb_observe_row(&row);

    assert_int_equal(run.state, HB_OBSERVED_OK);
    assert_int_equal(run.wall_ns, 2);
    for (size_t i = 0; i <= HB_GATE_CONNECTIONS; i++)
        assert_float_equal(run.values[i], expected[i], 1e-12);
}

static void what_a_row_does_not_know_is_no_figure(HB_UNUSED void **state)
{
    struct hb_run_row row = row_of("a", "base", 0);
    struct hb_observation run;

    row.client_cpu_ns = row.connections = row.server_requests = -1;
    row.client_rss_peak_bytes = 0;
    row.verified = HB_GATE_P99_REQUESTS - 1;
    run = hb_observe_row(&row);
    assert_true(isnan(run.values[HB_GATE_CPU]));
    assert_true(isnan(run.values[HB_GATE_P99]));
    assert_true(isnan(run.values[HB_GATE_RSS]));
    assert_true(isnan(run.values[HB_GATE_BYTES]));
    assert_true(isnan(run.values[HB_GATE_CONNECTIONS]));
    assert_float_equal(run.values[HB_GATE_P50], 900, 1e-12);
}

static void a_run_that_verified_nothing_failed_whatever_it_says(HB_UNUSED void **state)
{
    static const struct {
        const char *status;
        uint64_t verified;
        enum hb_observed observed;
    } cases[] = {
        {"ok", 1, HB_OBSERVED_OK},
        {"ok", 0, HB_OBSERVED_FAILED},
        {"failed", 5, HB_OBSERVED_FAILED},
        {"skipped", 0, HB_OBSERVED_SKIPPED},
        {"pending", 0, HB_OBSERVED_NOT},
        {"not_needed", 0, HB_OBSERVED_NOT},
        {"what is this", 1, HB_OBSERVED_NOT},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_run_row row = row_of("a", "base", 0);

        row.status = cases[i].status;
        row.verified = cases[i].verified;
        assert_int_equal(hb_observe_row(&row).state, cases[i].observed);
    }
}

/* The same run by way of its result and of its row. */
static void a_result_yields_what_its_row_will(HB_UNUSED void **state)
{
    struct hb_run_row row = row_of("a", "base", 0);
    struct hb_worker_report worker = {.connections = 10};
    struct hb_run_result result;
    struct hb_observation live, stored;

    hb_run_result_init(&result, NULL, 0);
    result.status = HB_RUN_OK;
    result.window.outcomes[HB_OUTCOME_OK] = row.verified;
    result.window.outcomes[HB_OUTCOME_TIMEOUT] = row.failed = 3;
    result.unfinished = row.unfinished = 4;
    result.window_start_ns = 1;
    result.window_end_ns = 1 + 2 * HB_NS_PER_S;
    for (uint64_t i = 0; i < row.verified; i++)
        hb_hist_add(&result.response, i < 19000 ? 900 : 1900);
    result.client = (struct hb_usage){
        .known = true, .cpu_ns = row.client_cpu_ns, .rss_peak_bytes = row.client_rss_peak_bytes};
    result.server_counts = (struct hb_server_counts){.known = true,
                                                     .bytes_known = true,
                                                     .requests = 20001,
                                                     .bytes_in = 20001 * 100,
                                                     .bytes_out = 20001 * 200};
    result.connects_in_window = row.connects_in_window;
    result.workers = &worker;
    result.workers_count = 1;
    live = hb_observe_result(&result);
    stored = hb_observe_row(&row);
    result.workers = NULL;
    result.workers_count = 0;
    hb_run_result_release(&result);
    assert_int_equal(live.state, stored.state);
    assert_int_equal(live.errors, 7);
    assert_int_equal(stored.errors, 7);
    for (size_t i = 0; i <= HB_GATE_CONNECTIONS; i++)
        assert_float_equal(live.values[i], stored.values[i], 1e-9);
}

static void rows_of_one_sweep_pair_by_cell_and_round(HB_UNUSED void **state)
{
    static const struct hb_subject_names names = {.base = "old", .head = "new"};
    struct hb_run_row rows[] = {
        row_of("b", "new", 0), row_of("b", "old", 0),   row_of("b", "control", 0),
        row_of("a", "old", 0), row_of("a", "other", 0), row_of("a", "new", 0),
        row_of("a", "new", 1), row_of("b", "old", 1),   row_of("b", "new", 1),
    };
    struct hb_paired_cells cells;
    struct hb_arena arena;

    for (size_t i = 0; i < HB_ARRAY_LEN(rows); i++)
        rows[i].requests_per_second = (double)i + 1;
    hb_arena_init(&arena);
    cells = hb_pair_rows(rows, HB_ARRAY_LEN(rows), &names, &arena);
    assert_int_equal(cells.count, 3);
    assert_string_equal(cells.cells[0].label->cell_id, "b"); /* as they were run */
    assert_string_equal(cells.cells[1].label->cell_id, "a");
    assert_true(cells.cells[2].control);
    assert_int_equal(cells.cells[0].count, 2);
    assert_float_equal(cells.cells[0].pairs[0].sides[HB_SIDE_BASE].values[HB_GATE_THROUGHPUT], 2,
                       0);
    assert_float_equal(cells.cells[0].pairs[1].sides[HB_SIDE_HEAD].values[HB_GATE_THROUGHPUT], 9,
                       0);
    assert_int_equal(cells.cells[1].pairs[1].round, 1);
    assert_int_equal(cells.cells[1].pairs[1].sides[HB_SIDE_BASE].state, HB_OBSERVED_NOT);
    assert_float_equal(cells.cells[2].pairs[0].sides[HB_SIDE_BASE].values[HB_GATE_THROUGHPUT], 2,
                       0); /* shared */
    assert_float_equal(cells.cells[2].pairs[0].sides[HB_SIDE_HEAD].values[HB_GATE_THROUGHPUT], 3,
                       0);
    assert_int_equal(hb_pair_rows(NULL, 0, &names, &arena).count, 0);
    hb_arena_release(&arena);
}

static void cells_of_two_sweeps_match_by_id_or_but_for_their_duration(HB_UNUSED void **state)
{
    struct hb_run_row base[] = {row_of("a", "", 0), row_of("gone", "", 0), row_of("a", "", 1)};
    struct hb_run_row head[] = {row_of("new", "", 0), row_of("a", "", 0)};
    struct hb_unpaired_cells cells;
    struct hb_arena arena;

    base[1].url = "/gone";
    head[0].url = "/new";
    hb_arena_init(&arena);
    cells = hb_match_rows((struct hb_rows){base, 3}, (struct hb_rows){head, 2}, HB_MATCH_CELL_ID,
                          &arena);
    assert_int_equal(cells.count, 3);
    assert_string_equal(cells.cells[0].labels[HB_SIDE_HEAD]->cell_id, "new");
    assert_null(cells.cells[0].labels[HB_SIDE_BASE]);
    assert_int_equal(cells.cells[1].counts[HB_SIDE_BASE], 2);
    assert_int_equal(cells.cells[1].counts[HB_SIDE_HEAD], 1);
    assert_null(cells.cells[2].labels[HB_SIDE_HEAD]);
    head[1].cell_id = "a, but longer";
    head[1].duration_ns = 5;
    cells = hb_match_rows((struct hb_rows){base, 3}, (struct hb_rows){head, 2}, HB_MATCH_CELL_ID,
                          &arena);
    assert_int_equal(cells.count, 4);
    cells = hb_match_rows((struct hb_rows){base, 3}, (struct hb_rows){head, 2},
                          HB_MATCH_BUT_DURATION, &arena);
    assert_int_equal(cells.count, 3);
    assert_int_equal(cells.cells[1].counts[HB_SIDE_BASE], 2);
    head[1].concurrency = 7;
    cells = hb_match_rows((struct hb_rows){base, 3}, (struct hb_rows){head, 2},
                          HB_MATCH_BUT_DURATION, &arena);
    assert_int_equal(cells.count, 4);
    hb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_yields_every_figure_that_is_stored),
        cmocka_unit_test(what_a_row_does_not_know_is_no_figure),
        cmocka_unit_test(a_run_that_verified_nothing_failed_whatever_it_says),
        cmocka_unit_test(a_result_yields_what_its_row_will),
        cmocka_unit_test(rows_of_one_sweep_pair_by_cell_and_round),
        cmocka_unit_test(cells_of_two_sweeps_match_by_id_or_but_for_their_duration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
