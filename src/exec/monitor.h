/*
 * Resources of a process tree, read from outside from /proc and per-process CPU clocks. CPU is in
 * nanoseconds (clock_getcpuclockid), summed over every process of the tree ever seen, so that it
 * never goes back when one ends.
 */
#ifndef HB_EXEC_MONITOR_H
#define HB_EXEC_MONITOR_H

#include <sys/types.h>

#include "exec/result.h"

struct hb_monitor; /* follows one or more trees as one unit: all workers of a run, or a topology */

struct hb_monitor *hb_monitor_new(void);
void hb_monitor_free(struct hb_monitor *monitor);
void hb_monitor_add_root(struct hb_monitor *monitor,
                         pid_t root); /* the root and all its descendants, now and later */

/* Take a reading now: finds new descendants, updates averages and peaks. Call at the configured
 * interval. */
void hb_monitor_sample(struct hb_monitor *monitor);

/* The window's two instants: usage between the calls. Each takes a reading of its own. */
void hb_monitor_window_start(struct hb_monitor *monitor);
void hb_monitor_window_end(struct hb_monitor *monitor, struct hb_usage *ret_usage);

#endif
