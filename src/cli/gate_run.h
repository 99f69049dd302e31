/*
 * A gate from its scenario to its result: what `gate`, `bisect` and `calibrate --inject` do. The
 * scenario is planned twice: as it is, which tells the planner what there is, and then with the
 * windows and rounds that fit.
 */
#ifndef HB_CLI_GATE_RUN_H
#define HB_CLI_GATE_RUN_H

#include "cli/gating.h"
#include "cli/subject_flags.h"
#include "cli/sweep.h"
#include "gate/verdict.h"

struct hb_gate_request {
    const char *path; /* of the scenario */
    struct hb_strings sets, filters;
    struct hb_subject_flags base, head;
    struct hb_sweep_options sweep; /* its extension is not read */
};

struct hb_gate_run {
    struct hb_cli *cli;
    const struct hb_gate_request *request;
    struct hb_planning planning;
    struct hb_gate_plan plan; /* what the planner said */
    struct hb_calibration calibration;
    bool calibrated;           /* on this machine */
    const char *base, *head;   /* what people call them */
    struct hb_strings notices; /* for the result, whatever it is */
    bool counted;              /* by counts: there is no procedure, and no plan by the planner */
    struct hb_gating gating;   /* unless it is counted */
    int64_t sweep_id;          /* once it is run */
    struct hb_comparison_result result; /* likewise */
};

/* Read, check and plan. Nothing is started. */
int hb_gate_prepare(struct hb_cli *cli, const struct hb_gate_request *request,
                    struct hb_gate_run *ret_run, struct hb_error *err) HB_MUST_CHECK;

/* The same for `pairs` pairs of every cell, no more and no less: no budget, no controls. */
int hb_gate_prepare_pairs(struct hb_cli *cli, const struct hb_gate_request *request, unsigned pairs,
                          struct hb_gate_run *ret_run, struct hb_error *err) HB_MUST_CHECK;

/* What would be run, what it costs and what it can see (--plan). */
void hb_gate_print_plan(struct hb_gate_run *run, FILE *out);

/* Carry it out. *exit_code is that of the runs alone; the result's: hb_gate_exit_code(). */
int hb_gate_carry_out(struct hb_gate_run *run, int *exit_code, struct hb_error *err) HB_MUST_CHECK;

/* What a result means to whoever waits for it. */
int hb_gate_exit_code(const struct hb_comparison_result *result,
                      const struct hb_gate_options *options);

#endif
