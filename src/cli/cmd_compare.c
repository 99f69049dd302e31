/* compare: what changed between two subjects of a sweep, two sweeps, or a sweep and a baseline.
 * Measures nothing. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cell_rules.h"
#include "cli/commands.h"
#include "cli/comparison_side.h"
#include "cli/gate_outputs.h"
#include "cli/gate_run.h"
#include "cli/planning.h"
#include "cli/row_filter.h"
#include "gate/compare.h"
#include "gate/stored.h"
#include "report/comparison.h"
#include "report/shell_word.h"

struct compare_options {
    const char *database, *sweep, *scenario, *format, *output, *fail_on;
    struct hb_strings filters;
    bool force;
};

#define AT(member) offsetof(struct compare_options, member)

/* What makes the exit code other than 0. */
static const char *const fail_ons[] = {"never", "regressed", "inconclusive"};
enum fail_on { FAIL_NEVER, FAIL_REGRESSED, FAIL_INCONCLUSIVE };

static const char *fail_on_choice(size_t index)
{
    return index < HB_ARRAY_LEN(fail_ons) ? fail_ons[index] : NULL;
}

static const struct hb_option compare_option_table[] = {
    {"db", 0, HB_VALUE_STRING, AT(database), "PATH", 0, 0, NULL,
     "SQLite file (default: benchmark_results.db)"},
    {"sweep", 0, HB_VALUE_STRING, AT(sweep), "SWEEP", 0, 0, NULL,
     "Of subjects: whose they are; an id, latest (default), latest~N or a pinned name"},
    {"scenario", 0, HB_VALUE_STRING, AT(scenario), "FILE", 0, 0, NULL,
     "Judge by the margins of this scenario's 'gate' instead of the default ones"},
    {"filter", 0, HB_VALUE_STRINGS, AT(filters), "AXIS=GLOB", 0, 0, NULL, HB_HELP_FILTER},
    {"format", 0, HB_VALUE_CHOICE, AT(format), "FORMAT", 0, 0, hb_comparison_format_choice,
     "text (default), json, csv, markdown, annotations (of GitHub), junit or html"},
    {"output", 'o', HB_VALUE_STRING, AT(output), "PATH", 0, 0, NULL,
     "Write there instead of standard output"},
    {"fail-on", 0, HB_VALUE_CHOICE, AT(fail_on), "WHAT", 0, 0, fail_on_choice,
     "regressed (default of subjects; exit code 3), inconclusive (that too; 4), or never (default "
     "of stored results)"},
    {"force", 0, HB_VALUE_FLAG, AT(force), NULL, 0, 0, NULL,
     "Compare results of different machines or settings all the same"},
};

/* One comparison on its way. */
struct comparing {
    struct hb_cli *cli;
    const struct compare_options *options;
    const char *base, *head; /* as typed */
    const struct hb_row_filter *filter;
    struct hb_planning judging; /* margins: of --scenario, or the defaults */
    struct hb_comparison_result result;
    struct hb_comparison_report report;
    int64_t sweep_id;     /* to look further into; 0: none */
    const char *database; /* of that sweep; NULL: the default one */
};

/* ---- rules ---- */

/* Any scenario has the default margins. */
static int load_margins(struct comparing *comparing, struct hb_error *err)
{
    static const char any[] = "name: defaults\nmatrix: {clients: [noop]}\n";

    if (comparing->options->scenario != NULL)
        return hb_planning_make(comparing->cli, comparing->options->scenario, NULL, NULL, false,
                                &comparing->judging, err);
    if (hb_cli_load_registry(comparing->cli, &comparing->judging.registry, err) != 0)
        return -1;
    return hb_planning_make_from_text(comparing->cli, "defaults", any, NULL, false,
                                      &comparing->judging, err);
}

static int fail_nothing_left(struct hb_error *err)
{
    return hb_fail(err, HB_ERR_NOT_FOUND, "--filter: no stored cell matches");
}

/* ---- subjects of one sweep ---- */

static bool has_subject(const struct hb_run_row *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].subject, name) == 0)
            return true;
    }
    return false;
}

static size_t keep_cells(const struct comparing *comparing, struct hb_paired_cells *cells)
{
    size_t kept = 0;

    for (size_t i = 0; i < cells->count; i++) {
        if (hb_row_filter_keeps(comparing->filter, cells->cells[i].label))
            cells->cells[kept++] = cells->cells[i];
    }
    cells->count = kept;
    return kept;
}

static int compare_pairs(struct comparing *comparing, const struct hb_run_row *rows, size_t count,
                         struct hb_error *err)
{
    const struct hb_subject_names names = {.base = comparing->base, .head = comparing->head};
    struct hb_arena *arena = &comparing->cli->arena;
    struct hb_paired_cells cells = hb_pair_rows(rows, count, &names, arena);
    struct hb_cell_rules cell_rules = {.judging = &comparing->judging};
    struct hb_rules *rules;

    if (cells.count > 0 && keep_cells(comparing, &cells) == 0)
        return fail_nothing_left(err);
    rules = hb_arena_calloc(arena, cells.count, sizeof *rules);
    for (size_t i = 0; i < cells.count; i++)
        hb_cell_rules_see(&cell_rules, cells.cells[i].label);
    for (size_t i = 0; i < cells.count; i++)
        rules[i] = hb_cell_rules_of(&cell_rules, cells.cells[i].label->cell_id);
    if (hb_compare_pairs(&cells, rules, &comparing->judging.scenario->gate, arena,
                         &comparing->result, err) != 0)
        return -1;
    comparing->result.base = comparing->base;
    comparing->result.head = comparing->head;
    return 0;
}

/* A gate was made by its own rules, in its own order: it says again what it said. */
static int repeat_gate(struct comparing *comparing, struct hb_store *store, int64_t sweep_id,
                       bool *ret_found, struct hb_error *err)
{
    struct hb_arena *arena = &comparing->cli->arena;
    struct hb_gate_record gate;
    struct hb_gate_margins *margins;
    size_t count;

    if (hb_store_load_gate(store, sweep_id, arena, &gate, &margins, &count, ret_found, err) != 0)
        return -1;
    if (!*ret_found || strcmp(gate.base_subject, comparing->base) != 0 ||
        strcmp(gate.head_subject, comparing->head) != 0) {
        *ret_found = false;
        return 0;
    }
    if (comparing->options->filters.count > 0 || comparing->options->scenario != NULL)
        return hb_fail(err, HB_ERR_INPUT,
                       "sweep %" PRId64 " is a gate: its verdict is of all its cells, by the "
                       "margins it was made with; leave out --filter and --scenario",
                       sweep_id);
    return hb_gate_load_result(store, sweep_id, arena, &comparing->result, ret_found, err);
}

static int fail_half_subjects(const struct comparing *comparing, const struct hb_sweep_row *sweep,
                              bool base, struct hb_error *err)
{
    return hb_fail(err, HB_ERR_NOT_FOUND,
                   "sweep %" PRId64 " has a subject '%.100s', but none '%.100s'", sweep->id,
                   base ? comparing->base : comparing->head,
                   base ? comparing->head : comparing->base);
}

static void describe_sweep(struct comparing *comparing, const struct hb_sweep_row *sweep)
{
    comparing->report.scenario = sweep->scenario_name;
    comparing->report.scenario_path = sweep->scenario_path;
    comparing->report.measured_wall_ns = sweep->started_wall_ns;
    comparing->sweep_id = sweep->id;
    comparing->database = comparing->options->database;
}

/* *ret_found: false when neither word is a subject of the sweep. */
static int compare_subjects(struct comparing *comparing, struct hb_store *store, bool *ret_found,
                            struct hb_error *err)
{
    const char *selector = comparing->options->sweep;
    struct hb_arena *arena = &comparing->cli->arena;
    struct hb_sweep_row sweep;
    struct hb_run_row *rows;
    bool base, head, is_gate;
    size_t count;

    if (hb_store_find_sweep(store, selector != NULL ? selector : "latest", arena, &sweep, err) !=
            0 ||
        hb_store_load_runs(store, sweep.id, arena, &rows, &count, err) != 0)
        return -1;
    base = has_subject(rows, count, comparing->base);
    head = has_subject(rows, count, comparing->head);
    *ret_found = base && head;
    if (base != head)
        return fail_half_subjects(comparing, &sweep, base, err);
    if (!*ret_found)
        return 0;
    describe_sweep(comparing, &sweep);
    if (repeat_gate(comparing, store, sweep.id, &is_gate, err) != 0)
        return -1;
    return is_gate ? 0 : compare_pairs(comparing, rows, count, err);
}

static int find_subjects(struct comparing *comparing, bool *ret_found, struct hb_error *err)
{
    struct hb_store *store;
    int result;

    *ret_found = false;
    if (hb_comparison_side_is_place(comparing->base) ||
        hb_comparison_side_is_place(comparing->head))
        return 0;
    if (hb_store_open(hb_cli_database(comparing->cli, comparing->options->database), HB_STORE_READ,
                      &store, err) != 0)
        return -1;
    result = compare_subjects(comparing, store, ret_found, err);
    hb_store_close(store);
    return result;
}

/* ---- stored results ---- */

/* Figures of two machines say nothing of the subject, unless someone knows better. */
static int check_sides(struct comparing *comparing, const struct hb_comparison_side *base,
                       const struct hb_comparison_side *head, const char **ret_notice,
                       struct hb_error *err)
{
    struct hb_error reason = {0};

    *ret_notice = NULL;
    if (hb_baseline_check(&base->observed, &head->observed, &reason) == 0)
        return 0;
    if (!comparing->options->force) {
        *err = reason;
        return hb_wrap(err, "incomparable (--force compares all the same)");
    }
    *ret_notice = hb_arena_printf(&comparing->cli->arena, "Forced: %s", reason.message);
    return 0;
}

static const char *const *notices_of(struct comparing *comparing, const char *own,
                                     const struct hb_comparison_side *base,
                                     const struct hb_comparison_side *head)
{
    struct hb_arena *arena = &comparing->cli->arena;
    const char *const *others = hb_baseline_notices(&base->observed, &head->observed, arena);
    const char **notices;
    size_t count = 0, kept = 0;

    while (others[count] != NULL)
        count++;
    notices = hb_arena_calloc(arena, count + 2, sizeof *notices);
    if (own != NULL)
        notices[kept++] = own;
    for (size_t i = 0; i < count; i++)
        notices[kept++] = others[i];
    return notices;
}

static const struct hb_run_row *label_of(const struct hb_unpaired_cell *cell)
{
    return cell->labels[HB_SIDE_HEAD] != NULL ? cell->labels[HB_SIDE_HEAD]
                                              : cell->labels[HB_SIDE_BASE];
}

static int judge_stored(struct comparing *comparing, struct hb_unpaired_cells cells,
                        enum hb_verdict unmatched, struct hb_error *err)
{
    struct hb_arena *arena = &comparing->cli->arena;
    struct hb_rules *rules = hb_arena_calloc(arena, cells.count, sizeof *rules);
    struct hb_cell_rules cell_rules = {.judging = &comparing->judging};
    size_t kept = 0;

    for (size_t i = 0; i < cells.count; i++) {
        if (!hb_row_filter_keeps(comparing->filter, label_of(&cells.cells[i])))
            continue;
        hb_cell_rules_see(&cell_rules, label_of(&cells.cells[i]));
        cells.cells[kept++] = cells.cells[i];
    }
    if (kept == 0 && cells.count > 0)
        return fail_nothing_left(err);
    cells.count = kept;
    for (size_t i = 0; i < kept; i++)
        rules[i] = hb_cell_rules_of(&cell_rules, label_of(&cells.cells[i])->cell_id);
    return hb_compare_stored(&cells, rules, &comparing->judging.scenario->gate, unmatched, arena,
                             &comparing->result, err);
}

static int load_side(struct comparing *comparing, const char *text, struct hb_comparison_side *side,
                     struct hb_error *err)
{
    if (hb_comparison_side_load(comparing->cli, text, comparing->options->database, side, err) == 0)
        return 0;
    if (hb_comparison_side_is_place(text))
        return -1;
    return hb_wrap(err, "no subject of the sweep either");
}

static int compare_sides(struct comparing *comparing, struct hb_error *err)
{
    struct hb_cli *cli = comparing->cli;
    const char *database = comparing->options->database, *forced;
    struct hb_comparison_side base, head;
    struct hb_unpaired_cells cells;

    if (comparing->options->sweep != NULL)
        return hb_fail(err, HB_ERR_INPUT,
                       "--sweep says whose subjects are compared; '%.100s' and '%.100s' are none "
                       "of it",
                       comparing->base, comparing->head);
    if (load_side(comparing, comparing->base, &base, err) != 0 ||
        load_side(comparing, comparing->head, &head, err) != 0 ||
        check_sides(comparing, &base, &head, &forced, err) != 0)
        return -1;
    cells = hb_baseline_match(&base.observed, &head.observed, &cli->arena);
    if (judge_stored(comparing, cells, base.sweep_id != 0 ? HB_VERDICT_NEW : HB_VERDICT_NO_BASELINE,
                     err) != 0)
        return -1;
    comparing->result.base = base.label;
    comparing->result.head = head.label;
    comparing->result.notices = notices_of(comparing, forced, &base, &head);
    comparing->report.scenario = head.observed.scenario;
    comparing->report.scenario_path = head.scenario_path;
    comparing->report.measured_wall_ns = head.measured_wall_ns;
    comparing->sweep_id = head.sweep_id;
    comparing->database = head.database != NULL ? head.database : database;
    return 0;
}

/* ---- what is said ---- */

/* Where to look first: the worst cell. */
static const char *const *next_commands(const struct comparing *comparing)
{
    const struct hb_comparison_result *result = &comparing->result;
    const char **next = hb_arena_calloc(&comparing->cli->arena, 2, sizeof *next);
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 1 << 14);
    if (comparing->sweep_id == 0 || result->cells_count == 0 ||
        result->cells[0].verdict == HB_VERDICT_UNCHANGED ||
        result->cells[0].verdict == HB_VERDICT_REMOVED)
        return next;
    hb_buf_printf(&text, "http-benchmark show %.8s --sweep %" PRId64, result->cells[0].cell_id,
                  comparing->sweep_id);
    if (comparing->database != NULL) {
        hb_buf_puts(&text, " --db ");
        hb_shell_word_put(&text, comparing->database);
    }
    next[0] = hb_arena_strdup(&comparing->cli->arena, hb_buf_text(&text));
    return next;
}

static int write_report(struct comparing *comparing, struct hb_error *err)
{
    const struct compare_options *options = comparing->options;
    struct hb_comparison_report *report = &comparing->report;

    report->result = &comparing->result;
    report->made_by = comparing->cli->command_line;
    report->next = next_commands(comparing);
    report->secrets = &comparing->cli->secrets;
    report->colours =
        options->output == NULL && isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL;
    report->arena = &comparing->cli->arena;
    if (hb_comparison_write(
            report, hb_comparison_format_find(options->format != NULL ? options->format : "text"),
            options->output != NULL ? options->output : "-", err) != 0)
        return -1;
    if (options->output != NULL)
        hb_cli_notice(comparing->cli, "wrote %s", options->output);
    return 0;
}

static enum fail_on fail_on_of(const struct comparing *comparing)
{
    const char *said = comparing->options->fail_on;
    size_t index = 0;

    if (said == NULL)
        return comparing->result.kind == HB_COMPARED_PAIRS ? FAIL_REGRESSED : FAIL_NEVER;
    while (index + 1 < HB_ARRAY_LEN(fail_ons) && strcmp(fail_ons[index], said) != 0)
        index++;
    return (enum fail_on)index;
}

static int exit_code_of(const struct hb_comparison_result *result, enum fail_on fail_on)
{
    const struct hb_gate_options options = {.fail_inconclusive = fail_on == FAIL_INCONCLUSIVE};

    if (fail_on == FAIL_NEVER && result->cells_count > 0)
        return HB_EXIT_OK;
    return hb_gate_exit_code(result, &options);
}

static int run_compare(struct hb_cli *cli, const void *opaque, char *const *arguments,
                       HB_UNUSED int count, int *exit_code, struct hb_error *err)
{
    struct comparing comparing = {
        .cli = cli, .options = opaque, .base = arguments[0], .head = arguments[1]};
    bool subjects;

    if (hb_row_filter_make(cli, &comparing.options->filters, &comparing.filter, err) != 0 ||
        load_margins(&comparing, err) != 0 || find_subjects(&comparing, &subjects, err) != 0 ||
        (!subjects && compare_sides(&comparing, err) != 0) || write_report(&comparing, err) != 0)
        return -1;
    *exit_code = exit_code_of(&comparing.result, fail_on_of(&comparing));
    return 0;
}

const struct hb_command hb_command_compare = {
    .name = "compare",
    .arguments = "BASE HEAD",
    .summary = "Tell what changed between two subjects, sweeps or baselines",
    .description =
        "Tell what changed from BASE to HEAD, cell by cell: the change with its interval, n, a "
        "verdict, and what could have been seen; then the clients over the cells they share.\n\n"
        "BASE and HEAD are two subjects of one sweep (compare base head), which were made in "
        "pairs; or stored results: sweeps (compare latest~1 latest), sweeps of other files "
        "(FILE.db@latest), one subject of a sweep (latest:head), or saved baselines "
        "(FILE.baseline). What was stored at different times is compared for advice: it decides "
        "nothing unless --fail-on says so, and only results of one machine with the same settings "
        "are compared. Cells that only one side has are called new or removed.",
    .options = compare_option_table,
    .options_count = HB_ARRAY_LEN(compare_option_table),
    .options_bytes = sizeof(struct compare_options),
    .arguments_min = 2,
    .arguments_max = 2,
    .run = run_compare,
};
