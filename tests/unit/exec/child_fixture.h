/* Starting `unruly` under a keeper and listening to it, for the tests of this folder. */
#ifndef HB_TEST_CHILD_FIXTURE_H
#define HB_TEST_CHILD_FIXTURE_H

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "exec/keeper.h"

#define TEN_SECONDS_NS (10 * HB_NS_PER_S)
#define GRACE_NS (200 * HB_NS_PER_MS)

/* The paths of the build tree, where the test programs lie elsewhere. */
static inline void find_build_paths(struct hb_paths *paths)
{
    *paths = (struct hb_paths){.libexec = HB_BUILD_DIR "/libexec/http-benchmark"};
}

static inline void start_with(struct hb_child *child, struct hb_spawn_spec spec, const char *act,
                              const char *number)
{
    const char *argv[] = {UNRULY, act, number, NULL};
    struct hb_paths paths;
    struct hb_error err = {0};

    find_build_paths(&paths);
    spec.argv = argv;
    if (hb_child_spawn(child, &paths, &spec, &err) != 0)
        fail_msg("%s", err.message);
}

static inline void start(struct hb_child *child, const char *act, const char *number)
{
    start_with(child, (struct hb_spawn_spec){.grace_ns = GRACE_NS, .stderr_fd = -1}, act, number);
}

/* Everything up to the end of file, or (stop_at_newline) the first line; bounded by a deadline. */
static inline void read_text(int fd, char *text, size_t capacity, int stop_at_newline)
{
    int64_t deadline_ns = hb_now_ns() + 2 * TEN_SECONDS_NS;
    size_t used = 0;

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        ssize_t got;

        if (hb_now_ns() > deadline_ns)
            fail_msg("no end of the text within 20 s");
        (void)poll(&wait, 1, 1000);
        got = read(fd, text + used, stop_at_newline ? 1 : capacity - 1 - used);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
        assert_true(used < capacity - 1);
        if (stop_at_newline && text[used - 1] == '\n')
            break;
    }
    text[used] = '\0';
}

static inline void await_up(const struct hb_child *child)
{
    char line[16];

    read_text(child->stdout_fd, line, sizeof line, 1);
    assert_string_equal(line, "up\n");
}

/*
 * Nobody holds the other end any more. Every descendant inherits standard output, so its end of
 * file proves that none is left, wherever it went.
 */
static inline void assert_nobody_writes(int fd)
{
    char rest[4096];

    read_text(fd, rest, sizeof rest, 0);
}

static inline struct hb_exit await_end(struct hb_child *child)
{
    struct hb_exit end = {0};
    struct hb_error err = {0};

    if (hb_child_wait(child, TEN_SECONDS_NS, &end, &err) != 1)
        fail_msg("not ended: %s", err.message);
    return end;
}

#endif
