/* The keeper: whatever a program does, nothing of it is left behind, and its end is told truly. */
#include "child_fixture.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fd.h"

static void the_exit_code_is_reported(void **state HB_UNUSED)
{
    struct hb_child child;
    struct hb_exit end;

    start(&child, "exit", "7");
    end = await_end(&child);
    assert_true(end.exited);
    assert_int_equal(end.code, 7);
    assert_int_equal(end.leftovers, 0);
    assert_int_equal(await_end(&child).code, 7); /* may be asked again */
    hb_child_release(&child);
}

static void a_deadly_signal_is_reported(void **state HB_UNUSED)
{
    struct hb_child child;
    struct hb_exit end;

    start(&child, "die", "6");
    end = await_end(&child);
    assert_false(end.exited);
    assert_int_equal(end.signal, SIGABRT);
    hb_child_release(&child);
}

static void assert_spawn_fails(struct hb_spawn_spec spec, enum hb_error_code code,
                               const char *message)
{
    struct hb_child child;
    struct hb_paths paths;
    struct hb_error err = {0};

    find_build_paths(&paths);
    spec.stderr_fd = -1;
    assert_int_equal(hb_child_spawn(&child, &paths, &spec, &err), -1);
    assert_int_equal(err.code, code);
    assert_string_equal(err.message, message);
    hb_child_release(&child);
}

static void a_program_that_cannot_start_is_named(void **state HB_UNUSED)
{
    const char *missing[] = {"no-such-program", NULL};
    const char *directory[] = {"/tmp", NULL};
    const char *text[] = {HB_TEST_DIR "/test_keeper.c", NULL};
    const char *fine[] = {UNRULY, "exit", "0", NULL};

    assert_spawn_fails((struct hb_spawn_spec){.argv = missing}, HB_ERR_UNAVAILABLE,
                       "no-such-program: No such file or directory");
    assert_spawn_fails((struct hb_spawn_spec){.argv = directory}, HB_ERR_UNAVAILABLE,
                       "/tmp: Permission denied");
    assert_spawn_fails((struct hb_spawn_spec){.argv = text}, HB_ERR_UNAVAILABLE,
                       HB_TEST_DIR "/test_keeper.c: Permission denied");
    assert_spawn_fails((struct hb_spawn_spec){.argv = fine, .directory = "/no/such/place"},
                       HB_ERR_UNAVAILABLE, "/no/such/place: No such file or directory");
    assert_spawn_fails((struct hb_spawn_spec){.argv = fine, .cpus = "1023"}, HB_ERR_SYSTEM,
                       "pin to CPUs: 1023: Invalid argument");
}

static void a_text_file_is_never_handed_to_a_shell(void **state HB_UNUSED)
{
    char path[] = "/tmp/hb-test-XXXXXX";
    HB_CLEANUP(hb_fd_close) int fd = mkstemp(path);
    const char *argv[] = {path, NULL};
    char message[64];

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "exit 0\n", 7), 7);
    assert_int_equal(fchmod(fd, 0700), 0);
    hb_fd_close(&fd);
    snprintf(message, sizeof message, "%s: Exec format error", path);
    assert_spawn_fails((struct hb_spawn_spec){.argv = argv}, HB_ERR_SYSTEM, message);
    unlink(path);
}

static void the_program_inherits_only_what_it_should(void **state HB_UNUSED)
{
    struct hb_child child;
    struct rlimit limit;
    char text[4096], expected[256];
    int leak = fcntl(STDERR_FILENO, F_DUPFD, 50); /* not close-on-exec */

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    snprintf(expected, sizeof expected,
             "fds 0 1 2 3\nown session 1\nown group 1\nnofile %llu\ncpus 1\ndirectory /\n",
             (unsigned long long)(limit.rlim_max < 1048576 ? limit.rlim_max : 1048576));
    limit.rlim_cur = 128;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    start_with(&child,
               (struct hb_spawn_spec){
                   .directory = "/", .cpus = "0", .wants_samples = true, .stderr_fd = -1},
               "inherited", NULL);
    read_text(child.stdout_fd, text, sizeof text, 0);
    assert_string_equal(text, expected);
    hb_child_release(&child);

    start(&child, "inherited", NULL);
    read_text(child.stdout_fd, text, sizeof text, 1);
    assert_string_equal(text, "fds 0 1 2\n");
    hb_child_release(&child);
    close(leak);
}

static void the_sample_pipe_is_as_large_as_the_system_allows(void **state HB_UNUSED)
{
    struct hb_child child;
    int allowed_bytes = 0;
    FILE *file = fopen("/proc/sys/fs/pipe-max-size", "re");

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &allowed_bytes), 1);
    fclose(file);
    start_with(&child, (struct hb_spawn_spec){.wants_samples = true, .stderr_fd = -1}, "exit", "0");
    assert_int_equal(fcntl(child.samples_fd, F_GETPIPE_SZ),
                     allowed_bytes < 1 << 20 ? allowed_bytes : 1 << 20);
    hb_child_release(&child);
}

static void a_program_that_ignores_sigterm_is_killed_after_the_grace(void **state HB_UNUSED)
{
    struct hb_child child;
    struct hb_exit end;
    int64_t start_ns;

    start(&child, "ignore-sigterm", NULL);
    await_up(&child);
    start_ns = hb_now_ns();
    hb_child_terminate(&child);
    assert_int_equal(hb_child_wait(&child, GRACE_NS / 10, &end, NULL), 0);
    hb_child_end(&child);
    end = await_end(&child);
    assert_int_equal(end.signal, SIGKILL);
    assert_true(hb_now_ns() - start_ns >= GRACE_NS);
    hb_child_release(&child);
}

static void what_the_program_leaves_behind_is_ended_and_counted(void **state HB_UNUSED)
{
    struct hb_child child;
    struct hb_exit end;

    start(&child, "daemonise", NULL);
    await_up(&child);
    end = await_end(&child);
    assert_true(end.exited);
    assert_int_equal(end.code, 0);
    assert_int_equal(end.leftovers, 1);
    assert_nobody_writes(child.stdout_fd);
    hb_child_release(&child);
}

static void a_fork_bomb_is_put_out(void **state HB_UNUSED)
{
    struct hb_child child;

    start(&child, "bomb", "400");
    await_up(&child);
    hb_child_end(&child);
    assert_false(await_end(&child).survivors);
    assert_nobody_writes(child.stdout_fd);
    hb_child_release(&child);
}

/* A runner of its own, killed in mid-run: `log` is inherited by everything it starts. */
static void run_until_killed(int log, const char *act, const char *number)
{
    struct hb_child child;

    start_with(&child, (struct hb_spawn_spec){.grace_ns = GRACE_NS, .stderr_fd = log}, act, number);
    await_up(&child);
    kill(getpid(), SIGKILL);
}

static void nothing_survives_a_killed_runner(void **state HB_UNUSED)
{
    static const char *const acts[][2] = {
        {"ignore-sigterm", NULL}, {"daemonise-and-stay", NULL}, {"bomb", "50"}};

    for (size_t i = 0; i < HB_ARRAY_LEN(acts); ++i) {
        int log[2], wait_status;
        pid_t runner;

        assert_int_equal(pipe2(log, O_CLOEXEC), 0);
        runner = fork();
        if (runner == 0) {
            run_until_killed(log[1], acts[i][0], acts[i][1]);
            _exit(1);
        }
        close(log[1]);
        assert_int_equal(waitpid(runner, &wait_status, 0), runner);
        assert_true(WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL);
        assert_nobody_writes(log[0]);
        close(log[0]);
    }
}

static void a_killed_keeper_takes_its_program_along(void **state HB_UNUSED)
{
    struct hb_child child;
    struct hb_exit end;
    struct hb_error err = {0};

    start(&child, "ignore-sigterm", NULL);
    await_up(&child);
    kill(child.keeper_pid, SIGKILL);
    assert_int_equal(hb_child_wait(&child, TEN_SECONDS_NS, &end, &err), -1);
    assert_string_equal(err.message, "the keeper process ended unexpectedly");
    assert_nobody_writes(child.stdout_fd);
    hb_child_release(&child);
}

static void a_waiting_keeper_uses_no_cpu(void **state HB_UNUSED)
{
    for (int samples = 0; samples < 2; ++samples) {
        struct hb_child child;
        struct hb_exit unused;
        struct timespec before, after;
        clockid_t clock;

        start_with(&child, (struct hb_spawn_spec){.wants_samples = samples, .stderr_fd = -1},
                   "ignore-sigterm", NULL);
        await_up(&child);
        assert_int_equal(clock_getcpuclockid(child.keeper_pid, &clock), 0);
        assert_int_equal(clock_gettime(clock, &before), 0);
        assert_int_equal(hb_child_wait(&child, 200 * HB_NS_PER_MS, &unused, NULL), 0);
        assert_int_equal(clock_gettime(clock, &after), 0);
        assert_true((after.tv_sec - before.tv_sec) * HB_NS_PER_S + after.tv_nsec - before.tv_nsec <
                    20 * HB_NS_PER_MS); /* of 200 */
        hb_child_release(&child);
    }
}

static void release_may_be_repeated_and_takes_anything(void **state HB_UNUSED)
{
    struct hb_child child, zeroed = {0};
    int input = fcntl(STDIN_FILENO, F_GETFD);

    hb_child_release(NULL);
    hb_child_release(&zeroed);
    assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), input); /* 0 was not taken for one of ours */
    start(&child, "ignore-sigterm", NULL);
    hb_child_release(&child);
    hb_child_release(&child);
    assert_int_equal(kill(child.pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_code_is_reported),
        cmocka_unit_test(a_deadly_signal_is_reported),
        cmocka_unit_test(a_program_that_cannot_start_is_named),
        cmocka_unit_test(a_text_file_is_never_handed_to_a_shell),
        cmocka_unit_test(the_program_inherits_only_what_it_should),
        cmocka_unit_test(the_sample_pipe_is_as_large_as_the_system_allows),
        cmocka_unit_test(a_program_that_ignores_sigterm_is_killed_after_the_grace),
        cmocka_unit_test(what_the_program_leaves_behind_is_ended_and_counted),
        cmocka_unit_test(a_fork_bomb_is_put_out),
        cmocka_unit_test(nothing_survives_a_killed_runner),
        cmocka_unit_test(a_killed_keeper_takes_its_program_along),
        cmocka_unit_test(a_waiting_keeper_uses_no_cpu),
        cmocka_unit_test(release_may_be_repeated_and_takes_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
