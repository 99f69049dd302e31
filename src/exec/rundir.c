/*
 * Run directories. Nothing here trusts what lies in a shared temporary directory: names are made by
 * mkdtemp, files are created exclusively, and removal walks without following links.
 */
#include "exec/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/paths.h"

#define NAME_PREFIX "http-benchmark-"
#define STALE_AGE_S 60 /* younger ones may not have been locked yet */

static const char *temporary_directory(void)
{
    const char *directory = getenv("TMPDIR");

    return directory != NULL && directory[0] == '/' ? directory : "/tmp";
}

int hb_rundir_make(struct hb_rundir *ret_dir, struct hb_error *err)
{
    struct hb_rundir dir = {.lock_fd = -1};

    if (hb_path_join(dir.path, temporary_directory(), NAME_PREFIX "XXXXXX", err) < 0)
        return hb_wrap(err, "run directory");
    if (mkdtemp(dir.path) == NULL)
        return hb_fail_errno(err, errno, "create a run directory in %s", temporary_directory());
    dir.lock_fd = open(dir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (dir.lock_fd < 0 || flock(dir.lock_fd, LOCK_SH | LOCK_NB) < 0) {
        int saved = errno;

        hb_rundir_remove(&dir);
        return hb_fail_errno(err, saved, "lock run directory");
    }
    *ret_dir = dir;
    return 0;
}

int hb_rundir_write(const struct hb_rundir *dir, const char *name, const void *data, size_t length,
                    char ret_path[PATH_MAX], struct hb_error *err)
{
    HB_CLEANUP(hb_fd_close) int fd = -1;

    if (hb_path_join(ret_path, dir->path, name, err) < 0)
        return -1;
    fd = open(ret_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return hb_fail_errno(err, errno, "create %s", ret_path);
    if (hb_fd_write_all(fd, data, length, err) < 0)
        return hb_wrap(err, "write %s", ret_path);
    return 0;
}

static int remove_one(const char *path, const struct stat *facts HB_UNUSED, int kind HB_UNUSED,
                      struct FTW *place HB_UNUSED)
{
    (void)remove(path); /* what cannot be removed is left; the walk goes on */
    return 0;
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

void hb_rundir_remove(struct hb_rundir *dir)
{
    if (dir == NULL || dir->path[0] == '\0')
        return;
    remove_tree(dir->path);
    hb_fd_close(&dir->lock_fd);
    dir->path[0] = '\0';
}

static void remove_if_stale(const char *path)
{
    HB_CLEANUP(hb_fd_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct stat facts;

    if (fd < 0 || fstat(fd, &facts) < 0 || facts.st_uid != geteuid())
        return;
    if (time(NULL) - facts.st_mtime < STALE_AGE_S || flock(fd, LOCK_EX | LOCK_NB) < 0)
        return;
    remove_tree(path);
}

static void close_directory(DIR **directory)
{
    if (*directory != NULL)
        closedir(*directory);
}

void hb_rundir_remove_stale(void)
{
    HB_CLEANUP(close_directory) DIR *directory = opendir(temporary_directory());
    const struct dirent *entry;
    char path[PATH_MAX];

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (strlen(entry->d_name) != sizeof(NAME_PREFIX "XXXXXX") - 1 ||
            strncmp(entry->d_name, NAME_PREFIX, sizeof(NAME_PREFIX) - 1) != 0)
            continue;
        if (hb_path_join(path, temporary_directory(), entry->d_name, NULL) == 0)
            remove_if_stale(path);
    }
}
