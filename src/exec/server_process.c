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
#define CHUNKS_AT_ONCE 32 /* several times what a pipe holds */
#define GRACE_NS (2 * HB_NS_PER_S)

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

/* ---- taking in ---- */

/* Read what is there into `take`, up to a limit, for some write faster than we read; closes and
 * forgets the descriptor at its end. */
static void drain_fd(int *fd, void (*take)(void *context, const char *data, size_t length),
                     void *context)
{
    char chunk[16384];

    for (int i = 0; i < CHUNKS_AT_ONCE && *fd >= 0; ++i) {
        ssize_t got = read(*fd, chunk, sizeof chunk);

        if (got < 0 && errno == EAGAIN)
            return;
        if (got > 0)
            take(context, chunk, (size_t)got);
        else if (got == 0 || errno != EINTR)
            hb_fd_close(fd); /* leaves the epoll set by itself */
    }
}

static void take_log(void *context, const char *data, size_t length)
{
    hb_tail_add(context, data, length);
}

/* A whole line of standard output: keep it if it is what we wait for. */
static void take_line(struct hb_server_process *process)
{
    const char *line = hb_buf_text(&process->line);

    if (process->awaited == NULL || process->message != NULL || process->confused)
        return;
    process->message = parse_message(line, process->awaited);
    if (process->message == NULL && process->port == 0) { /* the first line must be right */
        process->confused = true;
        snprintf(process->said, sizeof process->said, "%s", line);
        hb_make_printable(process->said);
    }
}

static void take_output(void *context, const char *data, size_t length)
{
    struct hb_server_process *process = context;

    if (process->foreign) {
        hb_tail_add(&process->log, data, length);
        return;
    }
    while (length > 0) {
        const char *newline = memchr(data, '\n', length);
        size_t part = newline != NULL ? (size_t)(newline - data) : length;

        hb_buf_append(&process->line, data, part);
        if (newline == NULL)
            return;
        take_line(process);
        hb_buf_clear(&process->line);
        data += part + 1;
        length -= part + 1;
    }
}

void hb_server_process_drain(struct hb_server_process *process)
{
    struct hb_exit unused;

    /* first, so that what it wrote before its end is all there */
    if (!process->ended && hb_child_wait(&process->child, 0, &unused, NULL) != 0)
        process->ended = true;
    drain_fd(&process->child.log_fd, take_log, &process->log);
    drain_fd(&process->child.stdout_fd, take_output, process);
}

/* Wait for a message of a type; NULL when the deadline, the server's end, another first line or the
 * interrupt came before it. The caller releases it. */
static json_t *await_message(struct hb_server_process *process, const char *type,
                             int64_t deadline_ns)
{
    struct pollfd events[] = {
        {.fd = process->events_fd, .events = POLLIN},
        {.fd = hb_interrupt_fd(process->interrupt), .events = POLLIN},
    };

    process->awaited = type;
    for (;;) {
        int64_t left_ms;

        hb_server_process_drain(process);
        left_ms = (deadline_ns - hb_now_ns()) / HB_NS_PER_MS;
        if (process->message != NULL || process->ended || process->confused || left_ms <= 0 ||
            hb_interrupt_came(process->interrupt))
            break;
        (void)poll(events, HB_ARRAY_LEN(events), left_ms < INT_MAX ? (int)left_ms : INT_MAX);
    }
    process->awaited = NULL;
    return HB_TAKE(process->message);
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

static bool is_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static int read_ready(struct hb_server_process *process, json_t *ready, struct hb_error *err)
{
    const char *host = json_string_value(json_object_get(ready, "host"));
    const char *version = json_string_value(json_object_get(ready, "version"));
    json_int_t port = json_integer_value(json_object_get(ready, "port"));

    if (host == NULL || !is_address(host) || port < 1 || port > UINT16_MAX)
        return hb_fail(err, HB_ERR_RUN, "its ready message names no address and port");
    snprintf(process->host, sizeof process->host, "%s", host);
    snprintf(process->version, sizeof process->version, "%s", version != NULL ? version : "");
    hb_make_printable(process->version);
    process->port = (unsigned)port;
    return 0;
}

int hb_server_process_fail_ended(struct hb_server_process *process, struct hb_error *err)
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
    HB_CLEANUP(release_json) json_t *ready = await_message(process, "ready", deadline_ns);

    if (ready != NULL)
        return read_ready(process, ready, err);
    if (process->confused)
        return hb_fail(err, HB_ERR_RUN, "its first line is no ready message: %s", process->said);
    if (process->ended)
        return hb_server_process_fail_ended(process, err);
    if (hb_interrupt_came(process->interrupt))
        return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
    return hb_fail(err, HB_ERR_RUN, "it did not say that it is ready in time");
}

static int spawn(struct hb_server_process *process, const struct hb_paths *paths,
                 const struct hb_spawn_spec *spec, struct hb_error *err)
{
    struct hb_spawn_spec full = *spec;

    full.grace_ns = GRACE_NS;
    full.stderr_fd = -1;
    hb_buf_init(&process->line, LINE_MAX_BYTES);
    process->events_fd = -1;
    if (hb_child_spawn(&process->child, paths, &full, err) != 0)
        return -1;
    if (hb_fd_set_nonblocking(process->child.stdin_fd, err) == 0 && watch_events(process, err) == 0)
        return 0;
    hb_server_process_stop(process);
    return -1;
}

int hb_server_process_launch(struct hb_server_process *ret_process, const struct hb_paths *paths,
                             const struct hb_spawn_spec *spec, struct hb_error *err)
{
    *ret_process = (struct hb_server_process){.foreign = true};
    return spawn(ret_process, paths, spec, err);
}

int hb_server_process_start(struct hb_server_process *ret_process, const struct hb_paths *paths,
                            const char *const *argv, const char *cpus, int64_t deadline_ns,
                            const struct hb_interrupt *interrupt, struct hb_error *err)
{
    struct hb_spawn_spec spec = {.argv = argv, .cpus = cpus};
    int result;

    *ret_process = (struct hb_server_process){.interrupt = interrupt};
    if (spawn(ret_process, paths, &spec, err) != 0)
        return -1;
    result = await_ready(ret_process, deadline_ns, err);
    ret_process->interrupt = NULL;
    if (result != 0)
        hb_server_process_stop(ret_process);
    return result;
}

static void read_counts(json_t *message, struct hb_server_counts *ret_counts)
{
    json_int_t requests, connections, bytes_in, bytes_out;

    if (json_unpack(message, "{s:I, s:I, s:I, s:I}", "requests", &requests, "connections",
                    &connections, "bytes_in", &bytes_in, "bytes_out", &bytes_out) == 0 &&
        requests >= 0 && connections >= 0 && bytes_in >= 0 && bytes_out >= 0)
        *ret_counts = (struct hb_server_counts){.known = true,
                                                .bytes_known = true,
                                                .requests = (uint64_t)requests,
                                                .connections = (uint64_t)connections,
                                                .bytes_in = (uint64_t)bytes_in,
                                                .bytes_out = (uint64_t)bytes_out};
}

void hb_server_process_counts(struct hb_server_process *process, int64_t deadline_ns,
                              struct hb_server_counts *ret_counts)
{
    static const char question[] = "counts\n";

    *ret_counts = (struct hb_server_counts){.known = false};
    if (process->ended || process->silent)
        return;
    if (write(process->child.stdin_fd, question, strlen(question)) == (ssize_t)strlen(question)) {
        HB_CLEANUP(release_json) json_t *counts = await_message(process, "counts", deadline_ns);

        read_counts(counts, ret_counts);
    }
    /* an answer that comes later would be taken for the next one: so there is no next question */
    process->silent = !ret_counts->known;
}

void hb_server_process_stop(struct hb_server_process *process)
{
    hb_child_release(&process->child);
    if (process->line.maximum > 0) { /* started at all */
        hb_fd_close(&process->events_fd);
        hb_buf_release(&process->line);
    }
}
