/* One loop over a program's end, its output and our own signals. What is printed is cut into lines
 * here; what the lines mean is for the caller to know. */
#include "registry/follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "registry/program.h"

enum { SLOT_PROCESS, SLOT_OUTPUT, SLOT_SIGNAL, SLOTS };

enum ending { STILL_RUNNING, ENDED, INTERRUPTED, TOO_LATE };

struct following {
    const struct hb_follow *follow;
    char line[HB_FOLLOW_LINE_BYTES];
    size_t length;
    int64_t deadline_ns;
};

static void end_line(struct following *following)
{
    following->line[following->length] = '\0';
    if (following->length > 0)
        following->follow->line(following->follow->context, following->line);
    following->length = 0;
}

static void take_text(struct following *following, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n' || text[i] == '\r' || text[i] == '\0') {
            end_line(following);
            continue;
        }
        following->line[following->length++] = text[i];
        if (following->length == sizeof following->line - 1)
            end_line(following);
    }
}

/* Everything that is there now, up to a bound; false at the end. */
static bool read_output(struct following *following, int fd)
{
    char text[4096];

    for (int i = 0; i < 64; i++) {
        ssize_t count = read(fd, text, sizeof text);

        if (count <= 0)
            return count < 0 && (errno == EAGAIN || errno == EINTR);
        take_text(following, text, (size_t)count);
    }
    return true;
}

static int left_ms(const struct following *following)
{
    int64_t left_ns = following->deadline_ns - hb_now_ns();

    return left_ns <= 0 ? 0 : (int)(left_ns / HB_NS_PER_MS) + 1;
}

/* One turn. The process may end before its output is read; what it left is taken afterwards. */
static enum ending wait_once(struct following *following, struct pollfd slots[SLOTS])
{
    int ready = poll(slots, SLOTS, left_ms(following));

    if (ready < 0)
        return errno == EINTR ? STILL_RUNNING : TOO_LATE;
    if (ready == 0)
        return TOO_LATE;
    if (slots[SLOT_SIGNAL].revents != 0)
        return INTERRUPTED;
    if (slots[SLOT_OUTPUT].revents != 0 && !read_output(following, slots[SLOT_OUTPUT].fd))
        slots[SLOT_OUTPUT].fd = -1;
    return slots[SLOT_PROCESS].revents != 0 ? ENDED : STILL_RUNNING;
}

static int describe(const struct hb_follow *follow, enum ending ending, int status,
                    struct hb_error *err)
{
    const char *program = follow->argv[0];

    if (ending == INTERRUPTED)
        return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
    if (ending == TOO_LATE)
        return hb_fail(err, HB_ERR_LIMIT, "%s did not end within %lld s", program,
                       (long long)(follow->timeout_ns / HB_NS_PER_S));
    if (WIFSIGNALED(status))
        return hb_fail(err, HB_ERR_RUN, "%s was ended by SIG%s", program,
                       sigabbrev_np(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        return hb_fail(err, HB_ERR_RUN, "%s exited with code %d", program, WEXITSTATUS(status));
    return 0;
}

static int watch(struct following *following, pid_t pid, int output, int signals,
                 struct hb_error *err)
{
    HB_CLEANUP(hb_fd_close) int process = pidfd_open(pid, 0);
    struct pollfd slots[SLOTS] = {[SLOT_PROCESS] = {.fd = process, .events = POLLIN},
                                  [SLOT_OUTPUT] = {.fd = output, .events = POLLIN},
                                  [SLOT_SIGNAL] = {.fd = signals, .events = POLLIN}};
    enum ending ending = STILL_RUNNING;
    int status = 0;

    while (process >= 0 && ending == STILL_RUNNING)
        ending = wait_once(following, slots);
    if (slots[SLOT_OUTPUT].fd >= 0)
        (void)read_output(following, output);
    end_line(following);
    /* Before the leader is waited for: until then the number of its group cannot be another's. */
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return describe(following->follow, process < 0 ? TOO_LATE : ending, status, err);
}

static int start(const struct hb_follow *follow, int signals, struct hb_error *err)
{
    HB_CLEANUP(hb_output_pipe_close) struct hb_output_pipe output = {-1, -1};
    struct following following = {.follow = follow,
                                  .deadline_ns = hb_now_ns() + follow->timeout_ns};
    struct hb_program program = {.argv = follow->argv, .folder = follow->folder};
    int problem;
    pid_t pid;

    if (hb_output_pipe_open(&output, err) != 0)
        return -1;
    program.out = program.err = output.write;
    problem = hb_program_start(&program, &pid);
    if (problem == ENOENT)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "%s is not installed", follow->argv[0]);
    if (problem != 0)
        return hb_fail_errno(err, problem, "start %s", follow->argv[0]);
    hb_fd_close(&output.write);
    return watch(&following, pid, output.read, signals, err);
}

int hb_follow_run(const struct hb_follow *follow, struct hb_error *err)
{
    HB_CLEANUP(hb_fd_close) int signals = -1;
    sigset_t caught, before;
    int result;

    sigemptyset(&caught);
    sigaddset(&caught, SIGINT);
    sigaddset(&caught, SIGTERM);
    sigaddset(&caught, SIGHUP);
    signals = signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        return hb_fail_errno(err, errno, "signalfd");
    sigprocmask(SIG_BLOCK, &caught, &before);
    result = start(follow, signals, err);
    /* A signal that was taken as the reason to stop must not end us before we have cleaned up. */
    while (read(signals, &(struct signalfd_siginfo){0}, sizeof(struct signalfd_siginfo)) > 0)
        ;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}
