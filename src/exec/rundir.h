/*
 * The directory of one run: request bodies and schedules for the workers to read, and their working
 * directory. Mode 0700 under $TMPDIR (default /tmp), since bodies may hold secrets; gone after the
 * run. A lock held on it tells directories in use from those that a killed runner left behind.
 */
#ifndef HB_EXEC_RUNDIR_H
#define HB_EXEC_RUNDIR_H

#include <linux/limits.h>
#include <stddef.h>

#include "base/error.h"

struct hb_rundir {
    char path[PATH_MAX]; /* absolute; "" when there is none */
    int lock_fd;         /* of the directory; -1 when there is none */
};

int hb_rundir_make(struct hb_rundir *ret_dir, struct hb_error *err) HB_MUST_CHECK;

/* Create the file `name` in it, mode 0600, and give its path. */
int hb_rundir_write(const struct hb_rundir *dir, const char *name, const void *data, size_t length,
                    char ret_path[PATH_MAX], struct hb_error *err) HB_MUST_CHECK;

/* With all that anybody put in it; never follows a link. NULL-safe, idempotent. */
void hb_rundir_remove(struct hb_rundir *dir);

/* Remove what runners that were killed left behind: ours, a minute old, and locked by nobody. */
void hb_rundir_remove_stale(void);

#endif
