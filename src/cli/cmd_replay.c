/* replay: one cell by hand, under a tracer or a debugger if need be. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "cli/commands.h"
#include "cli/planning.h"
#include "exec/replay.h"
#include "store/origin.h"
#include "store/store.h"

struct replay_options {
    const char *scenario, *database, *sweep;
    struct hb_strings sets, client_folders;
    int64_t requests;
};

#define AT(member) offsetof(struct replay_options, member)

static const struct hb_option replay_option_table[] = {
    {"scenario", 0, HB_VALUE_STRING, AT(scenario), "FILE", 0, 0, NULL,
     "Take the cell from this scenario instead of a stored sweep"},
    {"set", 0, HB_VALUE_STRINGS, AT(sets), "KEY=VALUE", 0, 0, NULL,
     "With --scenario: override a key"},
    {"db", 0, HB_VALUE_STRING, AT(database), "PATH", 0, 0, NULL,
     "SQLite file of the sweeps (default: benchmark_results.db)"},
    {"sweep", 0, HB_VALUE_STRING, AT(sweep), "SWEEP", 0, 0, NULL,
     "The sweep that the cell is of: an id, latest (default) or latest~N"},
    HB_OPTION_CLIENTS(replay_options),
    {"requests", 'n', HB_VALUE_INTEGER, AT(requests), "N", 1, INT64_MAX, NULL,
     "Stop after so many requests"},
};

static int find_sweep(struct hb_cli *cli, const struct replay_options *options,
                      struct hb_sweep_row *ret_sweep, struct hb_error *err)
{
    const char *selector = options->sweep != NULL ? options->sweep : "latest";
    struct hb_store *store;
    int result;

    if (options->sets.count > 0)
        return hb_fail(err, HB_ERR_INPUT, "--set needs --scenario");
    if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_READ, &store, err) != 0)
        return -1;
    result = hb_store_find_sweep(store, selector, &cli->arena, ret_sweep, err);
    hb_store_close(store);
    return result;
}

/* To the folder that the sweep's relative paths start from. */
static int go_there(struct hb_cli *cli, const struct hb_sweep_row *sweep,
                    const struct hb_origin *origin, struct hb_error *err)
{
    char here[PATH_MAX];

    if (origin->directory == NULL ||
        (getcwd(here, sizeof here) != NULL && strcmp(here, origin->directory) == 0))
        return 0;
    if (chdir(origin->directory) != 0)
        return hb_fail_errno(err, errno,
                             "go to %.300s, where sweep %" PRId64 " was started (--scenario FILE "
                             "takes the cell from a file instead)",
                             origin->directory, sweep->id);
    fprintf(stderr, "http-benchmark: in %s, where sweep %" PRId64 " was started\n",
            hb_cli_safe(cli, origin->directory), sweep->id);
    return 0;
}

static void fill_folders(struct hb_cli *cli, const struct hb_origin *origin)
{
    size_t count = 0;

    while (origin->client_folders != NULL && origin->client_folders[count] != NULL)
        count++;
    if (cli->client_folders.count > 0 || count == 0)
        return;
    cli->client_folders.items = hb_arena_memdup(&cli->arena, origin->client_folders,
                                                (count + 1) * sizeof *origin->client_folders);
    cli->client_folders.count = count;
}

/* The plan of a stored sweep is made again of the scenario's text, which is stored with it, and of
 * what the command line laid over it. Files that it names are read as they are now. */
static int plan_from_store(struct hb_cli *cli, const struct replay_options *options,
                           struct hb_planning *ret_planning, struct hb_error *err)
{
    struct hb_sweep_row sweep = {0};
    struct hb_origin origin;
    const char *name;

    if (find_sweep(cli, options, &sweep, err) != 0)
        return -1;
    HB_ASSERT(sweep.scenario_path != NULL);
    hb_origin_read(sweep.origin_json, &cli->arena, &origin);
    name = strcmp(sweep.scenario_path, "-") == 0 ? "standard input" : sweep.scenario_path;
    fill_folders(cli, &origin);
    if (go_there(cli, &sweep, &origin, err) != 0 ||
        hb_cli_load_registry(cli, &ret_planning->registry, err) != 0 ||
        hb_planning_make_from_text(cli, name, sweep.scenario_text, &origin.overrides, false,
                                   ret_planning, err) != 0)
        return -1;
    if (strcmp(ret_planning->scenario->hash, sweep.scenario_hash) != 0)
        fprintf(stderr, "http-benchmark: not quite what sweep %" PRId64 " ran: %s\n", sweep.id,
                origin.directory != NULL
                    ? "a file that its scenario extends has changed since"
                    : "older versions did not store its folder and the command line's part");
    return 0;
}

/* "5c45" or "5c45@head". */
static bool is_named(const struct hb_plan *plan, const struct hb_cell *cell, const char *name)
{
    size_t length = strcspn(name, "@");
    char id[HB_CELL_ID_BYTES];

    hb_cell_format_id(cell, id);
    return strncmp(id, name, length) == 0 &&
           (name[length] == '\0' ||
            strcmp(hb_cell_subject(plan->scenario, cell), name + length + 1) == 0);
}

/* The cell that a person names; it must be one. Of several subjects the first has it. */
static int find_cell(const struct hb_plan *plan, const char *prefix,
                     const struct hb_cell **ret_cell, struct hb_error *err)
{
    const struct hb_cell *found = NULL;

    HB_ASSERT(plan->scenario != NULL);
    for (size_t i = 0; i < plan->cells_count; i++) {
        const struct hb_cell *cell = &plan->cells[i];

        if (!is_named(plan, cell, prefix))
            continue;
        if (found != NULL && found->id != cell->id)
            return hb_fail(err, HB_ERR_INPUT, "several cells begin with '%.16s'; give more of it",
                           prefix);
        if (found == NULL)
            found = cell;
    }
    if (found == NULL)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "no cell '%.64s' in scenario %s; 'http-benchmark expand' shows their ids",
                       prefix, plan->scenario->name);
    *ret_cell = found;
    return 0;
}

static int run_replay(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                      int *exit_code, struct hb_error *err)
{
    const struct replay_options *options = opaque;
    struct hb_planning planning = {0};
    struct hb_replay replay = {.plan = &planning.plan,
                               .registry = &planning.registry,
                               .secrets = &cli->secrets,
                               .max_requests = (uint64_t)options->requests,
                               .out = stdout};
    const struct hb_strings no_hosts = {0};
    int result;

    cli->client_folders = options->client_folders;
    if (options->scenario != NULL)
        result =
            hb_planning_make(cli, options->scenario, &options->sets, NULL, false, &planning, err);
    else
        result = plan_from_store(cli, options, &planning, err);
    if (result != 0 || find_cell(&planning.plan, arguments[0], &replay.cell, err) != 0 ||
        hb_cli_check_remote(cli, planning.scenario, &no_hosts, err) != 0)
        return -1;
    if (count > 1)
        replay.prefix = (const char *const *)(arguments + 1);
    return hb_replay_run(&replay, exit_code, err);
}

const struct hb_command hb_command_replay = {
    .name = "replay",
    .arguments = "CELL[@SUBJECT] [-- PREFIX…]",
    .summary = "Run one cell's worker by hand, under a debugger if need be",
    .description =
        "Start the cell's server, print the job and go lines, and run its worker in the "
        "foreground. Nothing is stored. CELL is an id or the beginning of one, of the newest "
        "stored sweep or of --scenario, with @NAME behind it for another subject than the base. A "
        "stored sweep is made again of its text, in the folder where it was started, with the "
        "--set, --clients and subjects it was given. "
        "Words after -- come before the worker's command:\n"
        "  http-benchmark replay 5c45 -- perf stat\n"
        "  http-benchmark replay 5c45 -- gdb -ex 'run < {input}' --args",
    .options = replay_option_table,
    .options_count = HB_ARRAY_LEN(replay_option_table),
    .options_bytes = sizeof(struct replay_options),
    .arguments_min = 1,
    .arguments_max = -1,
    .run = run_replay,
};
