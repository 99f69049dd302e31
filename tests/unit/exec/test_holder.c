/* Whether the process that carries out a sweep is still there. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "exec/holder.h"

static void this_process_is_alive(void **state)
{
    char holder[HB_HOLDER_BYTES];

    (void)state;
    hb_holder_self(holder);
    assert_int_equal(hb_holder_look(holder), HB_HOLDER_ALIVE);
}

/* Killed, but not waited for: a zombie carries out nothing. */
static void a_killed_process_is_gone_before_and_after_it_is_waited_for(void **state)
{
    char holder[HB_HOLDER_BYTES];
    siginfo_t ended;
    int pipe_fds[2];
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(pipe_fds), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        hb_holder_self(holder);
        _exit(write(pipe_fds[1], holder, sizeof holder) == sizeof holder ? pause() : 1);
    }
    assert_int_equal(read(pipe_fds[0], holder, sizeof holder), sizeof holder);
    assert_int_equal(hb_holder_look(holder), HB_HOLDER_ALIVE);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
    assert_int_equal(hb_holder_look(holder), HB_HOLDER_GONE);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(hb_holder_look(holder), HB_HOLDER_GONE);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static void another_process_of_the_same_number_is_not_it(void **state)
{
    char holder[HB_HOLDER_BYTES];
    char *started;

    (void)state;
    hb_holder_self(holder);
    started = strrchr(holder, ' ') + 1;
    snprintf(started, (size_t)(holder + sizeof holder - started), "1");
    assert_int_equal(hb_holder_look(holder), HB_HOLDER_GONE);
}

static void an_earlier_boot_is_gone_and_another_namespace_unknown(void **state)
{
    char holder[HB_HOLDER_BYTES];

    (void)state;
    hb_holder_self(holder);
    holder[0] = holder[0] == '0' ? '1' : '0';
    assert_int_equal(hb_holder_look(holder), HB_HOLDER_GONE);
    hb_holder_self(holder);
    *strchr(holder, '[') = '(';
    assert_int_equal(hb_holder_look(holder), HB_HOLDER_UNKNOWN);
}

static void what_tells_nothing_is_unknown(void **state)
{
    static const char *const texts[] = {"", "x", "a b c d", "a b 1"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(hb_holder_look(texts[i]), HB_HOLDER_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_process_is_alive),
        cmocka_unit_test(a_killed_process_is_gone_before_and_after_it_is_waited_for),
        cmocka_unit_test(another_process_of_the_same_number_is_not_it),
        cmocka_unit_test(an_earlier_boot_is_gone_and_another_namespace_unknown),
        cmocka_unit_test(what_tells_nothing_is_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
