/* show: why a stored number is what it is. Measures nothing. */
#include "cli/commands.h"
#include "report/explain.h"

struct show_options {
    const char *database, *sweep;
    bool json;
};

static const struct hb_option show_option_table[] = {
    {"sweep", 0, HB_VALUE_STRING, offsetof(struct show_options, sweep), "SWEEP", 0, 0, NULL,
     "An id, latest (default) or latest~N; 'list sweeps' shows them"},
    {"db", 0, HB_VALUE_STRING, offsetof(struct show_options, database), "PATH", 0, 0, NULL,
     "SQLite file (default: benchmark_results.db)"},
    {"json", 0, HB_VALUE_FLAG, offsetof(struct show_options, json), NULL, 0, 0, NULL,
     "One JSON object"},
};

static int run_show(struct hb_cli *cli, const void *opaque, char *const *arguments,
                    HB_UNUSED int count, HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct show_options *options = opaque;
    struct hb_explanation explanation;
    struct hb_store *store;
    int result;

    if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_READ, &store, err) != 0)
        return -1;
    result = hb_explain(store, options->sweep != NULL ? options->sweep : "latest", arguments[0],
                        options->database, &cli->arena, &explanation, err);
    if (result == 0)
        (options->json ? hb_explanation_json : hb_explanation_text)(&explanation, stdout);
    hb_store_close(store);
    return result;
}

const struct hb_command hb_command_show = {
    .name = "show",
    .arguments = "CELL[@SUBJECT]|RUN",
    .summary = "Tell why a stored number is what it is",
    .description = "Tell all that is known of one cell or run of a stored sweep: intervals, round "
                   "by round, trust flags with the figures behind them, who used which CPU, who "
                   "counted what, and from where it all came. CELL is the beginning of a cell's "
                   "id, with @NAME behind it for another subject than the base, RUN the number "
                   "of a run in its sweep; both stand in the HTML report.",
    .options = show_option_table,
    .options_count = HB_ARRAY_LEN(show_option_table),
    .options_bytes = sizeof(struct show_options),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_show,
};
