/* A run as it was measured comes back as it was measured. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct hb_run_row *load(struct fixture *f, struct hb_store *store, int64_t sweep_id)
{
    struct hb_run_row *rows = NULL;
    struct hb_error err = {0};
    size_t count = 0;

    if (hb_store_load_runs(store, sweep_id, &f->arena, &rows, &count, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(count, FIXTURE_RUNS);
    return rows;
}

static void the_plan_is_stored_in_order_before_the_first_run(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_run_row *rows = load(f, store, fixture_begin(f, store));

    for (size_t i = 0; i < FIXTURE_RUNS; i++) {
        const struct hb_cell *cell = &f->plan.cells[f->plan.runs[i].cell];
        char id[HB_CELL_ID_BYTES];

        hb_cell_format_id(cell, id);
        assert_string_equal(rows[i].status, "pending");
        assert_string_equal(rows[i].cell_id, id);
        assert_string_equal(rows[i].client, f->clients[cell->client].label);
        assert_string_equal(rows[i].mode, hb_mode_name(f->clients[cell->client].mode));
        assert_string_equal(rows[i].url, "/get");
        assert_int_equal(rows[i].concurrency, f->concurrency[cell->concurrency]);
        assert_int_equal(rows[i].round, f->plan.runs[i].round);
        assert_int_equal(rows[i].position, i);
        assert_int_equal(rows[i].client_cpu_ns, -1);
    }
    hb_store_close(store);
}

static void check_figures(const struct hb_run_row *row, const struct hb_run_result *result)
{
    assert_string_equal(row->status, "ok");
    assert_int_equal(row->flags, HB_FLAG_ERRORS);
    assert_int_equal(row->window_ns, 2 * HB_NS_PER_S);
    assert_int_equal(row->verified, result->window.outcomes[HB_OUTCOME_OK]);
    assert_int_equal(row->failed, 1);
    assert_memory_equal(row->outcomes, result->window.outcomes, sizeof(row->outcomes));
    assert_true(row->requests_per_second == (double)row->verified / 2);
    assert_int_equal(row->response_p50_ns, hb_hist_quantile(&result->response, 0.5));
    assert_int_equal(row->response_p999_ns, hb_hist_quantile(&result->response, 0.999));
    assert_int_equal(row->response_min_ns, result->response.min_ns);
    assert_int_equal(row->response_max_ns, result->response.max_ns);
    assert_int_equal(row->response_mean_ns, (int64_t)(hb_hist_mean(&result->response) + 0.5));
}

static void check_machine(const struct hb_run_row *row)
{
    assert_int_equal(row->client_cpu_ns, HB_NS_PER_S);
    assert_int_equal(row->server_cpu_ns, -1); /* not ours: unknown, not zero */
    assert_int_equal(row->server_requests, -1);
    assert_int_equal(row->harness_cpu_ns, 4000);
    assert_int_equal(row->host_busy_ns, 2 * HB_NS_PER_S);
    assert_int_equal(row->host_steal_ns, -1);
    assert_int_equal(row->client_rss_peak_bytes, 40 << 20);
    assert_int_equal(row->voluntary_switches, 12);
    assert_int_equal(row->connections, 16);
    assert_string_equal(row->client_version, "2.32.5");
    assert_string_equal(row->runtime, "CPython 3.11.2");
    assert_string_equal(row->client_cpus, "1");
    assert_string_equal(row->server_cpus, "");
}

static void a_saved_run_reads_back_the_same(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_run_result result;
    struct hb_second *seconds;
    struct hb_error err = {0};
    struct hb_run_row *rows;
    size_t count;

    fixture_result(f, 5, &result);
    assert_int_equal(hb_store_save_run(store, sweep_id, &result, &err), 0);
    rows = load(f, store, sweep_id);
    check_figures(&rows[5], &result);
    check_machine(&rows[5]);
    assert_string_equal(rows[4].status, "pending");
    assert_int_equal(hb_store_load_series(store, rows[5].id, &f->arena, &seconds, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_memory_equal(seconds, result.seconds, sizeof(*seconds) * 2);
    hb_run_result_release(&result);
    hb_store_close(store);
}

/* Twice the same, another client's, and lines that are no such list. */
static void what_clients_cannot_obey_is_told_once_each(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_unhonoured_row *rows;
    struct hb_error err = {0};
    size_t count;

    for (size_t run = 0; run < 3; run++)
        fixture_save(f, store, sweep_id, run);
    fixture_sql(f,
                "UPDATE workers SET ready = '{\"cannot_honour\": ['"
                "  || '{\"what\": \"timeout_ns\", \"why\": \"none\"}, 7, {\"what\": \"<b>\"}]}'");
    fixture_sql(f,
                "UPDATE workers SET ready = 'no JSON' WHERE run_id = (SELECT MAX(id) FROM runs)");
    assert_int_equal(hb_store_load_unhonoured(store, sweep_id, &f->arena, &rows, &count, &err), 0);
    assert_int_equal(count,
                     2 * fixture_integer(f, "SELECT COUNT(DISTINCT c.client) FROM workers AS w "
                                            "JOIN runs AS r ON r.id = w.run_id "
                                            "JOIN cells AS c ON c.id = r.cell_id "
                                            "WHERE w.ready != 'no JSON'"));
    assert_string_equal(rows[0].what, "<b>");
    assert_string_equal(rows[0].why, "");
    assert_string_equal(rows[1].what, "timeout_ns");
    assert_string_equal(rows[1].why, "none");
    hb_store_close(store);
}

static void what_the_workers_said_reads_back(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_worker_row *workers;
    struct hb_error err = {0};
    struct hb_run_row *rows;
    size_t count;

    fixture_save(f, store, sweep_id, 0);
    rows = load(f, store, sweep_id);
    assert_int_equal(hb_store_load_workers(store, rows[0].id, &f->arena, &workers, &count, &err),
                     0);
    assert_int_equal(count, 1);
    assert_string_equal(workers[0].http, "1.1");
    assert_string_equal(workers[0].done_json, "{\"type\":\"done\",\"requests\":1001}");
    assert_int_equal(workers[0].connections, 16);
    assert_int_equal(hb_store_load_workers(store, rows[1].id, &f->arena, &workers, &count, &err),
                     0);
    assert_int_equal(count, 0); /* pending */
    hb_store_close(store);
}

static void check_hist(struct hb_store *store, int64_t run_id, enum hb_hist_kind kind,
                       const struct hb_hist *want)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist got;
    struct hb_error err = {0};

    hb_hist_init(&got);
    assert_int_equal(hb_store_merge_hist(store, run_id, kind, &got, &err), 0);
    assert_int_equal(got.count, want->count);
    assert_int_equal(got.min_ns, want->min_ns);
    assert_int_equal(got.max_ns, want->max_ns);
    assert_true(got.sum_ns == want->sum_ns);
    assert_memory_equal(got.counts, want->counts, HB_HIST_BUCKETS * sizeof(*got.counts));
}

static void histograms_come_back_exactly_of_every_kind(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_run_result closed, open;
    struct hb_error err = {0};
    struct hb_run_row *rows;

    fixture_result(f, 0, &closed);
    fixture_result(f, 1, &open);
    hb_hist_clear(&open.service); /* an open loop: requests wait before they start */
    for (uint64_t i = 0; i < open.response.count; i++)
        hb_hist_add(&open.service, 150000);
    assert_int_equal(hb_store_save_run(store, sweep_id, &closed, &err), 0);
    assert_int_equal(hb_store_save_run(store, sweep_id, &open, &err), 0);
    rows = load(f, store, sweep_id);
    check_hist(store, rows[0].id, HB_HIST_RESPONSE, &closed.response);
    check_hist(store, rows[0].id, HB_HIST_SERVICE, &closed.service);
    check_hist(store, rows[0].id, HB_HIST_FAILED, &closed.failed);
    check_hist(store, rows[0].id, HB_HIST_CONNECT, &closed.connect);
    check_hist(store, rows[0].id, HB_HIST_LAG, &closed.lag); /* empty: nothing is added */
    check_hist(store, rows[1].id, HB_HIST_RESPONSE, &open.response);
    check_hist(store, rows[1].id, HB_HIST_SERVICE, &open.service);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM histograms WHERE kind = 'service'"),
                     1); /* the closed loop's is not stored twice */
    hb_run_result_release(&closed);
    hb_run_result_release(&open);
    hb_store_close(store);
}

static void merging_runs_adds_their_values(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    HB_CLEANUP(hb_hist_release) struct hb_hist merged;
    struct hb_error err = {0};
    struct hb_run_row *rows;

    fixture_save(f, store, sweep_id, 0);
    fixture_save(f, store, sweep_id, 3);
    rows = load(f, store, sweep_id);
    hb_hist_init(&merged);
    assert_int_equal(hb_store_merge_hist(store, rows[0].id, HB_HIST_RESPONSE, &merged, &err), 0);
    assert_int_equal(hb_store_merge_hist(store, rows[3].id, HB_HIST_RESPONSE, &merged, &err), 0);
    assert_int_equal(merged.count, 1000 + 1003);
    hb_store_close(store);
}

/* ---- what must not be stored ---- */

static void check_not_saved(struct fixture *f, struct hb_store *store, int64_t sweep_id,
                            const struct hb_run_result *result, const char *part_of_message)
{
    struct hb_error err = {0};
    int64_t before = fixture_integer(f, "SELECT COUNT(*) FROM runs WHERE status = 'pending'");

    assert_int_equal(hb_store_save_run(store, sweep_id, result, &err), -1);
    assert_int_equal(err.code, HB_ERR_INTERNAL);
    if (strstr(err.message, part_of_message) == NULL)
        fail_msg("%s", err.message);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM runs WHERE status = 'pending'"),
                     before);
}

static void a_run_is_saved_once(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_run_result result;

    fixture_save(f, store, sweep_id, 2);
    fixture_result(f, 2, &result);
    check_not_saved(f, store, sweep_id, &result, "run 3 of sweep 1: it is not pending");
    hb_run_result_release(&result);
    hb_store_close(store);
}

static void histograms_count_what_the_run_counted(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_run_result result;

    fixture_result(f, 0, &result);
    hb_hist_add(&result.response, 1);
    check_not_saved(f, store, sweep_id, &result, "the response histogram counts 1001");
    hb_run_result_release(&result);
    fixture_result(f, 0, &result);
    hb_hist_clear(&result.failed);
    check_not_saved(f, store, sweep_id, &result, "the failed histogram counts 0 values, its run 1");
    hb_run_result_release(&result);
    hb_store_close(store);
}

/* The rule is in the file, too, for whoever else writes to it. */
static void the_database_refuses_a_histogram_of_another_count(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);

    fixture_save(f, store, fixture_begin(f, store), 0);
    hb_store_close(store);
    fixture_sql_fails(f,
                      "INSERT INTO histograms SELECT run_id, 'service', 999, 0, 1, 2, 3.0, hdr "
                      "FROM histograms WHERE kind = 'failed'",
                      "counts other than its run");
    fixture_sql(f, "INSERT INTO histograms SELECT run_id, 'service', 1000, 0, 1, 2, 3.0, hdr "
                   "FROM histograms WHERE kind = 'failed'");
}

static void an_interrupted_run_stays_pending(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_run_result result;
    struct hb_error err = {0};

    fixture_result(f, 0, &result);
    result.status = HB_RUN_INTERRUPTED;
    assert_int_equal(hb_store_save_run(store, sweep_id, &result, &err), 0);
    assert_string_equal(load(f, store, sweep_id)[0].status, "pending");
    hb_run_result_release(&result);
    hb_store_close(store);
}

static void failed_runs_keep_their_reason_and_log(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_run_result result;
    struct hb_error err = {0};
    struct hb_run_row *rows;

    hb_run_result_init(&result, &f->plan, 1);
    result.status = HB_RUN_FAILED;
    result.ended_wall_ns = 1;
    strcpy(result.failure, "the worker ended by signal 11");
    result.log_tail = hb_strdup("Traceback\nboom");
    assert_int_equal(hb_store_save_run(store, sweep_id, &result, &err), 0);
    rows = load(f, store, sweep_id);
    assert_string_equal(rows[1].status, "failed");
    assert_string_equal(rows[1].failure, "the worker ended by signal 11");
    assert_string_equal(rows[1].log_tail, "Traceback\nboom");
    assert_int_equal(rows[1].connections, -1);
    hb_run_result_release(&result);
    hb_store_close(store);
}

static void a_tampered_histogram_is_an_error_and_no_crash(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    static const char *const changes[] = {
        "UPDATE histograms SET min_ns = -1", "UPDATE histograms SET max_ns = 1 << 62",
        "UPDATE histograms SET count = 5", "UPDATE histograms SET hdr = x'1c849314'",
        "UPDATE histograms SET hdr = zeroblob(9)"};
    int64_t sweep_id = fixture_begin(f, store);
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;

    hb_hist_init(&hist);
    fixture_save(f, store, sweep_id, 0);
    for (size_t i = 0; i < HB_ARRAY_LEN(changes); i++) {
        struct hb_error err = {0};

        fixture_sql(f, "CREATE TABLE kept AS SELECT * FROM histograms");
        fixture_sql(f, changes[i]);
        assert_int_equal(hb_store_merge_hist(store, 1, HB_HIST_RESPONSE, &hist, &err), -1);
        assert_int_equal(err.code, HB_ERR_INPUT);
        assert_non_null(strstr(err.message, f->path));
        assert_int_equal(hist.count, 0);
        fixture_sql(f, "DELETE FROM histograms; INSERT INTO histograms SELECT * FROM kept;"
                       "DROP TABLE kept");
    }
    hb_store_close(store);
}

/* ---- the view ---- */

static void the_view_speaks_the_old_units(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);

    fixture_save(f, store, fixture_begin(f, store), 0);
    hb_store_close(store);
#define VIEW(column) "SELECT " column " FROM benchmark_results"
    assert_string_equal(fixture_text(f, VIEW("id")), "run-1");
    assert_string_equal(fixture_text(f, VIEW("name")), "selection");
    assert_string_equal(fixture_text(f, VIEW("start_time")), "2026-01-01T00:00:00.000+00:00");
    assert_string_equal(fixture_text(f, VIEW("created_at")), "2026-01-01 00:00:03");
    assert_true(fixture_real(f, VIEW("duration")) == 2);
    assert_int_equal(fixture_integer(f, VIEW("requests_count")), 1001);
    assert_true(fixture_real(f, VIEW("requests_per_second")) == 500);
    assert_true(fixture_real(f, VIEW("avg_response_time")) == 0.0006995);
    assert_true(fixture_real(f, VIEW("p99_response_time")) >= 0.001189);
    assert_true(fixture_real(f, VIEW("cpu_usage_avg")) == 50);
    assert_true(fixture_real(f, VIEW("memory_usage_avg")) == 30);
    assert_int_equal(fixture_integer(f, VIEW("error_count")), 1);
    assert_true(fixture_real(f, VIEW("error_rate")) == 100.0 / 1001);
}

static void only_ordinary_measured_runs_are_in_the_view(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_run_result result;
    struct hb_error err = {0};

    fixture_save(f, store, sweep_id, 0);
    fixture_result(f, 1, &result);
    result.purpose = HB_PURPOSE_SMOKE;
    assert_int_equal(hb_store_save_run(store, sweep_id, &result, &err), 0);
    hb_run_result_release(&result);
    fixture_result(f, 2, &result);
    result.status = HB_RUN_FAILED;
    assert_int_equal(hb_store_save_run(store, sweep_id, &result, &err), 0);
    hb_run_result_release(&result);
    hb_store_close(store);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM benchmark_results"), 1);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(the_plan_is_stored_in_order_before_the_first_run),
        WITH_FIXTURE(a_saved_run_reads_back_the_same),
        WITH_FIXTURE(what_the_workers_said_reads_back),
        WITH_FIXTURE(what_clients_cannot_obey_is_told_once_each),
        WITH_FIXTURE(histograms_come_back_exactly_of_every_kind),
        WITH_FIXTURE(merging_runs_adds_their_values),
        WITH_FIXTURE(a_run_is_saved_once),
        WITH_FIXTURE(histograms_count_what_the_run_counted),
        WITH_FIXTURE(the_database_refuses_a_histogram_of_another_count),
        WITH_FIXTURE(an_interrupted_run_stays_pending),
        WITH_FIXTURE(failed_runs_keep_their_reason_and_log),
        WITH_FIXTURE(a_tampered_histogram_is_an_error_and_no_crash),
        WITH_FIXTURE(the_view_speaks_the_old_units),
        WITH_FIXTURE(only_ordinary_measured_runs_are_in_the_view),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
