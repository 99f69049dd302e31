/*
 * Which cells are known well enough, so that their remaining rounds need not be made: those whose
 * interval of requests/s over the rounds so far reaches no further to either side than the scenario
 * asks for (rounds.until_ci), twice in a row. Only whole runs are added, never seconds to one.
 */
#ifndef HB_EXEC_ROUNDS_H
#define HB_EXEC_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exec/executor.h"

struct hb_rounds {
    const struct hb_plan *plan; /* borrowed */
    double *rates;              /* plan->rounds for each cell */
    uint32_t *counts;           /* by cell: how many there are */
    bool *narrow;               /* by cell: the interval was so after its last run */
    bool *known;                /* by cell */
};

/* Without until_ci nothing is allocated, and no cell is ever known. */
void hb_rounds_init(struct hb_rounds *rounds, const struct hb_plan *plan);
void hb_rounds_release(struct hb_rounds *rounds);

/* A successful run's figure. True when that made its cell known. */
bool hb_rounds_add(struct hb_rounds *rounds, size_t run, double requests_per_second);

/* The policy of a sweep that has no other; borrows `rounds`. */
struct hb_exec_policy hb_rounds_policy(struct hb_rounds *rounds);

/* Whether a run can be left out: its cell is known, and the least number of rounds is made. */
bool hb_rounds_suffice(const struct hb_rounds *rounds, size_t run);

#endif
