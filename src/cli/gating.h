/*
 * The gate's procedure over the runs of a plan: it is asked which are needed and told what came of
 * them. What every command has in common whose sweep is made of pairs.
 */
#ifndef HB_CLI_GATING_H
#define HB_CLI_GATING_H

#include "cli/planning.h"
#include "exec/executor.h"
#include "gate/planner.h"
#include "gate/procedure.h"

#define HB_GATING_ROLES 2 /* a base run is also one side of a control */

/* As what a cell of the plan takes part in the procedure. */
struct hb_gating_cell {
    struct {
        size_t pair;
        enum hb_side side;
    } roles[HB_GATING_ROLES];
    unsigned roles_count;
};

struct hb_gating {
    const struct hb_plan *plan;         /* borrowed */
    struct hb_gate_options options;     /* as they take effect */
    struct hb_procedure_cell *pairs;    /* of the plan, then the controls */
    size_t pairs_count, controls_count; /* all; those of them that are controls */
    struct hb_gating_cell *cells;       /* by cell of the plan */
    struct hb_procedure *procedure;     /* owned */
    bool *told;                         /* by run of the plan */
    size_t untold[HB_STAGES];           /* runs of a stage still to come */
    int64_t began_ns;                   /* the budget counts from here */
    struct hb_exec_policy policy;
};

/*
 * What to run for a scenario with subjects: the planner's answer for its pairs. `plan` is of the
 * scenario as it is; its rounds do not matter. `calibration` is NULL where there is none.
 */
int hb_gating_plan(struct hb_cli *cli, const struct hb_plan *plan,
                   const struct hb_calibration *calibration, struct hb_gate_plan *ret_plan,
                   struct hb_error *err) HB_MUST_CHECK;

/* Everything but the procedure lives in cli->arena. `plan` has hb_procedure_rounds(options) rounds
 * and two subjects, the control aside. */
void hb_gating_init(struct hb_gating *gating, struct hb_cli *cli, const struct hb_plan *plan,
                    const struct hb_gate_options *options);
void hb_gating_release(struct hb_gating *gating);

/* A resumed sweep: what it knows already. `left` are the runs still to come. */
void hb_gating_resume(struct hb_gating *gating, const struct hb_run_row *rows, size_t rows_count,
                      const size_t *left, size_t left_count);

/* Whether a subject has a server of its own: then it is servers that are compared. */
bool hb_gating_compares_servers(const struct hb_plan *plan, const struct hb_cell_pair *pair);

/* The rules by which a pair of the plan is judged. */
struct hb_rules hb_gating_rules(const struct hb_plan *plan, const struct hb_cell_pair *pair,
                                const struct hb_gate_options *options);

#endif
