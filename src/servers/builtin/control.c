/* One poll loop over standard input and signals, beside the thread that serves. */
#include "servers/builtin/control.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zlib.h>

#include "base/fd.h"

enum { LINE_BYTES_MAX = 512 };

int hb_control_prepare(struct hb_error *err)
{
    sigset_t set;
    int fd;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return hb_fail(err, HB_ERR_SYSTEM, "block signals");
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return hb_fail_errno(err, errno, "wait for signals");
    return fd;
}

static int say_ready(const struct hb_server *server, struct hb_error *err)
{
    char line[LINE_BYTES_MAX];
    int length =
        snprintf(line, sizeof line,
                 "{\"type\":\"ready\",\"host\":\"%s\",\"port\":%u,\"pid\":%d,\"version\":\"%s\","
                 "\"libraries\":{\"libmicrohttpd\":\"%s\",\"jansson\":\"%s\",\"zlib\":\"%s\"}}\n",
                 server->listener.host, (unsigned)server->listener.port, (int)getpid(), HB_VERSION,
                 MHD_get_version(), jansson_version_str(), zlibVersion());

    return hb_fd_write_all(STDOUT_FILENO, line, (size_t)length, err);
}

static uint64_t read_count(const _Atomic uint64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

static int say_counts(const struct hb_server *server, struct hb_error *err)
{
    const struct hb_counts *counts = &server->counts;
    char line[LINE_BYTES_MAX];
    int length = snprintf(line, sizeof line,
                          "{\"type\":\"counts\",\"requests\":%" PRIu64 ",\"connections\":%" PRIu64
                          ",\"bytes_in\":%" PRIu64 ",\"bytes_out\":%" PRIu64 "}\n",
                          read_count(&counts->requests), read_count(&counts->connections),
                          read_count(&counts->bytes_in), read_count(&counts->bytes_out));

    return hb_fd_write_all(STDOUT_FILENO, line, (size_t)length, err);
}

static int obey(const struct hb_server *server, struct hb_span line, struct hb_error *err)
{
    static const char unknown[] = "{\"type\":\"error\",\"message\":\"unknown command\"}\n";

    if (hb_span_equal(line, HB_SPAN("counts")))
        return say_counts(server, err);
    return hb_fd_write_all(STDOUT_FILENO, unknown, sizeof unknown - 1, err);
}

/* Read what is there and obey whole lines; sets `*ret_end` at the end of the input. */
static int read_commands(const struct hb_server *server, struct hb_buf *input, bool *ret_end,
                         struct hb_error *err)
{
    char piece[LINE_BYTES_MAX / 2];
    ssize_t count = read(STDIN_FILENO, piece, sizeof piece);
    const char *end;

    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    *ret_end = count <= 0;
    if (count > 0)
        hb_buf_append(input, piece, (size_t)count);
    while (input->length > 0 && (end = memchr(input->data, '\n', input->length)) != NULL) {
        size_t length = (size_t)(end - input->data);

        if (obey(server, (struct hb_span){input->data, length}, err) != 0)
            return -1;
        hb_buf_consume(input, length + 1);
    }
    if (input->overflowed || input->length == input->maximum)
        return hb_fail(err, HB_ERR_INPUT, "a command is longer than %d bytes", LINE_BYTES_MAX);
    return 0;
}

int hb_control_run(const struct hb_server *server, int signal_fd, struct hb_error *err)
{
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {signal_fd, POLLIN, 0}};
    struct hb_buf input HB_CLEANUP(hb_buf_release);
    bool end = false;

    hb_buf_init(&input, LINE_BYTES_MAX);
    if (say_ready(server, err) != 0)
        return -1;
    while (!end) {
        if (poll(fds, HB_ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
            return hb_fail_errno(err, errno, "wait for commands");
        if (fds[0].revents != 0 && read_commands(server, &input, &end, err) != 0)
            return -1;
        end |= fds[1].revents != 0;
    }
    return 0;
}
