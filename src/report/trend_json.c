/* A trend as JSON, described by schemas/trend.schema.json: every series with all its figures. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "report/load_words.h"
#include "report/trend_words.h"

#define TREND_SCHEMA_VERSION 1

static void write_text(FILE *out, const char *key, const char *text)
{
    fprintf(out, ", \"%s\": ", key);
    hb_json_write_string(out, text);
}

static void write_number(FILE *out, const char *key, double value)
{
    fprintf(out, ", \"%s\": ", key);
    hb_json_write_number(out, value);
}

static void write_night(const struct hb_trend_night *night, FILE *out)
{
    char started[HB_TIMESTAMP_BYTES];

    hb_format_timestamp(started, night->wall_ns);
    fprintf(out, "{\"sweep\": %" PRId64, night->sweep_id);
    write_text(out, "started", started);
    write_text(out, "revision", night->revision);
    write_text(out, "fingerprint", night->fingerprint);
    fprintf(out, ", \"cells\": %zu}", night->cells);
}

static void write_point(const struct hb_trend *trend, const struct hb_trend_series *series,
                        const struct hb_trend_point *point, FILE *out)
{
    const struct hb_trend_night *before = hb_trend_before(trend, series, point);
    const struct hb_trend_night *after = hb_trend_after(trend, series, point);

    fprintf(out, "{\"id\": \"%s\"", point->id);
    write_number(out, "change", point->change);
    write_number(out, "p", point->p);
    fprintf(out, ", \"worse\": %s", point->worse ? "true" : "false");
    fprintf(out, ", \"sweep_before\": %" PRId64 ", \"sweep_after\": %" PRId64, before->sweep_id,
            after->sweep_id);
    write_text(out, "revision_before", before->revision);
    write_text(out, "revision_after", after->revision);
    fprintf(out, ", \"cells\": %zu", point->cells);
    write_text(out, "belongs_to", point->of);
    write_text(out, "state", point->state[0] != '\0' ? point->state : NULL);
    write_text(out, "note", point->note);
    fputs("}", out);
}

static void write_figures(const struct hb_trend *trend, const struct hb_trend_series *series,
                          FILE *out)
{
    fputs(",\n   \"sweeps\": [", out);
    for (size_t i = 0; i < series->count; i++)
        fprintf(out, "%s%" PRId64, i > 0 ? ", " : "", trend->nights[series->nights[i]].sweep_id);
    fputs("], \"figures\": [", out);
    for (size_t i = 0; i < series->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        hb_json_write_number(out, series->values[i]);
    }
    fputs("]", out);
}

static void write_series(const struct hb_trend *trend, const struct hb_trend_series *series,
                         FILE *out)
{
    fprintf(out, "{\"rollup\": %s", series->rollup ? "true" : "false");
    write_text(out, "metric", hb_gate_metric_name(series->metric));
    write_text(out, "fingerprint", series->fingerprint);
    write_text(out, "client", series->client);
    fprintf(out, ", \"cells\": %zu", series->cells);
    if (!series->rollup) {
        write_text(out, "server", series->server);
        write_text(out, "method", series->method);
        write_text(out, "url", series->url);
        write_text(out, "protocol", series->protocol);
        fprintf(out, ", \"concurrency\": %u", series->concurrency);
        write_number(out, "rate", series->rate);
        hb_bursts_write_json(series->burst, series->every_ns, out);
    }
    write_figures(trend, series, out);
    fputs(",\n   \"points\": [", out);
    for (size_t i = 0; i < series->points_count; i++) {
        fputs(i > 0 ? ",\n    " : "", out);
        write_point(trend, series, &series->points[i], out);
    }
    fputs("]}", out);
}

static int write_json(const struct hb_trend_report *report, FILE *out,
                      HB_UNUSED struct hb_error *err)
{
    const struct hb_trend *trend = report->trend;

    fprintf(out, "{\"schema_version\": %d", TREND_SCHEMA_VERSION);
    write_text(out, "scenario", trend->scenario);
    write_text(out, "subject", trend->subject);
    write_text(out, "pinned", trend->pinned);
    write_number(out, "alpha", HB_TREND_ALPHA);
    fprintf(out, ", \"shortest\": %u", HB_TREND_SHORTEST);
    fprintf(out, ", \"nights_left_out\": %zu, \"unpaired\": %zu,\n \"nights\": [",
            trend->nights_left_out, trend->unpaired);
    for (size_t i = 0; i < trend->nights_count; i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_night(&trend->nights[i], out);
    }
    fputs("],\n \"series\": [", out);
    for (size_t i = 0; i < trend->series_count; i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_series(trend, &trend->series[i], out);
    }
    fputs("]}\n", out);
    return 0;
}

const struct hb_trend_format hb_trend_json = {.name = "json", .write = write_json};
