/*
 * `run --baseline FILE`: a sweep that is compared with a baseline when it is over. The file is
 * read, and held against this machine and these settings, before anything is measured: what cannot
 * be compared had better not take a night to say so.
 */
#ifndef HB_CLI_RUN_BASELINE_H
#define HB_CLI_RUN_BASELINE_H

#include "cli/planning.h"
#include "gate/baseline.h"

struct hb_run_baseline {
    const char *path;    /* NULL: nothing is compared */
    const char *fail_on; /* "regressed", "inconclusive"; NULL or "never": advice only */
    bool filtered;       /* only some of the scenario's cells are run */
};

/* The names of --fail-on. */
const char *hb_run_baseline_fail_on_choice(size_t index);

/* HB_ERR_BASELINE for what does not fit; *ret_base in cli->arena. */
int hb_run_baseline_load(struct hb_cli *cli, const struct hb_planning *planning,
                         const struct hb_run_baseline *options, struct hb_baseline *ret_base,
                         struct hb_error *err) HB_MUST_CHECK;

/* Print the comparison, and let *exit_code say what --fail-on asks for. */
int hb_run_baseline_report(struct hb_cli *cli, const struct hb_planning *planning,
                           const struct hb_run_baseline *options, const struct hb_baseline *base,
                           struct hb_store *store, int64_t sweep_id, int *exit_code,
                           struct hb_error *err) HB_MUST_CHECK;

#endif
