/* calibrate: what this machine can resolve, by comparing the base with itself (--aa), and whether a
 * gate catches a slow-down of a known size (--inject). */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/commands.h"
#include "cli/gate_outputs.h"
#include "cli/gate_run.h"
#include "cli/table.h"
#include "exec/environment.h"
#include "measure/stats_summary.h"
#include "store/gates.h"

struct calibrate_options {
    struct hb_gate_request request;
    struct hb_strings client_folders;
    struct hb_gate_outputs outputs;
    int64_t pairs;
    const char *inject, *budget;
    bool same, json, quiet;
};

#define AT(member) offsetof(struct calibrate_options, member)
#define PAIRS_DEFAULT 20

static const struct hb_option calibrate_option_table[] = {
    {"aa", 0, HB_VALUE_FLAG, AT(same), NULL, 0, 0, NULL,
     "Compare the base with itself: how noisy pairs are here; kept for 'gate'"},
    {"inject", 0, HB_VALUE_STRING, AT(inject), "SHARE", 0, 0, NULL,
     "Run a gate whose head burns so much more CPU: 8%; it has to be found"},
    {"pairs", 0, HB_VALUE_INTEGER, AT(pairs), "N", 5, 1000, NULL,
     "Pairs a cell for --aa (default: 20)"},
    {"budget", 0, HB_VALUE_STRING, AT(budget), "TIME", 0, 0, NULL,
     "Wall time of the gate of --inject (default: as the scenario says)"},
    {"filter", 0, HB_VALUE_STRINGS, AT(request.filters), "AXIS=GLOB", 0, 0, NULL, HB_HELP_FILTER},
    {"set", 0, HB_VALUE_STRINGS, AT(request.sets), "KEY=VALUE", 0, 0, NULL, HB_HELP_SET},
    HB_OPTION_CLIENTS(calibrate_options),
    {"strict", 0, HB_VALUE_FLAG, AT(request.sweep.strict), NULL, 0, 0, NULL,
     "Refuse to measure on a machine that would spoil the figures (see doctor)"},
    {"db", 0, HB_VALUE_STRING, AT(request.sweep.database), "PATH", 0, 0, NULL,
     "SQLite file for the results (default: benchmark_results.db)"},
    {"out", 0, HB_VALUE_STRING, AT(request.sweep.output_directory), "DIR", 0, 0, NULL,
     "Where the reports of --inject go (default: reports)"},
    {"json", 0, HB_VALUE_FLAG, AT(json), NULL, 0, 0, NULL, "Print what --aa found as JSON"},
    {"quiet", 'q', HB_VALUE_FLAG, AT(quiet), NULL, 0, 0, NULL,
     "No progress and no notices; errors and the result only"},
};

/* ---- base against base ---- */

struct calibrating {
    struct hb_gate_run *run;
    struct hb_calibration calibration;
};

/* By how much the second of a pair came out above the first: the median over pairs of which both
 * sides were measured. `rows` are in the order of execution. */
static double order_effect(const struct hb_run_row *rows, size_t count)
{
    HB_CLEANUP(hb_free_ptr) double *effects = hb_calloc(count, sizeof *effects);
    HB_CLEANUP(hb_free_ptr) double *sorted = NULL;
    size_t found = 0;

    for (size_t i = 1; i < count; i++) {
        const struct hb_run_row *first = &rows[i - 1], *second = &rows[i];

        if (strcmp(first->cell_id, second->cell_id) == 0 && first->round == second->round &&
            first->requests_per_second > 0 && second->requests_per_second > 0)
            effects[found++] = log(second->requests_per_second / first->requests_per_second);
    }
    if (found == 0)
        return NAN;
    sorted = hb_sorted(effects, found);
    return hb_sorted_median(sorted, found);
}

static int save(struct hb_store *store, const struct hb_calibration *calibration,
                struct hb_error *err)
{
    char fingerprint[HB_FINGERPRINT_BYTES];
    struct hb_calibration_row row = {
        .fingerprint = fingerprint,
        .made_wall_ns = hb_wall_ns(),
        .cells = calibration->cells,
        .pairs = calibration->pairs,
        .order_effect = calibration->order_effect,
        .false_route_rate = calibration->false_route_rate,
        .confirm_pairs = calibration->confirm_pairs,
    };

    hb_environment_fingerprint(fingerprint);
    memcpy(row.noise, calibration->noise, sizeof row.noise);
    memcpy(row.margins, calibration->margins, sizeof row.margins);
    return hb_store_save_calibration(store, &row, err);
}

static int begun(HB_UNUSED void *context, HB_UNUSED struct hb_store *store,
                 HB_UNUSED int64_t sweep_id, HB_UNUSED struct hb_error *err)
{
    return 0;
}

static int conclude(void *context, struct hb_store *store, int64_t sweep_id,
                    HB_UNUSED int *exit_code, struct hb_error *err)
{
    struct calibrating *calibrating = context;
    struct hb_gate_run *run = calibrating->run;
    const struct hb_subject *subjects = run->planning.scenario->subjects;
    const struct hb_subject_names names = {.base = subjects[0].name, .head = subjects[1].name};
    struct hb_paired_cells cells;
    struct hb_run_row *rows;
    size_t count;

    if (hb_store_load_runs(store, sweep_id, &run->cli->arena, &rows, &count, err) != 0)
        return -1;
    cells = hb_pair_rows(rows, count, &names, &run->cli->arena);
    calibrating->calibration = hb_calibrate(&cells, &run->planning.scenario->gate);
    calibrating->calibration.order_effect = order_effect(rows, count);
    if (calibrating->calibration.pairs == 0)
        return 0;
    return save(store, &calibrating->calibration, err);
}

static void add_share(struct hb_text_table *table, double share)
{
    if (isnan(share))
        hb_text_table_add(table, "unknown");
    else
        hb_text_table_addf(table, "%.1f %%", share * 100);
}

static void print_text(struct hb_cli *cli, const struct hb_calibration *calibration)
{
    static const char *const headers[] = {"metric", ">noise of a pair", ">least margin"};
    struct hb_text_table table;

    printf("%zu pairs of %zu cell%s, base against base\n\n", calibration->pairs, calibration->cells,
           calibration->cells == 1 ? "" : "s");
    hb_text_table_init(&table, &cli->arena, headers, HB_ARRAY_LEN(headers));
    for (unsigned metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (isnan(calibration->noise[metric]))
            continue;
        hb_text_table_add(&table, hb_gate_metric_name((enum hb_gate_metric)metric));
        add_share(&table, calibration->noise[metric]);
        add_share(&table, calibration->margins[metric]);
    }
    hb_text_table_print(&table, stdout);
    printf("\nsecond of a pair against the first   %+.1f %% requests/s\n"
           "confirmations for nothing            %.0f %% of cells\n",
           calibration->order_effect * 100, calibration->false_route_rate * 100);
    if (calibration->confirm_pairs > 0)
        printf("+10 %% of CPU is caught by            %u pairs and %u fresh ones, 19 times in 20\n",
               calibration->screen_pairs, calibration->confirm_pairs);
    else
        printf("+10 %% of CPU is not caught by as many pairs as a gate makes\n");
}

static void print_json(const struct hb_calibration *calibration)
{
    json_t *metrics = json_object();
    json_t *json =
        json_pack("{s:I,s:I,s:i,s:i}", "cells", (json_int_t)calibration->cells, "pairs",
                  (json_int_t)calibration->pairs, "screen_pairs", (int)calibration->screen_pairs,
                  "confirm_pairs", (int)calibration->confirm_pairs);

    for (unsigned metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (!isnan(calibration->noise[metric]))
            json_object_set_new(metrics, hb_gate_metric_name((enum hb_gate_metric)metric),
                                json_pack("{s:o,s:o}", "noise",
                                          json_real(calibration->noise[metric]), "margin",
                                          isnan(calibration->margins[metric])
                                              ? json_null()
                                              : json_real(calibration->margins[metric])));
    }
    json_object_set_new(json, "order_effect",
                        isnan(calibration->order_effect) ? json_null()
                                                         : json_real(calibration->order_effect));
    json_object_set_new(json, "false_route_rate", json_real(calibration->false_route_rate));
    json_object_set_new(json, "metrics", metrics);
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(json);
}

static int compare_with_itself(struct hb_cli *cli, const struct calibrate_options *options,
                               const struct hb_gate_request *request, int *exit_code,
                               struct hb_error *err)
{
    struct hb_gate_run run;
    struct calibrating calibrating = {.run = &run};
    const struct hb_sweep_extension extension = {
        .context = &calibrating, .begun = begun, .conclude = conclude};
    struct hb_sweep_options sweep = request->sweep;
    unsigned pairs = options->pairs > 0 ? (unsigned)options->pairs : PAIRS_DEFAULT;

    sweep.extension = &extension;
    if (hb_gate_prepare_pairs(cli, request, pairs, &run, err) != 0 ||
        hb_sweep(cli, &run.planning, &sweep, exit_code, err) != 0)
        return -1;
    if (calibrating.calibration.pairs == 0)
        return 0; /* what went wrong is told, and in the exit code */
    if (options->json)
        print_json(&calibrating.calibration);
    else
        print_text(cli, &calibrating.calibration);
    return 0;
}

/* ---- a known slow-down ---- */

static int inject(struct hb_cli *cli, const struct calibrate_options *options,
                  const struct hb_gate_request *request, int *exit_code, struct hb_error *err)
{
    struct hb_gate_run run;
    int verdict;

    if (hb_gate_prepare(cli, request, &run, err) != 0 ||
        hb_gate_carry_out(&run, exit_code, err) != 0 ||
        hb_gate_outputs_write(&run, &options->outputs, err) != 0)
        return -1;
    verdict = hb_gate_exit_code(&run.result, &run.plan.options);
    if (verdict == HB_EXIT_REGRESSION) {
        printf("\nthe gate saw the injected %s\n", options->inject);
        return 0;
    }
    printf("\nthe gate did not see the injected %s: on this machine, with these cells and this "
           "budget, it would miss such a change\n",
           options->inject);
    *exit_code = hb_exit_worst(*exit_code, verdict != HB_EXIT_OK ? verdict : HB_EXIT_INCONCLUSIVE);
    return 0;
}

/* ---- the command ---- */

/* Both subjects are the scenario's cells as they are, whatever it says of subjects; one of them
 * with a handicap, when there is a share of it. */
static const char *subjects_set(struct hb_cli *cli, double share)
{
    if (share <= 0)
        return "subjects={base: {}, head: {}}";
    return hb_arena_printf(&cli->arena,
                           "subjects={base: {}, head: {command: [/usr/bin/env, "
                           "\"LD_PRELOAD={libexec}/hb-handicap.so\", \"HB_HANDICAP_CPU=%.4f\", "
                           "\"{command}\"]}}",
                           share);
}

/* "8%"; more than doubling a client's work proves nothing that a glance would not. */
static int parse_share(const char *text, double *ret_share, struct hb_error *err)
{
    char *end;
    double percent = strtod(text, &end);

    if (end == text || strcmp(end, "%") != 0 || !(percent >= 1 && percent <= 100))
        return hb_fail(err, HB_ERR_INPUT, "--inject: '%.40s' is no share from 1%% to 100%%", text);
    *ret_share = percent / 100;
    return 0;
}

static struct hb_strings sets_of(struct hb_cli *cli, const struct calibrate_options *options,
                                 double share)
{
    const struct hb_strings *given = &options->request.sets;
    struct hb_strings sets = {
        .items = hb_arena_calloc(&cli->arena, given->count + 3, sizeof *sets.items),
    };

    for (size_t i = 0; i < given->count; i++)
        sets.items[sets.count++] = given->items[i];
    if (options->budget != NULL)
        sets.items[sets.count++] = hb_arena_printf(&cli->arena, "gate.budget=%s", options->budget);
    sets.items[sets.count++] = subjects_set(cli, share);
    return sets;
}

static int run_calibrate(struct hb_cli *cli, const void *opaque, char *const *arguments,
                         HB_UNUSED int count, int *exit_code, struct hb_error *err)
{
    const struct calibrate_options *options = opaque;
    struct hb_gate_request request = options->request;
    double share = 0;

    cli->quiet = options->quiet;
    cli->client_folders = options->client_folders;
    if (options->same == (options->inject != NULL))
        return hb_fail(err, HB_ERR_INPUT,
                       "say --aa, to learn how noisy this machine is, or --inject 8%%, to see "
                       "whether a gate finds such a slow-down");
    if (options->inject != NULL && parse_share(options->inject, &share, err) != 0)
        return -1;
    request.path = arguments[0];
    request.sets = sets_of(cli, options, share);
    return options->same ? compare_with_itself(cli, options, &request, exit_code, err)
                         : inject(cli, options, &request, exit_code, err);
}

const struct hb_command hb_command_calibrate = {
    .name = "calibrate",
    .arguments = "SCENARIO",
    .summary = "What a gate can see on this machine",
    .description =
        "With --aa the cells of a scenario are compared with themselves: what differs is noise. "
        "Figures are kept with the machine's fingerprint, and 'gate' plans with them. With "
        "--inject a gate is run whose head is slower by a known amount of CPU; the exit code is 0 "
        "when it was found. Clients that make their system calls themselves, as Go does, cannot "
        "be slowed that way.",
    .options = calibrate_option_table,
    .options_count = HB_ARRAY_LEN(calibrate_option_table),
    .options_bytes = sizeof(struct calibrate_options),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_calibrate,
};
