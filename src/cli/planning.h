/* From a file name and a few options to a plan: what validate, expand, run, bench and replay share.
 */
#ifndef HB_CLI_PLANNING_H
#define HB_CLI_PLANNING_H

#include "cli/cli.h"
#include "plan/plan.h"

#define HB_HELP_SET "Override a key of the scenario: --set run.rounds=3"
#define HB_HELP_FILTER                                                                             \
    "Only cells that match: --filter client=httpx/*. Of one axis: any; of several axes: all"

struct hb_planning {
    struct hb_registry registry;
    struct hb_scenario *scenario;
    struct hb_plan plan;
};

/* Everything lives in cli->arena. `filters` may be NULL. */
int hb_planning_make(struct hb_cli *cli, const char *path, const struct hb_strings *sets,
                     const struct hb_strings *filters, bool smoke, struct hb_planning *ret_planning,
                     struct hb_error *err) HB_MUST_CHECK;

/* The same, with all that can be laid over a scenario: subjects, too. */
int hb_planning_make_with(struct hb_cli *cli, const char *path,
                          const struct hb_scenario_overrides *overrides,
                          const struct hb_strings *filters, bool smoke,
                          struct hb_planning *ret_planning, struct hb_error *err) HB_MUST_CHECK;

/* The same for a scenario in memory; ret_planning->registry is loaded already. `overrides` may be
 * NULL. */
int hb_planning_make_from_text(struct hb_cli *cli, const char *name, const char *text,
                               const struct hb_scenario_overrides *overrides, bool smoke,
                               struct hb_planning *ret_planning,
                               struct hb_error *err) HB_MUST_CHECK;

/* "40 runs: 8 cells × 5 rounds, about 52 s" */
void hb_plan_print_size(const struct hb_plan *plan, FILE *out);

/* The run list as text (defined by expand, also shown by run --dry-run). */
void hb_plan_print_table(struct hb_arena *arena, const struct hb_plan *plan, FILE *out);

/* "52 s", "12 min", "5 h 10 min": rough, for people. */
#define HB_ROUGH_TIME_BYTES 40
void hb_format_rough_time(char text[HB_ROUGH_TIME_BYTES], int64_t ns);

#endif
