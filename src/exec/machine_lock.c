/*
 * The lock file lies in a directory that everybody may write, so nothing in it is trusted: it must
 * be a regular file and no link, its content is never read, and who holds the lock is asked of the
 * kernel. It is never removed: that would let two processes lock two files of one name.
 */
#include "exec/machine_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fd.h"
#include "exec/proc_file.h"

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)

static const char *const places[] = {"/run/lock/http-benchmark.lock", "/tmp/http-benchmark.lock"};

/* Another user's file can be locked too, if it is readable; only a missing one is created. */
static int open_lock_file(const char *path)
{
    int fd = open(path, OPEN_FLAGS);

    if (fd >= 0 || errno != ENOENT)
        return fd;
    fd = open(path, OPEN_FLAGS | O_CREAT | O_EXCL, 0444);
    if (fd >= 0)
        (void)fchmod(fd, 0444); /* whatever the umask: others must be able to open it */
    else if (errno == EEXIST)
        fd = open(path, OPEN_FLAGS);
    return fd;
}

/* The process that holds a lock on this file, from /proc/locks; 0 when that is not told. */
static int holder_of(const struct stat *file)
{
    char line[256], wanted[64];
    FILE *locks = fopen("/proc/locks", "re");
    int holder = 0;

    if (locks == NULL)
        return 0;
    snprintf(wanted, sizeof wanted, " %02x:%02x:%llu ", major(file->st_dev), minor(file->st_dev),
             (unsigned long long)file->st_ino);
    while (holder == 0 && fgets(line, sizeof line, locks) != NULL) {
        /* "1: FLOCK  ADVISORY  WRITE 4711 00:1a:5678 0 EOF"; a waiter has "->" before "FLOCK" */
        if (strncmp(hb_proc_word(line, 1), "FLOCK ", strlen("FLOCK ")) == 0 &&
            strstr(line, wanted) != NULL)
            holder = (int)strtol(hb_proc_word(line, 4), NULL, 10);
    }
    fclose(locks);
    return holder;
}

static int refuse(const char *path, const struct stat *file, struct hb_error *err)
{
    int holder = holder_of(file);

    if (holder <= 0)
        return hb_fail(
            err, HB_ERR_LIMIT,
            "another process runs a benchmark on this machine (it holds %s); wait for it "
            "to end: two at a time would spoil each other's figures",
            path);
    return hb_fail(err, HB_ERR_LIMIT,
                   "process %d runs a benchmark on this machine (it holds %s); wait for it to end: "
                   "two at a time would spoil each other's figures",
                   holder, path);
}

static int lock_file(int fd, const char *path, struct hb_error *err)
{
    struct stat file;

    if (fstat(fd, &file) != 0)
        return hb_fail_errno(err, errno, "%s", path);
    if (!S_ISREG(file.st_mode))
        return hb_fail(err, HB_ERR_SYSTEM, "%s: not a regular file; remove it", path);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return errno == EWOULDBLOCK ? refuse(path, &file, err) : hb_fail_errno(err, errno, "%s", path);
}

int hb_machine_lock_take_at(const char *path, struct hb_machine_lock *ret_lock,
                            struct hb_error *err)
{
    struct hb_machine_lock lock = {open_lock_file(path)};

    if (lock.fd < 0)
        return hb_fail_errno(err, errno, "%s", path);
    if (lock_file(lock.fd, path, err) != 0) {
        hb_machine_lock_release(&lock);
        return -1;
    }
    *ret_lock = lock;
    return 0;
}

int hb_machine_lock_take(struct hb_machine_lock *ret_lock, struct hb_error *err)
{
    size_t place = access("/run/lock", W_OK | X_OK) == 0 ? 0 : 1;

    return hb_machine_lock_take_at(places[place], ret_lock, err);
}

void hb_machine_lock_release(struct hb_machine_lock *lock)
{
    hb_fd_close(&lock->fd);
}
