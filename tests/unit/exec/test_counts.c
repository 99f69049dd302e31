/* What counts a client: the counter of the system, strace's log, callgrind's files, and what comes
 * of them. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/paths.h"
#include "exec/callgrind.h"
#include "exec/counts.h"
#include "exec/event_counter.h"
#include "exec/rundir.h"
#include "exec/stillness.h"
#include "exec/strace.h"
#include "exec/wire_counts.h"

/* ---- the system's counter ---- */

static void run_and_wait(const char *program, const char *argument)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl(program, program, "-c", argument, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Page faults of a shell that runs `script`; -1 where counters are not allowed. A counter of the
 * kernel's own works where the processor's is not offered: the same call, other event; and page
 * faults hardly vary from run to run, as time would. */
static int64_t faults_of(const char *script)
{
    int fd = hb_event_counter_open(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS);
    int64_t faults;

    if (fd < 0)
        return -1;
    assert_int_equal(hb_event_counter_read(fd), -1); /* we ourselves are not counted */
    run_and_wait("/bin/sh", script);
    faults = hb_event_counter_read(fd);
    assert_true(faults > 0);
    close(fd);
    return faults;
}

static void a_counter_sees_the_next_program_with_all_descendants(void **state HB_UNUSED)
{
    int64_t one;

    run_and_wait("/bin/sh", ":"); /* from here on the shell is in the page cache */
    one = faults_of(":");
    if (one < 0)
        skip(); /* not allowed here */
    assert_true(faults_of("sh -c 'sh -c :; :'; sh -c :; :") > 2 * one);
}

static void a_counter_that_cannot_be_is_an_error_and_reads_as_unknown(void **state HB_UNUSED)
{
    assert_int_equal(hb_event_counter_open(12345678, 1), -1);
    assert_int_equal(hb_event_counter_read(-1), -1);
}

/* ---- who waits ---- */

static bool becomes(pid_t pid, bool still)
{
    for (unsigned look = 0; look < 2000; look++) {
        if (hb_is_still(pid) == still)
            return true;
        usleep(1000);
    }
    return false;
}

static void a_program_is_still_when_it_and_its_descendants_all_sleep(void **state HB_UNUSED)
{
    static const char *const idle = "sleep 60 & wait", *const busy = "(while :; do :; done) & wait";
    const char *const scripts[] = {idle, busy};

    for (size_t i = 0; i < HB_ARRAY_LEN(scripts); i++) {
        pid_t pid = fork();

        if (pid == 0) {
            setpgid(0, 0);
            execl("/bin/sh", "sh", "-c", scripts[i], (char *)NULL);
            _exit(127);
        }
        setpgid(pid, pid);
        assert_true(becomes(pid, scripts[i] == idle));
        assert_int_equal(kill(-pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
}

/* ---- strace's log ---- */

static int count_log(const char *text, int64_t from_ns, int64_t to_ns, struct hb_arena *arena,
                     struct hb_call_counts *ret, struct hb_error *err)
{
    FILE *log = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    int result;

    assert_non_null(log);
    result = hb_strace_count(log, from_ns, to_ns, arena, ret, err);
    fclose(log);
    return result;
}

#define AT(micros) (1795554550 * HB_NS_PER_S + (micros)*HB_NS_PER_US)

static void calls_are_counted_where_they_begin(void **state HB_UNUSED)
{
    static const char log[] = "3031  1795554550.000001 read(0x3, 0x7f, 0x10) = 0x10\n"
                              "3031  1795554550.000002 futex(0x7f, 0x80 <unfinished ...>\n"
                              "3072  1795554550.000003 sendto(0x4, 0x7f) = 0x10\n"
                              "3031  1795554550.000004 <... futex resumed>) = -1 EAGAIN\n"
                              "3031  1795554550.000004 --- SIGCHLD {si_signo=SIGCHLD} ---\n"
                              "1795554550.000005 sendto(0x4, 0x7f) = 0x10\n"
                              "3072  1795554550.000006 exit(0) = ?\n"
                              "3072  1795554550.000006 +++ exited with 0 +++\n";
    struct hb_arena arena;
    struct hb_call_counts counts;
    struct hb_error err = {0};

    hb_arena_init(&arena);
    assert_int_equal(count_log(log, AT(2), AT(6), &arena, &counts, &err), 0);
    assert_int_equal(counts.total, 3);
    assert_int_equal(counts.count, 2);
    assert_string_equal(counts.calls[0].name, "futex");
    assert_string_equal(counts.calls[1].name, "sendto");
    assert_int_equal(counts.calls[1].calls, 2);
    assert_int_equal(count_log(log, AT(7), AT(9), &arena, &counts, &err), -1);
    assert_string_equal(err.message, "strace saw no system call of a request");
    hb_arena_release(&arena);
}

static void what_is_no_call_is_passed_over(void **state HB_UNUSED)
{
    static const char *const odd[] = {
        "\n",
        "3031\n",
        "3031  1795554550 read(0x3)\n",
        "3031  1795554550.01 read(0x3)\n",
        "3031  -5.000001 read(0x3)\n",
        "3031  99999999999999999999.000001 read(0x3)\n",
        "3031  1795554550.000001 (0x3)\n",
        "3031  1795554550.000001 read\n",
        "3031  1795554550.000001 ?( <unfinished ...>\n",
    };
    struct hb_arena arena;
    struct hb_call_counts counts;

    hb_arena_init(&arena);
    for (size_t i = 0; i < HB_ARRAY_LEN(odd); i++)
        assert_int_equal(count_log(odd[i], 0, INT64_MAX, &arena, &counts, NULL), -1);
    hb_arena_release(&arena);
}

static void the_rest_of_a_long_line_is_no_line_wherever_it_is_cut(void **state HB_UNUSED)
{
    static const char call[] = "1795554550.000001 read(\n";
    char longer[1500 + sizeof call];

    memset(longer, ' ', sizeof longer);
    longer[0] = 'x';
    for (size_t at = 1; at <= 1500; at++) {
        struct hb_arena arena;
        struct hb_call_counts counts;

        hb_arena_init(&arena);
        memcpy(longer + at, call, sizeof call);
        assert_int_equal(count_log(longer, 0, INT64_MAX, &arena, &counts, NULL), -1);
        longer[at] = ' ';
        hb_arena_release(&arena);
    }
}

/* ---- callgrind's files ---- */

static struct hb_rundir dir;

static void leave(const char *name, const char *text)
{
    char path[PATH_MAX];
    struct hb_error err = {0};

    if (hb_rundir_write(&dir, name, text, strlen(text), path, &err) < 0)
        fail_msg("%s", err.message);
}

static int set_up(void **state HB_UNUSED)
{
    return hb_rundir_make(&dir, NULL);
}

static int tear_down(void **state HB_UNUSED)
{
    hb_rundir_remove(&dir);
    return 0;
}

static void the_totals_of_all_processes_are_summed_and_their_files_are_gone(void **state HB_UNUSED)
{
    struct hb_error err = {0};
    uint64_t instructions;

    leave("callgrind-17", "# callgrind format\nfn=(1) totals: 5\n16 3\n\ntotals: 1200\n");
    leave("callgrind-18", "events: Ir\ntotals: 34");
    leave("body-0", "totals: 99\n");
    assert_int_equal(hb_callgrind_take(dir.path, &instructions, &err), 0);
    assert_int_equal(instructions, 1234);
    assert_int_equal(hb_callgrind_take(dir.path, &instructions, &err), -1);
    assert_string_equal(err.message, "callgrind left no count of instructions");
}

static void a_file_without_a_total_is_a_failure(void **state HB_UNUSED)
{
    static const char *const odd[] = {"", "events: Ir\n", "totals: \n", "totals: 12x\n",
                                      "totals: 99999999999999999999999\n"};

    for (size_t i = 0; i < HB_ARRAY_LEN(odd); i++) {
        struct hb_error err = {0};
        uint64_t instructions;

        leave("callgrind-1", odd[i]);
        assert_int_equal(hb_callgrind_take(dir.path, &instructions, &err), -1);
        assert_string_equal(err.message, "callgrind left no total of instructions");
    }
}

static void a_link_in_place_of_a_file_is_not_followed(void **state HB_UNUSED)
{
    char path[PATH_MAX];
    struct hb_error err = {0};
    uint64_t instructions;

    assert_int_equal(hb_path_join(path, dir.path, "callgrind-1", NULL), 0);
    assert_int_equal(symlink("/proc/self/status", path), 0);
    assert_int_equal(hb_callgrind_take(dir.path, &instructions, &err), -1);
}

static void a_pipe_in_place_of_a_file_is_not_waited_for(void **state HB_UNUSED)
{
    char path[PATH_MAX];
    struct hb_error err = {0};
    uint64_t instructions;

    assert_int_equal(hb_path_join(path, dir.path, "callgrind-1", NULL), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(hb_callgrind_take(dir.path, &instructions, &err), -1);
    assert_string_equal(err.message, "callgrind-1: not a regular file");
}

static void a_file_without_an_end_is_not_read(void **state HB_UNUSED)
{
    char path[PATH_MAX];
    struct hb_error err = {0};
    uint64_t instructions;

    leave("callgrind-1", "totals: 1200\n");
    assert_int_equal(hb_path_join(path, dir.path, "callgrind-1", NULL), 0);
    assert_int_equal(truncate(path, 1LL << 40), 0);
    assert_int_equal(hb_callgrind_take(dir.path, &instructions, &err), -1);
    assert_string_equal(err.message, "callgrind-1: larger than the limit of 268435456 bytes");
}

static void without_valgrind_the_remedy_is_named(void **state HB_UNUSED)
{
    char *path = strdup(getenv("PATH")), valgrind[PATH_MAX];
    struct hb_error err = {0};

    setenv("PATH", "/nonexistent:relative:", 1);
    assert_int_equal(hb_callgrind_find(valgrind, &err), -1);
    setenv("PATH", path, 1);
    free(path);
    assert_string_equal(err.message,
                        "valgrind is not installed, which counts them: apt-get install valgrind");
}

/* ---- whose instructions repeat ---- */

static void only_native_clients_and_cpython_can_be_counted(void **state HB_UNUSED)
{
    const struct hb_entry c = {.language = "c"}, python = {.language = "python"},
                          node = {.language = "node"};

    assert_null(hb_wire_uncountable(&c, NULL));
    assert_null(hb_wire_uncountable(&python, NULL));
    assert_null(hb_wire_uncountable(&python, "CPython 3.11.2"));
    assert_non_null(strstr(hb_wire_uncountable(&python, "PyPy 7.3"), "only for CPython"));
    assert_non_null(
        strstr(hb_wire_uncountable(&node, "node 22"), "native clients and for CPython"));
}

/* ---- what a gate reads ---- */

static void counts_tell_why_they_are_unknown(void **state HB_UNUSED)
{
    const struct hb_wire_profile profile = {.bytes_sent = 100,
                                            .bytes_received = -1,
                                            .connections = 2,
                                            .system_calls = -1,
                                            .system_calls_why = "no strace",
                                            .instructions = -1,
                                            .instructions_why = "",
                                            .instructions_how = ""};
    struct hb_counts counts = hb_counts_of(&profile, "");

    assert_string_equal(counts.failure, "");
    assert_true(counts.bytes_per_request < 0);
    assert_int_equal(counts.connections, 2);
    assert_string_equal(counts.system_calls_why, "no strace");
    assert_string_equal(counts.instructions_why, "not asked for: run.wire is not instructions");
    counts = hb_counts_of(NULL, "it did not start");
    assert_string_equal(counts.failure, "it did not start");
    assert_string_equal(counts.instructions_why, "it did not start");
    assert_true(counts.instructions_per_request < 0 && counts.connections < 0);
}

#define WITH_FOLDER(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counter_sees_the_next_program_with_all_descendants),
        cmocka_unit_test(a_counter_that_cannot_be_is_an_error_and_reads_as_unknown),
        cmocka_unit_test(a_program_is_still_when_it_and_its_descendants_all_sleep),
        cmocka_unit_test(calls_are_counted_where_they_begin),
        cmocka_unit_test(what_is_no_call_is_passed_over),
        cmocka_unit_test(the_rest_of_a_long_line_is_no_line_wherever_it_is_cut),
        WITH_FOLDER(the_totals_of_all_processes_are_summed_and_their_files_are_gone),
        WITH_FOLDER(a_file_without_a_total_is_a_failure),
        WITH_FOLDER(a_pipe_in_place_of_a_file_is_not_waited_for),
        WITH_FOLDER(a_file_without_an_end_is_not_read),
        WITH_FOLDER(a_link_in_place_of_a_file_is_not_followed),
        cmocka_unit_test(without_valgrind_the_remedy_is_named),
        cmocka_unit_test(only_native_clients_and_cpython_can_be_counted),
        cmocka_unit_test(counts_tell_why_they_are_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
