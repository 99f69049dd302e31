/*
 * A comparison for the terminal, at most 80 columns: the verdict first, then what it could have
 * seen, then the cells from the worst on, so that the first screen answers and the rest explains.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "exec/result.h"
#include "report/columns.h"
#include "report/comparison_formats.h"
#include "report/comparison_words.h"

enum { METRIC_COLUMNS = 13, BASIS_COLUMN = 18, TEXT_BYTES = 1 << 15 };

/* A line that begins with "::" is a command to GitHub's runner, as is "##[" anywhere: names in a
 * job's log must not give commands. */
static void print_words(FILE *out, const char *text, int column, int indent)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf harmless;

    hb_buf_init(&harmless, 2 * TEXT_BYTES);
    for (const char *at = text; *at != '\0'; at++) {
        bool word_starts = at == text || at[-1] == ' ';

        if (word_starts && strncmp(at, "::", 2) == 0)
            hb_buf_puts(&harmless, "\\x3a");
        else if (strncmp(at, "##[", 3) == 0)
            hb_buf_puts(&harmless, "\\x23");
        else
            hb_buf_putc(&harmless, *at);
    }
    hb_print_words(out, hb_buf_text(&harmless), column, indent);
}

static const char *colour_of(const struct hb_comparison_report *report, enum hb_verdict verdict)
{
    static const char *const colours[] = {
        [HB_CONCERN_BAD] = "\033[1;31m",
        [HB_CONCERN_DOUBT] = "\033[1;33m",
        [HB_CONCERN_GOOD] = "\033[1;32m",
        [HB_CONCERN_NONE] = "\033[1m",
    };

    return report->colours ? colours[hb_verdict_concern(verdict)] : "";
}

/* "▼ regressed"; returns the columns it took. */
static int print_verdict(const struct hb_comparison_report *report, enum hb_verdict verdict,
                         FILE *out)
{
    const char *name = hb_verdict_name(verdict);

    fprintf(out, "%s%s %s%s", colour_of(report, verdict), hb_verdict_sign(verdict), name,
            report->colours ? "\033[0m" : "");
    return 2 + (int)strlen(name);
}

static void print_headline(const struct hb_comparison_report *report, FILE *out)
{
    const struct hb_comparison_result *result = report->result;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    int column = print_verdict(report, result->verdict, out);

    hb_buf_init(&text, TEXT_BYTES);
    fputc(':', out);
    hb_headline_put(result, &text);
    hb_buf_puts(&text, ". ");
    hb_resolution_put(result, &text);
    print_words(out, hb_buf_text(&text), column + 1, 2);
    hb_buf_clear(&text);
    hb_buf_printf(&text, "%s → %s: ", result->base, result->head);
    hb_counts_put(result, &text);
    fputc(' ', out);
    print_words(out, hb_buf_text(&text), 1, 2);
}

static void print_remarks(const struct hb_comparison_report *report, FILE *out)
{
    const char *remark;

    for (size_t i = 0; (remark = hb_comparison_remark(report->result, i)) != NULL; i++) {
        fputs("  !", out);
        print_words(out, remark, 3, 4);
    }
}

/* What the change is of, and how well it is known. */
static void print_basis(const struct hb_comparison_result *result, enum hb_gate_metric name,
                        const struct hb_metric_verdict *metric, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, TEXT_BYTES);
    hb_gate_figure_put(name, metric->base, &text);
    hb_buf_puts(&text, " → ");
    hb_gate_figure_put(name, metric->head, &text);
    hb_buf_puts(&text, ", ");
    hb_replicates_put(result, metric, &text);
    hb_buf_puts(&text, ", margin ");
    hb_margin_put(name, &metric->margin, &text);
    if (isfinite(metric->resolution) && metric->resolution > 0) {
        hb_buf_puts(&text, ", could see ");
        hb_percent_put(metric->resolution, &text);
    }
    fprintf(out, "%*s", BASIS_COLUMN, "");
    hb_print_words(out, hb_buf_text(&text), BASIS_COLUMN, BASIS_COLUMN + 1);
}

/* "throughput    -8.2 %  -9.6 % to -6.9 %  regressed" */
static void print_metric(const struct hb_comparison_result *result, enum hb_gate_metric name,
                         const struct hb_metric_verdict *metric, FILE *out)
{
    struct hb_change change = hb_change_of(name, &metric->ratio);
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, TEXT_BYTES);
    fputs("    ", out);
    hb_print_padded(out, hb_gate_metric_name(name), METRIC_COLUMNS, false);
    hb_change_put(change.estimate, &text);
    hb_print_padded(out, hb_buf_text(&text), 8, true);
    hb_buf_clear(&text);
    hb_change_interval_put(&change, &text);
    hb_print_padded(out, hb_buf_text(&text), 22, true);
    hb_buf_clear(&text);
    hb_metric_verdict_put(metric, &text);
    fprintf(out, "  %s\n", hb_buf_text(&text));
    print_basis(result, name, metric, out);
}

/* A cell that changed shows all that was measured, another one only what came closest. */
static void print_metrics(const struct hb_comparison_result *result,
                          const struct hb_cell_verdict *cell, FILE *out)
{
    bool all = cell->verdict != HB_VERDICT_UNCHANGED;

    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (hb_is_shown(&cell->metrics[metric]) && (all || metric == (int)cell->worst))
            print_metric(result, (enum hb_gate_metric)metric, &cell->metrics[metric], out);
    }
}

static void print_runs(const struct hb_cell_verdict *cell, FILE *out)
{
    if (cell->base_failed + cell->head_failed > 0)
        fprintf(out, "    ✕ runs failed: %u of %u of the base, %u of %u of the head\n",
                cell->base_failed, cell->base_ok + cell->base_failed, cell->head_failed,
                cell->head_ok + cell->head_failed);
    if (cell->base_errors + cell->head_errors > 0)
        fprintf(out, "    ✕ requests failed: %" PRIu64 " of the base, %" PRIu64 " of the head\n",
                cell->base_errors, cell->head_errors);
}

static void print_cell(const struct hb_comparison_report *report,
                       const struct hb_cell_verdict *cell, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    int column;

    hb_buf_init(&text, TEXT_BYTES);
    fputc('\n', out);
    column = print_verdict(report, cell->verdict, out);
    if (cell->control)
        column += fprintf(out, " (control: base against base)");
    fputc(':', out);
    hb_cell_put(cell, &text);
    hb_buf_printf(&text, " (cell %.8s)", cell->cell_id);
    print_words(out, hb_buf_text(&text), column + 1, 4);
    if (cell->why[0] != '\0') {
        fputs("   ", out);
        print_words(out, cell->why, 3, 4);
    }
    print_metrics(report->result, cell, out);
    print_runs(cell, out);
    hb_buf_clear(&text);
    hb_flags_put(cell->flags, &text);
    if (text.length > 0) {
        fputs("    ⚑", out);
        print_words(out, hb_buf_text(&text), 5, 6);
    }
}

static void print_flags(const struct hb_comparison_result *result, FILE *out)
{
    unsigned flags = 0;

    for (size_t i = 0; i < result->cells_count; i++)
        flags |= result->cells[i].flags;
    for (unsigned bit = 0, first = 1; bit < HB_FLAG_COUNT; bit++) {
        if ((flags & (1u << bit)) == 0)
            continue;
        fprintf(out, "%s⚑ %s:", first ? "\n" : "", hb_flag_name(bit));
        hb_print_words(out, hb_flag_meaning(bit), 3 + (int)strlen(hb_flag_name(bit)), 2);
        first = 0;
    }
}

/* "  httpx/async          4 cells  throughput -3.1 %  cpu +2.9 %" */
static void print_suite(const struct hb_suite_verdict *suite, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, TEXT_BYTES);
    hb_buf_printf(&text, "%s, %zu cell%s:", suite->name != NULL ? suite->name : "all clients",
                  suite->cells, suite->cells == 1 ? "" : "s");
    for (int metric = 0, shown = 0; metric < HB_GATE_METRICS; metric++) {
        const struct hb_metric_verdict *verdict = &suite->metrics[metric];

        if (!hb_is_shown(verdict))
            continue;
        hb_buf_printf(&text, "%s %s ", shown++ > 0 ? "," : "",
                      hb_gate_metric_name((enum hb_gate_metric)metric));
        hb_change_put(hb_change_of((enum hb_gate_metric)metric, &verdict->ratio).estimate, &text);
        hb_buf_printf(&text, " %s", hb_verdict_sign(verdict->verdict));
    }
    fputc(' ', out);
    print_words(out, hb_buf_text(&text), 1, 4);
}

static void print_suites(const struct hb_comparison_result *result, FILE *out)
{
    if (!hb_tells_of_suites(result))
        return;
    fputs("\nGeometric means of the changes over the cells that both sides have, clients that\n"
          "fared best first:\n",
          out);
    for (size_t i = 1; i < result->suites_count; i++)
        print_suite(&result->suites[i], out);
    print_suite(&result->suites[0], out);
}

static int write_text(const struct hb_comparison_report *report, FILE *out,
                      HB_UNUSED struct hb_error *err)
{
    const struct hb_comparison_result *result = report->result;

    print_headline(report, out);
    print_remarks(report, out);
    for (size_t i = 0; i < result->cells_count; i++)
        print_cell(report, &result->cells[i], out);
    print_suites(result, out);
    print_flags(result, out);
    for (size_t i = 0; report->next[i] != NULL; i++)
        fprintf(out, "%s  %s\n", i == 0 ? "\nNext:\n" : "", report->next[i]);
    return 0;
}

const struct hb_comparison_format hb_comparison_text = {
    .name = "text",
    .extension = "txt",
    .summary = "for the terminal",
    .write = write_text,
};
