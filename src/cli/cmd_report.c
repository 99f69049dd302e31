/* report: make a report of a stored sweep again. Measures nothing. */
#include "cli/commands.h"
#include "report/report.h"

struct report_options {
    const char *database, *sweep, *format, *output;
};

static const char *format_choice(size_t index)
{
    const struct hb_exporter *exporter = hb_exporters()[index];

    return exporter != NULL ? exporter->format : NULL;
}

static const struct hb_option report_option_table[] = {
    {"db", 0, HB_VALUE_STRING, offsetof(struct report_options, database), "PATH", 0, 0, NULL,
     "SQLite file (default: benchmark_results.db)"},
    {"sweep", 0, HB_VALUE_STRING, offsetof(struct report_options, sweep), "SWEEP", 0, 0, NULL,
     "An id, latest (default) or latest~N; 'list sweeps' shows them"},
    {"format", 0, HB_VALUE_CHOICE, offsetof(struct report_options, format), "FORMAT", 0, 0,
     format_choice,
     "text (default), html, csv (a row a run), csv-long (a row a run and metric) or json"},
    {"output", 'o', HB_VALUE_STRING, offsetof(struct report_options, output), "PATH", 0, 0, NULL,
     "Write there instead of standard output"},
};

static int run_report(struct hb_cli *cli, const void *opaque, HB_UNUSED char *const *arguments,
                      HB_UNUSED int count, HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct report_options *options = opaque;
    const struct hb_exporter *exporter =
        hb_exporter_find(options->format != NULL ? options->format : "text");
    struct hb_report report;
    struct hb_store *store;
    int result;

    if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_READ, &store, err) != 0)
        return -1;
    result = hb_report_load(store, options->sweep != NULL ? options->sweep : "latest",
                            cli->command_line, &cli->arena, &report, err);
    if (result == 0)
        result = hb_report_write(&report, exporter, options->output != NULL ? options->output : "-",
                                 err);
    hb_store_close(store);
    if (result == 0 && options->output != NULL)
        hb_cli_notice(cli, "wrote %s", options->output);
    return result;
}

const struct hb_command hb_command_report = {
    .name = "report",
    .arguments = "",
    .summary = "Make the report of a stored sweep",
    .description = "Make a report of a stored sweep: a text summary, one self-contained HTML "
                   "file, CSV or JSON.",
    .options = report_option_table,
    .options_count = HB_ARRAY_LEN(report_option_table),
    .options_bytes = sizeof(struct report_options),
    .run = run_report,
};
