/*
 * The state machine of one worker. Each descriptor has one handler; each line is judged by the
 * state it arrives in; the end of the process is judged last, when everything it wrote is read.
 */
#include "exec/worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"

#define CHUNK_BYTES 65536

enum slot {
    SLOT_INPUT,
    SLOT_OUTPUT,
    SLOT_SAMPLES,
    SLOT_LOG,
    SLOT_STATUS,
};

int hb_worker_start(struct hb_worker *worker, const struct hb_paths *paths,
                    const struct hb_spawn_spec *spec, const struct hb_buf *job,
                    struct hb_worker_report *report, struct hb_error *err)
{
    *worker = (struct hb_worker){.state = HB_WORKER_STARTING, .report = report};
    *report = (struct hb_worker_report){.connections = -1};
    hb_buf_init(&worker->input, HB_PROTOCOL_LINE_MAX);
    hb_buf_init(&worker->output, HB_WORKER_LINE_MAX);
    if (hb_child_spawn(&worker->child, paths, spec, err) < 0)
        return -1;
    if (hb_fd_set_nonblocking(worker->child.stdin_fd, err) < 0)
        return -1;
    hb_buf_append(&worker->input, hb_buf_text(job), job->length);
    worker->job_ns = hb_now_ns();
    return 0;
}

/* Write what the pipe takes. A worker that does not listen is told by its exit or its deadline. */
static int write_input(struct hb_worker *worker, struct hb_worker_sink *sink HB_UNUSED,
                       struct hb_error *err)
{
    ssize_t count =
        write(worker->child.stdin_fd, hb_buf_text(&worker->input), worker->input.length);

    if (count > 0)
        hb_buf_consume(&worker->input, (size_t)count);
    if (count >= 0 || errno == EAGAIN || errno == EINTR)
        return 0;
    hb_buf_clear(&worker->input);
    hb_fd_close(&worker->child.stdin_fd);
    return errno == EPIPE ? 0 : hb_fail_errno(err, errno, "write to the worker");
}

void hb_worker_go(struct hb_worker *worker, const struct hb_buf *go)
{
    HB_ASSERT(worker->state == HB_WORKER_READY);
    worker->state = HB_WORKER_RUNNING;
    hb_buf_append(&worker->input, hb_buf_text(go), go->length);
    (void)write_input(worker, NULL, NULL);
}

/* A copy for the result, of lines that are not excessive. */
static char *keep_line(const struct hb_buf *line)
{
    return line->length <= HB_WORKER_LINE_KEPT_BYTES ? hb_strdup(hb_buf_text(line)) : NULL;
}

/* The reading must lie between the runner's own, before the job and after the answer. */
static int check_clock(const struct hb_worker *worker, int64_t clock_ns, struct hb_error *err)
{
    int64_t now_ns = hb_now_ns();

    if (clock_ns >= worker->job_ns - HB_CLOCK_SLACK_NS && clock_ns <= now_ns + HB_CLOCK_SLACK_NS)
        return 0;
    return hb_fail(err, HB_ERR_RUN,
                   "the worker's clock is not CLOCK_MONOTONIC: it read %lld ns, which is not "
                   "between the runner's %lld and %lld",
                   (long long)clock_ns, (long long)worker->job_ns, (long long)now_ns);
}

static int take_ready(struct hb_worker *worker, struct hb_error *err)
{
    struct hb_worker_report *report = worker->report;
    struct hb_ready ready;

    if (hb_ready_parse(hb_buf_text(&worker->output), worker->output.length, &ready, err) < 0)
        return -1;
    report->client_version = ready.client_version;
    report->runtime = ready.runtime;
    report->http = ready.http;
    report->pid = ready.pid;
    report->ready_json = keep_line(&worker->output);
    worker->state = HB_WORKER_READY;
    return check_clock(worker, ready.clock_ns, err);
}

static int take_done(struct hb_worker *worker, struct hb_error *err)
{
    if (hb_done_parse(hb_buf_text(&worker->output), worker->output.length, &worker->totals, err) <
        0)
        return -1;
    worker->report->connections = worker->totals.connections;
    worker->report->done_json = keep_line(&worker->output);
    worker->state = HB_WORKER_DONE;
    return 0;
}

static int take_line(struct hb_worker *worker, struct hb_error *err)
{
    switch (worker->state) {
    case HB_WORKER_STARTING:
        return take_ready(worker, err);
    case HB_WORKER_RUNNING:
        return take_done(worker, err);
    case HB_WORKER_READY:
        return hb_fail(err, HB_ERR_RUN, "the worker wrote a line before it was told to go");
    default:
        return hb_fail(err, HB_ERR_RUN, "the worker wrote more after it was done");
    }
}

static int take_output(struct hb_worker *worker, const char *text, size_t length,
                       struct hb_error *err)
{
    while (length > 0) {
        const char *newline = memchr(text, '\n', length);
        size_t part = newline != NULL ? (size_t)(newline - text) : length;

        hb_buf_append(&worker->output, text, part);
        if (worker->output.overflowed)
            return hb_fail(err, HB_ERR_RUN, "the worker wrote a line longer than %u bytes",
                           HB_WORKER_LINE_MAX);
        if (newline == NULL)
            return 0;
        if (take_line(worker, err) < 0)
            return -1;
        hb_buf_clear(&worker->output);
        text += part + 1;
        length -= part + 1;
    }
    return 0;
}

/* One chunk of a descriptor: its size, 0 when nothing is there now, -1 on failure. Closes at the
 * end. */
static ssize_t read_chunk(int *fd, char chunk[CHUNK_BYTES], struct hb_error *err)
{
    ssize_t count = read(*fd, chunk, CHUNK_BYTES);

    if (count == 0)
        hb_fd_close(fd);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return count < 0 ? hb_fail_errno(err, errno, "read from the worker") : count;
}

static int read_output(struct hb_worker *worker, struct hb_worker_sink *sink HB_UNUSED,
                       struct hb_error *err)
{
    char chunk[CHUNK_BYTES];
    ssize_t count = read_chunk(&worker->child.stdout_fd, chunk, err);

    return count > 0 ? take_output(worker, chunk, (size_t)count, err) : (int)count;
}

static int read_log(struct hb_worker *worker, struct hb_worker_sink *sink HB_UNUSED,
                    struct hb_error *err)
{
    char chunk[CHUNK_BYTES];
    ssize_t count = read_chunk(&worker->child.log_fd, chunk, err);

    if (count <= 0)
        return (int)count;
    hb_tail_add(&worker->log, chunk, (size_t)count);
    if (worker->log.total_bytes > HB_WORKER_LOG_MAX)
        return hb_fail(err, HB_ERR_RUN, "the worker wrote more than %u bytes on standard error",
                       HB_WORKER_LOG_MAX);
    return 0;
}

/* 1 when something was read, 0 when nothing is there, -1 on failure. */
static int read_samples_once(struct hb_worker *worker, struct hb_worker_sink *sink, size_t *bytes,
                             struct hb_error *err)
{
    ssize_t count;

    if (worker->child.samples_fd < 0 || sink->judge == NULL)
        return 0;
    count = hb_sample_reader_read(&sink->reader, sink->judge, &worker->stream,
                                  worker->child.samples_fd, err);
    if (count == HB_READ_NOTHING)
        return 0;
    if (count == 0)
        hb_fd_close(&worker->child.samples_fd);
    else if (count > 0)
        *bytes += (size_t)count;
    return count > 0 ? 1 : (int)count;
}

int hb_worker_read_samples(struct hb_worker *worker, struct hb_worker_sink *sink, size_t *ret_bytes,
                           struct hb_error *err)
{
    *ret_bytes = 0;
    return read_samples_once(worker, sink, ret_bytes, err) < 0 ? -1 : 0;
}

static int read_samples(struct hb_worker *worker, struct hb_worker_sink *sink, struct hb_error *err)
{
    size_t bytes;

    return hb_worker_read_samples(worker, sink, &bytes, err);
}

static int drain_log(struct hb_worker *worker, struct hb_error *err)
{
    uint64_t before;

    do {
        before = worker->log.total_bytes;
        if (worker->child.log_fd >= 0 && read_log(worker, NULL, err) < 0)
            return -1;
    } while (worker->log.total_bytes > before);
    return 0;
}

/* The process is gone: what it left in its pipes is all there will be. */
static int drain_pipes(struct hb_worker *worker, struct hb_worker_sink *sink, struct hb_error *err)
{
    size_t bytes = 0;
    int more;

    if (drain_log(worker, err) < 0)
        return -1;
    do
        more = read_samples_once(worker, sink, &bytes, err);
    while (more > 0);
    if (more < 0)
        return -1;
    /* A pipe holds no more than a chunk of output: what is there is read at once. */
    return worker->child.stdout_fd >= 0 ? read_output(worker, sink, err) : 0;
}

static void describe_exit(const struct hb_exit *how, char text[64])
{
    if (how->exited)
        snprintf(text, 64, "exited with code %d", how->code);
    else
        snprintf(text, 64, "was killed by signal %d (%s)", how->signal, strsignal(how->signal));
}

static const char *const before_what[] = {
    [HB_WORKER_STARTING] = " before it was ready",
    [HB_WORKER_READY] = " before it was told to go",
    [HB_WORKER_RUNNING] = " before it was done",
    [HB_WORKER_DONE] = " after it was done",
    [HB_WORKER_ENDED] = "",
};

/* Its totals against what was read. */
static int check_totals(const struct hb_worker *worker, struct hb_error *err)
{
    const struct hb_done *said = &worker->totals;
    const struct hb_sample_stream *read = &worker->stream;

    if (said->requests != read->requests)
        return hb_fail(err, HB_ERR_RUN, "the worker says %llu requests, but wrote %llu samples",
                       (unsigned long long)said->requests, (unsigned long long)read->requests);
    if (said->bytes != read->bytes)
        return hb_fail(err, HB_ERR_RUN, "the worker says %llu bytes, but its samples say %llu",
                       (unsigned long long)said->bytes, (unsigned long long)read->bytes);
    return 0;
}

static int judge_exit(struct hb_worker *worker, const struct hb_exit *how, struct hb_error *err)
{
    char text[64];

    if (worker->state != HB_WORKER_DONE || !how->exited || how->code != 0) {
        describe_exit(how, text);
        return hb_fail(err, HB_ERR_RUN, "the worker %s%s", text, before_what[worker->state]);
    }
    worker->state = HB_WORKER_ENDED;
    return check_totals(worker, err);
}

static int read_status(struct hb_worker *worker, struct hb_worker_sink *sink, struct hb_error *err)
{
    struct hb_exit how;
    int ended = hb_child_wait(&worker->child, 0, &how, err);

    if (ended <= 0)
        return ended;
    if (drain_pipes(worker, sink, err) < 0)
        return -1;
    return judge_exit(worker, &how, err);
}

static int (*const handlers[HB_WORKER_SLOTS])(struct hb_worker *, struct hb_worker_sink *,
                                              struct hb_error *) = {
    [SLOT_INPUT] = write_input, [SLOT_OUTPUT] = read_output, [SLOT_SAMPLES] = read_samples,
    [SLOT_LOG] = read_log,      [SLOT_STATUS] = read_status,
};

void hb_worker_poll(const struct hb_worker *worker, bool wants_samples,
                    struct pollfd slots[HB_WORKER_SLOTS])
{
    const struct hb_child *child = &worker->child;
    bool alive = worker->state != HB_WORKER_ENDED;

    slots[SLOT_INPUT] =
        (struct pollfd){worker->input.length > 0 ? child->stdin_fd : -1, POLLOUT, 0};
    slots[SLOT_OUTPUT] = (struct pollfd){alive ? child->stdout_fd : -1, POLLIN, 0};
    slots[SLOT_SAMPLES] =
        (struct pollfd){alive && wants_samples ? child->samples_fd : -1, POLLIN, 0};
    slots[SLOT_LOG] = (struct pollfd){alive ? child->log_fd : -1, POLLIN, 0};
    slots[SLOT_STATUS] = (struct pollfd){alive ? child->status_fd : -1, POLLIN, 0};
}

int hb_worker_serve(struct hb_worker *worker, const struct pollfd slots[HB_WORKER_SLOTS],
                    struct hb_worker_sink *sink, struct hb_error *err)
{
    for (size_t i = 0; i < HB_WORKER_SLOTS; i++)
        if (slots[i].fd >= 0 && slots[i].revents != 0 && handlers[i](worker, sink, err) < 0)
            return -1;
    return 0;
}

const char *hb_worker_overdue(const struct hb_worker *worker)
{
    static const char *const missing[] = {
        [HB_WORKER_STARTING] = "say that it is ready",
        [HB_WORKER_READY] = "go",
        [HB_WORKER_RUNNING] = "say that it is done",
        [HB_WORKER_DONE] = "exit",
        [HB_WORKER_ENDED] = "",
    };

    return missing[worker->state];
}

char *hb_worker_log_text(struct hb_worker *worker)
{
    (void)drain_log(worker, NULL);
    return hb_tail_text(&worker->log);
}

void hb_worker_release(struct hb_worker *worker)
{
    hb_child_release(&worker->child);
    hb_buf_release(&worker->input);
    hb_buf_release(&worker->output);
}
