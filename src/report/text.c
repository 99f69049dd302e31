/*
 * The summary for a terminal, at most 80 columns: a table for each combination of server, method,
 * URL, rate and concurrency, clients ranked by verified requests a second. Figures come with their
 * interval over rounds.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "config/diag.h"
#include "gate/rollup.h"
#include "report/columns.h"
#include "report/exporters.h"
#include "report/group.h"

enum { CLIENT_COLUMNS = 18 };

/* Names come from the database, which may be a stranger's file: nothing of it reaches a terminal as
 * it is. */
static const char *printable(const struct hb_report *report, const char *text)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf shown;

    hb_buf_init(&shown, 1 << 15);
    hb_escape(&shown, text, strlen(text), shown.maximum / 4 - 4);
    return hb_arena_strdup(report->arena, hb_buf_text(&shown));
}

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

/* "34 %" of what was possible */
static const char *share(const struct hb_report *report, const struct hb_cell_summary *cell)
{
    double value;

    if (!hb_yardstick_cell_share(&report->yardsticks, cell, &value))
        return "";
    return hb_arena_printf(report->arena, "%.*f %%", value < 0.1 ? 1 : 0, 100 * value);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* Why the first run that failed did. */
static const char *failure_of(const struct hb_cell_summary *cell)
{
    for (size_t i = 0; i < cell->runs_count; i++) {
        if (cell->runs[i]->failure[0] != '\0')
            return cell->runs[i]->failure;
    }
    return "";
}

static void put_state(const struct hb_cell_summary *cell, struct hb_buf *text)
{
    if (cell->failed > 0)
        hb_buf_printf(text, "%s%zu of %zu run%s failed: %s", text->length > 0 ? " " : "",
                      cell->failed, cell->runs_count, plural(cell->runs_count), failure_of(cell));
    else if (cell->skipped > 0)
        hb_buf_printf(text, "%sskipped", text->length > 0 ? " " : "");
    else if (cell->pending > 0)
        hb_buf_printf(text, "%s%zu of %zu run%s pending", text->length > 0 ? " " : "",
                      cell->pending, cell->runs_count, plural(cell->runs_count));
}

/* "    ⚑ host_contended 1 of 5 runs failed: …": what there is to know about a row of figures. */
static void print_remarks(const struct hb_cell_summary *cell, enum hb_comparison comparison,
                          FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text, shown;

    hb_buf_init(&text, 8192);
    hb_buf_init(&shown, 32768);
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        if ((cell->flags & (1u << bit)) != 0)
            hb_buf_printf(&text, "%s%s", text.length > 0 ? " " : "", hb_flag_name(bit));
    }
    if (cell->ok > 0 && !hb_is_comparable(cell, comparison))
        hb_buf_puts(&text, " – not comparable");
    put_state(cell, &text);
    if (text.length == 0)
        return;
    hb_escape(&shown, hb_buf_text(&text), text.length, text.length);
    fputs("    ⚑", out);
    hb_print_words(out, hb_buf_text(&shown), 5, 6);
}

static void print_cell(const struct hb_report *report, const struct hb_cell_summary *cell,
                       enum hb_comparison comparison, FILE *out)
{
    const struct {
        const char *text;
        int columns;
    } cells[] = {
        {figure(report, cell, HB_METRIC_REQUESTS_PER_SECOND), 10},
        {spread(report, &cell->requests_per_second), 6},
        {share(report, cell), 6},
        {figure(report, cell, HB_METRIC_P50), 8},
        {figure(report, cell, HB_METRIC_P99), 8},
        {figure(report, cell, HB_METRIC_CPU_PER_REQUEST), 8},
        {figure(report, cell, HB_METRIC_ERROR_RATE), 7},
    };

    fputs("  ", out);
    hb_print_padded(out, printable(report, hb_compared_name(cell->first, comparison)),
                    CLIENT_COLUMNS, false);
    for (size_t i = 0; i < HB_ARRAY_LEN(cells); i++) {
        fputc(' ', out);
        hb_print_padded(out, cells[i].text, cells[i].columns, true);
    }
    fputc('\n', out);
    print_remarks(cell, comparison, out);
}

/* A smoke run tells whether a cell works, and measures nothing. */
static bool is_smoke(const struct hb_report *report)
{
    return strcmp(report->sweep->purpose, "smoke") == 0;
}

static void print_smoke_cell(const struct hb_report *report, const struct hb_cell_summary *cell,
                             enum hb_comparison comparison, FILE *out)
{
    fputs("  ", out);
    hb_print_padded(out, printable(report, hb_compared_name(cell->first, comparison)),
                    CLIENT_COLUMNS, false);
    fprintf(out, " %s\n", cell->ok > 0 ? "ok" : "–");
    print_remarks(cell, comparison, out);
}

static void print_group(const struct hb_report *report, const struct hb_cell_group *group,
                        FILE *out)
{
    bool smoke = is_smoke(report);
    HB_CLEANUP(hb_buf_release) struct hb_buf title;

    hb_buf_init(&title, 8192);
    hb_group_describe(group, true, &title);
    fprintf(out, "\n%s\n", printable(report, hb_buf_text(&title)));
    if (!smoke)
        fprintf(out, "  %-*s %10s %6s %6s %8s %8s %8s %7s\n", CLIENT_COLUMNS,
                group->comparison == HB_COMPARE_SERVERS ? "server" : "client", "verified", "",
                report->yardsticks.count > 0 ? "share" : "", "p50", "p99", "CPU/req", "errors");
    for (size_t i = 0; i < group->count; i++) {
        if (smoke)
            print_smoke_cell(report, group->cells[i], group->comparison, out);
        else
            print_cell(report, group->cells[i], group->comparison, out);
    }
}

static void print_flag(FILE *out, unsigned bit, enum hb_comparison comparison)
{
    const char *objection = hb_flag_objection(bit, comparison);
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    int column = fprintf(out, "⚑ %s:", hb_flag_name(bit)) - 2; /* the sign is three bytes */

    hb_buf_init(&text, 1024);
    hb_buf_printf(&text, "%s%s%s", hb_flag_meaning(bit),
                  objection != NULL ? " Not comparable: " : "", objection != NULL ? objection : "");
    hb_print_words(out, hb_buf_text(&text), column, 2);
}

/* The means of one row; what they are over, the line above the table says. */
static void print_rollup_row(const struct hb_report *report, const struct hb_rollup *rollup,
                             const struct hb_rollup_row *row, FILE *out)
{
    static const enum hb_metric metrics[] = {
        [HB_ROLLUP_RATE] = HB_METRIC_REQUESTS_PER_SECOND,
        [HB_ROLLUP_CPU] = HB_METRIC_CPU_PER_REQUEST,
        [HB_ROLLUP_P50] = HB_METRIC_P50,
        [HB_ROLLUP_P99] = HB_METRIC_P99,
    };

    fputs("  ", out);
    hb_print_padded(out, printable(report, row->name), CLIENT_COLUMNS, false);
    for (int metric = rollup->open_loop ? HB_ROLLUP_CPU : 0; metric < HB_ROLLUP_METRICS; metric++) {
        HB_CLEANUP(hb_buf_release) struct hb_buf text;

        hb_buf_init(&text, 64);
        if (isnan(row->means[metric]))
            hb_buf_puts(&text, "–");
        else
            hb_metric_format(metrics[metric], row->means[metric], &text);
        hb_print_padded(out, hb_buf_text(&text), 12, true);
    }
    fputc('\n', out);
}

/* A roll-up of one load says no more than its ranking does. */
static void print_rollup(const struct hb_report *report, bool open_loop, FILE *out)
{
    struct hb_rollup rollup = hb_roll_up(&report->cells, open_loop, report->arena);

    if (rollup.names < 2 || rollup.most < 2 || rollup.shared == 0)
        return;
    fprintf(out, "\nGeometric means, %s loop, over %zu of %zu loads: those that all %zu share\n",
            open_loop ? "open" : "closed", rollup.shared, rollup.most, rollup.names);
    fprintf(out, "  %-*s%*s%12s%12s%12s\n", CLIENT_COLUMNS, "", open_loop ? 0 : 12,
            open_loop ? "" : "verified", "CPU/req", "p50", "p99");
    for (size_t i = 0; i < rollup.rows_count; i++)
        print_rollup_row(report, &rollup, &rollup.rows[i], out);
}

static void print_rollups(const struct hb_report *report, FILE *out)
{
    if (is_smoke(report))
        return;
    print_rollup(report, false, out);
    print_rollup(report, true, out);
}

/* What the shares are of, and what the harness itself takes. */
static void print_yardsticks(const struct hb_report *report, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text, shown;

    hb_buf_init(&text, 8192);
    hb_buf_init(&shown, 32768);
    if (is_smoke(report))
        return;
    hb_yardsticks_describe(&report->yardsticks, &report->cells, &text);
    if (text.length == 0)
        return;
    hb_escape(&shown, hb_buf_text(&text), text.length, text.length);
    fputs("\n ", out);
    hb_print_words(out, hb_buf_text(&shown), 1, 2);
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
            print_flag(out, bit, hb_comparison_of(&report->cells));
    }
}

static int write_text(const struct hb_report *report, FILE *out, HB_UNUSED struct hb_error *err)
{
    const struct hb_sweep_row *sweep = report->sweep;
    char started[HB_TIMESTAMP_BYTES];
    struct hb_cell_group *groups;
    size_t count;

    hb_format_timestamp(started, sweep->started_wall_ns);
    fprintf(out, "%s · sweep %" PRId64 " · %.16s UTC · %zu cell%s",
            printable(report, sweep->scenario_name), sweep->id, started, report->cells.count,
            plural(report->cells.count));
    if (is_smoke(report))
        fputs(", one verified request each\n", out);
    else
        fprintf(out, " × %u round%s\n", sweep->rounds, plural(sweep->rounds));
    hb_group_cells(&report->cells, report->arena, &groups, &count);
    for (size_t i = 0; i < count; i++)
        print_group(report, &groups[i], out);
    print_rollups(report, out);
    print_yardsticks(report, out);
    print_legend(report, out);
    return 0;
}

const struct hb_exporter hb_exporter_text = {
    .format = "text",
    .extension = "txt",
    .summary = "a summary for the terminal",
    .write = write_text,
};
