/*
 * The runner's side of the keeper: laying out descriptors, spawning hb-keeper, understanding its
 * reports. What happens to the program's descendants is the keeper's business (keeper_main.c).
 */
#include "exec/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"
#include "exec/keeper_report.h"
#include "exec/variables.h"

#define START_LIMIT_NS (10 * HB_NS_PER_S)
#define END_MARGIN_NS                                                                              \
    (15 * HB_NS_PER_S) /* beyond grace: the keeper's own limit for SIGKILL is 10 s */
#define SAMPLES_PIPE_BYTES (1 << 20)
#define SAMPLES_PIPE_LEAST_BYTES (1 << 16) /* what a pipe has anyhow */
#define KEEPER_FDS 6                       /* 0 to 5 */

/* Descriptors on their way to the keeper: index = number there; -1 = closed there. */
struct handover {
    int fds[KEEPER_FDS];
};

static void handover_release(struct handover *handover)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(handover->fds); ++i)
        hb_fd_close(&handover->fds[i]);
}

/*
 * A pipe between us and the keeper. The keeper's end is moved above its final numbers, so that
 * putting one in place never overwrites another.
 */
static int open_pipe(int *ret_ours, int *ret_theirs, bool we_read, struct hb_error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return hb_fail_errno(err, errno, "pipe");
    *ret_ours = ends[we_read ? 0 : 1];
    *ret_theirs = fcntl(ends[we_read ? 1 : 0], F_DUPFD_CLOEXEC, KEEPER_FDS);
    close(ends[we_read ? 1 : 0]);
    if (*ret_theirs < 0)
        return hb_fail_errno(err, errno, "pipe");
    return we_read ? hb_fd_set_nonblocking(*ret_ours, err) : 0;
}

/* As large as this user may have; a smaller pipe only means more wake-ups. */
static void enlarge_pipe(int fd)
{
    for (int bytes = SAMPLES_PIPE_BYTES; bytes > SAMPLES_PIPE_LEAST_BYTES; bytes /= 2) {
        if (fcntl(fd, F_SETPIPE_SZ, bytes) >= 0)
            return;
    }
}

static int open_pipes(struct hb_child *child, struct handover *theirs,
                      const struct hb_spawn_spec *spec, struct hb_error *err)
{
    if (open_pipe(&child->life_fd, &theirs->fds[HB_KEEPER_LIFE_FD], false, err) != 0 ||
        open_pipe(&child->status_fd, &theirs->fds[HB_KEEPER_STATUS_FD], true, err) != 0 ||
        open_pipe(&child->stdin_fd, &theirs->fds[STDIN_FILENO], false, err) != 0 ||
        open_pipe(&child->stdout_fd, &theirs->fds[STDOUT_FILENO], true, err) != 0)
        return -1;
    if (spec->stderr_fd < 0) {
        if (open_pipe(&child->log_fd, &theirs->fds[STDERR_FILENO], true, err) != 0)
            return -1;
    } else {
        theirs->fds[STDERR_FILENO] = fcntl(spec->stderr_fd, F_DUPFD_CLOEXEC, KEEPER_FDS);
        if (theirs->fds[STDERR_FILENO] < 0)
            return hb_fail_errno(err, errno, "standard error");
    }
    if (spec->wants_samples) {
        if (open_pipe(&child->samples_fd, &theirs->fds[3], true, err) != 0)
            return -1;
        enlarge_pipe(child->samples_fd);
    }
    return 0;
}

static size_t count_texts(const char *const *texts)
{
    size_t count = 0;

    while (texts[count] != NULL)
        ++count;
    return count;
}

/*
 * Texts as posix_spawn() takes them, `first` before `rest`; the caller frees the array. Copied as
 * bytes: it promises to change no text, yet its parameter has no const.
 */
static char **join_texts(const char *const *first, const char *const *rest)
{
    size_t first_count = count_texts(first), rest_count = count_texts(rest);
    char **joined = hb_calloc(first_count + rest_count + 1, sizeof *joined);

    memcpy(joined, first, first_count * sizeof *joined);
    memcpy(joined + first_count, rest, rest_count * sizeof *joined);
    return joined;
}

static char **make_arguments(const char *keeper, const char *grace,
                             const struct hb_spawn_spec *spec)
{
    static const char *const manners[] = {"0", "1", "2", "3"};
    unsigned manner = (spec->fixed_addresses ? HB_KEEPER_FIXED_ADDRESSES : 0u) |
                      (spec->counts_instructions ? HB_KEEPER_COUNTS_INSTRUCTIONS : 0u);
    const char *const own[HB_KEEPER_ARG_PROGRAM + 1] = {
        [0] = keeper,
        [HB_KEEPER_ARG_GRACE_NS] = grace,
        [HB_KEEPER_ARG_CPUS] = spec->cpus != NULL ? spec->cpus : "",
        [HB_KEEPER_ARG_DIRECTORY] = spec->directory != NULL ? spec->directory : "",
        [HB_KEEPER_ARG_MANNER] = manners[manner],
    };

    return join_texts(own, spec->argv);
}

static int describe_spawn(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                          const struct handover *theirs)
{
    sigset_t signals;
    int failed = 0;

    for (int i = 0; i < KEEPER_FDS; ++i)
        failed |= theirs->fds[i] >= 0 ? posix_spawn_file_actions_adddup2(actions, theirs->fds[i], i)
                                      : posix_spawn_file_actions_addclose(actions, i);
    failed |= posix_spawn_file_actions_addclosefrom_np(actions, KEEPER_FDS);
    sigfillset(&signals);
    failed |= posix_spawnattr_setsigdefault(attributes, &signals);
    sigemptyset(&signals);
    failed |= posix_spawnattr_setsigmask(attributes, &signals);
    failed |= posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
                                                       POSIX_SPAWN_SETSIGMASK);
    return failed;
}

/* What a program needs to be found and to print UTF-8; nothing else of ours. */
static char **make_environment(const struct hb_spawn_spec *spec, char path[PATH_MAX])
{
    const char *const minimal[] = {path, "LANG=C.UTF-8", "HOME=/nonexistent", NULL};
    const char *ours = getenv("PATH");

    if (ours == NULL || snprintf(path, PATH_MAX, "PATH=%s", ours) >= PATH_MAX)
        snprintf(path, PATH_MAX, "PATH=/usr/local/bin:/usr/bin:/bin");
    return hb_variables_join(spec->variables,
                             spec->environment != NULL ? spec->environment : minimal);
}

static int spawn_keeper(struct hb_child *child, const struct hb_paths *paths,
                        const struct hb_spawn_spec *spec, const struct handover *theirs,
                        struct hb_error *err)
{
    char keeper[PATH_MAX], grace[32], path_variable[PATH_MAX];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failure;

    if (hb_path_join(keeper, paths->libexec, "hb-keeper", err) != 0)
        return -1;
    snprintf(grace, sizeof grace, "%lld", (long long)spec->grace_ns);
    HB_CLEANUP(hb_free_ptr) char **argv = make_arguments(keeper, grace, spec);
    HB_CLEANUP(hb_free_ptr) char **environment = make_environment(spec, path_variable);

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    failure = describe_spawn(&actions, &attributes, theirs);
    if (failure == 0)
        failure = posix_spawn(&child->keeper_pid, keeper, &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failure != 0) {
        child->keeper_pid = 0;
        return hb_fail_errno(err, failure, "%s", keeper);
    }
    return 0;
}

/* 1 and a report, 0 on time-out, -1 when the keeper is gone without a word. */
static int read_report(int status_fd, int64_t timeout_ns, struct hb_keeper_report *ret_report,
                       struct hb_error *err)
{
    int64_t until_ns = hb_now_ns() + timeout_ns;
    struct pollfd wait = {.fd = status_fd, .events = POLLIN};

    for (;;) {
        int64_t left_ns = until_ns - hb_now_ns();
        ssize_t got = read(status_fd, ret_report, sizeof *ret_report);

        if (got == (ssize_t)sizeof *ret_report)
            return 1;
        if (got >= 0)
            return hb_fail(err, HB_ERR_INTERNAL, "the keeper process ended unexpectedly");
        if (errno != EAGAIN && errno != EINTR)
            return hb_fail_errno(err, errno, "keeper");
        if (left_ns <= 0)
            return 0;
        left_ns = left_ns / HB_NS_PER_MS + 1;
        (void)poll(&wait, 1, left_ns < INT_MAX ? (int)left_ns : INT_MAX);
    }
}

static int refused(const struct hb_spawn_spec *spec, const struct hb_keeper_report *report,
                   struct hb_error *err)
{
    const char *subjects[] = {
        [HB_KEEPER_STEP_FORK] = "new process",
        [HB_KEEPER_STEP_CPUS] = spec->cpus,
        [HB_KEEPER_STEP_DIRECTORY] = spec->directory,
        [HB_KEEPER_STEP_EXEC] = spec->argv[0],
    };

    hb_fail_errno(err, report->sys_errno, "%s", subjects[report->step]);
    if (err != NULL && (report->sys_errno == ENOENT || report->sys_errno == EACCES))
        err->code = HB_ERR_UNAVAILABLE;
    return report->step == HB_KEEPER_STEP_CPUS ? hb_wrap(err, "pin to CPUs") : -1;
}

static int await_start(struct hb_child *child, const struct hb_spawn_spec *spec,
                       struct hb_error *err)
{
    struct hb_keeper_report report;
    int got = read_report(child->status_fd, START_LIMIT_NS, &report, err);

    if (got < 0)
        return -1;
    if (got == 0)
        return hb_fail(err, HB_ERR_INTERNAL, "%s: not started within %lld s", spec->argv[0],
                       START_LIMIT_NS / HB_NS_PER_S);
    if (report.kind == HB_KEEPER_REFUSED)
        return refused(spec, &report, err);
    child->pid = report.pid;
    return 0;
}

int hb_child_spawn(struct hb_child *ret_child, const struct hb_paths *paths,
                   const struct hb_spawn_spec *spec, struct hb_error *err)
{
    HB_CLEANUP(handover_release) struct handover theirs = {{-1, -1, -1, -1, -1, -1}};

    *ret_child = (struct hb_child){.stdin_fd = -1,
                                   .stdout_fd = -1,
                                   .samples_fd = -1,
                                   .log_fd = -1,
                                   .life_fd = -1,
                                   .status_fd = -1,
                                   .grace_ns = spec->grace_ns};
    if (open_pipes(ret_child, &theirs, spec, err) == 0 &&
        spawn_keeper(ret_child, paths, spec, &theirs, err) == 0) {
        handover_release(&theirs); /* so that a keeper that dies is seen as end of file */
        if (await_start(ret_child, spec, err) == 0)
            return 0;
    }
    hb_child_release(ret_child);
    return -1;
}

void hb_child_terminate(const struct hb_child *child)
{
    /* The keeper waits for the program and we wait for the keeper: a pid with no end reported yet
     * may be stale only for the instant between the two. */
    if (child->keeper_pid > 0 && child->pid > 0)
        kill(child->pid, SIGTERM);
}

void hb_child_end(struct hb_child *child)
{
    hb_fd_close(&child->life_fd);
}

static void reap_keeper(struct hb_child *child)
{
    while (waitpid(child->keeper_pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    child->keeper_pid = 0;
}

int hb_child_wait(struct hb_child *child, int64_t timeout_ns, struct hb_exit *ret_exit,
                  struct hb_error *err)
{
    if (child->keeper_pid > 0) {
        struct hb_keeper_report report;
        int got = read_report(child->status_fd, timeout_ns, &report, err);

        if (got <= 0)
            return got;
        child->exit = (struct hb_exit){
            .exited = WIFEXITED(report.wait_status),
            .code = WIFEXITED(report.wait_status) ? WEXITSTATUS(report.wait_status) : 0,
            .signal = WIFSIGNALED(report.wait_status) ? WTERMSIG(report.wait_status) : 0,
            .cpu_ns = report.cpu_ns,
            .instructions = report.instructions,
            .leftovers = report.leftovers,
            .survivors = report.survivors != 0,
        };
        reap_keeper(child);
    }
    *ret_exit = child->exit;
    return 1;
}

void hb_child_release(struct hb_child *child)
{
    struct hb_exit unused;

    if (child == NULL || child->status_fd == child->life_fd)
        return; /* zeroed, or released before: only then are the two alike */
    hb_child_end(child);
    hb_fd_close(&child->stdin_fd);
    hb_fd_close(&child->stdout_fd);
    hb_fd_close(&child->samples_fd);
    hb_fd_close(&child->log_fd);
    if (child->keeper_pid > 0 &&
        hb_child_wait(child, child->grace_ns + END_MARGIN_NS, &unused, NULL) != 1) {
        kill(child->keeper_pid, SIGKILL); /* takes the program along: PR_SET_PDEATHSIG */
        reap_keeper(child);
    }
    hb_fd_close(&child->status_fd);
}
