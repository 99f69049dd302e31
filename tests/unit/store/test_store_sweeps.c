/* Sweeps: found, resumed, ended and removed. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

/* Resume, and compare what is left with the positions given. */
static int64_t check_resume(struct fixture *f, struct hb_store *store, const size_t *left,
                            size_t left_count)
{
    struct hb_error err = {0};
    int64_t sweep_id = -1;
    size_t *runs = NULL, count = 0;

    if (hb_store_resume(store, &f->plan, &f->arena, &sweep_id, &runs, &count, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(count, left_count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(runs[i], left[i]);
    return sweep_id;
}

static void check_no_resume(struct fixture *f, struct hb_store *store, const char *part_of_message)
{
    struct hb_error err = {0};
    int64_t sweep_id = -1;
    size_t *runs = NULL, count = 0;

    assert_int_equal(hb_store_resume(store, &f->plan, &f->arena, &sweep_id, &runs, &count, &err),
                     -1);
    assert_int_equal(err.code, HB_ERR_NOT_FOUND);
    if (strstr(err.message, part_of_message) == NULL)
        fail_msg("%s", err.message);
}

static void resume_takes_the_pending_runs_in_plan_order(void **state)
{
    static const size_t left[] = {1, 2, 4, 5, 6, 7, 8, 9, 11};
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    int64_t sweep_id;

    assert_int_equal(check_resume(f, store, NULL, 0), 0); /* nothing there yet */
    sweep_id = fixture_begin(f, store);
    fixture_save(f, store, sweep_id, 3);
    fixture_save(f, store, sweep_id, 0);
    fixture_save(f, store, sweep_id, 10);
    assert_int_equal(hb_store_end_sweep(store, sweep_id, HB_SWEEP_INTERRUPTED, &err), 0);
    assert_string_equal(fixture_text(f, "SELECT status FROM sweeps"), "interrupted");
    assert_int_equal(check_resume(f, store, left, HB_ARRAY_LEN(left)), sweep_id);
    assert_string_equal(fixture_text(f, "SELECT status FROM sweeps"), "running");
    assert_int_equal(fixture_integer(f, "SELECT COUNT(ended_wall_ns) FROM sweeps"), 0);
    for (size_t i = 0; i < HB_ARRAY_LEN(left); i++)
        fixture_save(f, store, sweep_id, left[i]);
    assert_int_equal(hb_store_end_sweep(store, sweep_id, HB_SWEEP_COMPLETE, &err), 0);
    assert_int_equal(check_resume(f, store, NULL, 0), 0); /* nothing left */
    hb_store_close(store);
}

static void resume_names_a_sweep_of_a_changed_scenario(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);

    fixture_begin(f, store);
    f->scenario.hash[0] = 'f';
    check_no_resume(f, store, "sweep 1 of selection is unfinished, but the scenario has changed");
    f->scenario.name = "another";
    assert_int_equal(check_resume(f, store, NULL, 0), 0);
    hb_store_close(store);
}

static void resume_names_a_sweep_of_another_plan(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);

    fixture_begin(f, store);
    f->scenario.run.rounds = 2;
    fixture_plan(f);
    check_no_resume(f, store, "its plan is another");
    f->scenario.run.rounds = 4;
    fixture_plan(f);
    check_no_resume(f, store, "its plan is another");
    f->scenario.run.rounds = FIXTURE_ROUNDS;
    f->scenario.concurrency_count = 1;
    fixture_plan(f);
    check_no_resume(f, store, "its plan is another");
    f->scenario.concurrency_count = 2;
    f->scenario.run.seed = 8;
    fixture_plan(f);
    check_no_resume(f, store, "its plan is another");
    hb_store_close(store);
}

static void the_newest_of_several_unfinished_sweeps_is_resumed(void **state)
{
    static const size_t left[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t newest;

    fixture_begin(f, store);
    newest = fixture_begin(f, store);
    fixture_save(f, store, newest, 11);
    assert_int_equal(check_resume(f, store, left, HB_ARRAY_LEN(left)), newest);
    hb_store_close(store);
}

static void a_sweep_with_pending_runs_is_not_complete(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    int64_t sweep_id = fixture_begin(f, store);

    assert_int_equal(hb_store_end_sweep(store, sweep_id, HB_SWEEP_COMPLETE, &err), -1);
    assert_non_null(strstr(err.message, "12 runs are pending"));
    hb_store_close(store);
}

static void sweeps_are_listed_newest_first_with_what_is_known(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_sweep_row *rows;
    struct hb_error err = {0};
    size_t count;
    int64_t first = fixture_begin(f, store), second = fixture_begin(f, store);

    fixture_save(f, store, first, 0);
    assert_int_equal(hb_store_list_sweeps(store, &f->arena, &rows, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].id, second);
    assert_int_equal(rows[1].id, first);
    assert_string_equal(rows[1].scenario_name, "selection");
    assert_string_equal(rows[1].scenario_text, "name: selection\n");
    assert_string_equal(rows[1].status, "running");
    assert_string_equal(rows[1].purpose, "measured");
    assert_string_equal(rows[1].fingerprint, "fedcba9876543210");
    assert_string_equal(rows[1].environment_json, "{\"cores\":2}");
    assert_string_equal(rows[1].tags_json, "{\"branch\":\"main\",\"night\":\"\"}");
    assert_int_equal(rows[1].seed, 7);
    assert_int_equal(rows[1].rounds, FIXTURE_ROUNDS);
    assert_int_equal(rows[1].cells_count, FIXTURE_CELLS);
    assert_int_equal(rows[1].runs_count, FIXTURE_RUNS);
    assert_int_equal(rows[1].runs_pending, FIXTURE_RUNS - 1);
    assert_int_equal(rows[1].ended_wall_ns, 0);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM environments"), 1); /* shared */
    hb_store_close(store);
}

static void check_selector(struct fixture *f, struct hb_store *store, const char *selector,
                           int64_t want)
{
    struct hb_sweep_row row;
    struct hb_error err = {0};

    if (hb_store_find_sweep(store, selector, &f->arena, &row, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(row.id, want);
}

static void check_bad_selector(struct fixture *f, struct hb_store *store, const char *selector,
                               const char *part_of_message)
{
    struct hb_sweep_row row;
    struct hb_error err = {0};

    assert_int_equal(hb_store_find_sweep(store, selector, &f->arena, &row, &err), -1);
    if (strstr(err.message, part_of_message) == NULL)
        fail_msg("%s", err.message);
}

static void selectors_find_their_sweep_or_say_which_there_are(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);

    check_bad_selector(f, store, "latest", "holds no sweep");
    for (unsigned i = 0; i < 3; i++)
        fixture_begin(f, store);
    check_selector(f, store, "latest", 3);
    check_selector(f, store, "latest~0", 3);
    check_selector(f, store, "latest~2", 1);
    check_selector(f, store, "2", 2);
    check_bad_selector(f, store, "latest~3", "there are 3, from 1 to 3");
    check_bad_selector(f, store, "4", "there are 3, from 1 to 3");
    check_bad_selector(f, store, "latest~", "is no sweep");
    check_bad_selector(f, store, "-1", "is no sweep");
    check_bad_selector(f, store, "1 OR 1=1", "is no sweep");
    check_bad_selector(f, store, "99999999999999999999", "is no sweep");
    hb_store_close(store);
}

/* ---- removing ---- */

static int64_t file_bytes(const struct fixture *f)
{
    struct stat status;

    assert_int_equal(stat(f->path, &status), 0);
    return status.st_size;
}

static void save_all_runs(struct fixture *f, struct hb_store *store, int64_t sweep_id)
{
    for (size_t run = 0; run < FIXTURE_RUNS; run++)
        fixture_save(f, store, sweep_id, run);
}

static void a_removed_sweep_takes_everything_and_gives_the_space_back(void **state)
{
    static const char *const tables[] = {"sweeps",     "cells",   "runs",        "workers",
                                         "histograms", "seconds", "environments"};
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    int64_t empty = file_bytes(f), sweep_id = 0;

    for (unsigned i = 0; i < 5; i++) {
        sweep_id = fixture_begin(f, store);
        save_all_runs(f, store, sweep_id);
    }
    assert_true(file_bytes(f) > empty);
    for (int64_t id = 1; id <= sweep_id; id++)
        assert_int_equal(hb_store_remove_sweep(store, id, &err), 0);
    for (size_t i = 0; i < HB_ARRAY_LEN(tables); i++) {
        HB_CLEANUP(hb_free_ptr) char *sql = hb_asprintf("SELECT COUNT(*) FROM %s", tables[i]);

        assert_int_equal(fixture_integer(f, sql), 0);
    }
    assert_int_equal(file_bytes(f), empty);
    assert_int_equal(hb_store_remove_sweep(store, sweep_id, &err), -1);
    assert_int_equal(err.code, HB_ERR_NOT_FOUND);
    assert_int_equal(fixture_begin(f, store), sweep_id + 1); /* numbers are not used again */
    hb_store_close(store);
}

static void pruning_keeps_the_newest(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    size_t removed;

    for (unsigned i = 0; i < 4; i++)
        save_all_runs(f, store, fixture_begin(f, store));
    assert_int_equal(hb_store_prune(store, 1, &removed, &err), 0);
    assert_int_equal(removed, 3);
    assert_int_equal(fixture_integer(f, "SELECT id FROM sweeps"), 4);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM runs"), FIXTURE_RUNS);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM histograms"), 3 * FIXTURE_RUNS);
    assert_int_equal(hb_store_prune(store, 1, &removed, &err), 0);
    assert_int_equal(removed, 0);
    hb_store_close(store);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(resume_takes_the_pending_runs_in_plan_order),
        WITH_FIXTURE(resume_names_a_sweep_of_a_changed_scenario),
        WITH_FIXTURE(resume_names_a_sweep_of_another_plan),
        WITH_FIXTURE(the_newest_of_several_unfinished_sweeps_is_resumed),
        WITH_FIXTURE(a_sweep_with_pending_runs_is_not_complete),
        WITH_FIXTURE(sweeps_are_listed_newest_first_with_what_is_known),
        WITH_FIXTURE(selectors_find_their_sweep_or_say_which_there_are),
        WITH_FIXTURE(a_removed_sweep_takes_everything_and_gives_the_space_back),
        WITH_FIXTURE(pruning_keeps_the_newest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
