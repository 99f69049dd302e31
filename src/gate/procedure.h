/*
 * The gate's procedure over a matrix, as a state machine without clock, store or processes:
 *
 *   screen     some pairs of every cell and of the sentinels (base against base)
 *   confirm    fresh pairs of the cells whose screened estimate is beyond `route_above`; only
 *              these decide, for the metric that was routed
 *   extend     more pairs of what is still open, as many as the time allows, looked at once with
 *              all others of the cell
 *
 * and the suite: the geometric mean over all cells, on the screen. Rounds are numbered through: 0 …
 * screen - 1, then those of the confirmation, then of the extension. An executor goes through them
 * in order, asks before each run whether it is needed, and tells each finished one. Everything that
 * is decided follows from what was learned; so the result can be made again from stored runs:
 * learn them all and ask for the result.
 */
#ifndef HB_GATE_PROCEDURE_H
#define HB_GATE_PROCEDURE_H

#include "gate/judge.h"

enum hb_stage { HB_STAGE_SCREEN, HB_STAGE_CONFIRM, HB_STAGE_EXTEND, HB_STAGES };

const char *hb_stage_name(enum hb_stage stage); /* "screen", "confirmation", "extension" */

/* A cell, or a sentinel: base against base in one of them. */
struct hb_procedure_cell {
    const struct hb_run_row *label; /* texts only; borrowed. NULL: none */
    struct hb_rules rules;
    bool control;
    int64_t run_ns; /* what a run is expected to cost; 0: unknown, then no time is reckoned */
};

struct hb_procedure;

/* Borrows both until it is freed. The number of a pair is the index into `cells`. */
struct hb_procedure *hb_procedure_new(const struct hb_gate_options *options,
                                      const struct hb_procedure_cell *cells, size_t count);
void hb_procedure_free(struct hb_procedure *procedure);

/* Rounds that a plan needs for everything that may be asked for. */
unsigned hb_procedure_rounds(const struct hb_gate_options *options);
enum hb_stage hb_procedure_stage(const struct hb_gate_options *options, unsigned round);

/* The ratio beyond which a screened estimate is routed to confirmation. A floor above the margin
 * raises it by as much as it raises the limit. */
double hb_route_bar(const struct hb_gate_options *options, const struct hb_metric_verdict *metric);

/* How much of the budget is gone, whatever it went into; told before asking. Stages after the
 * screen take only what fits into the rest. Never told: the sum of what runs took counts. */
void hb_procedure_spent(struct hb_procedure *procedure, int64_t spent_ns);

/* Whether to make a run. The first question about a stage decides who takes part in it, so the
 * runs of the stages before must have been told by then. False for what was learned already. */
bool hb_procedure_needs(struct hb_procedure *procedure, size_t pair, enum hb_side side,
                        unsigned round);

/* A finished run, made now or stored earlier. Rounds beyond hb_procedure_rounds() are ignored. */
void hb_procedure_learn(struct hb_procedure *procedure, size_t pair, enum hb_side side,
                        unsigned round, const struct hb_observation *observation);

/* For people who watch: cells in a stage as decided so far, and the pairs each still gets. */
struct hb_procedure_progress {
    enum hb_stage stage;
    size_t cells, controls; /* that take part in it */
    unsigned pairs;         /* a cell */
    size_t left_out;        /* cells that should take part, for which there was no time */
};

struct hb_procedure_progress hb_procedure_progress(struct hb_procedure *procedure,
                                                   enum hb_stage stage);

/*
 * Verdicts of everything that was learned, at any time; unfinished stages leave cells inconclusive.
 * The caller sets base, head and notices of the result. Everything else in `arena`.
 */
int hb_procedure_result(struct hb_procedure *procedure, struct hb_arena *arena,
                        struct hb_comparison_result *ret_result,
                        struct hb_error *err) HB_MUST_CHECK;

/* The same from the stored runs of a sweep: learns them and asks for the result. */
int hb_procedure_replay(const struct hb_gate_options *options, const struct hb_paired_cells *cells,
                        const struct hb_rules *rules, struct hb_arena *arena,
                        struct hb_comparison_result *ret_result,
                        struct hb_error *err) HB_MUST_CHECK;

#endif
