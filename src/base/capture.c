/*
 * One child, two pipes, one deadline. Waiting is for the pipes' end first: a child that closed them
 * is waited for within the same deadline.
 */
#include "base/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"

extern char **environ;

void hb_capture_init(struct hb_capture *capture, size_t maximum)
{
    *capture = (struct hb_capture){.exit_code = -1};
    hb_buf_init(&capture->out, maximum);
    hb_buf_init(&capture->errors, maximum);
}

void hb_capture_release(struct hb_capture *capture)
{
    hb_buf_release(&capture->out);
    hb_buf_release(&capture->errors);
}

/* Start the child with fresh signal handling, in a group of its own. Returns an errno value. */
static int spawn_child(const char *const *argv, int out_fd, int errors_fd, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    char *const *plain_argv =
        (char *const *)(uintptr_t)argv; /* POSIX lacks the const, not the promise */
    int failure;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors_fd, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    failure = posix_spawnp(ret_pid, argv[0], &actions, &attributes, plain_argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

/* Read what is there; closes the descriptor at its end. */
static void drain(struct pollfd *poll_fd, struct hb_buf *into)
{
    char chunk[4096];
    ssize_t got = read(poll_fd->fd, chunk, sizeof chunk);

    if (got > 0)
        hb_buf_append(into, chunk, (size_t)got);
    else if (got == 0 || (errno != EINTR && errno != EAGAIN))
        hb_fd_close(&poll_fd->fd);
}

static int remaining_ms(int64_t deadline_ns)
{
    int64_t left_ns = deadline_ns - hb_now_ns();

    return left_ns > 0 ? (int)(left_ns / HB_NS_PER_MS) + 1 : 0;
}

/* Until both pipes and the process have ended, or the deadline. The first is the pidfd. */
static void follow(struct hb_capture *capture, struct pollfd fds[3], int64_t deadline_ns)
{
    while (fds[0].fd >= 0 || fds[1].fd >= 0 || fds[2].fd >= 0) {
        int ready = poll(fds, 3, remaining_ms(deadline_ns));

        if (ready == 0 && hb_now_ns() >= deadline_ns) {
            capture->timed_out = true;
            return;
        }
        if (ready <= 0)
            continue;
        if (fds[0].revents != 0)
            hb_fd_close(&fds[0].fd);
        if (fds[1].fd >= 0 && fds[1].revents != 0)
            drain(&fds[1], &capture->out);
        if (fds[2].fd >= 0 && fds[2].revents != 0)
            drain(&fds[2], &capture->errors);
    }
}

/* The reading ends are left in fds[1] and fds[2]; the writing ends die with this function. */
static int start(const char *const *argv, struct pollfd fds[3], pid_t *ret_pid,
                 struct hb_error *err)
{
    HB_CLEANUP(hb_fd_close) int out_write = -1;
    HB_CLEANUP(hb_fd_close) int errors_write = -1;
    int out_pipe[2], errors_pipe[2], failure;

    if (pipe2(out_pipe, O_CLOEXEC) != 0)
        return hb_fail_errno(err, errno, "pipe");
    fds[1].fd = out_pipe[0];
    out_write = out_pipe[1];
    if (pipe2(errors_pipe, O_CLOEXEC) != 0)
        return hb_fail_errno(err, errno, "pipe");
    fds[2].fd = errors_pipe[0];
    errors_write = errors_pipe[1];
    failure = spawn_child(argv, out_write, errors_write, ret_pid);
    if (failure != 0)
        return hb_fail_errno(err, failure, "%s", argv[0]);
    fds[0].fd = pidfd_open(*ret_pid, 0);
    return 0;
}

int hb_capture_run(struct hb_capture *capture, const char *const *argv, int64_t timeout_ns,
                   struct hb_error *err)
{
    struct pollfd fds[] = {{-1, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};
    int result, status = 0;
    pid_t pid;

    result = start(argv, fds, &pid, err);
    if (result == 0) {
        follow(capture, fds, hb_now_ns() + timeout_ns);
        if (capture->timed_out)
            kill(-pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        capture->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(fds); i++)
        hb_fd_close(&fds[i].fd);
    return result;
}
