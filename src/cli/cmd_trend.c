/* trend: where the level of figures changed over nightly sweeps, and what people say of it. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "config/units.h"
#include "gate/trend.h"
#include "report/trend.h"

struct trend_options {
    const char *database, *scenario, *pinned, *subject, *since, *least_change, *format, *output,
        *note;
    struct hb_strings metrics;
};

#define AT(member) offsetof(struct trend_options, member)

static const char *format_choice(size_t index)
{
    const struct hb_trend_format *format = hb_trend_formats()[index];

    return format != NULL ? format->name : NULL;
}

static const struct hb_option trend_option_table[] = {
    {"db", 0, HB_VALUE_STRING, AT(database), "PATH", 0, 0, NULL,
     "SQLite file (default: benchmark_results.db)"},
    {"scenario", 0, HB_VALUE_STRING, AT(scenario), "NAME", 0, 0, NULL,
     "Whose sweeps (default: the newest sweep's)"},
    {"pinned", 0, HB_VALUE_STRING, AT(pinned), "CLIENT", 0, 0, NULL,
     "Show figures relative to this client, which runs every night and does not change: that takes "
     "the machine's drift out"},
    {"subject", 0, HB_VALUE_STRING, AT(subject), "NAME", 0, 0, NULL,
     "The runs of this subject, where every night is a gate: head (default: sweeps without "
     "subjects)"},
    {"metric", 0, HB_VALUE_STRINGS, AT(metrics), "NAME", 0, 0, NULL,
     "throughput, cpu, p50, p99, rss (default: these), bytes, connections, system_calls, "
     "instructions"},
    {"since", 0, HB_VALUE_STRING, AT(since), "WHEN", 0, 0, NULL,
     "Only sweeps begun since: 2026-10-01 (UTC), or 720h ago"},
    {"min-change", 0, HB_VALUE_STRING, AT(least_change), "PERCENT", 0, 0, NULL,
     "Smaller changes are not told (default: 1% of a roll-up, 3% of a cell)"},
    {"format", 0, HB_VALUE_CHOICE, AT(format), "FORMAT", 0, 0, format_choice,
     "text (default), json or html"},
    {"output", 'o', HB_VALUE_STRING, AT(output), "PATH", 0, 0, NULL,
     "Write there instead of standard output"},
    {"note", 0, HB_VALUE_STRING, AT(note), "TEXT", 0, 0, NULL, "With annotate: why, in words"},
};

/* ---- what is asked ---- */

static int parse_metric(const char *name, unsigned *ret_metrics, struct hb_error *err)
{
    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (strcmp(name, hb_gate_metric_name((enum hb_gate_metric)metric)) == 0) {
            *ret_metrics |= 1u << metric;
            return 0;
        }
    }
    return hb_fail(err, HB_ERR_INPUT, "--metric: '%.100s' is none; see --help", name);
}

static int parse_since(const char *text, int64_t *ret_wall_ns, struct hb_error *err)
{
    struct tm date = {0};
    const char *end = strptime(text, "%Y-%m-%d", &date);
    int64_t ago;

    if (end != NULL && *end == '\0') {
        *ret_wall_ns = (int64_t)timegm(&date) * HB_NS_PER_S;
        return 0;
    }
    if (hb_parse_duration(text, &ago) != 0)
        return hb_fail(err, HB_ERR_INPUT,
                       "--since: '%.100s' is neither a date such as 2026-10-01 nor a duration such "
                       "as 720h",
                       text);
    *ret_wall_ns = hb_wall_ns() - ago;
    return 0;
}

static int parse_least_change(const char *text, double *ret_share, struct hb_error *err)
{
    if (hb_parse_percent(text, ret_share) != 0 || !(*ret_share > 0 && *ret_share < 1))
        return hb_fail(err, HB_ERR_INPUT,
                       "--min-change: '%.100s' is no percentage above 0%% and below 100%%", text);
    return 0;
}

static int parse_options(const struct trend_options *options, struct hb_trend_options *ret,
                         struct hb_error *err)
{
    *ret = (struct hb_trend_options){
        .scenario = options->scenario, .pinned = options->pinned, .subject = options->subject};
    for (size_t i = 0; i < options->metrics.count; i++) {
        if (parse_metric(options->metrics.items[i], &ret->metrics, err) != 0)
            return -1;
    }
    if (options->since != NULL && parse_since(options->since, &ret->since_wall_ns, err) != 0)
        return -1;
    if (options->least_change != NULL)
        return parse_least_change(options->least_change, &ret->least_change, err);
    return 0;
}

/* ---- show ---- */

static const struct hb_trend_format *find_format(const char *name)
{
    const struct hb_trend_format *const *format = hb_trend_formats();

    while (name != NULL && strcmp((*format)->name, name) != 0)
        format++;
    return *format;
}

static int show(struct hb_cli *cli, const struct trend_options *options,
                const struct hb_trend *trend, struct hb_error *err)
{
    const struct hb_trend_report report = {
        .trend = trend,
        .made_by = hb_cli_safe(cli, cli->command_line),
        .arena = &cli->arena,
    };

    if (hb_trend_write(&report, find_format(options->format),
                       options->output != NULL ? options->output : "-", err) != 0)
        return -1;
    if (options->output != NULL && strcmp(options->output, "-") != 0)
        hb_cli_notice(cli, "wrote %s", options->output);
    return 0;
}

/* ---- annotate ---- */

static bool is_state(const char *text)
{
    static const char *const states[] = {"accepted", "ignored", "fixed", "clear"};

    for (size_t i = 0; i < HB_ARRAY_LEN(states); i++) {
        if (strcmp(text, states[i]) == 0)
            return true;
    }
    return false;
}

/* Of what a point may have been said some nights ago, before it moved: all that is near goes. */
static int clear(struct hb_store *store, const struct hb_trend *trend,
                 const struct hb_trend_series *series, const struct hb_trend_point *point,
                 struct hb_annotation_row *row, struct hb_error *err)
{
    size_t first = point->at > HB_TREND_NEAR ? point->at - HB_TREND_NEAR : 0;

    for (size_t at = first; at <= point->at + HB_TREND_NEAR && at < series->count; at++) {
        row->sweep_id = trend->nights[series->nights[at]].sweep_id;
        if (hb_store_clear_annotation(store, row, err) != 0)
            return -1;
    }
    row->sweep_id = hb_trend_after(trend, series, point)->sweep_id;
    return 0;
}

static int annotate(struct hb_cli *cli, struct hb_store *store, const struct trend_options *options,
                    const struct hb_trend *trend, char *const *arguments, struct hb_error *err)
{
    const struct hb_trend_series *series;
    const struct hb_trend_point *point = hb_trend_find(trend, arguments[0], &series);
    struct hb_annotation_row row;

    if (point == NULL)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "no change has the id '%.100s': give the options with which `trend` showed "
                       "it, too",
                       arguments[0]);
    row = (struct hb_annotation_row){.series = series->key,
                                     .metric = hb_gate_metric_name(series->metric),
                                     .fingerprint = series->fingerprint,
                                     .state = arguments[1],
                                     .note = options->note != NULL ? options->note : ""};
    if (clear(store, trend, series, point, &row, err) != 0)
        return -1;
    if (strcmp(row.state, "clear") != 0 && hb_store_annotate(store, &row, err) != 0)
        return -1;
    printf("%s: %s\n", point->id,
           strcmp(row.state, "clear") == 0 ? "not annotated any more"
                                           : hb_cli_safe(cli, row.state));
    return 0;
}

static int check_arguments(char *const *arguments, int count, struct hb_error *err)
{
    if (count == 0)
        return 0;
    if (strcmp(arguments[0], "annotate") != 0)
        return hb_fail(err, HB_ERR_INPUT, "trend takes no '%.100s'; only annotate", arguments[0]);
    if (count != 3 || !is_state(arguments[2]))
        return hb_fail(err, HB_ERR_INPUT,
                       "usage: http-benchmark trend annotate ID accepted|ignored|fixed|clear");
    return 0;
}

static int run_stored(struct hb_cli *cli, struct hb_store *store,
                      const struct trend_options *options, char *const *arguments, int count,
                      struct hb_error *err)
{
    struct hb_trend_options wanted;
    struct hb_trend trend;

    if (parse_options(options, &wanted, err) != 0 ||
        hb_trend_load(store, &wanted, &cli->arena, &trend, err) != 0)
        return -1;
    return count == 0 ? show(cli, options, &trend, err)
                      : annotate(cli, store, options, &trend, arguments + 1, err);
}

static int run_trend(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                     HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct trend_options *options = opaque;
    struct hb_store *store;
    int result;

    if (check_arguments(arguments, count, err) != 0)
        return -1;
    /* Nothing is made where no database is: annotating needs one with sweeps. */
    if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_READ, &store, err) != 0)
        return -1;
    if (count > 0) {
        hb_store_close(store);
        if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_WRITE, &store, err) !=
            0)
            return -1;
    }
    result = run_stored(cli, store, options, arguments, count, err);
    hb_store_close(store);
    return result;
}

const struct hb_command hb_command_trend = {
    .name = "trend",
    .arguments = "[annotate ID STATE]",
    .summary = "Show where figures changed over nightly sweeps",
    .description =
        "Show how the figures of a scenario went over the sweeps of one database, night by night, "
        "and the points at which their level changed, with the revisions before and after. "
        "'trend annotate ID accepted' (or ignored, fixed; clear takes it back) says of a change "
        "what became of it. A change is seen once some nights have followed it: for a pull request "
        "there is 'gate'.",
    .options = trend_option_table,
    .options_count = HB_ARRAY_LEN(trend_option_table),
    .options_bytes = sizeof(struct trend_options),
    .arguments_min = 0,
    .arguments_max = 3,
    .run = run_trend,
};
