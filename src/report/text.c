/*
 * The summary for a terminal, at most 80 columns: a table for each combination of server, method,
 * URL, rate and concurrency, clients ranked by verified requests a second. Figures come with their
 * interval over rounds.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "report/exporters.h"
#include "report/group.h"

enum { CLIENT_COLUMNS = 19 };

/* Written into the arena: a metric with its unit, or "–" when not measured. */
static const char *figure(const struct hb_report *report, const struct hb_cell_summary *cell,
                          enum hb_metric metric)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    double value;

    hb_buf_init(&text, 64);
    if (!hb_summary_metric(cell, metric, &value))
        return "–";
    hb_metric_format(metric, value, &text);
    return hb_arena_strdup(report->arena, hb_buf_text(&text));
}

static void print_padded(FILE *out, const char *text, int columns, bool right)
{
    int width = 0;

    for (const char *c = text; *c != '\0'; c++)
        width += ((unsigned char)*c & 0xC0) != 0x80;
    if (right)
        fprintf(out, "%*s%s", columns > width ? columns - width : 0, "", text);
    else
        fprintf(out, "%s%*s", text, columns > width ? columns - width : 0, "");
}

/* "±4 %": the larger half of the interval, relative to the estimate. */
static const char *spread(const struct hb_report *report, const struct hb_estimate *estimate)
{
    const struct hb_interval *interval = &estimate->interval;
    double half = interval->high - interval->estimate;

    if (estimate->n < 2 || interval->estimate <= 0)
        return "";
    if (interval->estimate - interval->low > half)
        half = interval->estimate - interval->low;
    return hb_arena_printf(report->arena, "±%.0f %%", 100 * half / interval->estimate);
}

static void print_state(FILE *out, const struct hb_cell_summary *cell)
{
    if (cell->failed > 0)
        fprintf(out, " %zu of %zu runs failed", cell->failed, cell->runs_count);
    else if (cell->skipped > 0)
        fputs(" skipped", out);
    else if (cell->pending > 0)
        fprintf(out, " %zu of %zu runs pending", cell->pending, cell->runs_count);
}

static void print_flags(FILE *out, unsigned flags)
{
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        if ((flags & (1u << bit)) != 0)
            fprintf(out, " %s", hb_flag_name(bit));
    }
}

static void print_cell(const struct hb_report *report, const struct hb_cell_summary *cell,
                       FILE *out)
{
    const struct {
        const char *text;
        int columns;
    } cells[] = {
        {figure(report, cell, HB_METRIC_REQUESTS_PER_SECOND), 11},
        {spread(report, &cell->requests_per_second), 7},
        {figure(report, cell, HB_METRIC_P50), 9},
        {figure(report, cell, HB_METRIC_P99), 9},
        {figure(report, cell, HB_METRIC_CPU_PER_REQUEST), 9},
        {figure(report, cell, HB_METRIC_ERROR_RATE), 8},
    };

    fputs("  ", out);
    print_padded(out, cell->first->client, CLIENT_COLUMNS, false);
    for (size_t i = 0; i < HB_ARRAY_LEN(cells); i++) {
        fputc(' ', out);
        print_padded(out, cells[i].text, cells[i].columns, true);
    }
    fputc('\n', out);
    if (cell->flags != 0 || cell->ok != cell->runs_count) {
        fputs("    ⚑", out);
        print_flags(out, cell->flags);
        print_state(out, cell);
        fputc('\n', out);
    }
}

static void print_group(const struct hb_report *report, const struct hb_cell_group *group,
                        FILE *out)
{
    const struct hb_run_row *run = group->cells[0]->first;

    fprintf(out, "\n%s %s on %s, %" PRIu32 " at once", run->method, run->url, run->server,
            run->concurrency);
    if (run->rate > 0)
        fprintf(out, ", %.10g requests/s due", run->rate);
    fprintf(out, "\n  %-*s %11s %7s %9s %9s %9s %8s\n", CLIENT_COLUMNS, "client", "verified", "",
            "p50", "p99", "CPU/req", "errors");
    for (size_t i = 0; i < group->count; i++)
        print_cell(report, group->cells[i], out);
}

static void print_legend(const struct hb_report *report, FILE *out)
{
    unsigned flags = 0;

    for (size_t i = 0; i < report->cells.count; i++)
        flags |= report->cells.cells[i].flags;
    if (flags == 0)
        return;
    fputc('\n', out);
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        if ((flags & (1u << bit)) != 0)
            fprintf(out, "⚑ %s: %s\n", hb_flag_name(bit), hb_flag_meaning(bit));
    }
}

static int write_text(const struct hb_report *report, FILE *out, HB_UNUSED struct hb_error *err)
{
    const struct hb_sweep_row *sweep = report->sweep;
    char started[HB_TIMESTAMP_BYTES];
    struct hb_cell_group *groups;
    size_t count;

    hb_format_timestamp(started, sweep->started_wall_ns);
    fprintf(out, "%s · sweep %" PRId64 " · %.16s UTC · %zu cells × %u rounds%s\n",
            sweep->scenario_name, sweep->id, started, report->cells.count, sweep->rounds,
            strcmp(sweep->purpose, "smoke") == 0 ? " · smoke" : "");
    hb_group_cells(&report->cells, report->arena, &groups, &count);
    for (size_t i = 0; i < count; i++)
        print_group(report, &groups[i], out);
    print_legend(report, out);
    return 0;
}

const struct hb_exporter hb_exporter_text = {
    .format = "text",
    .extension = "txt",
    .summary = "a summary for the terminal",
    .write = write_text,
};
