/* A temporary file beside the target, renamed over it when it is complete. */
#include "report/whole_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/memory.h"

static int check_stream(FILE *out, const char *path, struct hb_error *err)
{
    if (fflush(out) != 0 || ferror(out))
        return hb_fail_errno(err, errno != 0 ? errno : EIO, "%s", path);
    return 0;
}

/* A temporary file beside `path`, so that renaming it is atomic; mkstemp's mode widened to the
 * usual. */
static FILE *open_beside(const char *path, char *temporary, size_t bytes, struct hb_error *err)
{
    mode_t mask = umask(0);
    FILE *out;
    int fd;

    umask(mask);
    if ((size_t)snprintf(temporary, bytes, "%s.XXXXXX", path) >= bytes) {
        hb_fail(err, HB_ERR_LIMIT, "%.200s…: path too long", path);
        return NULL;
    }
    fd = mkstemp(temporary);
    if (fd < 0) {
        hb_fail_errno(err, errno, "%s", path);
        return NULL;
    }
    fchmod(fd, 0666 & ~mask);
    out = fdopen(fd, "w");
    if (out == NULL) {
        hb_fail_errno(err, errno, "%s", path);
        hb_fd_close(&fd);
        unlink(temporary);
    }
    return out;
}

/* A device or a pipe is written to; a new file in its place would be a loss. */
static bool is_special(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

static int write_and_close(hb_write_fn *write, const void *what, FILE *out, const char *path,
                           struct hb_error *err)
{
    int result = write(what, out, err);

    if (result == 0)
        result = check_stream(out, path, err);
    if (fclose(out) != 0 && result == 0)
        result = hb_fail_errno(err, errno, "%s", path);
    return result;
}

static int write_in_place(hb_write_fn *write, const void *what, const char *path,
                          struct hb_error *err)
{
    FILE *out = fopen(path, "we");

    if (out == NULL)
        return hb_fail_errno(err, errno, "%s", path);
    return write_and_close(write, what, out, path, err);
}

static int replace_file(hb_write_fn *write, const void *what, const char *path,
                        struct hb_error *err)
{
    char temporary[4096];
    FILE *out = open_beside(path, temporary, sizeof temporary, err);
    int result;

    if (out == NULL)
        return -1;
    result = write_and_close(write, what, out, path, err);
    if (result == 0 && rename(temporary, path) != 0)
        result = hb_fail_errno(err, errno, "%s", path);
    if (result != 0)
        unlink(temporary);
    return result;
}

int hb_write_whole(const char *path, hb_write_fn *write, const void *what, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) char *target = NULL;

    if (strcmp(path, "-") == 0)
        return write(what, stdout, err) != 0 ? -1 : check_stream(stdout, "standard output", err);
    if (is_special(path))
        return write_in_place(write, what, path, err);
    target = realpath(path, NULL); /* where a link leads; NULL for a new file */
    return replace_file(write, what, target != NULL ? target : path, err);
}
