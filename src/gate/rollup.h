/*
 * One line for each client (or server) over many cells: the geometric mean of its figures, over
 * only those cells that every one of them has, measured and comparable, and with their count. Open
 * and closed loops are rolled up apart: in the one the rate is given, in the other it is the
 * result.
 */
#ifndef HB_GATE_ROLLUP_H
#define HB_GATE_ROLLUP_H

#include "base/arena.h"
#include "gate/trust_rules.h"

enum hb_rollup_metric {
    HB_ROLLUP_RATE, /* verified requests a second */
    HB_ROLLUP_CPU,  /* client CPU a request, ns */
    HB_ROLLUP_P50,  /* ns */
    HB_ROLLUP_P99,
    HB_ROLLUP_METRICS
};

struct hb_rollup_row {
    const char *name;                /* of the client, or server */
    double means[HB_ROLLUP_METRICS]; /* NAN when some shared cell lacks the figure */
};

struct hb_rollup {
    bool open_loop;
    /* Best first: by rate in a closed loop, by p99 in an open one. Empty when no cell is shared. */
    struct hb_rollup_row *rows;
    size_t rows_count;
    size_t names;  /* how many there are to roll up */
    size_t shared; /* cells a name that all of them have; what the means are over */
    size_t most;   /* cells of the name that has most */
};

/* In `arena`. */
struct hb_rollup hb_roll_up(const struct hb_summaries *cells, bool open_loop,
                            struct hb_arena *arena);

#endif
