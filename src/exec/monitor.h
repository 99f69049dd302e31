/*
 * Resources of a process tree, read from outside from /proc and per-process CPU clocks.
 *
 * CPU is in nanoseconds (clock_getcpuclockid), summed over every process of the tree ever seen, so
 * that it never goes back when one ends. What a process used between the last sample and its end
 * comes from the time its parent has reaped, which the kernel tells in clock ticks (10 ms).
 *
 * RSS is summed over processes: pages that several of them share count once for each.
 */
#ifndef HB_EXEC_MONITOR_H
#define HB_EXEC_MONITOR_H

#include <sys/types.h>

#include "exec/keeper.h"
#include "exec/result.h"

struct hb_monitor; /* follows one or more trees as one unit: all workers of a run, or a topology */

struct hb_monitor *hb_monitor_new(void);
void hb_monitor_free(struct hb_monitor *monitor); /* NULL-safe */

/* Follow a process and all its descendants, now and later. */
void hb_monitor_add_root(struct hb_monitor *monitor, pid_t root);

/* Follow everything a keeper keeps, what daemonises included; the keeper itself is left out. */
void hb_monitor_add_child(struct hb_monitor *monitor, const struct hb_child *child);

/* Take a reading now: finds new descendants, updates averages and peaks. Call at the configured
 * interval. */
void hb_monitor_sample(struct hb_monitor *monitor);

/*
 * The window's two ends: usage between the calls. Each takes a reading of its own and returns the
 * instant (CLOCK_MONOTONIC) at which CPU was read. The counters of threads (activity.h) are read
 * after it and may take some milliseconds.
 */
int64_t hb_monitor_window_start(struct hb_monitor *monitor);
int64_t hb_monitor_window_end(struct hb_monitor *monitor, struct hb_usage *ret_usage);

#endif
