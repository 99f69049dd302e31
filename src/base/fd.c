/* File descriptors. */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void hb_fd_close(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = saved;
}

int hb_fd_write_all(int fd, const void *data, size_t length, struct hb_error *err)
{
    const char *next = data;

    while (length > 0) {
        ssize_t written = write(fd, next, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return hb_fail_errno(err, errno, "write");
        next += written;
        length -= (size_t)written;
    }
    return 0;
}

int hb_fd_set_nonblocking(int fd, struct hb_error *err)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return hb_fail_errno(err, errno, "fcntl");
    return 0;
}
