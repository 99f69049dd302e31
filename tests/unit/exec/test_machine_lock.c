/* One sweep a machine: the lock, and the tricks that could be played with its file. */
#include <errno.h>
#include <fcntl.h>
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

#include "exec/machine_lock.h"

static char directory[] = "/tmp/hb-lock-XXXXXX";
static char path[64];

static int make_directory(void **state HB_UNUSED)
{
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/lock", directory);
    return 0;
}

static int remove_directory(void **state HB_UNUSED)
{
    unlink(path);
    return rmdir(directory);
}

static int remove_file(void **state HB_UNUSED)
{
    return unlink(path);
}

/* A process that holds the lock until it is killed. */
static pid_t holder(void)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        struct hb_machine_lock lock = HB_MACHINE_LOCK_NONE;

        if (hb_machine_lock_take_at(path, &lock, NULL) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void a_second_sweep_is_refused_and_told_who_holds_the_lock(void **state HB_UNUSED)
{
    struct hb_machine_lock lock = HB_MACHINE_LOCK_NONE;
    struct hb_error err = {0};
    char expected[128];
    pid_t pid = holder();

    assert_int_equal(hb_machine_lock_take_at(path, &lock, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    snprintf(expected, sizeof expected, "process %d runs a benchmark on this machine (it holds %s)",
             (int)pid, path);
    assert_int_equal(strncmp(err.message, expected, strlen(expected)), 0);

    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(hb_machine_lock_take_at(path, &lock, &err), 0);
    hb_machine_lock_release(&lock);
}

static void a_released_lock_can_be_taken_again(void **state HB_UNUSED)
{
    struct hb_machine_lock lock = HB_MACHINE_LOCK_NONE;

    for (int i = 0; i < 2; ++i) {
        assert_int_equal(hb_machine_lock_take_at(path, &lock, NULL), 0);
        hb_machine_lock_release(&lock);
        hb_machine_lock_release(&lock);
        assert_int_equal(lock.fd, -1);
    }
}

static void other_users_can_open_the_file_whatever_the_umask(void **state HB_UNUSED)
{
    struct hb_machine_lock lock = HB_MACHINE_LOCK_NONE;
    mode_t umask_before = umask(0777);
    struct stat file;

    assert_int_equal(hb_machine_lock_take_at(path, &lock, NULL), 0);
    umask(umask_before);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0444);
    hb_machine_lock_release(&lock);
}

static void a_link_in_its_place_is_not_followed(void **state HB_UNUSED)
{
    struct hb_machine_lock lock = HB_MACHINE_LOCK_NONE;
    struct hb_error err = {0};

    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(hb_machine_lock_take_at(path, &lock, &err), -1);
    assert_int_equal(err.sys_errno, ELOOP);
}

static void a_pipe_in_its_place_does_not_make_us_wait(void **state HB_UNUSED)
{
    struct hb_machine_lock lock = HB_MACHINE_LOCK_NONE;
    struct hb_error err = {0};

    assert_int_equal(mkfifo(path, 0666), 0);
    assert_int_equal(hb_machine_lock_take_at(path, &lock, &err), -1);
    assert_non_null(strstr(err.message, "not a regular file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_second_sweep_is_refused_and_told_who_holds_the_lock,
                                  remove_file),
        cmocka_unit_test_teardown(a_released_lock_can_be_taken_again, remove_file),
        cmocka_unit_test_teardown(other_users_can_open_the_file_whatever_the_umask, remove_file),
        cmocka_unit_test_teardown(a_link_in_its_place_is_not_followed, remove_file),
        cmocka_unit_test_teardown(a_pipe_in_its_place_does_not_make_us_wait, remove_file),
    };

    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
