/*
 * The HTML report: one file, no script, no external request. Sections come in the order of a
 * reader's questions: what was run and can it be believed; who is fastest; how does it scale; how
 * long do requests take; what went wrong; on which machine; and from which scenario.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "report/exporters.h"
#include "report/html_charts.h"
#include "report/html_tables.h"
#include "report/html_wire.h"
#include "report/markup.h"

static void write_head(const struct hb_report *report, FILE *out)
{
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
          out);
    hb_markup_text(out, report->sweep->scenario_name);
    fprintf(out, " – http-benchmark</title>\n<style>%s</style></head><body>\n", hb_report_style);
}

static size_t count_status(const struct hb_report *report, const char *status)
{
    size_t count = 0;

    for (size_t i = 0; i < report->runs_count; i++)
        count += strcmp(report->runs[i].status, status) == 0;
    return count;
}

static void write_banner(const struct hb_report *report, FILE *out)
{
    size_t failed = count_status(report, "failed"), skipped = count_status(report, "skipped");
    size_t pending = count_status(report, "pending"), ok = count_status(report, "ok");
    size_t flagged = 0;

    for (size_t i = 0; i < report->cells.count; i++)
        flagged += report->cells.cells[i].flags != 0;
    fprintf(out, "<p class=\"banner %s\">",
            failed > 0              ? "bad"
            : flagged + pending > 0 ? "warn"
                                    : "");
    fprintf(out, "%s %zu of %zu runs measured",
            failed > 0    ? "✕"
            : flagged > 0 ? "⚑"
                          : "✓",
            ok, report->runs_count);
    if (failed > 0)
        fprintf(out, ", <span class=\"fail\">%zu failed</span>", failed);
    if (skipped > 0)
        fprintf(out, ", %zu skipped", skipped);
    if (pending > 0)
        fprintf(out, ", %zu not run", pending);
    fprintf(out, ". %zu of %zu cells carry a trust flag.</p>\n", flagged, report->cells.count);
}

static void write_title(const struct hb_report *report, FILE *out)
{
    const struct hb_sweep_row *sweep = report->sweep;
    char started[HB_TIMESTAMP_BYTES];

    hb_format_timestamp(started, sweep->started_wall_ns);
    fputs("<header><h1>", out);
    hb_markup_text(out, sweep->scenario_name);
    fprintf(out,
            "</h1>\n<p class=\"dim\">Sweep %" PRId64 ", %.16s UTC, %zu cells × %u rounds, seed "
            "%" PRIu64 ". Each run is a fresh process; figures are medians over rounds, with the "
            "interval that so many rounds allow.</p>\n",
            sweep->id, started, report->cells.count, sweep->rounds, sweep->seed);
    write_banner(report, out);
    fputs("</header>\n", out);
}

static void write_fact(const char *name, json_t *value, FILE *out)
{
    char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);

    fputs("<tr><td>", out);
    hb_markup_text(out, name);
    fputs("</td><td class=\"text wrap\">", out);
    if (json_is_null(value))
        fputs("<span class=\"dim\">unknown</span>", out);
    else
        hb_markup_text(out, text != NULL ? text : json_string_value(value));
    fputs("</td></tr>\n", out);
    free(text);
}

/* Facts come in groups (the machine, its settings, …): one table each, one row a fact. */
static void write_environment(const struct hb_sweep_row *sweep, FILE *out)
{
    json_t *groups = json_loads(sweep->environment_json, 0, NULL);
    const char *group, *name;
    json_t *facts, *value;

    fputs("<section><h2>Environment</h2>\n", out);
    json_object_foreach(groups, group, facts)
    {
        fputs("<div class=\"scroll\"><table><caption>", out);
        hb_markup_text(out, group);
        fputs("</caption><tbody>\n", out);
        json_object_foreach(facts, name, value) write_fact(name, value, out);
        fputs("</tbody></table></div>\n", out);
    }
    json_decref(groups);
    fputs("</section>\n", out);
}

static void write_provenance(const struct hb_report *report, FILE *out)
{
    const struct hb_sweep_row *sweep = report->sweep;
    const struct {
        const char *name, *text;
    } rows[] = {
        {"http-benchmark", sweep->tool_version},
        {"scenario's revision", sweep->revision},
        {"scenario's hash", sweep->scenario_hash},
        {"machine's fingerprint", sweep->fingerprint},
        {"tags", sweep->tags_json},
        {"made by", report->made_by},
    };

    fputs("<section><h2>Provenance</h2>\n<table><tbody>\n", out);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].text == NULL || rows[i].text[0] == '\0' || strcmp(rows[i].text, "{}") == 0)
            continue;
        fprintf(out, "<tr><td>%s</td><td class=\"text wrap\">", rows[i].name);
        hb_markup_text(out, rows[i].text);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table>\n<h3>Scenario</h3>\n<pre>", out);
    hb_markup_text(out, sweep->scenario_text);
    fputs("</pre></section>\n", out);
}

static int write_html(const struct hb_report *report, FILE *out, struct hb_error *err)
{
    struct hb_cell_group *groups;
    unsigned chart_id = 0;
    size_t count;

    hb_group_cells(&report->cells, report->arena, &groups, &count);
    write_head(report, out);
    write_title(report, out);
    fputs("<main>\n", out);
    hb_html_rankings(report, groups, count, out);
    if (strcmp(report->sweep->purpose, "smoke") != 0)
        hb_html_rollups(report, out);
    hb_html_charts(report, groups, count, &chart_id, out);
    if (hb_html_time(report, groups, count, &chart_id, out, err) != 0)
        return -1;
    hb_html_flags(report, out);
    hb_html_unhonoured(report, out);
    hb_html_wire(report, out);
    hb_html_failures(report, out);
    hb_html_runs(report, out);
    write_environment(report->sweep, out);
    write_provenance(report, out);
    fputs("</main></body></html>\n", out);
    return 0;
}

const struct hb_exporter hb_exporter_html = {
    .format = "html",
    .extension = "html",
    .summary = "one self-contained page",
    .write = write_html,
};
