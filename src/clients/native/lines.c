/*
 * The reading half of the conversation with the runner: waits for a line and for SIGTERM alike.
 */
#include "clients/native/lines.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

void hb_lines_init(struct hb_lines *lines, int fd, int signal_fd, size_t line_max)
{
    *lines = (struct hb_lines){.fd = fd, .signal_fd = signal_fd};
    hb_buf_init(&lines->buf, line_max);
}

void hb_lines_release(struct hb_lines *lines)
{
    hb_buf_release(&lines->buf);
}

static int wait_readable(const struct hb_lines *lines, struct hb_error *err)
{
    struct pollfd watched[] = {{lines->fd, POLLIN, 0}, {lines->signal_fd, POLLIN, 0}};

    while (poll(watched, HB_ARRAY_LEN(watched), -1) < 0)
        if (errno != EINTR)
            return hb_fail_errno(err, errno, "poll");
    return watched[1].revents != 0 ? HB_LINE_END : HB_LINE_READ;
}

static int read_more(struct hb_lines *lines, struct hb_error *err)
{
    char chunk[65536];
    ssize_t count;
    int ready = wait_readable(lines, err);

    if (ready != HB_LINE_READ)
        return ready;
    count = read(lines->fd, chunk, sizeof(chunk));
    if (count < 0)
        return errno == EINTR ? HB_LINE_READ : hb_fail_errno(err, errno, "read");
    hb_buf_append(&lines->buf, chunk, (size_t)count);
    if (lines->buf.overflowed)
        return hb_fail(err, HB_ERR_LIMIT, "a line is longer than %zu bytes", lines->buf.maximum);
    return count == 0 ? HB_LINE_END : HB_LINE_READ;
}

enum hb_line_result hb_lines_next(struct hb_lines *lines, const char **ret_line, size_t *ret_length,
                                  struct hb_error *err)
{
    size_t searched = 0;

    hb_buf_consume(&lines->buf, lines->consumed);
    lines->consumed = 0;
    for (;;) {
        const char *text = hb_buf_text(&lines->buf);
        const char *end = memchr(text + searched, '\n', lines->buf.length - searched);
        int result;

        if (end != NULL) {
            *ret_line = text;
            *ret_length = (size_t)(end - text);
            lines->consumed = *ret_length + 1;
            return HB_LINE_READ;
        }
        searched = lines->buf.length;
        result = read_more(lines, err);
        if (result != HB_LINE_READ)
            return result;
    }
}
