/* Finding our own files. */
#include "base/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM_NAME "http-benchmark"

int hb_path_join(char dest[PATH_MAX], const char *directory, const char *name, struct hb_error *err)
{
    if (snprintf(dest, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX)
        return hb_fail(err, HB_ERR_LIMIT, "path too long: %s/%s", directory, name);
    return 0;
}

static void strip_last_part(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash != NULL)
        *slash = '\0';
}

int hb_paths_find(struct hb_paths *ret_paths, struct hb_error *err)
{
    char prefix[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", ret_paths->program, PATH_MAX - 1);

    if (length < 0)
        return hb_fail_errno(err, errno, "/proc/self/exe");
    ret_paths->program[length] = '\0';
    memcpy(prefix, ret_paths->program, sizeof prefix);
    strip_last_part(prefix); /* the program */
    strip_last_part(prefix); /* bin */
    if (hb_path_join(ret_paths->libexec, prefix, "libexec/" PROGRAM_NAME, err) != 0)
        return -1;
    return hb_path_join(ret_paths->share, prefix, "share/" PROGRAM_NAME, err);
}

bool hb_paths_search(char ret_path[PATH_MAX], const char *name)
{
    const char *folder = getenv("PATH");

    for (; folder != NULL && *folder != '\0'; folder += *folder == ':') {
        int length = (int)strcspn(folder, ":");

        if (folder[0] == '/' &&
            snprintf(ret_path, PATH_MAX, "%.*s/%s", length, folder, name) < PATH_MAX &&
            access(ret_path, X_OK) == 0)
            return true;
        folder += length;
    }
    return false;
}
