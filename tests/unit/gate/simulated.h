/*
 * Gates over drawn figures, through the judge and the procedure themselves: for the benchmark that
 * makes the tables of docs/gating.md, and for a test with bounds on a short version of it.
 */
#ifndef HB_TESTS_GATE_SIMULATED_H
#define HB_TESTS_GATE_SIMULATED_H

#include "gate/procedure.h"

#include "base/rng.h"

/* As a scenario without a `gate` block has it, in one metric (CPU a request) unless told. */
struct hb_gate_options simulated_options(void);

struct simulated_matrix {
    const struct hb_gate_options *options;
    size_t cells;
    const double *variations; /* of a run, as a share; cell i has variations[i % count] */
    size_t variations_count;
    double drift;       /* of the machine from one run to the next, as a share; a random walk */
    double outliers;    /* share of runs that take half again as long */
    double effect;      /* of head, as a ratio: 1.08; 1: base against base */
    size_t affected;    /* cells of each variation that have it; the first ones */
    double side_effect; /* of what is called head in a control: 1, or contamination */
    int64_t run_ns;     /* 0: time is not reckoned */
};

#define SIMULATED_VARIATIONS_MAX 8

struct simulated_outcome {
    size_t gates, false_gates; /* with an unaffected cell, or the suite of none, regressed */
    size_t false_cells;        /* unaffected ones */
    size_t affected[SIMULATED_VARIATIONS_MAX]; /* cells, by variation */
    size_t caught[SIMULATED_VARIATIONS_MAX];
    size_t unchanged[SIMULATED_VARIATIONS_MAX], unaffected[SIMULATED_VARIATIONS_MAX];
    size_t routed_unaffected, unaffected_all;
    size_t suites, contaminated;                 /* gates of which that was said */
    double pairs;                                /* made, of cells, not of controls */
    double resolution[SIMULATED_VARIATIONS_MAX]; /* sums over cells */
};

/* One gate more. */
void simulate_gate(const struct simulated_matrix *matrix, struct hb_rng *rng,
                   struct simulated_outcome *outcome);

/* So many pairs of one cell, and the verdict on them: P(regressed) and the like by counting. */
enum hb_verdict simulate_pairs(unsigned pairs, double variation, double effect, double alpha,
                               struct hb_rng *rng);

#endif
