/*
 * The life of one sweep. Order matters: everything that can be refused is refused before the
 * database is touched, and the database is written before any report.
 */
#include "cli/sweep.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/revision.h"
#include "cli/sweep_check.h"
#include "exec/environment.h"
#include "exec/machine_lock.h"
#include "gate/thresholds.h"
#include "report/report.h"
#include "store/store.h"

/* What the executor's sink needs. */
struct sweep {
    struct hb_cli *cli;
    const struct hb_planning *planning;
    const struct hb_sweep_options *options;
    struct hb_store *store;
    int64_t id;
    const size_t *runs; /* still to do; NULL: all */
    size_t runs_count;
    struct hb_exec_earlier *earlier; /* of a resumed sweep */
    size_t earlier_count;
    struct hb_baseline baseline; /* what it is compared with, when options->baseline says so */
    struct hb_progress_line progress;
    struct hb_exec_summary summary;
};

static void on_progress(void *context, const struct hb_exec_progress *progress)
{
    struct sweep *sweep = context;

    hb_progress_show(&sweep->progress, &sweep->planning->plan, progress);
}

static void on_notice(void *context, const char *text)
{
    struct sweep *sweep = context;

    hb_progress_clear(&sweep->progress);
    hb_cli_notice(sweep->cli, "%s", hb_cli_safe(sweep->cli, text));
}

static void tell_failure(struct sweep *sweep, const struct hb_run_result *result)
{
    const struct hb_plan *plan = result->plan;
    const struct hb_cell *cell = &plan->cells[plan->runs[result->run].cell];
    const struct hb_scenario *scenario = plan->scenario;

    const char *which = hb_plan_is_yardstick(plan, result->run)
                            ? "the yardstick"
                            : hb_arena_printf(&sweep->cli->arena, "run %zu of %zu", result->run + 1,
                                              plan->runs_count);

    hb_progress_clear(&sweep->progress);
    hb_cli_notice(sweep->cli, "%s failed (%s %s %s ×%u on %s): %s", which,
                  hb_cell_contender(scenario, cell, &sweep->cli->arena),
                  hb_method_name((enum hb_method)cell->method),
                  hb_cli_safe(sweep->cli, scenario->urls[cell->url].url),
                  scenario->concurrency[cell->concurrency],
                  hb_server_instance(&scenario->servers[cell->server]),
                  hb_cli_safe(sweep->cli, result->failure));
}

static int on_finished(void *context, const struct hb_run_result *result, struct hb_error *err)
{
    struct sweep *sweep = context;

    if (result->status == HB_RUN_FAILED)
        tell_failure(sweep, result);
    return hb_store_save_run(sweep->store, sweep->id, result, err);
}

static int on_server(void *context, const struct hb_server_facts *facts, struct hb_error *err)
{
    struct sweep *sweep = context;

    return hb_store_save_server(sweep->store, sweep->id, facts, err);
}

static int on_wire(void *context, const struct hb_wire_result *result, struct hb_error *err)
{
    struct sweep *sweep = context;

    return hb_store_save_wire(sweep->store, sweep->id, result, err);
}

static int begin_new(struct sweep *sweep, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf environment;
    char fingerprint[HB_FINGERPRINT_BYTES], revision[HB_REVISION_BYTES], directory[PATH_MAX];
    struct hb_sweep_info info = {
        .scenario = sweep->planning->scenario,
        .tool_version = HB_VERSION,
        .revision = revision,
        .fingerprint = fingerprint,
        .tags = sweep->options->tags.items,
        .client_folders = sweep->cli->client_folders.items,
        .purpose = sweep->options->smoke ? HB_PURPOSE_SMOKE : HB_PURPOSE_MEASURED,
    };

    if (getcwd(directory, sizeof directory) != NULL)
        info.directory = directory;
    hb_buf_init(&environment, 1 << 20);
    hb_environment_json(&environment);
    hb_environment_fingerprint(fingerprint);
    hb_revision_of(sweep->planning->scenario->path, revision);
    info.environment_json = hb_buf_text(&environment);
    if (hb_store_begin_sweep(sweep->store, &info, &sweep->planning->plan, &sweep->id, err) != 0)
        return -1;
    if (sweep->options->extension == NULL)
        return 0;
    return sweep->options->extension->begun(sweep->options->extension->context, sweep->store,
                                            sweep->id, err);
}

static void add_earlier(struct sweep *sweep, const struct hb_run_row *rows, size_t count)
{
    struct hb_exec_earlier *all =
        hb_arena_calloc(&sweep->cli->arena, sweep->earlier_count + count, sizeof *all);

    for (size_t i = 0; i < sweep->earlier_count; i++)
        all[i] = sweep->earlier[i];
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].status, "ok") == 0)
            all[sweep->earlier_count++] =
                (struct hb_exec_earlier){rows[i].position, rows[i].requests_per_second};
    }
    sweep->earlier = all;
}

static int tell_extension(struct sweep *sweep, const struct hb_run_row *rows, size_t count,
                          struct hb_error *err)
{
    const struct hb_sweep_extension *extension = sweep->options->extension;
    const struct hb_resumed resumed = {.sweep_id = sweep->id,
                                       .rows = rows,
                                       .rows_count = count,
                                       .left = sweep->runs,
                                       .left_count = sweep->runs_count};

    if (extension == NULL)
        return 0;
    return extension->resumed(extension->context, sweep->store, &resumed, err);
}

/* What the sweep has found out before. */
static int load_earlier(struct sweep *sweep, struct hb_error *err)
{
    struct hb_run_row *rows = NULL;
    size_t count = 0;

    if (hb_store_load_runs(sweep->store, sweep->id, &sweep->cli->arena, &rows, &count, err) != 0)
        return -1;
    add_earlier(sweep, rows, count);
    if (tell_extension(sweep, rows, count, err) != 0)
        return -1;
    if (hb_store_load_yardsticks(sweep->store, sweep->id, &sweep->cli->arena, &rows, &count, err) !=
        0)
        return -1;
    add_earlier(sweep, rows, count);
    return 0;
}

static int begin_resumed(struct sweep *sweep, struct hb_error *err)
{
    size_t *runs;

    if (hb_store_resume(sweep->store, &sweep->planning->plan, &sweep->cli->arena, &sweep->id, &runs,
                        &sweep->runs_count, err) != 0)
        return -1;
    if (sweep->id == 0)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "nothing to resume: no unfinished sweep of this scenario in the database");
    sweep->runs = runs;
    hb_cli_notice(sweep->cli, "resuming sweep %" PRId64 ": %zu of %zu runs are left", sweep->id,
                  sweep->runs_count,
                  sweep->planning->plan.runs_count + sweep->planning->plan.yardsticks_count);
    return load_earlier(sweep, err);
}

static enum hb_sweep_status final_status(const struct hb_exec_summary *summary)
{
    if (summary->interrupted)
        return HB_SWEEP_INTERRUPTED;
    return summary->budget_reached ? HB_SWEEP_BUDGET : HB_SWEEP_COMPLETE;
}

static int execute(struct sweep *sweep, struct hb_error *err)
{
    struct hb_exec_options options = {
        .registry = &sweep->planning->registry,
        .runs = sweep->runs,
        .runs_count = sweep->runs_count,
        .earlier = sweep->earlier,
        .earlier_count = sweep->earlier_count,
        .policy = sweep->options->extension != NULL ? sweep->options->extension->policy : NULL,
        .smoke = sweep->options->smoke,
        .monitor_interval_ns = sweep->cli->environment.monitoring_interval_ns,
        .budget_ns = sweep->options->budget_ns,
    };
    struct hb_exec_sink sink = {
        .context = sweep,
        .server_started = on_server,
        .wire = on_wire,
        .progress = on_progress,
        .finished = on_finished,
        .notice = on_notice,
    };
    int result;

    hb_progress_init(&sweep->progress, sweep->cli->quiet);
    result = hb_exec_sweep(&sweep->planning->plan, &options, &sink, &sweep->summary, err);
    hb_progress_clear(&sweep->progress);
    if (result != 0)
        return -1;
    return hb_store_end_sweep(sweep->store, sweep->id, final_status(&sweep->summary), err);
}

/* DIR/NAME-ID.EXT, where NAME is the scenario's name, masked, with anything unusual replaced: also
 * a first dot, which would hide the file. No longer than any file system takes. */
static const char *export_path(struct sweep *sweep, const char *extension)
{
    char *name = hb_arena_strdup(&sweep->cli->arena,
                                 hb_cli_safe(sweep->cli, sweep->planning->scenario->name));

    for (char *at = name; *at != '\0'; at++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", *at) ==
            NULL)
            *at = '_';
    }
    if (name[0] == '.')
        name[0] = '_';
    return hb_arena_printf(&sweep->cli->arena, "%s/%.100s-%" PRId64 ".%s",
                           hb_sweep_directory(sweep->options), name, sweep->id, extension);
}

static int write_extra(struct sweep *sweep, const struct hb_report *report, struct hb_error *err)
{
    const char *path = sweep->options->extra_output;
    const struct hb_exporter *exporter = path != NULL ? hb_exporter_for_path(path) : NULL;

    if (exporter == NULL)
        return 0;
    if (hb_report_write(report, exporter, path, err) != 0)
        return -1;
    printf("%-8s %s\n", exporter->format, path);
    return 0;
}

static int write_exports(struct sweep *sweep, const struct hb_report *report, struct hb_error *err)
{
    static const char *const formats[] = {"html", "csv"};

    for (size_t i = 0; i < HB_ARRAY_LEN(formats); i++) {
        const struct hb_exporter *exporter = hb_exporter_find(formats[i]);
        const char *path = export_path(sweep, exporter->extension);

        if (hb_report_write(report, exporter, path, err) != 0)
            return -1;
        printf("%-8s %s\n", exporter->format, path);
    }
    return write_extra(sweep, report, err);
}

static int check_thresholds(struct sweep *sweep, const struct hb_report *report, int *exit_code)
{
    const struct hb_scenario *scenario = sweep->planning->scenario;
    struct hb_breach *breaches;
    size_t count, checked;

    if (scenario->thresholds_count + scenario->threshold_overrides_count == 0 ||
        sweep->options->smoke)
        return 0;
    hb_thresholds_check(&sweep->planning->plan, &report->cells, &sweep->cli->arena, &breaches,
                        &count, &checked);
    printf("\nthresholds: %zu of %zu met\n", checked - count, checked);
    for (size_t i = 0; i < count; i++) {
        HB_CLEANUP(hb_buf_release) struct hb_buf text;

        hb_buf_init(&text, 4096);
        hb_breach_describe(&breaches[i], &text);
        printf("  ✕ %s\n", hb_cli_safe(sweep->cli, hb_buf_text(&text)));
        *exit_code = hb_exit_worst(*exit_code,
                                   breaches[i].measured ? HB_EXIT_REGRESSION : HB_EXIT_RUNS_FAILED);
    }
    return 0;
}

/* One failed run among thousands need not spoil a night. */
static bool too_many_failed(const struct sweep *sweep)
{
    const struct hb_exec_summary *summary = &sweep->summary;
    size_t made = summary->ok + summary->failed;

    return (double)summary->failed > sweep->planning->scenario->run.allow_failed * (double)made;
}

static void tell_outcome(struct sweep *sweep, int *exit_code)
{
    const struct hb_exec_summary *summary = &sweep->summary;

    if (summary->budget_reached)
        hb_cli_notice(sweep->cli,
                      "stopped after a whole round, since another would pass the budget; %zu runs "
                      "are left, --resume goes on",
                      summary->left);
    if (summary->interrupted) {
        fprintf(stderr, "http-benchmark: interrupted; finished runs are kept, %zu are left%s\n",
                summary->left, sweep->options->one_of_several ? "" : ", --resume goes on");
        *exit_code = hb_exit_worst(*exit_code, HB_EXIT_INTERRUPTED);
    }
    if (summary->failed > 0) {
        fprintf(stderr, "http-benchmark: %zu run%s failed%s\n", summary->failed,
                summary->failed == 1 ? "" : "s",
                too_many_failed(sweep) ? "" : ", which is within allow_failed");
        if (too_many_failed(sweep))
            *exit_code = hb_exit_worst(*exit_code, HB_EXIT_RUNS_FAILED);
    }
    if (summary->ok == 0 && !summary->interrupted) {
        fprintf(stderr, "http-benchmark: nothing was measured\n");
        *exit_code = hb_exit_worst(*exit_code, HB_EXIT_RUNS_FAILED);
    }
}

static int report_sweep(struct sweep *sweep, int *exit_code, struct hb_error *err)
{
    const char *selector = hb_arena_printf(&sweep->cli->arena, "%" PRId64, sweep->id);
    const char *command_line = hb_cli_safe(sweep->cli, sweep->cli->command_line);
    struct hb_report report;
    int result;

    if (hb_report_load(sweep->store, selector, command_line, &sweep->cli->arena, &report, err) != 0)
        return -1;
    result = hb_report_write(&report, hb_exporter_find("text"), "-", err);
    printf("\n%-8s %s (sweep %" PRId64 ")\n", "sqlite",
           hb_cli_database(sweep->cli, sweep->options->database), sweep->id);
    if (result == 0 && !sweep->options->smoke)
        result = write_exports(sweep, &report, err);
    if (result == 0)
        result = check_thresholds(sweep, &report, exit_code);
    return result;
}

/* What was not measured is told by tell_outcome(). */
static int compare_with_baseline(struct sweep *sweep, int *exit_code, struct hb_error *err)
{
    if (sweep->options->smoke || sweep->summary.interrupted || sweep->summary.ok == 0)
        return 0;
    return hb_run_baseline_report(sweep->cli, sweep->planning, &sweep->options->baseline,
                                  &sweep->baseline, sweep->store, sweep->id, exit_code, err);
}

static int conclude(struct sweep *sweep, int *exit_code, struct hb_error *err)
{
    const struct hb_sweep_extension *extension = sweep->options->extension;

    if (extension == NULL)
        return report_sweep(sweep, exit_code, err) == 0
                   ? compare_with_baseline(sweep, exit_code, err)
                   : -1;
    return extension->conclude(extension->context, sweep->store, sweep->id, exit_code, err);
}

static int run_stored(struct sweep *sweep, int *exit_code, struct hb_error *err)
{
    const char *path = hb_cli_database(sweep->cli, sweep->options->database);
    int result;

    if (hb_store_open(path, HB_STORE_WRITE, &sweep->store, err) != 0)
        return -1;
    hb_store_set_secrets(sweep->store, &sweep->cli->secrets);
    result = hb_sweep_make_directory(sweep->options, err);
    if (result == 0)
        result = sweep->options->resume ? begin_resumed(sweep, err) : begin_new(sweep, err);
    if (result == 0)
        result = execute(sweep, err);
    if (result == 0)
        result = conclude(sweep, exit_code, err);
    if (result == 0)
        tell_outcome(sweep, exit_code);
    hb_store_close(sweep->store);
    return result;
}

static int dry_run(struct sweep *sweep)
{
    hb_plan_print_table(&sweep->cli->arena, &sweep->planning->plan, stdout);
    printf("nothing was run (--dry-run)\n");
    return 0;
}

int hb_sweep(struct hb_cli *cli, const struct hb_planning *planning,
             const struct hb_sweep_options *options, int *exit_code, struct hb_error *err)
{
    struct sweep sweep = {.cli = cli, .planning = planning, .options = options};
    HB_CLEANUP(hb_machine_lock_release) struct hb_machine_lock lock = HB_MACHINE_LOCK_NONE;

    if (options->dry_run)
        return dry_run(&sweep);
    if (hb_run_baseline_load(cli, planning, &options->baseline, &sweep.baseline, err) != 0 ||
        hb_sweep_check(cli, planning, options, err) != 0)
        return -1;
    if (hb_machine_lock_take(&lock, err) != 0)
        return -1;
    return run_stored(&sweep, exit_code, err);
}
