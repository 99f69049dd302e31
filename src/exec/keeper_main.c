/*
 * The keeper: stands between the runner and one program under test, so that nothing of it is ever
 * left behind. It is a child subreaper: whatever daemonises, calls setsid() or loses its parent
 * becomes its child, so "no children left" means "no descendants left". A death signal set in the
 * program could not do that: it reaches one process only.
 *
 * It says what happened in records on its status pipe (keeper_report.h) and has no output of its
 * own. It links nothing but libc, so that it shows in nobody's memory figures.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "exec/cpu_list.h"
#include "exec/event_counter.h"
#include "exec/keeper_report.h"
#include "exec/process_tree.h"

#define EXIT_USAGE 2
#define KILL_AGAIN_MS 20                 /* processes may be born while we kill */
#define KILL_LIMIT_NS (10 * HB_NS_PER_S) /* a process in the kernel's grip may not die at all */
#define DESCRIPTORS_MAX                                                                            \
    ((rlim_t)1048576) /* a hard limit may be "infinity": programs that close                       \
                         every descriptor one by one would take minutes */

enum phase {
    RUNNING,
    GENTLE, /* SIGTERM was sent; SIGKILL is due */
    HARD,
};

struct keeper {
    int signal_fd;
    int counter_fd;      /* of the program's instructions; -1: not counted */
    bool runner_listens; /* the life pipe is open */
    int64_t grace_ns;
    enum phase phase;
    int64_t phase_end_ns;
    pid_t program;
    bool program_ended;
    struct hb_keeper_report end;
};

static void send_report(const struct hb_keeper_report *report)
{
    /* smaller than PIPE_BUF: whole or not at all; a runner that is gone needs no report */
    ssize_t written = write(HB_KEEPER_STATUS_FD, report, sizeof *report);

    (void)written;
}

/* ---- becoming the program: in the forked child, before exec ---- */

_Noreturn static void refuse(int error_fd, enum hb_keeper_step step)
{
    struct hb_keeper_report report = {.kind = HB_KEEPER_REFUSED, .step = step, .sys_errno = errno};
    ssize_t written = write(error_fd, &report, sizeof report);

    (void)written;
    _exit(127);
}

/*
 * As execvp(), save that a file the kernel cannot execute is an error: execvp() would hand it to a
 * shell.
 */
static void exec_in_path(char **argv)
{
    const char *path = getenv("PATH");
    char candidate[PATH_MAX];
    int seen_errno = ENOENT;

    if (strchr(argv[0], '/') != NULL) {
        execv(argv[0], argv);
        return;
    }
    while (path != NULL && *path != '\0') {
        int length = (int)strcspn(path, ":");

        if (snprintf(candidate, sizeof candidate, "%.*s/%s", length, path, argv[0]) < PATH_MAX)
            execv(candidate, argv);
        if (errno != ENOENT && errno != ENOTDIR)
            seen_errno = errno;
        path += length + (path[length] == ':');
    }
    errno = seen_errno;
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_cur < limit.rlim_max && limit.rlim_cur < DESCRIPTORS_MAX) {
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int pin(const char *cpus)
{
    cpu_set_t set;

    if (*cpus == '\0')
        return 0;
    if (hb_cpu_list_parse(cpus, &set, NULL) != 0) {
        errno = EINVAL;
        return -1;
    }
    return sched_setaffinity(0, sizeof set, &set);
}

/* A container may forbid it; then the layout varies, and with it a little of what is counted. */
static void fix_addresses(void)
{
    int now = personality(0xFFFFFFFF); /* only asks */

    if (now >= 0)
        (void)personality((unsigned)now | ADDR_NO_RANDOMIZE);
}

static bool has_manner(char **argv, enum hb_keeper_manner manner)
{
    return (strtoul(argv[HB_KEEPER_ARG_MANNER], NULL, 10) & manner) != 0;
}

_Noreturn static void become_program(char **argv, int error_fd)
{
    sigset_t none;

    setsid(); /* its own group: a program that signals its group must not hit the keeper */
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the keeper itself be killed */
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    raise_descriptor_limit();
    if (has_manner(argv, HB_KEEPER_FIXED_ADDRESSES))
        fix_addresses();
    if (pin(argv[HB_KEEPER_ARG_CPUS]) != 0)
        refuse(error_fd, HB_KEEPER_STEP_CPUS);
    if (argv[HB_KEEPER_ARG_DIRECTORY][0] != '\0' && chdir(argv[HB_KEEPER_ARG_DIRECTORY]) != 0)
        refuse(error_fd, HB_KEEPER_STEP_DIRECTORY);
    exec_in_path(argv + HB_KEEPER_ARG_PROGRAM);
    refuse(error_fd, HB_KEEPER_STEP_EXEC);
}

/* Start the program and tell the runner how that went. */
static bool start(struct keeper *keeper, char **argv)
{
    struct hb_keeper_report report = {.kind = HB_KEEPER_REFUSED, .step = HB_KEEPER_STEP_FORK};
    int error_pipe[2];

    if (pipe2(error_pipe, O_CLOEXEC) != 0 || (keeper->program = fork()) < 0) {
        report.sys_errno = errno;
        send_report(&report);
        return false;
    }
    if (keeper->program == 0)
        become_program(argv, error_pipe[1]);
    close(error_pipe[1]);
    /* end of file without a record: the exec has happened */
    if (read(error_pipe[0], &report, sizeof report) == 0)
        report = (struct hb_keeper_report){.kind = HB_KEEPER_STARTED, .pid = keeper->program};
    close(error_pipe[0]);
    send_report(&report);
    return report.kind == HB_KEEPER_STARTED;
}

/* ---- ending everything ---- */

/* Signal every descendant; returns how many there are. */
static size_t signal_descendants(int signal_number)
{
    HB_CLEANUP(hb_process_list_release) struct hb_process_list list = {0};
    struct hb_process self;
    size_t alive = 0;

    if (hb_process_read(getpid(), &self) == 0)
        hb_process_list_add(&list, &self);
    hb_process_list_add_descendants(&list);
    for (size_t i = 1; i < list.count; ++i) {
        pid_t pid = list.items[i].pid;
        pid_t group = getpgid(pid);

        if (list.items[i].state == 'Z')
            continue;
        ++alive;
        if (signal_number == 0)
            continue;
        /* the whole group in one blow, so that even what forks faster than we look is hit; only
         * descendants can be in a group of a session that a descendant made */
        if (signal_number == SIGKILL && group > 0 && group != getpgrp())
            kill(-group, SIGKILL);
        kill(pid, signal_number);
        kill(pid, SIGCONT); /* one that is stopped could not obey */
    }
    return alive;
}

static void begin_end(struct keeper *keeper)
{
    if (keeper->phase != RUNNING)
        return;
    keeper->phase = GENTLE;
    keeper->phase_end_ns = hb_now_ns() + keeper->grace_ns;
    signal_descendants(SIGTERM);
}

/* Collect every child that has ended; false when no child is left. */
static bool reap(struct keeper *keeper)
{
    int wait_status;
    pid_t pid;

    while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
        if (pid == keeper->program) {
            keeper->program_ended = true;
            keeper->end.wait_status = wait_status;
        }
    }
    if (pid < 0)
        return false;
    if (keeper->program_ended && keeper->phase == RUNNING) {
        keeper->end.leftovers = signal_descendants(0);
        begin_end(keeper);
    }
    return true;
}

/* ---- the loop ---- */

static void read_signals(struct keeper *keeper)
{
    struct signalfd_siginfo info;

    while (read(keeper->signal_fd, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo != SIGCHLD)
            begin_end(keeper);
    }
}

static int poll_timeout_ms(const struct keeper *keeper)
{
    int64_t left_ms;

    if (keeper->phase == RUNNING)
        return -1;
    if (keeper->phase == HARD)
        return KILL_AGAIN_MS;
    left_ms = (keeper->phase_end_ns - hb_now_ns()) / HB_NS_PER_MS + 1;
    if (left_ms < 0)
        return 0;
    return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

static void wait_for_event(struct keeper *keeper)
{
    struct pollfd fds[2] = {
        {.fd = keeper->signal_fd, .events = POLLIN},
        {.fd = keeper->runner_listens ? HB_KEEPER_LIFE_FD : -1, .events = POLLIN},
    };

    if (poll(fds, HB_ARRAY_LEN(fds), poll_timeout_ms(keeper)) < 0)
        return;
    if (fds[0].revents != 0)
        read_signals(keeper);
    if (fds[1].revents != 0) {
        keeper->runner_listens = false;
        begin_end(keeper);
    }
}

static void supervise(struct keeper *keeper)
{
    while (reap(keeper)) {
        wait_for_event(keeper);
        if (keeper->phase == GENTLE && hb_now_ns() >= keeper->phase_end_ns) {
            keeper->phase = HARD;
            keeper->phase_end_ns = hb_now_ns() + KILL_LIMIT_NS;
        }
        if (keeper->phase != HARD)
            continue;
        if (hb_now_ns() >= keeper->phase_end_ns) {
            keeper->end.survivors = 1;
            return;
        }
        signal_descendants(SIGKILL);
    }
}

static void report_end(struct keeper *keeper)
{
    struct rusage usage;

    getrusage(RUSAGE_CHILDREN, &usage);
    keeper->end.kind = HB_KEEPER_ENDED;
    keeper->end.instructions =
        keeper->counter_fd >= 0 ? hb_event_counter_read(keeper->counter_fd) : -1;
    keeper->end.pid = keeper->program;
    keeper->end.cpu_ns = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * HB_NS_PER_S +
                         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * HB_NS_PER_US;
    send_report(&keeper->end);
}

/* Let go of the program's pipes, so that the runner sees their end when the program closes them. */
static void drop_program_descriptors(void)
{
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; fd < HB_KEEPER_LIFE_FD; ++fd) {
        close(fd);
        if (null_fd >= 0 && fd <= STDERR_FILENO)
            dup2(null_fd, fd);
    }
}

static int prepare(struct keeper *keeper)
{
    sigset_t watched;
    int signals;

    if (fcntl(HB_KEEPER_LIFE_FD, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(HB_KEEPER_STATUS_FD, F_SETFD, FD_CLOEXEC) != 0 ||
        prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return -1;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGINT);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    /* out of the way: 3 may be free, and is the program's */
    keeper->signal_fd = fcntl(signals, F_DUPFD_CLOEXEC, HB_KEEPER_STATUS_FD + 1);
    close(signals);
    return keeper->signal_fd < 0 ? -1 : 0;
}

/* Out of the way of the program's descriptors, as the other ones. */
static int open_counter(void)
{
    int counter = hb_event_counter_instructions();
    int fd = fcntl(counter, F_DUPFD_CLOEXEC, HB_KEEPER_STATUS_FD + 1);

    close(counter);
    return fd;
}

int main(int argc, char **argv)
{
    struct keeper keeper = {.runner_listens = true, .counter_fd = -1};

    if (argc <= HB_KEEPER_ARG_PROGRAM || prepare(&keeper) != 0) {
        fputs("hb-keeper is started by http-benchmark, not by hand\n", stderr);
        return EXIT_USAGE;
    }
    keeper.grace_ns = strtoll(argv[HB_KEEPER_ARG_GRACE_NS], NULL, 10);
    if (has_manner(argv, HB_KEEPER_COUNTS_INSTRUCTIONS))
        keeper.counter_fd = open_counter();
    if (!start(&keeper, argv))
        return EXIT_FAILURE;
    drop_program_descriptors();
    supervise(&keeper);
    report_end(&keeper);
    return EXIT_SUCCESS;
}
