/* Starting a program, waiting for it with a deadline, and cleaning up whatever it started. One loop
 * over three descriptors: the process itself and its two outputs. */
#include "registry/capture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "registry/program.h"

enum { READ_BYTES = 4096 };
enum { SLOT_INTERRUPT = 3, SLOTS }; /* after the process and its outputs */

void hb_capture_init(struct hb_capture *capture, size_t limit_bytes)
{
    *capture = (struct hb_capture){.interrupt_fd = -1};
    hb_buf_init(&capture->out, limit_bytes);
    hb_buf_init(&capture->err, limit_bytes);
}

void hb_capture_release(struct hb_capture *capture)
{
    hb_buf_release(&capture->out);
    hb_buf_release(&capture->err);
}

/* One read, so that a program that never stops printing cannot hold us; false at the end. */
static bool read_some(int fd, struct hb_buf *ret)
{
    char data[READ_BYTES];
    ssize_t count = read(fd, data, sizeof data);

    if (count > 0)
        hb_buf_append(ret, data, (size_t)count);
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

static int timeout_ms(int64_t left_ns)
{
    return left_ns <= 0 ? 0 : (int)(left_ns / HB_NS_PER_MS) + 1;
}

/* Until the process has ended and what it printed is read, or the deadline. An output that a
 * descendant holds open is not waited for. */
static int wait_for_end(struct hb_capture *capture, struct pollfd polls[SLOTS], int64_t deadline_ns,
                        struct hb_error *err)
{
    struct hb_buf *outputs[] = {NULL, &capture->out, &capture->err};
    bool ended = false;

    for (;;) {
        int64_t left_ns = deadline_ns - hb_now_ns();
        int ready = poll(polls, SLOTS, ended ? 0 : timeout_ms(left_ns));

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return hb_fail_errno(err, errno, "poll");
        if (left_ns <= 0 || ready == 0) {
            capture->timed_out = !ended;
            return 0;
        }
        if (polls[SLOT_INTERRUPT].revents != 0) {
            capture->interrupted = true;
            return 0;
        }
        for (int i = 1; i < 3; i++) {
            if (polls[i].revents != 0 && !read_some(polls[i].fd, outputs[i]))
                polls[i].fd = -1;
        }
        if (polls[0].revents != 0) {
            ended = true;
            polls[0].fd = -1;
        }
    }
}

static int watch(struct hb_capture *capture, pid_t pid, int out, int errors, int64_t timeout_ns,
                 struct hb_error *err)
{
    HB_CLEANUP(hb_fd_close) int process = pidfd_open(pid, 0);
    struct pollfd polls[] = {{.fd = process, .events = POLLIN},
                             {.fd = out, .events = POLLIN},
                             {.fd = errors, .events = POLLIN},
                             {.fd = capture->interrupt_fd, .events = POLLIN}};
    int result = 0;

    if (process < 0)
        result = hb_fail_errno(err, errno, "pidfd_open");
    else
        result = wait_for_end(capture, polls, hb_now_ns() + timeout_ns, err);
    /* Before the leader is waited for: until then the number of its group cannot be another's. */
    kill(-pid, SIGKILL);
    while (waitpid(pid, &capture->status, 0) < 0 && errno == EINTR)
        ;
    return result;
}

int hb_capture_run(struct hb_capture *capture, char *const *argv, int64_t timeout_ns,
                   struct hb_error *err)
{
    HB_CLEANUP(hb_output_pipe_close) struct hb_output_pipe out = {-1, -1};
    HB_CLEANUP(hb_output_pipe_close) struct hb_output_pipe errors = {-1, -1};
    pid_t pid;

    if (hb_output_pipe_open(&out, err) != 0 || hb_output_pipe_open(&errors, err) != 0)
        return -1;
    capture->spawn_errno = hb_program_start(
        &(struct hb_program){.argv = argv, .out = out.write, .err = errors.write}, &pid);
    if (capture->spawn_errno != 0)
        return 0;
    hb_fd_close(&out.write);
    hb_fd_close(&errors.write);
    return watch(capture, pid, out.read, errors.read, timeout_ns, err);
}

const char *hb_capture_reason(const struct hb_capture *capture, struct hb_arena *arena)
{
    char *copy = hb_arena_strdup(arena, hb_buf_text(&capture->err));
    const char *last = "no reason was given";
    char *rest = NULL;

    for (char *line = strtok_r(copy, "\r\n", &rest); line != NULL;
         line = strtok_r(NULL, "\r\n", &rest))
        last = line;
    return last;
}
