/*
 * One run: one cell once, in fresh worker processes against a server that is up. Whatever goes
 * wrong is that run's result, never an error of the sweep.
 */
#ifndef HB_EXEC_RUN_H
#define HB_EXEC_RUN_H

#include "exec/executor.h"
#include "exec/placement.h"
#include "exec/progress.h"
#include "exec/result.h"
#include "exec/topology.h"

/* What is the same for all runs of a sweep. */
struct hb_run_setup {
    const struct hb_plan *plan;
    const struct hb_exec_options *options;
    const struct hb_placement *placement;
    const double *ceilings; /* by yardstick: what it got, requests/s; 0: not (yet) known */
    int interrupt_fd;       /* readable: give up */
};

/*
 * Fill `result`, which hb_run_result_init() prepared. When it returns nothing of the run is left
 * but the result. The status is HB_RUN_INTERRUPTED when the interrupt came before the end.
 */
void hb_run_execute(const struct hb_run_setup *setup, struct hb_topology *topology,
                    struct hb_progress *progress, struct hb_run_result *result);

#endif
