/*
 * What a gate will run: windows and pairs that fit the budget, what that costs at worst, and what
 * it can see. Refuses what could never fire and what cannot fit, with the arithmetic and the
 * remedies. Pure.
 */
#ifndef HB_GATE_PLANNER_H
#define HB_GATE_PLANNER_H

#include "gate/calibration.h"
#include "gate/procedure.h"

/* The planner shortens windows and warm-ups of more than this down to it, and further down to the
 * least when there is no time. More pairs show more than longer windows do. */
#define HB_GATE_WINDOW_NS (2 * HB_NS_PER_S)
#define HB_GATE_WINDOW_LEAST_NS (1 * HB_NS_PER_S)
#define HB_GATE_WARMUP_NS (500 * HB_NS_PER_MS)
#define HB_GATE_WARMUP_LEAST_NS (250 * HB_NS_PER_MS)

struct hb_planner_cell {
    const char *name;                     /* for messages; borrowed */
    int64_t overhead_ns;                  /* of a run: start, drain, cool-down */
    int64_t window_ns, warmup_ns;         /* as the scenario says */
    const struct hb_gate_margin *margins; /* HB_GATE_METRICS; overrides applied */
};

struct hb_planner_input {
    const struct hb_gate_options *options;
    const struct hb_planner_cell *cells;
    size_t count;
    const struct hb_calibration *calibration; /* NULL: hb_calibration_assumed() */
    int64_t once_ns;    /* beside the runs: environments, preflight, wire profiles */
    int64_t round_ns;   /* a round beside its runs: starts of servers */
    bool fixed_windows; /* windows and warm-ups stay as the scenario says */
};

struct hb_gate_cell_plan {
    int64_t window_ns, warmup_ns, run_ns;
    double noise[HB_GATE_METRICS];      /* of a pair, as expected; NAN: unknown */
    double detectable[HB_GATE_METRICS]; /* nine times in ten by screen and confirmation; NAN */
    enum hb_gate_metric best;           /* the metric that decides and shows the smallest change */
    double acquits; /* the least margin of it within which all pairs show that nothing changed */
};

/* Why there are as many pairs as there are. */
enum hb_pairs_choice {
    HB_PAIRS_AS_WRITTEN, /* by the scenario, or by default */
    HB_PAIRS_CALIBRATED, /* they catch what is sought, on this machine, 19 times in 20 */
    HB_PAIRS_TOO_NOISY,  /* no number that a gate makes would: as many as it makes */
};

struct hb_gate_plan {
    /* As they take effect: sentinels never exceed the cells, pairs are chosen. */
    struct hb_gate_options options;
    enum hb_pairs_choice pairs;
    double sought;     /* what pairs are chosen for: must_resolve, or HB_SOUGHT */
    unsigned cut_from; /* fresh pairs there would be, did the budget hold them; 0: it does */
    struct hb_gate_cell_plan *cells;
    size_t count;
    unsigned rounds;          /* hb_procedure_rounds() */
    int64_t screen_ns;        /* all cells and sentinels, and what is done once */
    int64_t confirm_cell_ns;  /* the confirmation of the dearest cell */
    int64_t worst_ns;         /* every cell and every sentinel goes through everything */
    int64_t expected_ns;      /* nothing regressed: the screen, and confirmations for nothing */
    size_t confirmable;       /* cells of which the confirmation fits beside the screen */
    unsigned extension_pairs; /* a cell, that fit when nothing has to be confirmed; 0 … */
    double detectable;        /* the largest of the cells' best */
};

/*
 * HB_ERR_INPUT: a configuration that can never fire (too few pairs for alpha) or cannot meet
 * must_resolve. HB_ERR_LIMIT: one that cannot fit. Needs at least one cell.
 */
int hb_gate_plan_make(const struct hb_planner_input *input, struct hb_arena *arena,
                      struct hb_gate_plan *ret_plan, struct hb_error *err) HB_MUST_CHECK;

#endif
