/*
 * Comparing the good one with another, as 'bisect' does at every step: a gate of one cell, and what
 * its verdict makes of the other.
 */
#ifndef HB_CLI_BISECT_COMPARE_H
#define HB_CLI_BISECT_COMPARE_H

#include "cli/bisect_range.h"
#include "cli/gate_run.h"
#include "gate/bisection.h"

#define HB_BISECT_NO_METRIC HB_GATE_METRICS

struct hb_bisect_rules {
    enum hb_gate_metric metric;   /* that alone decides; HB_BISECT_NO_METRIC: those of the cell */
    struct hb_gate_margin margin; /* of that metric */
    bool control;                 /* the good one also runs against itself */
};

/* What is the same at every step. All of it borrowed. */
struct hb_bisecting {
    struct hb_cli *cli;
    const struct hb_one_cell *cell;
    const struct hb_bisect_range *range;
    const struct hb_sweep_options *sweep;
    const char *budget;     /* of one comparison; NULL: as the scenario says */
    struct hb_strings with; /* packages beside those of a commit */
};

/* What came of comparing one candidate with the good one. */
struct hb_bisect_finding {
    enum hb_candidate is;             /* HB_CANDIDATE_UNKNOWN: interrupted */
    enum hb_gate_metric metric;       /* what was looked at */
    struct hb_metric_verdict verdict; /* of it; not `measured` when there is none */
    const char *why;                  /* it cannot be told; else "" */
    struct hb_strings notices;        /* packages that came with one side only */
    int64_t sweep_id;                 /* 0: nothing was run */
    int exit_code;                    /* of the gate, when it is not told; HB_EXIT_OK otherwise */
};

/*
 * Install what is needed and run the gate. A candidate that cannot be installed, or fails, cannot
 * be told; that is no error. Texts in cli->arena.
 */
int hb_bisect_compare(const struct hb_bisecting *bisecting,
                      const struct hb_bisect_candidate *candidate,
                      const struct hb_bisect_rules *rules, struct hb_bisect_finding *ret_finding,
                      struct hb_error *err) HB_MUST_CHECK;

/* How the steps tell good from bad, once the bad one was found to be worse: by the metric that was
 * worst, halfway between the two (as factors go). */
struct hb_bisect_rules hb_bisect_rules_of(const struct hb_bisect_finding *bad);

#endif
