/*
 * What the kernel counts for each thread and process but is too dear to read at every sample:
 * context switches, time spent waiting for a CPU, bytes read and written. A snapshot is taken at
 * both ends of the measured window.
 *
 * The cost is bounded: of a tree with more than HB_ACTIVITY_THREADS_MAX threads the first so many
 * stand for all, and the counts are scaled up.
 */
#ifndef HB_EXEC_ACTIVITY_H
#define HB_EXEC_ACTIVITY_H

#include "exec/process_tree.h"

#define HB_ACTIVITY_THREADS_MAX 256

struct hb_activity {
    uint64_t voluntary_switches, involuntary_switches;
    int64_t runqueue_wait_ns;
    uint64_t read_bytes, written_bytes;
};

struct hb_thread_activity {
    pid_t thread;
    struct hb_activity counts;
};

struct hb_activity_snapshot {
    struct hb_thread_activity *threads; /* by ascending number */
    size_t count, capacity;
    uint64_t threads_total; /* those not read included */
    uint64_t read_bytes, written_bytes;
};

void hb_activity_snapshot_take(struct hb_activity_snapshot *snapshot,
                               const struct hb_process_list *processes);
void hb_activity_snapshot_release(struct hb_activity_snapshot *snapshot);

/* What happened between two snapshots. A thread that ended in between is missing from it. */
struct hb_activity hb_activity_between(const struct hb_activity_snapshot *start,
                                       const struct hb_activity_snapshot *end);

#endif
