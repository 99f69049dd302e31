/*
 * A comparison for spreadsheets: one row a cell and metric. A cell in which nothing was measured
 * has one row without a metric, so that it cannot go unnoticed. The verdict comes first: no name
 * stands at the beginning of a line.
 */
#include <math.h>

#include "report/comparison_formats.h"
#include "report/comparison_words.h"
#include "report/csv_writer.h"

static const char *const columns[] = {
    "cell_verdict", "cell",      "client",     "client_library", "server", "method", "url",
    "control",      "flags",     "why",        "concurrency",    "rate",   "burst",  "every_s",
    "duration_s",   "metric",    "verdict",    "reason",         "weight", "base",   "head",
    "ratio",        "ratio_low", "ratio_high", "confidence",     "limit",  "margin", "floor",
    "resolution",   "p_worse",   "n",
};

enum { CELL_COLUMNS = 15, METRIC_COLUMNS = HB_ARRAY_LEN(columns) - CELL_COLUMNS };

static void put_number(struct hb_csv *csv, double value)
{
    if (isfinite(value))
        hb_csv_number(csv, value);
    else
        hb_csv_empty(csv);
}

static void put_bursts(struct hb_csv *csv, const struct hb_cell_verdict *cell)
{
    put_number(csv, cell->burst > 0 ? (double)cell->burst : NAN);
    put_number(csv, cell->burst > 0 ? (double)cell->every_ns / 1e9 : NAN);
}

static void put_cell(struct hb_csv *csv, const struct hb_cell_verdict *cell)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf flags = {.maximum = 1024};

    hb_flags_put(cell->flags, &flags);
    hb_csv_text(csv, hb_verdict_name(cell->verdict));
    hb_csv_text(csv, cell->cell_id);
    hb_csv_text(csv, cell->client);
    hb_csv_text(csv, cell->client_library);
    hb_csv_text(csv, cell->server);
    hb_csv_text(csv, cell->method);
    hb_csv_text(csv, cell->url);
    hb_csv_text(csv, cell->control ? "yes" : "no");
    hb_csv_text(csv, hb_buf_text(&flags));
    hb_csv_text(csv, cell->why);
    hb_csv_number(csv, cell->concurrency);
    put_number(csv, cell->rate);
    put_bursts(csv, cell);
    hb_csv_number(csv, (double)cell->duration_ns / 1e9);
}

static void put_metric(struct hb_csv *csv, enum hb_gate_metric name,
                       const struct hb_metric_verdict *metric)
{
    const double figures[] = {
        metric->base,           metric->head,
        metric->ratio.estimate, metric->ratio.low,
        metric->ratio.high,     metric->ratio.confidence,
        metric->limit,          metric->margin.relative,
        metric->margin.floor,   metric->resolution,
        metric->p_worse,
    };

    hb_csv_text(csv, hb_gate_metric_name(name));
    hb_csv_text(csv, hb_verdict_name(metric->verdict));
    hb_csv_text(csv, hb_inconclusive_name(metric->reason));
    hb_csv_text(csv, metric->weight == HB_GATE_DECIDES ? "decides" : "advisory");
    for (size_t i = 0; i < HB_ARRAY_LEN(figures); i++)
        put_number(csv, figures[i]);
    hb_csv_number(csv, metric->pairs);
}

static void put_rows(struct hb_csv *csv, const struct hb_cell_verdict *cell)
{
    bool any = false;

    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (!hb_is_shown(&cell->metrics[metric]))
            continue;
        put_cell(csv, cell);
        put_metric(csv, (enum hb_gate_metric)metric, &cell->metrics[metric]);
        hb_csv_end_row(csv);
        any = true;
    }
    if (any)
        return;
    put_cell(csv, cell);
    for (size_t i = 0; i < METRIC_COLUMNS; i++)
        hb_csv_empty(csv);
    hb_csv_end_row(csv);
}

static int write_csv(const struct hb_comparison_report *report, FILE *out,
                     HB_UNUSED struct hb_error *err)
{
    struct hb_csv csv = {.out = out};

    for (size_t i = 0; i < HB_ARRAY_LEN(columns); i++)
        hb_csv_text(&csv, columns[i]);
    hb_csv_end_row(&csv);
    for (size_t i = 0; i < report->result->cells_count; i++)
        put_rows(&csv, &report->result->cells[i]);
    return 0;
}

const struct hb_comparison_format hb_comparison_csv = {
    .name = "csv",
    .extension = "csv",
    .summary = "one row a cell and metric",
    .write = write_csv,
};
