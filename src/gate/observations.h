/*
 * What is compared: one observation a run (a fresh process), never one a request. A pair is base
 * and head of one cell in one round, next to each other in time, so that drift of the machine
 * touches both. Sweeps that were made apart have no pairs; their runs are matched by cell only.
 */
#ifndef HB_GATE_OBSERVATIONS_H
#define HB_GATE_OBSERVATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "exec/result.h"
#include "scenario/gate_options.h"
#include "store/store.h"

#define HB_GATE_P99_REQUESTS 10000u /* a run with fewer has no p99 that a gate would believe */

enum hb_side { HB_SIDE_BASE, HB_SIDE_HEAD, HB_SIDES };

enum hb_observed {
    HB_OBSERVED_NOT, /* pending, interrupted or not needed: says nothing about its side */
    HB_OBSERVED_OK,
    HB_OBSERVED_FAILED,  /* crashed, hung, or verified nothing */
    HB_OBSERVED_SKIPPED, /* its client or server was not there */
};

struct hb_observation {
    enum hb_observed state;
    double values[HB_GATE_METRICS]; /* NAN: unknown. Meaningless unless HB_OBSERVED_OK */
    uint64_t errors;                /* requests of the window that failed or were never answered */
    unsigned flags;                 /* enum hb_flag */
    int64_t wall_ns;                /* what the run took, from its start to its end */
    const char *failure;            /* borrowed from what was observed; "" */
};

struct hb_observation hb_observe_result(const struct hb_run_result *result);
struct hb_observation hb_observe_row(const struct hb_run_row *row);

struct hb_pair {
    struct hb_observation sides[HB_SIDES];
    unsigned round;
};

/* One cell in pairs. Of a control both sides are the base: head is the control's run, and the base
 * is the same run that the head proper is held against. */
struct hb_paired_cell {
    const struct hb_run_row *label; /* a run of it, for its texts; borrowed */
    bool control;
    struct hb_pair *pairs; /* by round; a round in which one side was not made is here too */
    size_t count;
};

struct hb_paired_cells {
    struct hb_paired_cell *cells; /* in the order in which they were first run, controls last */
    size_t count;
};

/* What is compared of a sweep's subjects. Runs of the control, which is the base once more, make a
 * control pair with the run of the base in the same round: that run is in two pairs. */
struct hb_subject_names {
    const char *base, *head;
    const char *control; /* NULL: there is none */
};

/* The runs of one sweep (hb_store_load_runs) in pairs by (cell id, round); those of the
 * control make controls. Runs of other subjects are left out. Everything in `arena`. */
struct hb_paired_cells hb_pair_rows(const struct hb_run_row *rows, size_t count,
                                    const struct hb_subject_names *names, struct hb_arena *arena);

/* One cell of two sweeps; a side that has no such cell has no label and no runs. */
struct hb_unpaired_cell {
    const struct hb_run_row *labels[HB_SIDES];
    struct hb_observation *runs[HB_SIDES];
    size_t counts[HB_SIDES];
};

struct hb_unpaired_cells {
    struct hb_unpaired_cell *cells; /* as head has them, then what only base has */
    size_t count;
};

struct hb_rows {
    const struct hb_run_row *rows; /* borrowed */
    size_t count;
};

enum hb_cell_match {
    HB_MATCH_CELL_ID,
    HB_MATCH_BUT_DURATION, /* what rows say of what makes the id, the window's length aside */
};

/* Each side may hold several sweeps' rows, of one subject each. With HB_MATCH_BUT_DURATION cells of
 * one side that differ in duration only are one cell. Everything in `arena`. */
struct hb_unpaired_cells hb_match_rows(struct hb_rows base, struct hb_rows head,
                                       enum hb_cell_match match, struct hb_arena *arena);

#endif
