/*
 * The due instants of an open loop as a file: what the workers read, and what the runner asks how
 * many requests were due when. The file is the only copy: memory does not grow with rate or length.
 */
#ifndef HB_EXEC_DUE_H
#define HB_EXEC_DUE_H

#include <linux/limits.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "exec/rundir.h"
#include "plan/plan.h"
#include "scenario/scenario.h"

struct hb_due {
    char path[PATH_MAX];
    int fd; /* -1: none */
    size_t count;
};

/* Write the instants of `span` into the run directory. */
int hb_due_make(struct hb_due *ret_due, const struct hb_rundir *dir, const struct hb_rate *rate,
                const struct hb_span *span, uint64_t seed, struct hb_error *err) HB_MUST_CHECK;
void hb_due_release(struct hb_due *due);

/* How many are due before an offset from the start. */
size_t hb_due_count_before(const struct hb_due *due, int64_t offset_ns);

#endif
