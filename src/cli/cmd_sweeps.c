/* sweeps: housekeeping of a database. */
#include <inttypes.h>
#include <string.h>

#include "cli/commands.h"
#include "store/store.h"

struct sweeps_options {
    const char *database;
    int64_t keep;
};

static const struct hb_option sweeps_option_table[] = {
    {"db", 0, HB_VALUE_STRING, offsetof(struct sweeps_options, database), "PATH", 0, 0, NULL,
     "SQLite file (default: benchmark_results.db)"},
    {"keep", 0, HB_VALUE_INTEGER, offsetof(struct sweeps_options, keep), "N", 1, 1000000, NULL,
     "With prune: how many of the newest sweeps stay"},
};

static int remove_sweeps(struct hb_cli *cli, struct hb_store *store, char *const *selectors,
                         int count, struct hb_error *err)
{
    struct hb_sweep_row row;

    if (count == 0)
        return hb_fail(err, HB_ERR_INPUT, "sweeps rm: which? see 'http-benchmark list sweeps'");
    for (int i = 0; i < count; i++) {
        if (hb_store_find_sweep(store, selectors[i], &cli->arena, &row, err) != 0 ||
            hb_store_remove_sweep(store, row.id, err) != 0)
            return -1;
        printf("removed sweep %" PRId64 " (%s)\n", row.id, hb_cli_safe(cli, row.scenario_name));
    }
    return 0;
}

static int prune_sweeps(struct hb_store *store, int64_t keep, int count, struct hb_error *err)
{
    size_t removed;

    if (count > 0)
        return hb_fail(err, HB_ERR_INPUT, "sweeps prune takes no sweep; use --keep N");
    if (keep == 0)
        return hb_fail(err, HB_ERR_INPUT, "sweeps prune: say how many stay: --keep N");
    if (hb_store_prune(store, (size_t)keep, &removed, err) != 0)
        return -1;
    printf("removed %zu sweep%s\n", removed, removed == 1 ? "" : "s");
    return 0;
}

static int run_sweeps(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                      HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct sweeps_options *options = opaque;
    bool is_rm = strcmp(arguments[0], "rm") == 0;
    struct hb_store *store;
    int result;

    if (!is_rm && strcmp(arguments[0], "prune") != 0)
        return hb_fail(err, HB_ERR_INPUT, "cannot '%.100s' sweeps; one of rm, prune", arguments[0]);
    if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_WRITE, &store, err) != 0)
        return -1;
    result = is_rm ? remove_sweeps(cli, store, arguments + 1, count - 1, err)
                   : prune_sweeps(store, options->keep, count - 1, err);
    hb_store_close(store);
    return result;
}

const struct hb_command hb_command_sweeps = {
    .name = "sweeps",
    .arguments = "rm SWEEP… | prune",
    .summary = "Remove sweeps from a database",
    .description = "Remove sweeps and give their space back: 'sweeps rm 3 latest' removes the "
                   "ones named (an id, latest, latest~1), 'sweeps prune --keep 30' all but the "
                   "newest 30. 'list sweeps' shows them.",
    .options = sweeps_option_table,
    .options_count = HB_ARRAY_LEN(sweeps_option_table),
    .options_bytes = sizeof(struct sweeps_options),
    .arguments_min = 1,
    .arguments_max = -1,
    .run = run_sweeps,
};
