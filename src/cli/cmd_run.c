/* run: carry out a scenario. */
#include "cli/commands.h"
#include "cli/sweep.h"

struct run_options {
    struct hb_strings sets, filters, client_folders;
    struct hb_sweep_options sweep;
    bool quiet;
};

#define AT(member) offsetof(struct run_options, member)

static const struct hb_option run_option_table[] = {
    {"db", 0, HB_VALUE_STRING, AT(sweep.database), "PATH", 0, 0, NULL,
     "SQLite file for the results (default: benchmark_results.db)"},
    {"out", 0, HB_VALUE_STRING, AT(sweep.output_directory), "DIR", 0, 0, NULL,
     "Where the HTML and CSV reports go (default: reports)"},
    {"filter", 0, HB_VALUE_STRINGS, AT(filters), "AXIS=GLOB", 0, 0, NULL, HB_HELP_FILTER},
    {"set", 0, HB_VALUE_STRINGS, AT(sets), "KEY=VALUE", 0, 0, NULL, HB_HELP_SET},
    {"budget", 0, HB_VALUE_DURATION, AT(sweep.budget_ns), "TIME", 0, 0, NULL,
     "Stop after the last whole round that fits: 30m"},
    {"tag", 0, HB_VALUE_STRINGS, AT(sweep.tags), "K=V", 0, 0, NULL,
     "A label stored with the sweep: --tag branch=main"},
    {"baseline", 0, HB_VALUE_STRING, AT(sweep.baseline.path), "FILE", 0, 0, NULL,
     "Compare the sweep with this saved baseline when it is over"},
    {"fail-on", 0, HB_VALUE_CHOICE, AT(sweep.baseline.fail_on), "WHAT", 0, 0,
     hb_run_baseline_fail_on_choice,
     "With --baseline: never (default: it is advice), regressed (exit code 3) or inconclusive "
     "(that too; 4)"},
    {"smoke", 0, HB_VALUE_FLAG, AT(sweep.smoke), NULL, 0, 0, NULL,
     "Send one verified request a cell and measure nothing"},
    {"dry-run", 0, HB_VALUE_FLAG, AT(sweep.dry_run), NULL, 0, 0, NULL,
     "Show what would be run, and run nothing"},
    {"resume", 0, HB_VALUE_FLAG, AT(sweep.resume), NULL, 0, 0, NULL,
     "Go on with the newest unfinished sweep of this scenario"},
    HB_OPTION_CLIENTS(run_options),
    {"strict", 0, HB_VALUE_FLAG, AT(sweep.strict), NULL, 0, 0, NULL,
     "Refuse to measure on a machine that would spoil the figures (see doctor)"},
    {"allow-remote", 0, HB_VALUE_STRINGS, AT(sweep.allow_remote), "HOST", 0, 0, NULL,
     "Allow load on this host, which is not this machine"},
    {"quiet", 'q', HB_VALUE_FLAG, AT(quiet), NULL, 0, 0, NULL,
     "No progress and no notices; errors and the summary only"},
};

static int run_run(struct hb_cli *cli, const void *opaque, char *const *arguments,
                   HB_UNUSED int count, int *exit_code, struct hb_error *err)
{
    const struct run_options *options = opaque;
    struct hb_sweep_options sweep = options->sweep;
    struct hb_planning planning;

    cli->quiet = options->quiet;
    cli->client_folders = options->client_folders;
    if (hb_planning_make(cli, arguments[0], &options->sets, &options->filters, options->sweep.smoke,
                         &planning, err) != 0)
        return -1;
    sweep.baseline.filtered = options->filters.count > 0;
    return hb_sweep(cli, &planning, &sweep, exit_code, err);
}

const struct hb_command hb_command_run = {
    .name = "run",
    .arguments = "FILE",
    .summary = "Run a scenario and report",
    .description =
        "Run every cell of a scenario, round by round, and write an HTML and a CSV report. Each "
        "finished run is stored at once: after Ctrl-C or a crash, --resume goes on where it was. "
        "Progress is shown on standard error when that is a terminal.",
    .options = run_option_table,
    .options_count = HB_ARRAY_LEN(run_option_table),
    .options_bytes = sizeof(struct run_options),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_run,
};
