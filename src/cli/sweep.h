/*
 * One sweep from plan to reports: what `run` and `bench` share. Checks what can be checked before
 * the first request, executes, stores run by run, writes the exports, prints the summary.
 */
#ifndef HB_CLI_SWEEP_H
#define HB_CLI_SWEEP_H

#include "cli/cli.h"
#include "cli/planning.h"

struct hb_sweep_options {
    const char *database;         /* NULL: the default */
    const char *output_directory; /* NULL: reports */
    const char *extra_output; /* a report there too, in the format its name ends in; NULL: none */
    struct hb_strings tags;   /* "K=V" */
    struct hb_strings allow_remote; /* hosts, beside the scenario's own */
    int64_t budget_ns;              /* 0: none */
    bool smoke, dry_run, resume;
    bool strict; /* refuse what would only be warned of */
};

/* *exit_code as in docs/exit-codes.md for outcomes that are not errors of ours. */
int hb_sweep(struct hb_cli *cli, const struct hb_planning *planning,
             const struct hb_sweep_options *options, int *exit_code,
             struct hb_error *err) HB_MUST_CHECK;

#endif
