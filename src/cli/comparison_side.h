/*
 * What `compare` compares with what, when it is no pair of subjects of one sweep: each side by
 * itself, from wherever it is stored.
 *
 *   FILE.baseline              a saved baseline
 *   [FILE.db@]SWEEP[:SUBJECT]  a sweep of a database: 12, latest, latest~1, the name of a pinned
 *                              one; of one with subjects, one of them
 *
 * Another kind of place is another row of the table in comparison_side.c.
 */
#ifndef HB_CLI_COMPARISON_SIDE_H
#define HB_CLI_COMPARISON_SIDE_H

#include "cli/cli.h"
#include "gate/baseline.h"

struct hb_comparison_side {
    const char *label;        /* "sweep 12", "baselines/quickstart.baseline" */
    int64_t sweep_id;         /* 0: not of a database */
    const char *database;     /* NULL: that of --db */
    int64_t measured_wall_ns; /* 0: unknown */
    const char *scenario_path;
    struct hb_baseline observed;
};

/* Everything in cli->arena. `database` as --db has it. */
int hb_comparison_side_load(struct hb_cli *cli, const char *text, const char *database,
                            struct hb_comparison_side *ret_side,
                            struct hb_error *err) HB_MUST_CHECK;

/* Whether a word says by its form that it is no subject: a path, a number, latest, FILE@SWEEP. */
bool hb_comparison_side_is_place(const char *text);

#endif
