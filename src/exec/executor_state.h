/*
 * A sweep in progress, shared by the two files that carry it out: executor_begin.c prepares it and
 * cleans up, executor.c walks its runs. Nobody else includes this.
 */
#ifndef HB_EXEC_EXECUTOR_STATE_H
#define HB_EXEC_EXECUTOR_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "exec/executor.h"
#include "exec/found_clients.h"
#include "exec/interrupt.h"
#include "exec/outlook.h"
#include "exec/pin.h"
#include "exec/placement.h"
#include "exec/progress.h"
#include "exec/rounds.h"
#include "exec/run.h"
#include "exec/stage.h"
#include "exec/wire_book.h"

struct hb_sweep {
    const struct hb_plan *plan;
    const struct hb_scenario *scenario;
    struct hb_exec_options options;
    const struct hb_exec_sink *sink;
    struct hb_exec_summary *summary;
    struct hb_placement placement;
    struct hb_interrupt interrupt;
    struct hb_progress progress;
    struct hb_run_setup setup;
    struct hb_pin pin;
    struct hb_found_clients clients;
    struct hb_stage stage;
    struct hb_outlook outlook;
    bool any_run; /* was made: there is something to rest from */

    bool *made;       /* by yardstick: it is no longer to be made */
    double *ceilings; /* by yardstick: requests/s; 0: unknown */
    struct hb_rounds rounds;
    struct hb_exec_policy policy;
    struct hb_wire_book wire;
};

/* ---- what stands at a position of the order in which runs are made ---- */

static inline size_t hb_sweep_run_at(const struct hb_sweep *sweep, size_t position)
{
    return hb_outlook_run(&sweep->outlook, position);
}

static inline size_t hb_sweep_cell_number_at(const struct hb_sweep *sweep, size_t position)
{
    return sweep->plan->runs[hb_sweep_run_at(sweep, position)].cell;
}

static inline const struct hb_cell *hb_sweep_cell_at(const struct hb_sweep *sweep, size_t position)
{
    return &sweep->plan->cells[hb_sweep_cell_number_at(sweep, position)];
}

static inline uint32_t hb_sweep_round_at(const struct hb_sweep *sweep, size_t position)
{
    return sweep->plan->runs[hb_sweep_run_at(sweep, position)].round;
}

/* The number of the yardstick that a position is of. */
static inline size_t hb_sweep_yardstick_at(const struct hb_sweep *sweep, size_t position)
{
    return hb_sweep_run_at(sweep, position) - sweep->plan->runs_count;
}

static inline const struct hb_availability *hb_sweep_client_at(const struct hb_sweep *sweep,
                                                               size_t position)
{
    return &sweep->clients.found[hb_sweep_cell_at(sweep, position)->client];
}

/* ---- executor_begin.c ---- */

/* Fill in a sweep; hb_sweep_end() releases it, begun or not. */
void hb_sweep_init(struct hb_sweep *sweep, const struct hb_plan *plan,
                   const struct hb_exec_options *options, const struct hb_exec_sink *sink,
                   struct hb_exec_summary *summary);

/* Find the clients, choose and take our CPUs. The interrupt has begun. */
int hb_sweep_begin(struct hb_sweep *sweep, struct hb_error *err) HB_MUST_CHECK;

/* Stop the servers, complete the summary, release everything but the interrupt. */
void hb_sweep_end(struct hb_sweep *sweep);

/* What is left, for the sink: of runs when the one that is next has begun. */
void hb_sweep_tell_outlook(struct hb_sweep *sweep);

#endif
