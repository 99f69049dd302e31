/* baseline: what later sweeps are compared with, as a file to commit or a sweep with a name. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "gate/baseline.h"
#include "gate/summary.h"
#include "measure/stats_summary.h"
#include "report/whole_file.h"

#define FOLDER "baselines"
#define MOST_FILES 1000

struct baseline_options {
    const char *database, *sweep, *subject, *output;
};

#define AT(member) offsetof(struct baseline_options, member)

static const struct hb_option baseline_option_table[] = {
    {"db", 0, HB_VALUE_STRING, AT(database), "PATH", 0, 0, NULL,
     "SQLite file (default: benchmark_results.db)"},
    {"sweep", 0, HB_VALUE_STRING, AT(sweep), "SWEEP", 0, 0, NULL,
     "With save: an id, latest (default), latest~N or a pinned name"},
    {"subject", 0, HB_VALUE_STRING, AT(subject), "NAME", 0, 0, NULL,
     "With save, of a sweep with subjects: whose figures"},
    {"output", 'o', HB_VALUE_STRING, AT(output), "FILE", 0, 0, NULL,
     "With save: where to (default: " FOLDER "/SCENARIO" HB_BASELINE_EXTENSION "); - is standard "
     "output"},
};

/* ---- save ---- */

/* Where a baseline goes unless it is told; the folder is made. */
static int default_path(struct hb_cli *cli, const struct hb_baseline *baseline,
                        const char **ret_path, struct hb_error *err)
{
    char *name = hb_arena_strdup(&cli->arena, baseline->scenario);

    for (char *at = name; *at != '\0'; at++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", *at) ==
            NULL)
            *at = '_';
    }
    if (name[0] == '.')
        name[0] = '_';
    if (mkdir(FOLDER, 0777) != 0 && errno != EEXIST)
        return hb_fail_errno(err, errno, "cannot make the folder " FOLDER);
    *ret_path = hb_arena_printf(&cli->arena, FOLDER "/%.100s" HB_BASELINE_EXTENSION, name);
    return 0;
}

static int write_text(const void *context, FILE *out, HB_UNUSED struct hb_error *err)
{
    const struct hb_buf *text = context;

    fwrite(text->data, 1, text->length, out);
    return 0;
}

static int write_baseline(struct hb_cli *cli, const struct hb_baseline *baseline, const char *asked,
                          struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *path = asked != NULL ? asked : "";

    hb_buf_init(&text, HB_BASELINE_MAX_BYTES);
    if (hb_baseline_put(baseline, &text, err) != 0 ||
        (asked == NULL && default_path(cli, baseline, &path, err) != 0) ||
        hb_write_whole(path, write_text, &text, err) != 0)
        return -1;
    if (strcmp(path, "-") != 0)
        hb_cli_notice(cli, "wrote %s: %zu cell%s, %zu bytes", path, baseline->cells_count,
                      baseline->cells_count == 1 ? "" : "s", text.length);
    return 0;
}

static int save(struct hb_cli *cli, const struct baseline_options *options,
                HB_UNUSED char *const *arguments, struct hb_error *err)
{
    const char *sweep = options->sweep != NULL ? options->sweep : "latest";
    struct hb_baseline baseline;
    struct hb_store *store;
    int result;

    if (options->output != NULL && strcmp(options->output, "-") != 0 &&
        !hb_baseline_is_path(options->output))
        return hb_fail(err, HB_ERR_INPUT,
                       "--output: %.200s: a baseline's name ends in " HB_BASELINE_EXTENSION,
                       options->output);
    if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_READ, &store, err) != 0)
        return -1;
    result = hb_baseline_of_sweep(store, sweep, options->subject != NULL ? options->subject : "",
                                  &cli->arena, &baseline, err);
    hb_store_close(store);
    return result == 0 ? write_baseline(cli, &baseline, options->output, err) : -1;
}

/* ---- show ---- */

static void print_fact(struct hb_cli *cli, const char *name, const char *text)
{
    if (text[0] != '\0')
        printf("%-12s %s\n", name, hb_cli_safe(cli, text));
}

static double median_of(const struct hb_baseline_cell *cell, enum hb_gate_metric metric)
{
    double *values = hb_calloc(cell->count + 1, sizeof *values), *sorted, median = NAN;
    size_t count = 0;

    for (size_t i = 0; i < cell->count; i++) {
        if (isfinite(cell->runs[i].values[metric]))
            values[count++] = cell->runs[i].values[metric];
    }
    if (count > 0) {
        sorted = hb_sorted(values, count);
        median = hb_sorted_median(sorted, count);
        free(sorted);
    }
    free(values);
    return median;
}

static void add_figure(struct hb_text_table *table, const struct hb_baseline_cell *cell,
                       enum hb_gate_metric metric, enum hb_metric unit)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    double value = median_of(cell, metric);

    hb_buf_init(&text, 64);
    if (isfinite(value))
        hb_metric_format(unit, value, &text);
    hb_text_table_add(table, isfinite(value) ? hb_buf_text(&text) : "–");
}

static size_t count_ok(const struct hb_baseline_cell *cell)
{
    size_t ok = 0;

    for (size_t i = 0; i < cell->count; i++)
        ok += cell->runs[i].state == HB_OBSERVED_OK;
    return ok;
}

static void print_cells(struct hb_cli *cli, const struct hb_baseline *baseline)
{
    static const char *const headers[] = {"cell",  "client",    "server",   "request", ">×",
                                          ">runs", ">verified", ">CPU/req", ">p50"};
    struct hb_text_table table;

    hb_text_table_init(&table, &cli->arena, headers, HB_ARRAY_LEN(headers));
    for (size_t i = 0; i < baseline->cells_count; i++) {
        const struct hb_baseline_cell *cell = &baseline->cells[i];

        hb_text_table_addf(&table, "%.8s", cell->label.cell_id);
        hb_text_table_add(&table, hb_cli_safe(cli, cell->label.client));
        hb_text_table_add(&table, hb_cli_safe(cli, cell->label.server));
        hb_text_table_addf(&table, "%s %s", hb_cli_safe(cli, cell->label.method),
                           hb_cli_safe(cli, cell->label.url));
        hb_text_table_addf(&table, "%u", cell->label.concurrency);
        hb_text_table_addf(&table, "%zu", count_ok(cell));
        add_figure(&table, cell, HB_GATE_THROUGHPUT, HB_METRIC_REQUESTS_PER_SECOND);
        add_figure(&table, cell, HB_GATE_CPU, HB_METRIC_CPU_PER_REQUEST);
        add_figure(&table, cell, HB_GATE_P50, HB_METRIC_P50);
    }
    putchar('\n');
    hb_text_table_print(&table, stdout);
}

static int show(struct hb_cli *cli, HB_UNUSED const struct baseline_options *options,
                char *const *arguments, struct hb_error *err)
{
    struct hb_baseline baseline;

    if (hb_baseline_read(arguments[0], &cli->arena, &baseline, err) != 0)
        return -1;
    print_fact(cli, "scenario", baseline.scenario);
    print_fact(cli, "measured", baseline.measured);
    print_fact(cli, "revision", baseline.revision);
    print_fact(cli, "version", baseline.tool_version);
    print_fact(cli, "fingerprint", baseline.fingerprint);
    print_fact(cli, "settings", baseline.settings_json);
    for (size_t i = 0; i < baseline.servers_count; i++)
        print_fact(cli, "server",
                   hb_arena_printf(&cli->arena, "%s %s", baseline.servers[i].server,
                                   baseline.servers[i].version));
    print_cells(cli, &baseline);
    return 0;
}

/* ---- list ---- */

static void add_row(struct hb_cli *cli, struct hb_text_table *table, const char *name,
                    const char *scenario, const char *measured, const char *revision, size_t cells,
                    const char *what)
{
    hb_text_table_add(table, hb_cli_safe(cli, name));
    hb_text_table_add(table, hb_cli_safe(cli, scenario));
    hb_text_table_addf(table, "%.16s", hb_cli_safe(cli, measured));
    hb_text_table_addf(table, "%.12s", hb_cli_safe(cli, revision));
    hb_text_table_addf(table, "%zu", cells);
    hb_text_table_add(table, what);
}

static int add_pin(struct hb_cli *cli, struct hb_store *store, const struct hb_pin_row *pin,
                   struct hb_text_table *table, struct hb_error *err)
{
    char measured[HB_TIMESTAMP_BYTES];
    struct hb_sweep_row sweep;

    if (hb_store_find_sweep(store, pin->name, &cli->arena, &sweep, err) != 0)
        return -1;
    hb_format_timestamp(measured, sweep.started_wall_ns);
    add_row(cli, table, pin->name, sweep.scenario_name, measured, sweep.revision, sweep.cells_count,
            hb_arena_printf(&cli->arena, "sweep %" PRId64, sweep.id));
    return 0;
}

/* A database that is not there has no pins, and is no mistake: the files may be all there is. */
static int add_pins(struct hb_cli *cli, const char *path, struct hb_text_table *table,
                    struct hb_error *err)
{
    struct hb_pin_row *pins;
    struct hb_store *store;
    size_t count;
    int result;

    if (access(path, F_OK) != 0)
        return 0;
    if (hb_store_open(path, HB_STORE_READ, &store, err) != 0)
        return -1;
    result = hb_store_load_pins(store, &cli->arena, &pins, &count, err);
    for (size_t i = 0; result == 0 && i < count; i++)
        result = add_pin(cli, store, &pins[i], table, err);
    hb_store_close(store);
    return result;
}

static void add_file(struct hb_cli *cli, const char *path, struct hb_text_table *table)
{
    struct hb_baseline baseline;
    struct hb_error why = {0};

    if (hb_baseline_read(path, &cli->arena, &baseline, &why) == 0)
        add_row(cli, table, path, baseline.scenario, baseline.measured, baseline.revision,
                baseline.cells_count, "file");
    else
        hb_cli_notice(cli, "%s", hb_cli_safe(cli, why.message));
}

static int is_baseline(const struct dirent *entry)
{
    return hb_baseline_is_path(entry->d_name);
}

static int add_folder(struct hb_cli *cli, const char *folder, bool asked,
                      struct hb_text_table *table, struct hb_error *err)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_baseline, alphasort);

    if (count < 0 && !asked && errno == ENOENT)
        return 0;
    if (count < 0)
        return hb_fail_errno(err, errno, "%s", folder);
    for (int i = 0; i < count; i++) {
        if (i < MOST_FILES)
            add_file(cli, hb_arena_printf(&cli->arena, "%s/%s", folder, entries[i]->d_name), table);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

static int list(struct hb_cli *cli, const struct baseline_options *options, char *const *arguments,
                struct hb_error *err)
{
    static const char *const headers[] = {"name",     "scenario", "measured",
                                          "revision", ">cells",   "kept as"};
    const char *folder = arguments[0] != NULL ? arguments[0] : FOLDER;
    struct hb_text_table table;

    hb_text_table_init(&table, &cli->arena, headers, HB_ARRAY_LEN(headers));
    if (add_pins(cli, hb_cli_database(cli, options->database), &table, err) != 0 ||
        add_folder(cli, folder, arguments[0] != NULL, &table, err) != 0)
        return -1;
    hb_text_table_print(&table, stdout);
    return 0;
}

/* ---- pin ---- */

static int pin(struct hb_cli *cli, const struct baseline_options *options, char *const *arguments,
               struct hb_error *err)
{
    struct hb_sweep_row sweep;
    struct hb_store *store;
    int result;

    if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_WRITE, &store, err) != 0)
        return -1;
    result = hb_store_find_sweep(store, arguments[1], &cli->arena, &sweep, err);
    if (result == 0)
        result = hb_store_pin(store, arguments[0], sweep.id, err);
    hb_store_close(store);
    if (result == 0)
        printf("'%s' is sweep %" PRId64 " (%s)\n", arguments[0], sweep.id,
               hb_cli_safe(cli, sweep.scenario_name));
    return result;
}

static int unpin(struct hb_cli *cli, const struct baseline_options *options, char *const *arguments,
                 struct hb_error *err)
{
    struct hb_store *store;
    int result;

    if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_WRITE, &store, err) != 0)
        return -1;
    result = hb_store_unpin(store, arguments[0], err);
    hb_store_close(store);
    if (result == 0)
        printf("'%s' is no longer pinned\n", arguments[0]);
    return result;
}

/* ---- the command ---- */

static const struct action {
    const char *name, *arguments;
    int least, most;
    int (*run)(struct hb_cli *cli, const struct baseline_options *options, char *const *arguments,
               struct hb_error *err);
} actions[] = {
    {"save", "", 0, 0, save},        {"list", " [FOLDER]", 0, 1, list},
    {"show", " FILE", 1, 1, show},   {"pin", " NAME SWEEP", 2, 2, pin},
    {"unpin", " NAME", 1, 1, unpin},
};

static int run_baseline(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                        HB_UNUSED int *exit_code, struct hb_error *err)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(actions); i++) {
        if (strcmp(arguments[0], actions[i].name) != 0)
            continue;
        if (count - 1 < actions[i].least || count - 1 > actions[i].most)
            return hb_fail(err, HB_ERR_INPUT, "usage: http-benchmark baseline %s%s",
                           actions[i].name, actions[i].arguments);
        return actions[i].run(cli, opaque, arguments + 1, err);
    }
    return hb_fail(err, HB_ERR_INPUT,
                   "no such thing can be done to a baseline: '%.100s'; one of save, list, show, "
                   "pin, unpin",
                   arguments[0]);
}

const struct hb_command hb_command_baseline = {
    .name = "baseline",
    .arguments = "save | list | show | pin | unpin",
    .summary = "Keep what later sweeps are compared with",
    .description =
        "Keep what a sweep observed, for later ones to be compared with. 'baseline save' writes a "
        "small file to commit beside the scenario, 'baseline show FILE' prints one. 'baseline pin "
        "NAME SWEEP' names a sweep of the database, which then is neither removed nor pruned and "
        "goes by that name wherever a sweep is asked for, until 'baseline unpin NAME': a baseline "
        "that does not move shows slow creep, which one that is saved anew after each change "
        "hides. 'baseline list [FOLDER]' shows files and pinned sweeps.",
    .options = baseline_option_table,
    .options_count = HB_ARRAY_LEN(baseline_option_table),
    .options_bytes = sizeof(struct baseline_options),
    .arguments_min = 1,
    .arguments_max = 3,
    .run = run_baseline,
};
