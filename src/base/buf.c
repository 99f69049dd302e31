/* Bounded byte strings. */
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/fd.h"
#include "base/memory.h"

void hb_buf_init(struct hb_buf *buf, size_t maximum)
{
    *buf = (struct hb_buf){.maximum = maximum};
}

void hb_buf_release(struct hb_buf *buf)
{
    free(buf->data);
    hb_buf_init(buf, buf->maximum);
}

void hb_buf_clear(struct hb_buf *buf)
{
    buf->length = 0;
    buf->overflowed = false;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

/* Make room for `extra` bytes and the NUL; `extra` already respects the maximum. */
static void reserve(struct hb_buf *buf, size_t extra)
{
    size_t needed = buf->length + extra + 1;

    if (needed <= buf->capacity)
        return;
    if (buf->capacity == 0)
        buf->capacity = 64;
    while (buf->capacity < needed)
        buf->capacity *= 2;
    buf->data = hb_realloc(buf->data, buf->capacity);
}

void hb_buf_append(struct hb_buf *buf, const void *data, size_t length)
{
    size_t room = buf->maximum - buf->length;

    if (length > room) {
        buf->overflowed = true;
        length = room;
    }
    reserve(buf, length);
    if (length > 0)
        memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void hb_buf_puts(struct hb_buf *buf, const char *text)
{
    hb_buf_append(buf, text, strlen(text));
}

void hb_buf_putc(struct hb_buf *buf, char character)
{
    hb_buf_append(buf, &character, 1);
}

void hb_buf_printf(struct hb_buf *buf, const char *format, ...)
{
    char small[512];
    va_list args, again;
    int length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(small, sizeof small, format, args);
    HB_ASSERT(length >= 0);
    if ((size_t)length < sizeof small) {
        hb_buf_append(buf, small, (size_t)length);
    } else {
        char *large = hb_alloc((size_t)length + 1);

        vsnprintf(large, (size_t)length + 1, format, again);
        hb_buf_append(buf, large, (size_t)length);
        free(large);
    }
    va_end(again);
    va_end(args);
}

void hb_buf_consume(struct hb_buf *buf, size_t count)
{
    HB_ASSERT(count <= buf->length);
    if (count == 0)
        return;
    memmove(buf->data, buf->data + count, buf->length - count + 1);
    buf->length -= count;
}

const char *hb_buf_text(const struct hb_buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

static int read_all(struct hb_buf *buf, int fd, const char *path, struct hb_error *err)
{
    char chunk[65536];

    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);

        if (got == 0)
            return 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return hb_fail_errno(err, errno, "%s", path);
        hb_buf_append(buf, chunk, (size_t)got);
        if (buf->overflowed)
            return hb_fail(err, HB_ERR_LIMIT, "%s: larger than the limit of %zu bytes", path,
                           buf->maximum);
    }
}

int hb_buf_read_file(struct hb_buf *buf, const char *path, struct hb_error *err)
{
    HB_CLEANUP(hb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;

    if (fd < 0)
        return hb_fail_errno(err, errno, "%s", path);
    if (fstat(fd, &info) != 0)
        return hb_fail_errno(err, errno, "%s", path);
    if (!S_ISREG(info.st_mode))
        return hb_fail(err, HB_ERR_INPUT, "%s: not a regular file", path);
    return read_all(buf, fd, path, err);
}
