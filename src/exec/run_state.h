/*
 * A run in progress, shared by the three files that carry it out: run_begin.c prepares it, run.c
 * waits and reacts, run_end.c makes a result of it. Nobody else includes this.
 */
#ifndef HB_EXEC_RUN_STATE_H
#define HB_EXEC_RUN_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "exec/due.h"
#include "exec/hop_watch.h"
#include "exec/host.h"
#include "exec/job.h"
#include "exec/monitor.h"
#include "exec/run.h"
#include "exec/rundir.h"
#include "exec/worker.h"

#define HB_TIMER_NEVER INT64_MAX

enum hb_timer {
    HB_TIMER_OPEN_WINDOW,
    HB_TIMER_CLOSE_WINDOW,
    HB_TIMER_MONITOR,
    HB_TIMER_SAMPLES,
    HB_TIMER_PROGRESS,
    HB_TIMER_DEADLINE,
    HB_TIMER_COUNT
};

/* Fixed slots in front of the workers' own. */
enum { HB_SLOT_INTERRUPT, HB_SLOT_SERVER, HB_SLOT_WORKERS };

/* Readings at the window's start. */
struct hb_mark {
    struct hb_host_cpu host;
    struct hb_server_counts server;
    int64_t harness_ns;
};

struct hb_run {
    const struct hb_run_setup *setup;
    struct hb_topology *topology;
    struct hb_progress *progress;
    struct hb_run_result *result;
    const struct hb_scenario *scenario;
    const struct hb_cell *cell;
    const struct hb_client_spec *client;
    const struct hb_rate *rate;
    bool smoke, open_loop;

    struct hb_arena arena;
    struct hb_rundir dir;
    struct hb_due due;
    struct hb_job job;
    struct hb_worker *workers;
    size_t workers_count;
    struct pollfd *slots;
    struct hb_worker_sink sink;
    struct hb_judge judge;
    struct hb_monitor *client_monitor, *server_monitor;
    struct hb_hop_watch *hop_watch; /* NULL: the server is a single program, or not ours */

    int64_t timers_ns[HB_TIMER_COUNT];
    int64_t samples_interval_ns;
    int64_t warmup_ns, window_ns, overrun_ns; /* as planned */
    struct hb_go_times times;                 /* all 0 before go */
    struct hb_mark mark;
    struct hb_server_counts server_before;
};

/*
 * Everything up to workers that have been given their jobs. On failure what was made so far is left
 * for hb_run_release().
 */
int hb_run_prepare(struct hb_run *run, struct hb_error *err) HB_MUST_CHECK;

/* After the last worker's end: counts, trust flags, status. Fails when nothing was verified. */
int hb_run_finish(struct hb_run *run, struct hb_error *err) HB_MUST_CHECK;

/* Make a result of a failure: status, reason, last log lines. */
void hb_run_record_failure(struct hb_run *run, const struct hb_error *why);

/* End what is still alive and remove what was made. */
void hb_run_release(struct hb_run *run);

#endif
