/*
 * One sweep a machine at a time: two would corrupt each other's figures. An flock() on an empty
 * file, so the lock goes with its holder however that ends.
 */
#ifndef HB_EXEC_MACHINE_LOCK_H
#define HB_EXEC_MACHINE_LOCK_H

#include "base/error.h"

struct hb_machine_lock {
    int fd; /* -1: not held */
};

#define HB_MACHINE_LOCK_NONE ((struct hb_machine_lock){.fd = -1})

/*
 * Take the lock or fail at once with HB_ERR_LIMIT, naming the process that holds it. The file is
 * /run/lock/http-benchmark.lock, or in /tmp where that directory cannot be written.
 */
int hb_machine_lock_take(struct hb_machine_lock *ret_lock, struct hb_error *err) HB_MUST_CHECK;

/* The same with a file at `path`. */
int hb_machine_lock_take_at(const char *path, struct hb_machine_lock *ret_lock,
                            struct hb_error *err) HB_MUST_CHECK;

void hb_machine_lock_release(struct hb_machine_lock *lock); /* idempotent */

#endif
