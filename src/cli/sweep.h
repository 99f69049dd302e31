/*
 * One sweep from plan to reports: what `run` and `bench` share. Checks what can be checked before
 * the first request, executes, stores run by run, writes the exports, prints the summary.
 */
#ifndef HB_CLI_SWEEP_H
#define HB_CLI_SWEEP_H

#include "cli/cli.h"
#include "cli/planning.h"
#include "cli/run_baseline.h"
#include "exec/executor.h"

struct hb_store;
struct hb_run_row;

/* A sweep that goes on. */
struct hb_resumed {
    int64_t sweep_id;
    const struct hb_run_row *rows; /* of all its runs; they live as long as the command */
    size_t rows_count;
    const size_t *left; /* positions of those that are still to be made */
    size_t left_count;
};

/*
 * What a command adds whose sweep has a procedure of its own (a gate, a calibration): which runs
 * are needed, what is kept beside them, and what is told at the end in place of the reports.
 */
struct hb_sweep_extension {
    void *context;
    const struct hb_exec_policy *policy;
    /* The sweep is in the store, and nothing has run. Not for one that is resumed. */
    int (*begun)(void *context, struct hb_store *store, int64_t sweep_id, struct hb_error *err);
    /* In place of `begun`. May refuse. */
    int (*resumed)(void *context, struct hb_store *store, const struct hb_resumed *resumed,
                   struct hb_error *err);
    /* All that could be run was, or the sweep was interrupted. */
    int (*conclude)(void *context, struct hb_store *store, int64_t sweep_id, int *exit_code,
                    struct hb_error *err);
};

struct hb_sweep_options {
    const char *database;         /* NULL: the default */
    const char *output_directory; /* NULL: reports */
    const char *extra_output; /* a report there too, in the format its name ends in; NULL: none */
    struct hb_strings tags;   /* "K=V" */
    struct hb_strings allow_remote;  /* hosts, beside the scenario's own */
    int64_t budget_ns;               /* 0: none */
    struct hb_run_baseline baseline; /* what the sweep is compared with */
    bool smoke, dry_run, resume;
    bool one_of_several;                        /* a step of something that is not resumed */
    bool strict;                                /* refuse what would only be warned of */
    const struct hb_sweep_extension *extension; /* NULL: an ordinary sweep */
};

/* *exit_code as in docs/exit-codes.md for outcomes that are not errors of ours. */
int hb_sweep(struct hb_cli *cli, const struct hb_planning *planning,
             const struct hb_sweep_options *options, int *exit_code,
             struct hb_error *err) HB_MUST_CHECK;

#endif
