/* What the executor tells its sink while it works: the current run's phase, rate and failures, and
 * how much time is left. */
#ifndef HB_EXEC_PROGRESS_H
#define HB_EXEC_PROGRESS_H

#include <stdint.h>

#include "exec/executor.h"

#define HB_PROGRESS_INTERVAL_NS (250 * HB_NS_PER_MS)

struct hb_progress {
    const struct hb_exec_sink *sink;
    struct hb_exec_progress state;
    int64_t later_ns; /* estimate of all runs after the current one */
    int64_t told_ns;  /* when the counts below were read */
    uint64_t told_verified;
};

/* A new phase of the current run, whose expected rest is run_left_ns. */
void hb_progress_enter(struct hb_progress *progress, enum hb_exec_phase phase, int64_t run_left_ns);

/* The current run's counts so far. */
void hb_progress_update(struct hb_progress *progress, uint64_t verified, uint64_t failed,
                        int64_t run_left_ns);

void hb_progress_notice(const struct hb_progress *progress, const char *format, ...)
    HB_PRINTF(2, 3);

#endif
