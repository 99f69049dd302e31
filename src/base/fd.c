/* File descriptors. */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
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

static int check_plain(int fd, const char *name, int64_t maximum_bytes, struct hb_error *err)
{
    struct stat file;

    if (fstat(fd, &file) != 0)
        return hb_fail_errno(err, errno, "%s", name);
    if (!S_ISREG(file.st_mode))
        return hb_fail(err, HB_ERR_RUN, "%s: not a regular file", name);
    if (file.st_size > maximum_bytes)
        return hb_fail(err, HB_ERR_RUN, "%s: larger than the limit of %lld bytes", name,
                       (long long)maximum_bytes);
    return 0;
}

int hb_fd_open_plain(int folder_fd, const char *name, int64_t maximum_bytes, struct hb_error *err)
{
    static const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    int fd = openat(folder_fd, name, flags);

    if (fd < 0)
        return hb_fail_errno(err, errno, "%s", name);
    if (check_plain(fd, name, maximum_bytes, err) < 0)
        hb_fd_close(&fd);
    return fd;
}

int hb_fd_set_nonblocking(int fd, struct hb_error *err)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return hb_fail_errno(err, errno, "fcntl");
    return 0;
}
