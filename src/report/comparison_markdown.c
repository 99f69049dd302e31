/*
 * A comparison as a pull request's comment or a job's summary, within what GitHub takes. The first
 * line is a hidden marker, by which a later run finds its comment again. What did not change is
 * folded away.
 *
 * Names are a stranger's: every character that means something to Markdown is written as a
 * character reference, which cannot be markup, and what would become a mention, a reference or a
 * link stands in <code>, where nothing does.
 */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "report/comparison_formats.h"
#include "report/comparison_words.h"

enum {
    PAGE_MAX_BYTES = 65000,
    NAME_MAX_BYTES = 200,
    SENTENCE_MAX_BYTES = 600,
    REMARKS_END_BYTES = 12000, /* where on the page they stop */
    /* What is kept for the sections that follow, when rows are added. */
    RESERVE_AFTER_CHANGED = 9000,
    RESERVE_AFTER_UNCHANGED = 6000,
    RESERVE_AFTER_CLIENTS = 3000,
};

static void put_escaped(struct hb_buf *ret, const char *text, size_t max)
{
    for (const char *at = text; *at != '\0'; at++) {
        bool starts_character = ((unsigned char)*at & 0xC0) != 0x80;

        if (starts_character && (size_t)(at - text) >= max) {
            hb_buf_puts(ret, "…");
            return;
        }
        if ((unsigned char)*at < 0x80 && strchr("`*_{}[]()<>#!|&\\@:~\"'$^;", *at) != NULL)
            hb_buf_printf(ret, "&#%d;", *at);
        else
            hb_buf_putc(ret, *at);
    }
}

static void put_name(struct hb_buf *ret, const char *text)
{
    hb_buf_puts(ret, "<code>");
    put_escaped(ret, text, NAME_MAX_BYTES);
    hb_buf_puts(ret, "</code>");
}

/* Our own words with a stranger's within them. */
static void put_sentence(struct hb_buf *ret, const char *text)
{
    bool could_refer = strpbrk(text, "@#:") != NULL || strstr(text, "www.") != NULL;

    hb_buf_puts(ret, could_refer ? "<code>" : "");
    put_escaped(ret, text, SENTENCE_MAX_BYTES);
    hb_buf_puts(ret, could_refer ? "</code>" : "");
}

/* Whether the row was added: no more are when only `reserve` is left. */
static bool add_row(struct hb_buf *page, const struct hb_buf *row, size_t reserve)
{
    if (page->length + row->length + reserve > PAGE_MAX_BYTES)
        return false;
    hb_buf_append(page, hb_buf_text(row), row->length);
    return true;
}

static bool is_plain(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '/';
}

/* Whatever is not plain becomes one '-': "--" may not stand in a comment, nor end it. */
static void put_marker(struct hb_buf *page, const char *scenario)
{
    hb_buf_puts(page, "<!-- http-benchmark:");
    for (size_t i = 0; i < NAME_MAX_BYTES && scenario[i] != '\0'; i++) {
        if (is_plain(scenario[i]))
            hb_buf_putc(page, scenario[i]);
        else if (hb_buf_text(page)[page->length - 1] != '-')
            hb_buf_putc(page, '-');
    }
    hb_buf_puts(page, " -->\n");
}

static void put_headline(const struct hb_comparison_report *report, struct hb_buf *page)
{
    const struct hb_comparison_result *result = report->result;

    put_marker(page, report->scenario);
    hb_buf_printf(page, "### %s %s: ", hb_verdict_sign(result->verdict),
                  hb_verdict_name(result->verdict));
    hb_headline_put(result, page);
    hb_buf_puts(page, "\n\n");
    put_name(page, report->scenario);
    hb_buf_puts(page, ": ");
    put_name(page, result->base);
    hb_buf_puts(page, " → ");
    put_name(page, result->head);
    hb_buf_puts(page, ", ");
    hb_counts_put(result, page);
    hb_buf_puts(page, ". ");
    hb_resolution_put(result, page);
    hb_buf_puts(page, "\n\n");
}

static void put_remarks(const struct hb_comparison_report *report, struct hb_buf *page)
{
    const char *remark;
    size_t left_out = 0, i = 0;

    for (; (remark = hb_comparison_remark(report->result, i)) != NULL; i++) {
        HB_CLEANUP(hb_buf_release) struct hb_buf row;

        hb_buf_init(&row, PAGE_MAX_BYTES);
        hb_buf_puts(&row, "- ⚠ ");
        put_sentence(&row, remark);
        hb_buf_puts(&row, "\n");
        left_out += !add_row(page, &row, PAGE_MAX_BYTES - REMARKS_END_BYTES);
    }
    if (left_out > 0)
        hb_buf_printf(page, "- ⚠ %zu more notices\n", left_out);
    hb_buf_puts(page, i > 0 ? "\n" : "");
}

static void put_table_head(struct hb_buf *page)
{
    hb_buf_puts(page, "| | Cell | Metric | Change | Interval | n | Base → head | Verdict |\n"
                      "|:-:|---|---|--:|:-:|--:|:-:|---|\n");
}

static void put_cell_columns(const struct hb_cell_verdict *cell, struct hb_buf *row)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf load;

    hb_buf_init(&load, 1 << 15);
    hb_load_put(cell, &load);
    hb_buf_printf(row, "| %s | ", hb_verdict_sign(cell->verdict));
    put_name(row, cell->client);
    hb_buf_puts(row, " ");
    put_name(row, hb_buf_text(&load));
}

static void put_metric_columns(enum hb_gate_metric name, const struct hb_metric_verdict *metric,
                               struct hb_buf *row)
{
    struct hb_change change = hb_change_of(name, &metric->ratio);
    bool decided =
        metric->verdict == HB_VERDICT_REGRESSED || metric->verdict == HB_VERDICT_IMPROVED;

    hb_buf_printf(row, " | %s | %s", hb_gate_metric_name(name), decided ? "**" : "");
    hb_change_put(change.estimate, row);
    hb_buf_printf(row, "%s | ", decided ? "**" : "");
    hb_change_interval_put(&change, row);
    if (metric->pairs > 0)
        hb_buf_printf(row, " | %u | ", metric->pairs);
    else
        hb_buf_puts(row, " | counted | ");
    hb_gate_figure_put(name, metric->base, row);
    hb_buf_puts(row, " → ");
    hb_gate_figure_put(name, metric->head, row);
    hb_buf_puts(row, " | ");
    hb_metric_verdict_put(metric, row);
    if (isfinite(metric->resolution) && metric->resolution > 0 && !decided) {
        hb_buf_puts(row, " (could see ");
        hb_percent_put(metric->resolution, row);
        hb_buf_puts(row, ")");
    }
}

/* The metric that the verdict is of. */
static void put_cell_row(const struct hb_cell_verdict *cell, struct hb_buf *row)
{
    const struct hb_metric_verdict *worst = &cell->metrics[cell->worst];

    put_cell_columns(cell, row);
    if (cell->why[0] != '\0' || !worst->measured) {
        hb_buf_printf(row, " | | | | | | %s: ", hb_verdict_name(cell->verdict));
        put_sentence(row, cell->why);
    } else {
        put_metric_columns(cell->worst, worst, row);
    }
    if (cell->flags != 0) {
        hb_buf_puts(row, " ⚑ ");
        hb_flags_put(cell->flags, row);
    }
    hb_buf_puts(row, " |\n");
}

/* The others of a cell that changed as well. */
static void put_other_rows(const struct hb_cell_verdict *cell, struct hb_buf *row)
{
    for (int name = 0; name < HB_GATE_METRICS; name++) {
        const struct hb_metric_verdict *metric = &cell->metrics[name];

        if (name == (int)cell->worst || !hb_is_shown(metric) ||
            metric->verdict == HB_VERDICT_UNCHANGED || cell->why[0] != '\0')
            continue;
        hb_buf_puts(row, "| | ");
        put_metric_columns((enum hb_gate_metric)name, metric, row);
        hb_buf_puts(row, " |\n");
    }
}

static bool is_folded(const struct hb_cell_verdict *cell)
{
    return cell->verdict == HB_VERDICT_UNCHANGED || cell->control;
}

static void put_cells(const struct hb_comparison_result *result, bool folded, size_t reserve,
                      struct hb_buf *page)
{
    size_t left_out = 0;

    put_table_head(page);
    for (size_t i = 0; i < result->cells_count; i++) {
        const struct hb_cell_verdict *cell = &result->cells[i];
        HB_CLEANUP(hb_buf_release) struct hb_buf row;

        if (is_folded(cell) != folded)
            continue;
        hb_buf_init(&row, PAGE_MAX_BYTES);
        put_cell_row(cell, &row);
        if (!folded)
            put_other_rows(cell, &row);
        left_out += !add_row(page, &row, reserve);
    }
    if (left_out > 0)
        hb_buf_printf(page, "\n%zu more cells do not fit here; the report has them all.\n",
                      left_out);
    hb_buf_puts(page, "\n");
}

static void put_all_cells(const struct hb_comparison_result *result, struct hb_buf *page)
{
    size_t folded = 0;

    for (size_t i = 0; i < result->cells_count; i++)
        folded += is_folded(&result->cells[i]);
    if (folded < result->cells_count)
        put_cells(result, false, RESERVE_AFTER_CHANGED, page);
    if (folded == 0)
        return;
    hb_buf_printf(page, "<details><summary>%zu unchanged%s</summary>\n\n", folded,
                  result->cells_count > hb_compared_cells(result) ? " and controls" : "");
    put_cells(result, true, RESERVE_AFTER_UNCHANGED, page);
    hb_buf_puts(page, "</details>\n\n");
}

static void put_suite_row(const struct hb_suite_verdict *suite, struct hb_buf *row)
{
    hb_buf_puts(row, "| ");
    if (suite->name != NULL)
        put_name(row, suite->name);
    else
        hb_buf_puts(row, "all");
    hb_buf_printf(row, " | %zu |", suite->cells);
    for (int name = 0; name < HB_GATE_METRICS; name++) {
        const struct hb_metric_verdict *metric = &suite->metrics[name];

        if (!hb_is_shown(metric))
            continue;
        hb_buf_printf(row, " %s ", hb_gate_metric_name((enum hb_gate_metric)name));
        hb_change_put(hb_change_of((enum hb_gate_metric)name, &metric->ratio).estimate, row);
        hb_buf_printf(row, " %s", hb_verdict_sign(metric->verdict));
    }
    hb_buf_puts(row, " |\n");
}

static void put_suites(const struct hb_comparison_result *result, struct hb_buf *page)
{
    if (!hb_tells_of_suites(result))
        return;
    hb_buf_puts(page, "<details><summary>Clients, over the cells that both sides have</summary>"
                      "\n\n| Client | Cells | Geometric means of the changes |\n|---|--:|---|\n");
    for (size_t i = 0; i < result->suites_count; i++) {
        HB_CLEANUP(hb_buf_release) struct hb_buf row;

        hb_buf_init(&row, PAGE_MAX_BYTES);
        put_suite_row(&result->suites[i], &row);
        if (!add_row(page, &row, RESERVE_AFTER_CLIENTS))
            break;
    }
    hb_buf_puts(page, "\n</details>\n\n");
}

static int write_markdown(const struct hb_comparison_report *report, FILE *out,
                          HB_UNUSED struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf page;

    hb_buf_init(&page, PAGE_MAX_BYTES);
    put_headline(report, &page);
    put_remarks(report, &page);
    put_all_cells(report->result, &page);
    put_suites(report->result, &page);
    if (report->made_by[0] != '\0') {
        hb_buf_puts(&page, "<sub>Made by ");
        put_name(&page, report->made_by);
        hb_buf_puts(&page, "</sub>\n");
    }
    fwrite(hb_buf_text(&page), 1, page.length, out);
    return 0;
}

const struct hb_comparison_format hb_comparison_markdown = {
    .name = "markdown",
    .extension = "md",
    .summary = "a pull request's comment",
    .write = write_markdown,
};
