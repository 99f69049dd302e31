/* Tables: rankings, flags, failures, runs. */
#include "report/html_tables.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "gate/rollup.h"

#include "report/load_words.h"
#include "report/markup.h"

/* "GET /get on builtin, 16 at once" */
static void write_described(const struct hb_run_row *run, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf rate = {.maximum = 128};

    hb_markup_text(out, run->method);
    fputs(" ", out);
    hb_markup_text(out, run->url);
    fputs(" on ", out);
    hb_markup_text(out, run->server);
    fprintf(out, ", %" PRIu32 " at once", run->concurrency);
    hb_rate_put(run->rate, run->burst, run->every_ns, &rate);
    hb_markup_text(out, hb_buf_text(&rate));
}

void hb_html_value(enum hb_metric metric, double value, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 64};

    if (isnan(value)) {
        fputs("<span class=\"dim\">not measured</span>", out);
        return;
    }
    hb_metric_format(metric, value, &text);
    fputs(hb_buf_text(&text), out);
}

static void write_metric(const struct hb_cell_summary *cell, enum hb_metric metric, FILE *out)
{
    double value;

    fputs("<td>", out);
    hb_html_value(metric, hb_summary_metric(cell, metric, &value) ? value : NAN, out);
    fputs("</td>", out);
}

/* A figure, and its interval below. */
static void write_estimate(const struct hb_cell_summary *cell, const struct hb_estimate *estimate,
                           enum hb_metric metric, FILE *out)
{
    double value;

    fputs("<td>", out);
    hb_html_value(metric, hb_summary_metric(cell, metric, &value) ? value : NAN, out);
    fputs("<br><small class=\"dim\">", out);
    if (estimate->n >= 2) {
        hb_html_value(metric, estimate->interval.low, out);
        fputs(" – ", out);
        hb_html_value(metric, estimate->interval.high, out);
    } else if (estimate->n > 0) {
        fputs("one round", out);
    }
    fputs("</small></td>", out);
}

/* The interval drawn on a scale from zero to the group's largest figure. */
static void write_range(const struct hb_estimate *estimate, double maximum, FILE *out)
{
    const struct hb_interval *interval = &estimate->interval;

    fputs("<td>", out);
    if (estimate->n > 0 && maximum > 0)
        fprintf(out,
                "<svg class=\"range\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
                "aria-hidden=\"true\"><rect class=\"box\" x=\"0\" y=\"2\" width=\"%.2f\" "
                "height=\"6\"/><line x1=\"%.2f\" y1=\"5\" x2=\"%.2f\" y2=\"5\"/></svg>",
                100 * interval->estimate / maximum, 100 * interval->low / maximum,
                100 * interval->high / maximum);
    fputs("</td>", out);
}

static void write_flag_names(unsigned flags, FILE *out)
{
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        if ((flags & (1u << bit)) != 0)
            fprintf(out, "<span class=\"flag\">⚑ %s</span> ", hb_flag_name(bit));
    }
}

static double largest_rate(const struct hb_cell_group *group)
{
    double maximum = 0;

    for (size_t i = 0; i < group->count; i++) {
        const struct hb_estimate *rate = &group->cells[i]->requests_per_second;

        if (rate->n > 0 && rate->interval.high > maximum)
            maximum = rate->interval.high;
    }
    return maximum;
}

static void write_share(const struct hb_report *report, const struct hb_cell_summary *cell,
                        FILE *out)
{
    double share;

    if (hb_yardstick_cell_share(&report->yardsticks, cell, &share))
        fprintf(out, "<td>%.*f&nbsp;%%</td>", share < 0.1 ? 1 : 0, 100 * share);
    else
        fputs("<td><span class=\"dim\">not measured</span></td>", out);
}

static void write_ranked_cell(const struct hb_report *report, const struct hb_cell_group *group,
                              size_t rank, double maximum, FILE *out)
{
    const struct hb_cell_summary *cell = group->cells[rank];

    fprintf(out, "<tr%s><td>", rank < group->comparable ? "" : " class=\"apart\"");
    hb_markup_text(out, hb_compared_name(cell->first, group->comparison));
    if (cell->ok > 0 && rank >= group->comparable)
        fputs("<br><small class=\"flag\">not comparable</small>", out);
    if (cell->flags != 0) {
        fputs("<br><small>", out);
        write_flag_names(cell->flags, out);
        fputs("</small>", out);
    }
    fputs("</td>", out);
    write_estimate(cell, &cell->requests_per_second, HB_METRIC_REQUESTS_PER_SECOND, out);
    write_range(&cell->requests_per_second, maximum, out);
    write_share(report, cell, out);
    write_metric(cell, HB_METRIC_P50, out);
    write_metric(cell, HB_METRIC_P99, out);
    write_metric(cell, HB_METRIC_MAX, out);
    write_estimate(cell, &cell->cpu_per_request_ns, HB_METRIC_CPU_PER_REQUEST, out);
    write_metric(cell, HB_METRIC_RSS_PEAK, out);
    write_metric(cell, HB_METRIC_ERROR_RATE, out);
    fprintf(out, "<td>%zu of %zu</td></tr>\n", cell->ok, cell->runs_count - cell->not_needed);
}

static double confidence_of(const struct hb_cell_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        if (group->cells[i]->requests_per_second.n >= 2)
            return group->cells[i]->requests_per_second.interval.confidence;
    }
    return 0;
}

static void write_ranking(const struct hb_report *report, const struct hb_cell_group *group,
                          FILE *out)
{
    double maximum = largest_rate(group), confidence = confidence_of(group);
    HB_CLEANUP(hb_buf_release) struct hb_buf title;

    hb_buf_init(&title, 8192);
    hb_group_describe(group, true, &title);
    fputs("<div class=\"lazy\"><h3>", out);
    hb_markup_text(out, hb_buf_text(&title));
    fprintf(out,
            "</h3>\n<div class=\"scroll\"><table class=\"rank\"><thead><tr>"
            "<th scope=\"col\">%s</th><th scope=\"col\">Verified",
            group->comparison == HB_COMPARE_SERVERS ? "Server" : "Client");
    if (confidence > 0)
        fprintf(out, "<br><small>interval (%.1f&nbsp;%%)</small>", 100 * confidence);
    fputs("</th><th scope=\"col\"></th><th scope=\"col\">Share of possible</th>"
          "<th scope=\"col\">p50</th><th scope=\"col\">p99</th><th scope=\"col\">max</th>"
          "<th scope=\"col\">CPU a request</th><th scope=\"col\">Peak RSS</th>"
          "<th scope=\"col\">Errors</th><th scope=\"col\">Runs</th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < group->count; i++)
        write_ranked_cell(report, group, i, maximum, out);
    fputs("</tbody></table></div></div>\n", out);
}

static void write_yardsticks(const struct hb_report *report, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 8192);
    hb_yardsticks_describe(&report->yardsticks, &report->cells, &text);
    if (text.length == 0)
        return;
    fputs("<p>", out);
    hb_markup_text(out, hb_buf_text(&text));
    fputs("</p>\n", out);
}

void hb_html_rankings(const struct hb_report *report, const struct hb_cell_group *groups,
                      size_t groups_count, FILE *out)
{
    fputs("<section><h2>Ranking</h2>\n<p>By verified responses a second: the expected status "
          "and, where given, length. Latencies are merged over rounds, from the instant a request "
          "was due to its last body byte. In a closed loop at saturation, latency is concurrency "
          "over throughput: compare latencies at a fixed rate. Below the line: measured, but not "
          "comparable, for the reasons under Trust flags.</p>\n",
          out);
    write_yardsticks(report, out);
    for (size_t i = 0; i < groups_count; i++)
        write_ranking(report, &groups[i], out);
    if (report->cells.count == 0)
        fputs("<p>No cell.</p>\n", out);
    fputs("</section>\n", out);
}

static void write_rollup_row(const struct hb_rollup *rollup, const struct hb_rollup_row *row,
                             FILE *out)
{
    static const enum hb_metric metrics[] = {
        [HB_ROLLUP_RATE] = HB_METRIC_REQUESTS_PER_SECOND,
        [HB_ROLLUP_CPU] = HB_METRIC_CPU_PER_REQUEST,
        [HB_ROLLUP_P50] = HB_METRIC_P50,
        [HB_ROLLUP_P99] = HB_METRIC_P99,
    };

    fputs("<tr><td>", out);
    hb_markup_text(out, row->name);
    fputs("</td>", out);
    for (int metric = rollup->open_loop ? HB_ROLLUP_CPU : 0; metric < HB_ROLLUP_METRICS; metric++) {
        fputs("<td>", out);
        hb_html_value(metrics[metric], row->means[metric], out);
        fputs("</td>", out);
    }
    fputs("</tr>\n", out);
}

/* A roll-up of one load says no more than its ranking does. */
static void write_rollup(const struct hb_report *report, bool open_loop, FILE *out)
{
    struct hb_rollup rollup = hb_roll_up(&report->cells, open_loop, report->arena);

    if (rollup.names < 2 || rollup.most < 2 || rollup.shared == 0)
        return;
    fprintf(out,
            "<h3>All %s-loop loads together</h3>\n<p>Geometric means over the %zu of %zu loads "
            "that all %zu have measured and comparable.</p>\n",
            open_loop ? "open" : "closed", rollup.shared, rollup.most, rollup.names);
    fprintf(out,
            "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">%s</th>%s"
            "<th scope=\"col\">CPU a request</th><th scope=\"col\">p50</th>"
            "<th scope=\"col\">p99</th></tr></thead><tbody>\n",
            hb_comparison_of(&report->cells) == HB_COMPARE_SERVERS ? "Server" : "Client",
            open_loop ? "" : "<th scope=\"col\">Verified</th>");
    for (size_t i = 0; i < rollup.rows_count; i++)
        write_rollup_row(&rollup, &rollup.rows[i], out);
    fputs("</tbody></table></div>\n", out);
}

void hb_html_rollups(const struct hb_report *report, FILE *out)
{
    fputs("<section>", out);
    write_rollup(report, false, out);
    write_rollup(report, true, out);
    fputs("</section>\n", out);
}

void hb_html_flags(const struct hb_report *report, FILE *out)
{
    enum hb_comparison comparison = hb_comparison_of(&report->cells);
    unsigned flags = 0;

    for (size_t i = 0; i < report->cells.count; i++)
        flags |= report->cells.cells[i].flags;
    if (flags == 0)
        return;
    fputs("<section><h2>Trust flags</h2>\n<dl>\n", out);
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        size_t cells = 0;

        if ((flags & (1u << bit)) == 0)
            continue;
        for (size_t i = 0; i < report->cells.count; i++)
            cells += (report->cells.cells[i].flags & (1u << bit)) != 0;
        fprintf(out, "<dt><span class=\"flag\">⚑ %s</span> (%zu cell%s)</dt><dd>%s",
                hb_flag_name(bit), cells, cells == 1 ? "" : "s", hb_flag_meaning(bit));
        if (hb_flag_objection(bit, comparison) != NULL)
            fprintf(out, " <b>Not comparable:</b> %s", hb_flag_objection(bit, comparison));
        fputs("</dd>\n", out);
    }
    fputs("</dl></section>\n", out);
}

static void write_failure(const struct hb_run_row *run, FILE *out)
{
    fprintf(out, "<details><summary><span class=\"fail\">✕ run %u</span>, ", run->position + 1);
    hb_markup_text(out, run->contender);
    fputs(", ", out);
    write_described(run, out);
    fputs(": ", out);
    hb_markup_text(out, run->failure);
    fputs("</summary>", out);
    if (run->log_tail != NULL && run->log_tail[0] != '\0') {
        fputs("<pre>", out);
        hb_markup_text(out, run->log_tail);
        fputs("</pre>", out);
    }
    fputs("</details>\n", out);
}

void hb_html_failures(const struct hb_report *report, FILE *out)
{
    bool any = false;

    for (size_t i = 0; i < report->runs_count; i++) {
        if (strcmp(report->runs[i].status, "failed") != 0)
            continue;
        fputs(any ? "" : "<section><h2>Failed runs</h2>\n", out);
        any = true;
        write_failure(&report->runs[i], out);
    }
    fputs(any ? "</section>\n" : "", out);
}

static void write_run_figures(const struct hb_run_row *run, FILE *out)
{
    const struct {
        enum hb_metric metric;
        double value;
    } figures[] = {
        {HB_METRIC_REQUESTS_PER_SECOND, run->requests_per_second},
        {HB_METRIC_P50, (double)run->response_p50_ns},
        {HB_METRIC_P99, (double)run->response_p99_ns},
        {HB_METRIC_CPU_PER_REQUEST,
         run->verified > 0 ? (double)run->client_cpu_ns / (double)run->verified : 0},
        {HB_METRIC_RSS_PEAK, (double)run->client_rss_peak_bytes},
    };
    bool measured = strcmp(run->status, "ok") == 0;

    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        fputs("<td>", out);
        if (measured)
            hb_html_value(figures[i].metric, figures[i].value, out);
        fputs("</td>", out);
    }
    if (measured)
        fprintf(out, "<td>%" PRIu64 "</td><td>%" PRIu64 "</td>", run->verified, run->failed);
    else
        fputs("<td></td><td></td>", out);
}

static void write_run(const struct hb_run_row *run, FILE *out)
{
    fprintf(out, "<tr><td>%u</td><td>%u</td><td class=\"text\">%.8s</td><td class=\"text\">",
            run->position + 1, run->round + 1, run->cell_id);
    hb_markup_text(out, run->contender);
    fputs(" ", out);
    hb_markup_text(out, run->client_version);
    fputs("</td><td class=\"text\">", out);
    write_described(run, out);
    fputs("</td><td class=\"text\">", out);
    hb_markup_text(out, run->status);
    fputs("</td>", out);
    write_run_figures(run, out);
    fputs("<td class=\"text\">", out);
    write_flag_names(run->flags, out);
    fputs("</td></tr>\n", out);
}

void hb_html_runs(const struct hb_report *report, FILE *out)
{
    fputs(
        "<section><h2>Every run</h2>\n<details><summary>In order of execution</summary>\n"
        "<div class=\"scroll\"><table><thead><tr><th>Run</th><th>Round</th>"
        "<th class=\"text\">Cell</th><th class=\"text\">Client</th><th class=\"text\">Request</th>"
        "<th class=\"text\">Status</th><th>Verified/s</th><th>p50</th><th>p99</th>"
        "<th>CPU a request</th><th>Peak RSS</th><th>Verified</th><th>Failed</th>"
        "<th class=\"text\">Trust</th></tr></thead><tbody>\n",
        out);
    for (size_t i = 0; i < report->runs_count; i++)
        write_run(&report->runs[i], out);
    fputs("</tbody></table></div></details></section>\n", out);
}
