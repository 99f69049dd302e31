/*
 * A comparison for other programs: every figure and verdict that there is, described by
 * schemas/comparison.schema.json. Ratios stay as they were judged, above 1 is worse; what is not
 * known is null.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "exec/result.h"
#include "report/comparison_formats.h"
#include "report/comparison_words.h"
#include "report/load_words.h"

enum { COMPARISON_SCHEMA_VERSION = 1 };

static void write_key(FILE *out, const char *name)
{
    fprintf(out, ", \"%s\": ", name);
}

static void write_text(FILE *out, const char *name, const char *text)
{
    write_key(out, name);
    hb_json_write_string(out, text);
}

/* null instead of "". */
static void write_optional(FILE *out, const char *name, const char *text)
{
    write_text(out, name, text[0] != '\0' ? text : NULL);
}

static void write_number(FILE *out, const char *name, double value)
{
    write_key(out, name);
    hb_json_write_number(out, value);
}

static void write_flag(FILE *out, const char *name, bool value)
{
    write_key(out, name);
    fputs(value ? "true" : "false", out);
}

static void write_list(FILE *out, const char *name, const char *const *texts)
{
    write_key(out, name);
    fputc('[', out);
    for (size_t i = 0; texts[i] != NULL; i++) {
        fputs(i > 0 ? ", " : "", out);
        hb_json_write_string(out, texts[i]);
    }
    fputc(']', out);
}

static void write_metric(const struct hb_metric_verdict *metric, FILE *out)
{
    static const char *const weights[] = {
        [HB_GATE_DECIDES] = "decides",
        [HB_GATE_ADVISORY] = "advisory",
        [HB_GATE_OFF] = "off",
    };

    fprintf(out, "{\"verdict\": \"%s\"", hb_verdict_name(metric->verdict));
    write_optional(out, "reason", hb_inconclusive_name(metric->reason));
    write_text(out, "weight", weights[metric->weight]);
    write_number(out, "margin", metric->margin.relative);
    write_number(out, "floor", metric->margin.floor);
    write_number(out, "limit", metric->limit);
    write_number(out, "base", metric->base);
    write_number(out, "head", metric->head);
    write_number(out, "ratio", metric->ratio.estimate);
    write_number(out, "low", metric->ratio.low);
    write_number(out, "high", metric->ratio.high);
    write_number(out, "confidence", metric->ratio.confidence);
    write_flag(out, "confidence_reached", metric->ratio.reached);
    write_number(out, "p_worse", metric->p_worse);
    write_number(out, "resolution", metric->resolution);
    fprintf(out, ", \"n\": %u}", metric->pairs);
}

static void write_metrics(const struct hb_metric_verdict *metrics, FILE *out)
{
    const char *separator = "";

    write_key(out, "metrics");
    fputc('{', out);
    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (!metrics[metric].measured)
            continue;
        fprintf(out, "%s\"%s\": ", separator, hb_gate_metric_name((enum hb_gate_metric)metric));
        write_metric(&metrics[metric], out);
        separator = ", ";
    }
    fputc('}', out);
}

static void write_flags(unsigned flags, FILE *out)
{
    const char *separator = "";

    write_key(out, "flags");
    fputc('[', out);
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        if ((flags & (1u << bit)) == 0)
            continue;
        fprintf(out, "%s\"%s\"", separator, hb_flag_name(bit));
        separator = ", ";
    }
    fputc(']', out);
}

static void write_side(FILE *out, const char *name, unsigned ok, unsigned failed, uint64_t errors)
{
    fprintf(out, ", \"%s\": {\"runs\": %u, \"failed_runs\": %u, \"failed_requests\": %" PRIu64 "}",
            name, ok, failed, errors);
}

static void write_cell(const struct hb_cell_verdict *cell, FILE *out)
{
    const struct hb_metric_verdict *worst = &cell->metrics[cell->worst];

    fputs("{\"cell\": ", out);
    hb_json_write_string(out, cell->cell_id);
    write_text(out, "client", cell->client);
    write_text(out, "client_library", cell->client_library);
    write_text(out, "server", cell->server);
    write_text(out, "method", cell->method);
    write_text(out, "url", cell->url);
    fprintf(out, ", \"concurrency\": %" PRIu32, cell->concurrency);
    write_number(out, "rate", cell->rate);
    hb_bursts_write_json(cell->burst, cell->every_ns, out);
    write_number(out, "duration_s", (double)cell->duration_ns / 1e9);
    write_flag(out, "control", cell->control);
    write_text(out, "verdict", hb_verdict_name(cell->verdict));
    write_optional(out, "reason", hb_inconclusive_name(cell->reason));
    write_optional(out, "metric", worst->measured ? hb_gate_metric_name(cell->worst) : "");
    write_optional(out, "why", cell->why);
    write_side(out, "base", cell->base_ok, cell->base_failed, cell->base_errors);
    write_side(out, "head", cell->head_ok, cell->head_failed, cell->head_errors);
    write_flags(cell->flags, out);
    write_metrics(cell->metrics, out);
    fputc('}', out);
}

static void write_counts(const struct hb_comparison_result *result, FILE *out)
{
    write_key(out, "counts");
    for (int verdict = 0; verdict < HB_VERDICT_COUNT; verdict++)
        fprintf(out, "%s\"%s\": %zu", verdict > 0 ? ", " : "{",
                hb_verdict_name((enum hb_verdict)verdict), result->counts[verdict]);
    fputc('}', out);
}

static void write_headline(const struct hb_comparison_report *report, FILE *out)
{
    const struct hb_comparison_result *result = report->result;
    HB_CLEANUP(hb_buf_release) struct hb_buf headline = {.maximum = 1024};
    char measured[HB_TIMESTAMP_BYTES] = "";

    if (report->measured_wall_ns > 0)
        hb_format_timestamp(measured, report->measured_wall_ns);
    hb_headline_put(result, &headline);
    write_text(out, "scenario", report->scenario);
    write_optional(out, "measured", measured);
    write_optional(out, "made_by", report->made_by);
    write_text(out, "kind", result->kind == HB_COMPARED_PAIRS ? "pairs" : "stored");
    write_text(out, "base", result->base);
    write_text(out, "head", result->head);
    write_text(out, "verdict", hb_verdict_name(result->verdict));
    write_text(out, "headline", hb_buf_text(&headline));
    write_counts(result, out);
    write_flag(out, "contaminated", result->contaminated);
    write_optional(out, "contamination", result->contamination);
    write_number(out, "resolution", result->resolution);
    write_number(out, "must_resolve", result->must_resolve);
    write_flag(out, "unresolved", result->unresolved);
    write_list(out, "notices", result->notices);
}

static void write_suites(const struct hb_comparison_result *result, FILE *out)
{
    fputs("],\n \"suites\": [", out);
    for (size_t i = 0; i < result->suites_count; i++) {
        fputs(i > 0 ? ",\n  {\"client\": " : "\n  {\"client\": ", out);
        hb_json_write_string(out, result->suites[i].name);
        fprintf(out, ", \"cells\": %zu", result->suites[i].cells);
        write_metrics(result->suites[i].metrics, out);
        fputc('}', out);
    }
}

static int write_json(const struct hb_comparison_report *report, FILE *out,
                      HB_UNUSED struct hb_error *err)
{
    const struct hb_comparison_result *result = report->result;

    fprintf(out, "{\"schema_version\": %d", COMPARISON_SCHEMA_VERSION);
    write_headline(report, out);
    fputs(",\n \"cells\": [", out);
    for (size_t i = 0; i < result->cells_count; i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_cell(&result->cells[i], out);
    }
    write_suites(result, out);
    fputs("]}\n", out);
    return 0;
}

const struct hb_comparison_format hb_comparison_json = {
    .name = "json",
    .extension = "json",
    .summary = "everything, for other programs",
    .write = write_json,
};
