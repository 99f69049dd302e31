/*
 * A comparison as one page: no script, no external request. In the order of a reader's questions:
 * what is the verdict and what could it have seen, which cells, by how much, for which clients, and
 * how was it made.
 */
#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
#include "exec/result.h"
#include "report/comparison_forest.h"
#include "report/comparison_formats.h"
#include "report/comparison_words.h"
#include "report/markup.h"

static const char style[] =
    "h1,.dim{overflow-wrap:anywhere}.forest{max-width:62rem}.forest g "
    "line{stroke:currentColor;stroke-width:2.5}.forest "
    "circle{fill:currentColor}.forest .same{color:var(--ink)}.good{color:var(--good)}.forest "
    "text{fill:var(--ink)}td small{color:var(--dim)}.marks li{max-width:46rem}\n";

static void write_head(const struct hb_comparison_report *report, FILE *out)
{
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
          out);
    fprintf(out, "%s: ", hb_verdict_name(report->result->verdict));
    hb_markup_text(out, report->scenario);
    fprintf(out, " – http-benchmark</title>\n<style>%s%s</style></head><body>\n", hb_report_style,
            style);
}

static void write_buf(FILE *out, struct hb_buf *text)
{
    hb_markup_text(out, hb_buf_text(text));
    hb_buf_clear(text);
}

static void write_banner(const struct hb_comparison_result *result, FILE *out)
{
    static const char *const classes[] = {
        [HB_CONCERN_BAD] = "bad",
        [HB_CONCERN_DOUBT] = "warn",
        [HB_CONCERN_GOOD] = "",
        [HB_CONCERN_NONE] = "",
    };
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 4096};

    fprintf(out, "<p class=\"banner %s\"><strong>%s %s:</strong> ",
            classes[hb_verdict_concern(result->verdict)], hb_verdict_sign(result->verdict),
            hb_verdict_name(result->verdict));
    hb_headline_put(result, &text);
    hb_buf_puts(&text, ". ");
    hb_resolution_put(result, &text);
    write_buf(out, &text);
    fputs("<br>", out);
    hb_counts_put(result, &text);
    write_buf(out, &text);
    fputs(".</p>\n", out);
}

static void write_title(const struct hb_comparison_report *report, FILE *out)
{
    const struct hb_comparison_result *result = report->result;
    char measured[HB_TIMESTAMP_BYTES];
    const char *remark;

    fputs("<header><h1>", out);
    hb_markup_text(out, report->scenario);
    fputs("</h1>\n<p class=\"dim\"><b>", out);
    hb_markup_text(out, result->base);
    fputs("</b> → <b>", out);
    hb_markup_text(out, result->head);
    fputs("</b>", out);
    hb_format_timestamp(measured, report->measured_wall_ns);
    if (report->measured_wall_ns > 0)
        fprintf(out, ", %.16s UTC", measured);
    fputs("</p>\n", out);
    write_banner(result, out);
    for (size_t i = 0; (remark = hb_comparison_remark(result, i)) != NULL; i++) {
        fputs(i == 0 ? "<ul class=\"marks\">\n<li>⚠ " : "<li>⚠ ", out);
        hb_markup_text(out, remark);
        fputs("</li>\n", out);
    }
    fputs(hb_comparison_remark(result, 0) != NULL ? "</ul></header>\n" : "</header>\n", out);
}

static void write_forests(const struct hb_comparison_result *result, FILE *out)
{
    fputs("<section><h2>Changes</h2>\n<p>Dot: estimate; line: interval; band: the margin, within "
          "which a change is none. To the right is worse, whatever the metric.</p>\n",
          out);
    for (int metric = 0; metric < HB_GATE_METRICS; metric++)
        hb_forest_write(result, (enum hb_gate_metric)metric, (unsigned)metric, out);
    fputs("</section>\n", out);
}

static const char *class_of(enum hb_verdict verdict)
{
    static const char *const classes[] = {
        [HB_CONCERN_BAD] = "fail",
        [HB_CONCERN_DOUBT] = "flag",
        [HB_CONCERN_GOOD] = "good",
        [HB_CONCERN_NONE] = "dim",
    };

    return classes[hb_verdict_concern(verdict)];
}

static void write_metric(enum hb_gate_metric name, const struct hb_metric_verdict *metric,
                         FILE *out)
{
    struct hb_change change = hb_change_of(name, &metric->ratio);
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 4096};

    fprintf(out, "<td class=\"text\">%s</td><td>", hb_gate_metric_name(name));
    hb_change_put(change.estimate, &text);
    write_buf(out, &text);
    fputs("</td><td>", out);
    hb_change_interval_put(&change, &text);
    write_buf(out, &text);
    if (metric->pairs > 0)
        fprintf(out, "</td><td>%u</td><td>", metric->pairs);
    else
        fputs("</td><td>counted</td><td>", out);
    hb_gate_figure_put(name, metric->base, &text);
    hb_buf_puts(&text, " → ");
    hb_gate_figure_put(name, metric->head, &text);
    write_buf(out, &text);
    fputs("</td><td>", out);
    hb_margin_put(name, &metric->margin, &text);
    write_buf(out, &text);
    fputs("</td><td>", out);
    hb_percent_put(metric->resolution, &text);
    write_buf(out, &text);
    fprintf(out, "</td><td class=\"text %s\">%s ", class_of(metric->verdict),
            hb_verdict_sign(metric->verdict));
    hb_metric_verdict_put(metric, &text);
    write_buf(out, &text);
    fputs("</td>", out);
}

static size_t shown_metrics(const struct hb_cell_verdict *cell)
{
    size_t shown = 0;

    for (int metric = 0; metric < HB_GATE_METRICS; metric++)
        shown += hb_is_shown(&cell->metrics[metric]);
    return shown;
}

/* What a cell is, over all its rows. */
static void write_cell_name(const struct hb_cell_verdict *cell, size_t rows, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 1 << 15};

    fprintf(out, "<tr><td class=\"wrap\" rowspan=\"%zu\"><b class=\"%s\">%s %s</b>%s ", rows,
            class_of(cell->verdict), hb_verdict_sign(cell->verdict), hb_verdict_name(cell->verdict),
            cell->control ? " (control: base against base)" : "");
    hb_cell_put(cell, &text);
    write_buf(out, &text);
    fputs("<br><small>cell ", out);
    hb_markup_text(out, cell->cell_id);
    fprintf(out, ", runs %u and %u", cell->base_ok, cell->head_ok);
    if (cell->base_failed + cell->head_failed > 0)
        fprintf(out, "; <span class=\"fail\">failed %u and %u</span>", cell->base_failed,
                cell->head_failed);
    if (cell->base_errors + cell->head_errors > 0)
        fprintf(out, "; <span class=\"fail\">failed requests %" PRIu64 " and %" PRIu64 "</span>",
                cell->base_errors, cell->head_errors);
    if (cell->flags != 0) {
        hb_flags_put(cell->flags, &text);
        fputs("<br><span class=\"flag\">⚑ ", out);
        write_buf(out, &text);
        fputs("</span>", out);
    }
    fputs("</small></td>", out);
}

static void write_cell(const struct hb_cell_verdict *cell, FILE *out)
{
    size_t metrics = shown_metrics(cell), written = 0;
    bool has_reason = cell->why[0] != '\0' || metrics == 0;

    write_cell_name(cell, metrics + has_reason, out);
    if (has_reason) {
        fprintf(out, "<td class=\"wrap text\" colspan=\"8\">");
        hb_markup_text(out, cell->why[0] != '\0' ? cell->why : "nothing was measured");
        fputs("</td></tr>\n", out);
        written++;
    }
    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (!hb_is_shown(&cell->metrics[metric]))
            continue;
        fputs(written++ > 0 ? "<tr>" : "", out);
        write_metric((enum hb_gate_metric)metric, &cell->metrics[metric], out);
        fputs("</tr>\n", out);
    }
}

static void write_metric_heads(FILE *out)
{
    fputs("<th class=\"text\" scope=\"col\">Metric</th><th scope=\"col\">Change</th>"
          "<th scope=\"col\">Interval</th><th scope=\"col\">n</th>"
          "<th scope=\"col\">Base → head</th><th scope=\"col\">Margin</th>"
          "<th scope=\"col\">Could see</th><th class=\"text\" scope=\"col\">Verdict</th>",
          out);
}

static void write_cells(const struct hb_comparison_result *result, FILE *out)
{
    fprintf(out,
            "<section><h2>Cells</h2>\n<p>Worst first. n is the number of %s; each run is a fresh "
            "process.</p>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Cell</th>",
            hb_replicates(result));
    write_metric_heads(out);
    fputs("</tr></thead><tbody>\n", out);
    for (size_t i = 0; i < result->cells_count; i++)
        write_cell(&result->cells[i], out);
    fputs("</tbody></table></div></section>\n", out);
}

static void write_suite(const struct hb_suite_verdict *suite, FILE *out)
{
    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (!hb_is_shown(&suite->metrics[metric]))
            continue;
        fputs("<tr><td>", out);
        hb_markup_text(out, suite->name != NULL ? suite->name : "all clients");
        fprintf(out, "</td><td>%zu</td>", suite->cells);
        write_metric((enum hb_gate_metric)metric, &suite->metrics[metric], out);
        fputs("</tr>\n", out);
    }
}

static void write_suites(const struct hb_comparison_result *result, FILE *out)
{
    if (!hb_tells_of_suites(result))
        return;
    fputs("<section><h2>Clients</h2>\n<p>Geometric means of the changes, over the cells that both "
          "sides have; clients that fared best first.</p>\n<div class=\"scroll\"><table><thead>"
          "<tr><th scope=\"col\">Client</th><th scope=\"col\">Cells</th>",
          out);
    write_metric_heads(out);
    fputs("</tr></thead><tbody>\n", out);
    for (size_t i = 1; i < result->suites_count; i++)
        write_suite(&result->suites[i], out);
    write_suite(&result->suites[0], out);
    fputs("</tbody></table></div></section>\n", out);
}

static void write_flags(const struct hb_comparison_result *result, FILE *out)
{
    unsigned flags = 0;

    for (size_t i = 0; i < result->cells_count; i++)
        flags |= result->cells[i].flags;
    if (flags == 0)
        return;
    fputs("<section><h2>Trust flags</h2>\n<dl>\n", out);
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        if ((flags & (1u << bit)) != 0)
            fprintf(out, "<dt><span class=\"flag\">⚑ %s</span></dt><dd>%s</dd>\n",
                    hb_flag_name(bit), hb_flag_meaning(bit));
    }
    fputs("</dl></section>\n", out);
}

static int write_html(const struct hb_comparison_report *report, FILE *out,
                      HB_UNUSED struct hb_error *err)
{
    write_head(report, out);
    write_title(report, out);
    fputs("<main>\n", out);
    write_forests(report->result, out);
    write_cells(report->result, out);
    write_suites(report->result, out);
    write_flags(report->result, out);
    if (report->made_by[0] != '\0') {
        fputs("<section><h2>Provenance</h2>\n<p>Made by <code>", out);
        hb_markup_text(out, report->made_by);
        fputs("</code></p></section>\n", out);
    }
    fputs("</main></body></html>\n", out);
    return 0;
}

const struct hb_comparison_format hb_comparison_html = {
    .name = "html",
    .extension = "html",
    .summary = "one self-contained page",
    .write = write_html,
};
