/*
 * Talking with a server program. Whatever it writes is taken in at once and kept within bounds: its
 * log in a ring of fixed size, its standard output up to one line's limit; so a talkative server
 * neither blocks on a full pipe nor takes our memory.
 */
#include "exec/server_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"

#define LINE_MAX_BYTES (64u << 10)
#define GRACE_NS (2 * HB_NS_PER_S)

/* ---- taking in ---- */

/* Read what is there into `take`; closes and forgets the descriptor at its end. */
static void drain_fd(int *fd, void (*take)(void *context, const char *data, size_t length),
                     void *context)
{
    char chunk[16384];

    while (*fd >= 0) {
        ssize_t got = read(*fd, chunk, sizeof chunk);

        if (got > 0)
            take(context, chunk, (size_t)got);
        else if (got == 0 || (errno != EAGAIN && errno != EINTR))
            hb_fd_close(fd); /* leaves the epoll set by itself */
        else if (errno == EAGAIN)
            return;
    }
}

static void take_log(void *context, const char *data, size_t length)
{
    hb_tail_add(context, data, length);
}

static void take_output(void *context, const char *data, size_t length)
{
    hb_buf_append(context, data, length);
}

void hb_server_process_drain(struct hb_server_process *process)
{
    struct hb_exit unused;

    drain_fd(&process->child.log_fd, take_log, &process->log);
    drain_fd(&process->child.stdout_fd, take_output, &process->output);
    if (process->output.overflowed)
        hb_buf_clear(&process->output); /* nothing that we asked for is so long */
    if (!process->ended && hb_child_wait(&process->child, 0, &unused, NULL) != 0)
        process->ended = true;
}

/* Move the first whole line of the output, without its newline, to `ret_line`. */
static bool take_line(struct hb_server_process *process, char ret_line[LINE_MAX_BYTES])
{
    const char *text = hb_buf_text(&process->output);
    const char *newline = memchr(text, '\n', process->output.length);
    size_t length;

    if (newline == NULL)
        return false;
    length = (size_t)(newline - text);
    memcpy(ret_line, text, length); /* the buffer's maximum is below LINE_MAX_BYTES */
    ret_line[length] = '\0';
    hb_buf_consume(&process->output, length + 1);
    return true;
}

/* 1 and the next line, 0 at the deadline, -1 when the server has ended. */
static int await_line(struct hb_server_process *process, int64_t deadline_ns,
                      char ret_line[LINE_MAX_BYTES])
{
    struct pollfd events = {.fd = process->events_fd, .events = POLLIN};

    for (;;) {
        int64_t left_ms;

        hb_server_process_drain(process);
        if (take_line(process, ret_line))
            return 1;
        if (process->ended)
            return -1;
        left_ms = (deadline_ns - hb_now_ns()) / HB_NS_PER_MS;
        if (left_ms <= 0)
            return 0;
        (void)poll(&events, 1, left_ms < INT_MAX ? (int)left_ms : INT_MAX);
    }
}

static int watch_events(struct hb_server_process *process, struct hb_error *err)
{
    const int fds[] = {process->child.status_fd, process->child.stdout_fd, process->child.log_fd};

    process->events_fd = epoll_create1(EPOLL_CLOEXEC);
    if (process->events_fd < 0)
        return hb_fail_errno(err, errno, "epoll");
    for (size_t i = 0; i < HB_ARRAY_LEN(fds); ++i) {
        struct epoll_event event = {.events = EPOLLIN};

        if (epoll_ctl(process->events_fd, EPOLL_CTL_ADD, fds[i], &event) != 0)
            return hb_fail_errno(err, errno, "epoll");
    }
    return 0;
}

/* ---- what it says ---- */

static void release_json(json_t **json)
{
    json_decref(*json);
}

/* A line as a JSON object of the given type; NULL when it is anything else. */
static json_t *parse_message(const char *line, const char *type)
{
    json_t *message = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    const char *said = json_string_value(json_object_get(message, "type"));

    if (said != NULL && strcmp(said, type) == 0)
        return message;
    json_decref(message);
    return NULL;
}

static bool is_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static int read_ready(struct hb_server_process *process, const char *line, struct hb_error *err)
{
    HB_CLEANUP(release_json) json_t *ready = parse_message(line, "ready");
    const char *host = json_string_value(json_object_get(ready, "host"));
    const char *version = json_string_value(json_object_get(ready, "version"));
    json_int_t port = json_integer_value(json_object_get(ready, "port"));

    if (host == NULL || !is_address(host) || port < 1 || port > UINT16_MAX)
        return hb_fail(err, HB_ERR_RUN, "its first line is no ready message: %.200s", line);
    snprintf(process->host, sizeof process->host, "%s", host);
    snprintf(process->version, sizeof process->version, "%s", version != NULL ? version : "");
    hb_make_printable(process->version);
    process->port = (unsigned)port;
    return 0;
}

static int fail_ended(struct hb_server_process *process, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) char *log = hb_tail_text(&process->log);
    size_t length = log != NULL ? strlen(log) : 0;
    const char *last;

    while (length > 0 && log[length - 1] == '\n')
        log[--length] = '\0';
    if (length == 0)
        return hb_fail(err, HB_ERR_RUN, "it ended before it was ready, without a word");
    last = strrchr(log, '\n');
    return hb_fail(err, HB_ERR_RUN, "it ended before it was ready: %s", last ? last + 1 : log);
}

static int await_ready(struct hb_server_process *process, int64_t deadline_ns, struct hb_error *err)
{
    char line[LINE_MAX_BYTES];
    int got = await_line(process, deadline_ns, line);

    if (got < 0)
        return fail_ended(process, err);
    if (got == 0)
        return hb_fail(err, HB_ERR_RUN, "it did not say that it is ready in time");
    hb_make_printable(line);
    return read_ready(process, line, err);
}

int hb_server_process_start(struct hb_server_process *ret_process, const struct hb_paths *paths,
                            const char *const *argv, const char *cpus, int64_t deadline_ns,
                            struct hb_error *err)
{
    struct hb_spawn_spec spec = {.argv = argv, .cpus = cpus, .grace_ns = GRACE_NS, .stderr_fd = -1};

    *ret_process = (struct hb_server_process){.events_fd = -1};
    hb_buf_init(&ret_process->output, LINE_MAX_BYTES - 1);
    if (hb_child_spawn(&ret_process->child, paths, &spec, err) != 0)
        return -1;
    if (hb_fd_set_nonblocking(ret_process->child.stdin_fd, err) == 0 &&
        watch_events(ret_process, err) == 0 && await_ready(ret_process, deadline_ns, err) == 0)
        return 0;
    hb_server_process_stop(ret_process);
    return -1;
}

static bool read_counts(const char *line, struct hb_server_counts *ret_counts)
{
    HB_CLEANUP(release_json) json_t *message = parse_message(line, "counts");
    json_int_t requests, connections, bytes_in, bytes_out;

    if (json_unpack(message, "{s:I, s:I, s:I, s:I}", "requests", &requests, "connections",
                    &connections, "bytes_in", &bytes_in, "bytes_out", &bytes_out) != 0 ||
        requests < 0 || connections < 0 || bytes_in < 0 || bytes_out < 0)
        return false;
    *ret_counts = (struct hb_server_counts){.known = true,
                                            .requests = (uint64_t)requests,
                                            .connections = (uint64_t)connections,
                                            .bytes_in = (uint64_t)bytes_in,
                                            .bytes_out = (uint64_t)bytes_out};
    return true;
}

void hb_server_process_counts(struct hb_server_process *process, int64_t deadline_ns,
                              struct hb_server_counts *ret_counts)
{
    static const char question[] = "counts\n";
    char line[LINE_MAX_BYTES];
    ssize_t written;

    *ret_counts = (struct hb_server_counts){.known = false};
    hb_server_process_drain(process);
    if (process->ended || process->silent)
        return;
    hb_buf_clear(&process->output); /* what was not asked for */
    written = write(process->child.stdin_fd, question, strlen(question));
    /* an answer that comes later would be taken for the next one: so there is no next question */
    process->silent = written != (ssize_t)strlen(question) ||
                      await_line(process, deadline_ns, line) != 1 || !read_counts(line, ret_counts);
}

void hb_server_process_stop(struct hb_server_process *process)
{
    hb_child_release(&process->child);
    if (process->output.maximum > 0) { /* started at all */
        hb_fd_close(&process->events_fd);
        hb_buf_release(&process->output);
    }
}
