/*
 * What a gate was asked and what it said, beside the runs of its sweep: the verdicts for queries,
 * and the options as they took effect, from which every report of it can be made again.
 * And what calibrations of machines found.
 */
#ifndef HB_STORE_GATES_H
#define HB_STORE_GATES_H

#include "scenario/gate_options.h"
#include "store/store.h"

/* A gate over the runs of a sweep. */
struct hb_gate_record {
    const char *base, *head;                 /* what people call them: "origin/main" */
    const char *base_subject, *head_subject; /* as runs name them */
    bool servers_differ;                     /* it is servers that are compared, not clients */
    double allow_failed;                     /* share of a side's runs, as the scenario has it */
    const char *notices_json;                /* array of texts, for reports */
    struct hb_gate_options options;          /* overrides are in the margins of each cell */
};

/* By what a cell was judged. */
struct hb_gate_margins {
    const char *cell_id;
    struct hb_gate_margin margins[HB_GATE_METRICS];
};

/* Once a sweep, before its first run. */
int hb_store_save_gate(struct hb_store *store, int64_t sweep_id, const struct hb_gate_record *gate,
                       const struct hb_gate_margins *margins, size_t margins_count,
                       struct hb_error *err) HB_MUST_CHECK;

/* *ret_found: false for a sweep that is no gate. Everything in `arena`. */
int hb_store_load_gate(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                       struct hb_gate_record *ret_gate, struct hb_gate_margins **ret_margins,
                       size_t *ret_margins_count, bool *ret_found,
                       struct hb_error *err) HB_MUST_CHECK;

/* What is to be noticed, once all is known; as in the record. */
int hb_store_save_gate_notices(struct hb_store *store, int64_t sweep_id, const char *notices_json,
                               struct hb_error *err) HB_MUST_CHECK;

/* One metric of one cell; metric "" is the cell as a whole, without figures. NAN: unknown. */
struct hb_verdict_row {
    const char *cell_id, *metric, *weight, *verdict, *reason;
    bool control; /* base against base */
    double base, head, ratio, low, high, confidence, p_worse, resolution;
    unsigned pairs;
};

/* Those of a sweep that were there before are replaced. */
int hb_store_save_verdicts(struct hb_store *store, int64_t sweep_id,
                           const struct hb_verdict_row *rows, size_t count,
                           struct hb_error *err) HB_MUST_CHECK;

/* What a machine was found to resolve; figures as in gate/calibration.h. NAN: unknown. */
struct hb_calibration_row {
    const char *fingerprint; /* of the machine */
    int64_t made_wall_ns;
    size_t cells, pairs; /* that it was made of */
    double order_effect, false_route_rate;
    unsigned confirm_pairs;
    double noise[HB_GATE_METRICS], margins[HB_GATE_METRICS];
};

int hb_store_save_calibration(struct hb_store *store, const struct hb_calibration_row *calibration,
                              struct hb_error *err) HB_MUST_CHECK;

/* The newest of machines with this fingerprint; in `arena`. */
int hb_store_find_calibration(struct hb_store *store, const char *fingerprint,
                              struct hb_arena *arena, struct hb_calibration_row *ret_calibration,
                              bool *ret_found, struct hb_error *err) HB_MUST_CHECK;

#endif
