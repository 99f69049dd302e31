/* Yardsticks lie beside a sweep's runs and are none of them; runs that were not needed are done. */
#include "fixture.h"

#include <string.h>

/* 12 runs, then the ceilings of two concurrencies and the floor. */
static int setup(void **state)
{
    struct fixture *f;

    assert_int_equal(fixture_setup(state), 0);
    f = *state;
    f->server.entry = &f->entries[0];
    f->entries[1].sends_nothing = true;
    f->scenario.run.yardstick = true;
    f->scenario.yardsticks =
        (struct hb_yardsticks){.clients = {0, HB_YARDSTICK_NONE, HB_YARDSTICK_NONE}, .floor = 1};
    fixture_plan(f);
    assert_int_equal(f->plan.runs_count, FIXTURE_RUNS);
    assert_int_equal(f->plan.yardsticks_count, 3);
    return 0;
}

static void save_as(struct fixture *f, struct hb_store *store, int64_t sweep_id, size_t run,
                    enum hb_run_purpose purpose)
{
    struct hb_run_result result;
    struct hb_error err = {0};

    fixture_result(f, run, &result);
    result.purpose = purpose;
    assert_int_equal(hb_store_save_run(store, sweep_id, &result, &err), 0);
    hb_run_result_release(&result);
}

static void leave_out(struct fixture *f, struct hb_store *store, int64_t sweep_id, size_t run)
{
    struct hb_run_result result;
    struct hb_error err = {0};

    hb_run_result_init(&result, &f->plan, run);
    result.status = HB_RUN_NOT_NEEDED;
    result.started_wall_ns = result.ended_wall_ns = 1;
    assert_int_equal(hb_store_save_run(store, sweep_id, &result, &err), 0);
    hb_run_result_release(&result);
}

static void they_are_loaded_apart_and_are_no_results(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_run_row *rows;
    struct hb_error err = {0};
    size_t count;

    for (size_t i = 0; i < FIXTURE_RUNS; i++)
        fixture_save(f, store, sweep_id, i);
    save_as(f, store, sweep_id, FIXTURE_RUNS, HB_PURPOSE_CEILING);
    save_as(f, store, sweep_id, FIXTURE_RUNS + 2, HB_PURPOSE_FLOOR);
    assert_int_equal(hb_store_load_runs(store, sweep_id, &f->arena, &rows, &count, &err), 0);
    assert_int_equal(count, FIXTURE_RUNS);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(rows[i].purpose, "measured");
    assert_int_equal(hb_store_load_yardsticks(store, sweep_id, &f->arena, &rows, &count, &err), 0);
    assert_int_equal(count, 3);
    assert_string_equal(rows[0].purpose, "ceiling");
    assert_string_equal(rows[0].status, "ok");
    assert_int_equal(rows[0].verified, 1000 + FIXTURE_RUNS);
    assert_string_equal(rows[1].purpose, "ceiling");
    assert_string_equal(rows[1].status, "pending");
    assert_int_equal(rows[0].concurrency + rows[1].concurrency, 17);
    assert_string_equal(rows[2].purpose, "floor");
    hb_store_close(store);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM benchmark_results"), FIXTURE_RUNS);
}

static void a_sweep_counts_its_own_cells_and_runs_only(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_sweep_row row;
    struct hb_run_row *rows;
    struct hb_error err = {0};
    size_t count;

    fixture_save(f, store, sweep_id, 0);
    leave_out(f, store, sweep_id, 1);
    assert_int_equal(hb_store_find_sweep(store, "latest", &f->arena, &row, &err), 0);
    assert_int_equal(row.cells_count, FIXTURE_CELLS);
    assert_int_equal(row.runs_count, FIXTURE_RUNS);
    assert_int_equal(row.runs_pending, FIXTURE_RUNS - 2);
    assert_int_equal(row.runs_not_needed, 1);
    assert_int_equal(hb_store_load_runs(store, sweep_id, &f->arena, &rows, &count, &err), 0);
    assert_int_equal(count, FIXTURE_RUNS - 1);
    hb_store_close(store);
}

static void what_is_not_needed_is_not_resumed_and_yardsticks_come_last(void **state)
{
    static const size_t left[] = {1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14};
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store), resumed;
    struct hb_error err = {0};
    size_t *runs, count;

    fixture_save(f, store, sweep_id, 0);
    leave_out(f, store, sweep_id, 2);
    save_as(f, store, sweep_id, FIXTURE_RUNS + 1, HB_PURPOSE_CEILING);
    assert_int_equal(hb_store_resume(store, &f->plan, &f->arena, &resumed, &runs, &count, &err), 0);
    assert_int_equal(resumed, sweep_id);
    assert_int_equal(count, HB_ARRAY_LEN(left));
    assert_memory_equal(runs, left, sizeof left);
    hb_store_close(store);
}

/* The one who resumes has another idea of yardsticks: that is another plan. */
static void a_plan_without_them_is_another_plan(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    int64_t resumed;
    size_t *runs, count;

    fixture_begin(f, store);
    f->scenario.run.yardstick = false;
    fixture_plan(f);
    assert_int_equal(hb_store_resume(store, &f->plan, &f->arena, &resumed, &runs, &count, &err),
                     -1);
    assert_non_null(strstr(err.message, "its plan is another"));
    hb_store_close(store);
}

#define WITH_YARDSTICKS(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_YARDSTICKS(they_are_loaded_apart_and_are_no_results),
        WITH_YARDSTICKS(a_sweep_counts_its_own_cells_and_runs_only),
        WITH_YARDSTICKS(what_is_not_needed_is_not_resumed_and_yardsticks_come_last),
        WITH_YARDSTICKS(a_plan_without_them_is_another_plan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
