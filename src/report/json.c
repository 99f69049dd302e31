/* JSON, described by schemas/results.schema.json: the sweep, its cells with intervals, and every
 * run. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>

#include "base/clock.h"
#include "base/json.h"
#include "gate/trust_rules.h"
#include "report/exporters.h"
#include "report/load_words.h"
#include "report/run_columns.h"
#include "report/wire_json.h"

#define RESULTS_SCHEMA_VERSION 1

static void write_key(FILE *out, bool *first, const char *name)
{
    fputs(*first ? "" : ", ", out);
    *first = false;
    hb_json_write_string(out, name);
    fputs(": ", out);
}

static void write_text(FILE *out, bool *first, const char *name, const char *text)
{
    write_key(out, first, name);
    hb_json_write_string(out, text);
}

static void write_instant(FILE *out, bool *first, const char *name, int64_t wall_ns)
{
    char text[HB_TIMESTAMP_BYTES];

    if (wall_ns > 0)
        hb_format_timestamp(text, wall_ns);
    write_text(out, first, name, wall_ns > 0 ? text : NULL);
}

/* JSON that was stored as text goes out as it is, when it is JSON: others write files too. */
static void write_stored_json(FILE *out, bool *first, const char *name, const char *json)
{
    json_t *parsed = json_loads(json, 0, NULL);

    write_key(out, first, name);
    fputs(parsed != NULL ? json : "null", out);
    json_decref(parsed);
}

static void write_sweep(const struct hb_sweep_row *sweep, FILE *out)
{
    bool first = true;

    fputs("{", out);
    write_key(out, &first, "id");
    fprintf(out, "%" PRId64, sweep->id);
    write_text(out, &first, "scenario", sweep->scenario_name);
    write_text(out, &first, "scenario_hash", sweep->scenario_hash);
    write_text(out, &first, "status", sweep->status);
    write_text(out, &first, "purpose", sweep->purpose);
    write_text(out, &first, "tool_version", sweep->tool_version);
    write_text(out, &first, "revision", sweep->revision);
    write_text(out, &first, "fingerprint", sweep->fingerprint);
    write_instant(out, &first, "started", sweep->started_wall_ns);
    write_instant(out, &first, "ended", sweep->ended_wall_ns);
    write_key(out, &first, "seed");
    fprintf(out, "%" PRIu64, sweep->seed);
    write_key(out, &first, "rounds");
    fprintf(out, "%u", sweep->rounds);
    write_stored_json(out, &first, "tags", sweep->tags_json);
    write_stored_json(out, &first, "environment", sweep->environment_json);
    write_text(out, &first, "scenario_text", sweep->scenario_text);
    fputs("}", out);
}

static void write_estimate(FILE *out, bool *first, const char *name,
                           const struct hb_estimate *estimate)
{
    write_key(out, first, name);
    if (estimate->n == 0) {
        fputs("null", out);
        return;
    }
    fprintf(out, "{\"n\": %u, \"median\": ", estimate->n);
    hb_json_write_number(out, estimate->interval.estimate);
    fputs(", \"low\": ", out);
    hb_json_write_number(out, estimate->interval.low);
    fputs(", \"high\": ", out);
    hb_json_write_number(out, estimate->interval.high);
    fputs(", \"confidence\": ", out);
    hb_json_write_number(out, estimate->interval.confidence);
    fputs("}", out);
}

static void write_flags(FILE *out, bool *first, unsigned flags)
{
    bool first_flag = true;

    write_key(out, first, "flags");
    fputs("[", out);
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        if ((flags & (1u << bit)) == 0)
            continue;
        fputs(first_flag ? "" : ", ", out);
        first_flag = false;
        hb_json_write_string(out, hb_flag_name(bit));
    }
    fputs("]", out);
}

/* Who went as far as was possible under this load, how far that was, and the cell's share of it. */
static void write_yardstick(FILE *out, bool *first, const struct hb_ceilings *all,
                            const struct hb_cell_summary *cell)
{
    const struct hb_run_row *yardstick = hb_yardstick_of(all, cell->first);
    double share;

    write_key(out, first, "yardstick");
    if (yardstick == NULL) {
        fputs("null", out);
        return;
    }
    fputs("{\"client\": ", out);
    hb_json_write_string(out, yardstick->client);
    fputs(", \"requests_per_second\": ", out);
    hb_json_write_number(out, yardstick->requests_per_second);
    fputs(", \"share\": ", out);
    hb_json_write_number(out, hb_yardstick_cell_share(all, cell, &share) ? share : NAN);
    fputs("}", out);
}

static void write_floor(const struct hb_ceilings *all, FILE *out)
{
    double floor_ns;

    fputs(",\n \"harness_cpu_per_request_ns\": ", out);
    hb_json_write_number(out, hb_yardstick_floor_ns(all, &floor_ns) ? floor_ns : NAN);
}

static void write_cell(const struct hb_report *report, const struct hb_cell_summary *cell,
                       enum hb_comparison comparison, FILE *out)
{
    static const char *const names[] = {"p50_ns", "p90_ns", "p95_ns", "p99_ns", "p999_ns"};
    static const enum hb_metric metrics[] = {HB_METRIC_P50, HB_METRIC_P90, HB_METRIC_P95,
                                             HB_METRIC_P99, HB_METRIC_P999};
    const struct hb_run_row *run = cell->first;
    bool first = true;
    double value;

    fputs("{", out);
    write_text(out, &first, "cell", run->cell_id);
    write_text(out, &first, "client", run->client);
    if (run->subject[0] != '\0')
        write_text(out, &first, "subject", run->subject);
    write_text(out, &first, "server", run->server);
    write_text(out, &first, "method", run->method);
    write_text(out, &first, "url", run->url);
    fprintf(out, ", \"concurrency\": %" PRIu32 ", \"rate\": ", run->concurrency);
    hb_json_write_number(out, run->rate);
    hb_bursts_write_json(run->burst, run->every_ns, out);
    fprintf(out,
            ", \"runs\": {\"ok\": %zu, \"failed\": %zu, \"skipped\": %zu, \"pending\": %zu, "
            "\"not_needed\": %zu}",
            cell->ok, cell->failed, cell->skipped, cell->pending, cell->not_needed);
    fprintf(out, ", \"verified\": %" PRIu64 ", \"failed_requests\": %" PRIu64, cell->verified,
            cell->failed_requests);
    write_estimate(out, &first, "requests_per_second", &cell->requests_per_second);
    write_yardstick(out, &first, &report->yardsticks, cell);
    write_estimate(out, &first, "client_cpu_per_request_ns", &cell->cpu_per_request_ns);
    write_estimate(out, &first, "server_cpu_per_request_ns", &cell->server_cpu_per_request_ns);
    write_estimate(out, &first, "client_rss_peak_bytes", &cell->rss_peak_bytes);
    write_key(out, &first, "response_merged");
    for (size_t i = 0; i < HB_ARRAY_LEN(names); i++) {
        fprintf(out, "%s\"%s\": ", i > 0 ? ", " : "{", names[i]);
        if (hb_summary_metric(cell, metrics[i], &value))
            hb_json_write_number(out, value);
        else
            fputs("null", out);
    }
    fputs("}", out);
    write_flags(out, &first, cell->flags);
    write_key(out, &first, "comparable");
    if (cell->ok > 0)
        fputs(hb_is_comparable(cell, comparison) ? "true" : "false", out);
    else
        fputs("null", out);
    fputs("}", out);
}

static void write_hop(const struct hb_hop_row *hop, FILE *out)
{
    const struct {
        const char *name;
        int64_t value;
    } figures[] = {
        {"cpu_ns", hop->cpu_ns},
        {"rss_avg_bytes", hop->rss_avg_bytes},
        {"rss_peak_bytes", hop->rss_peak_bytes},
        {"requests", hop->requests},
        {"connections", hop->connections},
        {"bytes_in", hop->bytes_in},
        {"bytes_out", hop->bytes_out},
        {"window_requests", hop->window_requests},
        {"window_connections", hop->window_connections},
    };
    bool first = true;

    fputs("{", out);
    write_text(out, &first, "name", hop->name);
    fprintf(out, ", \"ended\": %s", hop->ended != 0 ? "true" : "false");
    for (size_t i = 0; i < HB_ARRAY_LEN(figures); i++) {
        write_key(out, &first, figures[i].name);
        if (figures[i].value < 0)
            fputs("null", out);
        else
            fprintf(out, "%" PRId64, figures[i].value);
    }
    fputs("}", out);
}

/* The programs of the run's server: `hops` stands at its first, and is moved behind its last. */
static void write_programs(const struct hb_report *report, const struct hb_run_row *run,
                           size_t *hops, FILE *out)
{
    size_t begin = *hops;

    fputs(", \"programs\": [", out);
    for (; *hops < report->hops_count && report->hops[*hops].run_id == run->id; ++*hops) {
        fputs(*hops > begin ? ", " : "", out);
        write_hop(&report->hops[*hops], out);
    }
    fputs("]", out);
}

static void write_server(const struct hb_server_row *server, FILE *out)
{
    bool first = true;

    fputs("{", out);
    write_text(out, &first, "server", server->server);
    write_text(out, &first, "version", server->version);
    write_text(out, &first, "configuration", server->configuration);
    fputs("}", out);
}

static void write_unhonoured(const struct hb_report *report, FILE *out)
{
    fputs("],\n \"cannot_honour\": [", out);
    for (size_t i = 0; i < report->unhonoured_count; i++) {
        bool first = true;

        fputs(i > 0 ? ",\n  {" : "\n  {", out);
        write_text(out, &first, "client", report->unhonoured[i].client);
        write_text(out, &first, "what", report->unhonoured[i].what);
        write_text(out, &first, "why", report->unhonoured[i].why);
        fputs("}", out);
    }
}

static void write_run(const struct hb_report *report, const struct hb_run_row *run, size_t *hops,
                      FILE *out)
{
    char scratch[HB_LABEL_BYTES];
    bool first = true;
    double value;

    fputs("{", out);
    for (size_t i = 0; i < hb_run_labels_count; i++)
        write_text(out, &first, hb_run_labels[i].name,
                   hb_run_label_text(&hb_run_labels[i], run, scratch));
    for (size_t i = 0; i < hb_run_metrics_count; i++) {
        write_key(out, &first, hb_run_metrics[i].name);
        if (hb_run_metric_value(&hb_run_metrics[i], run, &value))
            hb_json_write_number(out, value);
        else
            fputs("null", out);
    }
    write_programs(report, run, hops, out);
    fputs("}", out);
}

static int write_json(const struct hb_report *report, FILE *out, HB_UNUSED struct hb_error *err)
{
    enum hb_comparison comparison = hb_comparison_of(&report->cells);
    size_t hops = 0;

    fprintf(out, "{\"schema_version\": %d,\n \"sweep\": ", RESULTS_SCHEMA_VERSION);
    write_sweep(report->sweep, out);
    write_floor(&report->yardsticks, out);
    fprintf(out, ",\n \"compares\": \"%s\",\n \"cells\": [",
            comparison == HB_COMPARE_SERVERS ? "servers" : "clients");
    for (size_t i = 0; i < report->cells.count; i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_cell(report, &report->cells.cells[i], comparison, out);
    }
    fputs("],\n \"servers\": [", out);
    for (size_t i = 0; i < report->servers_count; i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_server(&report->servers[i], out);
    }
    write_unhonoured(report, out);
    fputs("],\n \"wires\": ", out);
    hb_wire_write_json(report->wires, report->wires_count, out);
    fputs(",\n \"runs\": [", out);
    for (size_t i = 0; i < report->runs_count; i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_run(report, &report->runs[i], &hops, out);
    }
    fputs("]}\n", out);
    return 0;
}

const struct hb_exporter hb_exporter_json = {
    .format = "json",
    .extension = "json",
    .summary = "sweep, cells with intervals, and runs",
    .write = write_json,
};
