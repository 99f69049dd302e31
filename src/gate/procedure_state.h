/* Inside the procedure: what was learned, and what is made of it. */
#ifndef HB_GATE_PROCEDURE_STATE_H
#define HB_GATE_PROCEDURE_STATE_H

#include "gate/family.h"
#include "gate/procedure.h"

/* What was decided for a cell when a stage began: how many of its rounds, from its first. */
struct hb_procedure_stage {
    bool decided;
    unsigned *pairs; /* by cell */
    size_t left_out;
};

struct hb_procedure {
    const struct hb_gate_options *options;
    const struct hb_procedure_cell *cells;
    size_t count;
    unsigned rounds;
    struct hb_pair *pairs; /* by cell, rounds of each */
    bool *learned;         /* by cell, round and side */
    bool *dead;            /* by cell: an error that nothing can heal */
    struct hb_procedure_stage stages[HB_STAGES];
    int64_t told_spent_ns, learned_ns;
    size_t learned_runs, failed_runs;
    struct hb_arena texts; /* failures */
};

static inline struct hb_pair *hb_pairs_of(const struct hb_procedure *procedure, size_t cell)
{
    return procedure->pairs + cell * procedure->rounds;
}

/* The rounds of a stage. */
struct hb_stage_span {
    unsigned first, count;
};

struct hb_stage_span hb_span_of(const struct hb_gate_options *options, enum hb_stage stage);

/* The pairs of a cell in a stage, made or not. */
struct hb_paired_cell hb_stage_pairs(const struct hb_procedure *procedure, size_t cell,
                                     enum hb_stage stage);

/* How many of them have both sides. */
unsigned hb_count_made(const struct hb_paired_cell *cell);

/* Metrics, as bits, whose screened estimate asks for confirmation: worse by more than route_above
 * and a floor, or, of a control, different by that much. */
unsigned hb_routed_metrics(const struct hb_procedure *procedure, size_t cell,
                           const struct hb_cell_verdict *screened);

/* How far the furthest of them is off, as a logarithm: who is confirmed first. */
double hb_routed_by(const struct hb_cell_verdict *screened, unsigned routed);

/* Verdicts on the screen alone, and on everything as the procedure rules. */
int hb_judge_screen(const struct hb_procedure *procedure, size_t cell, struct hb_arena *arena,
                    struct hb_cell_verdict *ret_verdict, struct hb_error *err) HB_MUST_CHECK;
int hb_judge_so_far(const struct hb_procedure *procedure, size_t cell,
                    const struct hb_family *family, struct hb_arena *arena,
                    struct hb_cell_verdict *ret_verdict, struct hb_error *err) HB_MUST_CHECK;

/* Why the null control says that no time can be believed, in `arena`; "" when it does not. */
int hb_find_contamination(const struct hb_procedure *procedure, struct hb_arena *arena,
                          const char **ret_why, struct hb_error *err) HB_MUST_CHECK;

/* [0]: all cells, then one a client, best first; of the screen's pairs of cells whose verdict is
 * none that precludes one. `verdicts` are by cell, as hb_judge_so_far() makes them. */
int hb_judge_suites(const struct hb_procedure *procedure, const struct hb_cell_verdict *verdicts,
                    struct hb_arena *arena, struct hb_suite_verdict **ret_suites, size_t *ret_count,
                    struct hb_error *err) HB_MUST_CHECK;

#endif
