/*
 * The runner is killed at random instants, again and again, until a sweep is done. A child says
 * through a pipe which runs it has carried out (before saving) and which were saved; the parent
 * holds the file to that.
 */
#include "fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"

#define KILLS_MAX 400
#define SAVED 0x80 /* beside the run's number: the store said it is kept */

/* The child: go on with the sweep, or begin it. */
static void carry_on(struct fixture *f, int pipe_fd)
{
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    int64_t sweep_id = 0;
    size_t *runs = NULL, count = 0;

    if (hb_store_resume(store, &f->plan, &f->arena, &sweep_id, &runs, &count, &err) != 0)
        _exit(2);
    if (sweep_id == 0) {
        sweep_id = fixture_begin(f, store);
        if (hb_store_resume(store, &f->plan, &f->arena, &sweep_id, &runs, &count, &err) != 0)
            _exit(2);
    }
    for (size_t i = 0; i < count; i++) {
        unsigned char told = (unsigned char)runs[i];

        if (write(pipe_fd, &told, 1) != 1)
            _exit(2);
        fixture_save(f, store, sweep_id, runs[i]);
        told |= SAVED;
        if (write(pipe_fd, &told, 1) != 1)
            _exit(2);
    }
    if (hb_store_end_sweep(store, sweep_id, HB_SWEEP_COMPLETE, &err) != 0)
        _exit(2);
    _exit(0);
}

/* Start a child, kill it after `delay_ns`; what it told is in *pipe_fd. Returns its wait status. */
static int run_and_kill(struct fixture *f, int64_t delay_ns, int *pipe_fd)
{
    int ends[2], status;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        carry_on(f, ends[1]);
    }
    close(ends[1]);
    hb_sleep_until_ns(hb_now_ns() + delay_ns);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    *pipe_fd = ends[0];
    return status;
}

/* No run that was saved is carried out again. */
static void take_reports(int pipe_fd, bool saved[FIXTURE_RUNS])
{
    unsigned char told;

    while (read(pipe_fd, &told, 1) == 1) {
        size_t run = told & ~SAVED;

        assert_true(run < FIXTURE_RUNS);
        if ((told & SAVED) == 0)
            assert_false(saved[run]);
        else
            saved[run] = true;
    }
    close(pipe_fd);
}

/* What was said to be saved is there, whole; the rest is pending; there is one sweep at most.
 * Whether it is complete. */
static bool check_file(struct fixture *f, const bool saved[FIXTURE_RUNS])
{
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_sweep_row *sweeps;
    struct hb_error err = {0};
    size_t sweeps_count, runs_count = 0;
    struct hb_run_row *runs = NULL;

    assert_int_equal(hb_store_list_sweeps(store, &f->arena, &sweeps, &sweeps_count, &err), 0);
    assert_true(sweeps_count <= 1);
    if (sweeps_count == 1)
        assert_int_equal(
            hb_store_load_runs(store, sweeps[0].id, &f->arena, &runs, &runs_count, &err), 0);
    assert_true(runs_count == (sweeps_count == 1 ? FIXTURE_RUNS : 0));
    for (size_t i = 0; i < runs_count; i++) {
        if (saved[i])
            assert_string_equal(runs[i].status, "ok");
        assert_int_equal(runs[i].verified, runs[i].status[0] == 'o' ? 1000 + i : 0);
    }
    hb_store_close(store);
    assert_string_equal(fixture_text(f, "PRAGMA integrity_check"), "ok");
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM runs r WHERE status = 'ok' AND NOT "
                                        "EXISTS (SELECT 1 FROM histograms WHERE run_id = r.id)"),
                     0);
    return sweeps_count == 1 && strcmp(sweeps[0].status, "complete") == 0;
}

static void a_killed_runner_loses_nothing_and_repeats_nothing(void **state)
{
    struct fixture *f = *state;
    struct hb_rng rng = {.state = (uint64_t)hb_now_ns()};
    bool saved[FIXTURE_RUNS] = {false};
    bool complete = false;
    unsigned kills = 0;

    print_message("seed %llu\n", (unsigned long long)rng.state);
    for (; kills < KILLS_MAX && !complete; kills++) {
        /* Longer and longer, so that a slow machine gets through. */
        int64_t delay_ns = (int64_t)hb_rng_below(&rng, (4 + kills / 4) * 1000000u);
        int pipe_fd, status;

        status = run_and_kill(f, delay_ns, &pipe_fd);
        assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        take_reports(pipe_fd, saved);
        complete = check_file(f, saved);
    }
    print_message("%u children\n", kills);
    assert_true(complete);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM benchmark_results"), FIXTURE_RUNS);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(a_killed_runner_loses_nothing_and_repeats_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
