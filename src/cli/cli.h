/*
 * What every command gets: the terminal, where things are, and the few services that commands
 * share. This layer wires the others; it is the only one that prints and that knows exit codes.
 */
#ifndef HB_CLI_CLI_H
#define HB_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/paths.h"
#include "cli/options.h"
#include "config/diag.h"
#include "config/environment.h"
#include "config/secrets.h"
#include "registry/registry.h"
#include "scenario/scenario.h"

/* Exit codes; their precedence is that of hb_exit_worst() (docs/exit-codes.md). */
enum hb_exit_code {
    HB_EXIT_OK = 0,
    HB_EXIT_INTERNAL = 1,
    HB_EXIT_USAGE = 2,
    HB_EXIT_REGRESSION = 3,
    HB_EXIT_INCONCLUSIVE = 4,
    HB_EXIT_BASELINE = 5,
    HB_EXIT_RUNS_FAILED = 6,
    HB_EXIT_CONTAMINATED = 7,
    HB_EXIT_INTERRUPTED = 130,
};

struct hb_cli {
    struct hb_paths paths;
    struct hb_environment environment;
    struct hb_arena arena; /* lives as long as the command */
    struct hb_secrets secrets;
    const char
        *command_line;      /* as typed, for reports; shortened, and masked by whoever stores it */
    bool quiet;             /* no progress; errors and results only */
    const char *exit_codes; /* --exit-codes: whose language they are in; NULL: ours */
    struct hb_strings client_folders; /* --clients */
};

/* The row of --clients, for the options struct of a command that loads the registry. */
#define HB_OPTION_CLIENTS(options_struct)                                                          \
    {                                                                                              \
        "clients", 0, HB_VALUE_STRINGS, offsetof(struct options_struct, client_folders), "DIR", 0, \
            0, NULL, "Also know the clients described in this folder, one NAME.yaml each"          \
    }

extern const struct hb_command *const hb_commands[]; /* NULL-terminated, in the order of the help */

/* The one of two outcomes that a process exits with: the first that applies of 130 1 2 6 3 7 5 4.
 */
int hb_exit_worst(int a, int b);

/* --exit-codes: "gate", ours, or "bisect": what the code means to 'git bisect run'. */
const char *hb_exit_codes_choice(size_t index);
int hb_exit_code_for(const char *kind, int code);

/* Read the registry files, those of cli->client_folders too; diagnostics are printed. */
int hb_cli_load_registry(struct hb_cli *cli, struct hb_registry *ret_registry,
                         struct hb_error *err) HB_MUST_CHECK;

/*
 * Load and check a scenario; its diagnostics are printed on standard error, and the error then only
 * says how many there were.
 */
int hb_cli_load_scenario(struct hb_cli *cli, const char *path,
                         const struct hb_scenario_overrides *overrides,
                         const struct hb_registry *registry, struct hb_scenario **ret_scenario,
                         struct hb_error *err) HB_MUST_CHECK;

/* The same for a scenario in memory; `overrides` may be NULL. */
int hb_cli_parse_scenario(struct hb_cli *cli, const char *name, const char *text,
                          const struct hb_scenario_overrides *overrides,
                          const struct hb_registry *registry, struct hb_scenario **ret_scenario,
                          struct hb_error *err) HB_MUST_CHECK;

/* Refuse load that leaves this machine unless the scenario or `hosts` (--allow-remote) allow it;
 * announce it when they do. */
int hb_cli_check_remote(struct hb_cli *cli, const struct hb_scenario *scenario,
                        const struct hb_strings *hosts, struct hb_error *err) HB_MUST_CHECK;

/* "--db", else HTTP_BENCHMARK_SQLITE_DB_PATH, else benchmark_results.db. */
const char *hb_cli_database(const struct hb_cli *cli, const char *option);

/* A line on standard error: "http-benchmark: …", unless --quiet. */
void hb_cli_notice(const struct hb_cli *cli, const char *format, ...) HB_PRINTF(2, 3);

/* Text that came from outside, safe for a terminal: control characters escaped, secrets masked. In
 * cli->arena. */
const char *hb_cli_safe(struct hb_cli *cli, const char *text);

#endif
