/* A sweep against a baseline: before it begins, and when it is over. */
#include "cli/run_baseline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cell_rules.h"
#include "cli/gate_run.h"
#include "exec/environment.h"
#include "gate/compare.h"
#include "report/comparison.h"

#define ENVIRONMENT_MAX_BYTES (1u << 20)

static const char *const fail_ons[] = {"never", "regressed", "inconclusive"};

const char *hb_run_baseline_fail_on_choice(size_t index)
{
    return index < HB_ARRAY_LEN(fail_ons) ? fail_ons[index] : NULL;
}

/* ---- before ---- */

/* What the sweep will be, as far as it is known before it is. */
static struct hb_baseline expected(struct hb_cli *cli, const struct hb_planning *planning)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf environment;
    char fingerprint[HB_FINGERPRINT_BYTES], *settings;
    struct hb_baseline head = {.scenario = planning->scenario->name};

    hb_buf_init(&environment, ENVIRONMENT_MAX_BYTES);
    hb_environment_json(&environment);
    hb_environment_fingerprint(fingerprint);
    settings = hb_run_settings_json(&planning->scenario->run);
    head.machine_json = hb_baseline_machine_json(hb_buf_text(&environment), &cli->arena);
    head.fingerprint = hb_arena_strdup(&cli->arena, fingerprint);
    head.settings_json = hb_arena_strdup(&cli->arena, settings);
    free(settings);
    return head;
}

int hb_run_baseline_load(struct hb_cli *cli, const struct hb_planning *planning,
                         const struct hb_run_baseline *options, struct hb_baseline *ret_base,
                         struct hb_error *err)
{
    struct hb_baseline head;

    if (options->path == NULL)
        return options->fail_on == NULL
                   ? 0
                   : hb_fail(err, HB_ERR_INPUT, "--fail-on says what of --baseline FILE counts");
    if (planning->scenario->subjects_count > 0)
        return hb_fail(err, HB_ERR_INPUT,
                       "--baseline: the scenario has subjects, which `gate` and `compare` put side "
                       "by side");
    if (hb_baseline_read(options->path, &cli->arena, ret_base, err) != 0)
        return -1;
    head = expected(cli, planning);
    if (hb_baseline_check(ret_base, &head, err) != 0)
        return hb_wrap(err, "%.200s", options->path);
    return 0;
}

/* ---- after ---- */

static const struct hb_run_row *label_of(const struct hb_unpaired_cell *cell)
{
    return cell->labels[HB_SIDE_HEAD] != NULL ? cell->labels[HB_SIDE_HEAD]
                                              : cell->labels[HB_SIDE_BASE];
}

/* With --filter a cell that was not run was not removed. */
static size_t leave_out_others(struct hb_unpaired_cells *cells)
{
    size_t kept = 0, found = cells->count;

    for (size_t i = 0; i < found; i++) {
        if (cells->cells[i].labels[HB_SIDE_HEAD] != NULL)
            cells->cells[kept++] = cells->cells[i];
    }
    cells->count = kept;
    return found - kept;
}

static int judge(struct hb_cli *cli, const struct hb_planning *planning,
                 const struct hb_unpaired_cells *cells, struct hb_comparison_result *ret,
                 struct hb_error *err)
{
    struct hb_rules *rules = hb_arena_calloc(&cli->arena, cells->count, sizeof *rules);
    struct hb_cell_rules cell_rules = {.judging = planning};

    for (size_t i = 0; i < cells->count; i++)
        hb_cell_rules_see(&cell_rules, label_of(&cells->cells[i]));
    for (size_t i = 0; i < cells->count; i++)
        rules[i] = hb_cell_rules_of(&cell_rules, label_of(&cells->cells[i])->cell_id);
    return hb_compare_stored(cells, rules, &planning->scenario->gate, HB_VERDICT_NO_BASELINE,
                             &cli->arena, ret, err);
}

static int print(struct hb_cli *cli, const struct hb_planning *planning,
                 const struct hb_comparison_result *result, struct hb_error *err)
{
    static const char *const nothing[] = {NULL};
    const struct hb_comparison_report report = {
        .result = result,
        .scenario = planning->scenario->name,
        .scenario_path = planning->scenario->path,
        .made_by = cli->command_line,
        .next = nothing,
        .secrets = &cli->secrets,
        .colours = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL,
        .arena = &cli->arena,
    };

    putchar('\n');
    return hb_comparison_put(&report, hb_comparison_format_find("text"), stdout, err);
}

static int exit_code_of(const struct hb_comparison_result *result, const char *fail_on)
{
    const struct hb_gate_options options = {
        .fail_inconclusive = fail_on != NULL && strcmp(fail_on, "inconclusive") == 0};

    if (fail_on == NULL || strcmp(fail_on, "never") == 0)
        return HB_EXIT_OK;
    return hb_gate_exit_code(result, &options);
}

int hb_run_baseline_report(struct hb_cli *cli, const struct hb_planning *planning,
                           const struct hb_run_baseline *options, const struct hb_baseline *base,
                           struct hb_store *store, int64_t sweep_id, int *exit_code,
                           struct hb_error *err)
{
    const char *selector = hb_arena_printf(&cli->arena, "%" PRId64, sweep_id);
    struct hb_comparison_result result;
    struct hb_unpaired_cells cells;
    struct hb_baseline head;
    size_t left_out;

    if (options->path == NULL)
        return 0;
    if (hb_baseline_of_sweep(store, selector, "", &cli->arena, &head, err) != 0)
        return -1;
    cells = hb_baseline_match(base, &head, &cli->arena);
    left_out = options->filtered ? leave_out_others(&cells) : 0;
    if (left_out > 0)
        hb_cli_notice(cli, "%zu cells of the baseline were not run (--filter)", left_out);
    if (judge(cli, planning, &cells, &result, err) != 0)
        return -1;
    result.base = options->path;
    result.head = hb_arena_printf(&cli->arena, "sweep %s", selector);
    result.notices = hb_baseline_notices(base, &head, &cli->arena);
    *exit_code = hb_exit_worst(*exit_code, exit_code_of(&result, options->fail_on));
    return print(cli, planning, &result, err);
}
