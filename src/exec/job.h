/*
 * What a worker is told: the job line and the go line (docs/worker-protocol.md), and the files that
 * the job names. Everything a cell says about requests goes through here, for runs and for replay.
 */
#ifndef HB_EXEC_JOB_H
#define HB_EXEC_JOB_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "exec/rundir.h"
#include "plan/plan.h"

/* The three instants of a go line. */
struct hb_go_times {
    int64_t start_ns, stop_ns, drain_ns;
};

/* A job that is the same for all processes of a run, but for the numbers given to hb_job_line(). */
struct hb_job {
    const struct hb_plan *plan;
    const struct hb_cell *cell;
    const char *base_url;  /* of the server, without a trailing slash */
    const char *authority; /* PEM file to trust instead of the scenario's; NULL: the scenario's */
    unsigned processes;
    uint32_t concurrency;  /* of all processes together */
    int64_t ramp_ns;       /* between the starts of two tasks of one process */
    uint64_t max_requests; /* 0: no limit */
    const char *directory; /* holds the bodies, as hb_job_write_bodies() named them */
    const char *schedule;  /* path; NULL: closed loop */
    size_t schedule_count;
    bool without_ticks; /* event loops are not to record how late their timers are */
};

/* Processes that the cell's concurrency really needs: at most one a task. */
unsigned hb_job_processes(const struct hb_plan *plan, const struct hb_cell *cell);

/* Tasks of one process: the concurrency, shared out as evenly as it goes. */
uint32_t hb_job_tasks(const struct hb_job *job, unsigned process);

/* How far apart the starts of the tasks of one of `processes` processes lie: so far that all
 * together never overflow a server's accept queue, nor ask for a burst of handshakes. */
int64_t hb_job_ramp_ns(const struct hb_plan *plan, const struct hb_cell *cell, unsigned processes);

/* One file a request that has a body. */
int hb_job_write_bodies(const struct hb_job *job, const struct hb_rundir *dir,
                        struct hb_error *err) HB_MUST_CHECK;

/* Append the job line of one process, with its newline. HB_ERR_LIMIT when `ret_line` cannot take
 * it: give it a maximum of HB_PROTOCOL_LINE_MAX. */
int hb_job_line(const struct hb_job *job, unsigned process, struct hb_buf *ret_line,
                struct hb_error *err) HB_MUST_CHECK;

void hb_go_line(const struct hb_go_times *times, struct hb_buf *ret_line);

#endif
