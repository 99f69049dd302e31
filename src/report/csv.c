/*
 * Both CSV forms: wide, one row a run; and long, one row a run and metric, for tools that pivot. In
 * the wide form what was not measured is an empty cell, in the long form it has no row.
 */
#include <string.h>

#include "base/macros.h"
#include "report/csv_writer.h"
#include "report/exporters.h"
#include "report/run_columns.h"

static void write_label_names(struct hb_csv *csv)
{
    hb_csv_text(csv, "sweep");
    hb_csv_text(csv, "scenario");
    for (size_t i = 0; i < hb_run_labels_count; i++)
        hb_csv_text(csv, hb_run_labels[i].name);
}

static void write_labels(struct hb_csv *csv, const struct hb_report *report,
                         const struct hb_run_row *run)
{
    char scratch[HB_LABEL_BYTES];

    hb_csv_number(csv, (double)report->sweep->id);
    hb_csv_text(csv, report->sweep->scenario_name);
    for (size_t i = 0; i < hb_run_labels_count; i++)
        hb_csv_text(csv, hb_run_label_text(&hb_run_labels[i], run, scratch));
}

/* What is known of a cell or of a load, not of a run alone, and stands beside each of its runs. */

static bool share_of_yardstick(const struct hb_report *report, const struct hb_run_row *run,
                               double *ret_value)
{
    return strcmp(run->status, "ok") == 0 &&
           hb_yardstick_share(&report->yardsticks, run, run->requests_per_second, ret_value);
}

static bool known(double value, double *ret_value)
{
    *ret_value = value;
    return value >= 0;
}

static bool instructions_per_request(const struct hb_report *report, const struct hb_run_row *run,
                                     double *ret_value)
{
    const struct hb_counts *counts = hb_cell_counts_of(&report->counts, run);

    return counts != NULL && known(counts->instructions_per_request, ret_value);
}

static bool system_calls_per_request(const struct hb_report *report, const struct hb_run_row *run,
                                     double *ret_value)
{
    const struct hb_counts *counts = hb_cell_counts_of(&report->counts, run);

    return counts != NULL && known(counts->system_calls_per_request, ret_value);
}

static const struct {
    const char *name;
    bool (*value)(const struct hb_report *report, const struct hb_run_row *run, double *ret_value);
} cell_metrics[] = {
    {"share_of_yardstick", share_of_yardstick},
    {"instructions_per_request", instructions_per_request},
    {"system_calls_per_request", system_calls_per_request},
};

static void write_cell_metrics(struct hb_csv *csv, const struct hb_report *report,
                               const struct hb_run_row *run)
{
    const struct hb_run_row *yardstick = hb_yardstick_of(&report->yardsticks, run);
    double value;

    hb_csv_text(csv, yardstick != NULL ? yardstick->client : "");
    for (size_t i = 0; i < HB_ARRAY_LEN(cell_metrics); i++) {
        if (cell_metrics[i].value(report, run, &value))
            hb_csv_number(csv, value);
        else
            hb_csv_empty(csv);
    }
}

static void write_wide_row(struct hb_csv *csv, const struct hb_report *report,
                           const struct hb_run_row *run)
{
    double value;

    write_labels(csv, report, run);
    for (size_t i = 0; i < hb_run_metrics_count; i++) {
        if (hb_run_metric_value(&hb_run_metrics[i], run, &value))
            hb_csv_number(csv, value);
        else
            hb_csv_empty(csv);
    }
    write_cell_metrics(csv, report, run);
    hb_csv_end_row(csv);
}

static int write_wide(const struct hb_report *report, FILE *out, HB_UNUSED struct hb_error *err)
{
    struct hb_csv csv = {.out = out};

    write_label_names(&csv);
    for (size_t i = 0; i < hb_run_metrics_count; i++)
        hb_csv_text(&csv, hb_run_metrics[i].name);
    hb_csv_text(&csv, "yardstick");
    for (size_t i = 0; i < HB_ARRAY_LEN(cell_metrics); i++)
        hb_csv_text(&csv, cell_metrics[i].name);
    hb_csv_end_row(&csv);
    for (size_t i = 0; i < report->runs_count; i++)
        write_wide_row(&csv, report, &report->runs[i]);
    return 0;
}

static void write_long_row(struct hb_csv *csv, const struct hb_report *report,
                           const struct hb_run_row *run, const char *metric, double value)
{
    write_labels(csv, report, run);
    hb_csv_text(csv, metric);
    hb_csv_number(csv, value);
    hb_csv_end_row(csv);
}

static void write_long_rows(struct hb_csv *csv, const struct hb_report *report,
                            const struct hb_run_row *run)
{
    double value;

    for (size_t i = 0; i < hb_run_metrics_count; i++) {
        if (hb_run_metric_value(&hb_run_metrics[i], run, &value))
            write_long_row(csv, report, run, hb_run_metrics[i].name, value);
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(cell_metrics); i++) {
        if (cell_metrics[i].value(report, run, &value))
            write_long_row(csv, report, run, cell_metrics[i].name, value);
    }
}

static int write_long(const struct hb_report *report, FILE *out, HB_UNUSED struct hb_error *err)
{
    struct hb_csv csv = {.out = out};

    write_label_names(&csv);
    hb_csv_text(&csv, "metric");
    hb_csv_text(&csv, "value");
    hb_csv_end_row(&csv);
    for (size_t i = 0; i < report->runs_count; i++)
        write_long_rows(&csv, report, &report->runs[i]);
    return 0;
}

const struct hb_exporter hb_exporter_csv = {
    .format = "csv",
    .extension = "csv",
    .summary = "one row a run",
    .write = write_wide,
};

const struct hb_exporter hb_exporter_csv_long = {
    .format = "csv-long",
    .extension = "long.csv",
    .summary = "one row a run and metric",
    .write = write_long,
};
