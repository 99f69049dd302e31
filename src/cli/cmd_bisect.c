/* bisect: which version or commit made a cell slower. The bad end is compared with the good one
 * first; what it is worse by tells good from bad between them. */
#include <string.h>

#include "cli/bisect_report.h"
#include "cli/commands.h"
#include "exec/interrupt.h"
#include "store/store.h"

struct bisect_options {
    struct hb_one_cell_request cell;
    struct hb_bisect_ends ends;
    struct hb_sweep_options sweep;
    struct hb_strings with, client_folders;
    const char *metric, *budget;
    bool json, quiet;
};

#define AT(member) offsetof(struct bisect_options, member)

static const char *metric_choice(size_t index)
{
    return index < HB_GATE_METRICS ? hb_gate_metric_name((enum hb_gate_metric)index) : NULL;
}

static const struct hb_option bisect_option_table[] = {
    {"good", 0, HB_VALUE_STRING, AT(ends.good), "REF", 0, 0, NULL,
     "A version that was fast enough, or, with --repo, a commit"},
    {"bad", 0, HB_VALUE_STRING, AT(ends.bad), "REF", 0, 0, NULL, "A later one that is not"},
    {"repo", 0, HB_VALUE_STRING, AT(ends.repository), "PATH", 0, 0, NULL,
     "Try the commits of the git repository here instead of released versions"},
    {"with", 0, HB_VALUE_STRINGS, AT(with), "SPEC", 0, 0, NULL,
     "With --repo: a package that is installed beside each commit: h2"},
    {"scenario", 0, HB_VALUE_STRING, AT(cell.scenario), "FILE", 0, 0, NULL,
     "Take the cell from this scenario instead of a stored sweep's"},
    {"sweep", 0, HB_VALUE_STRING, AT(cell.sweep), "SWEEP", 0, 0, NULL,
     "The sweep that the cell is of: an id, latest (default) or latest~N"},
    {"metric", 0, HB_VALUE_CHOICE, AT(metric), "METRIC", 0, 0, metric_choice,
     "Look at this one alone (default: whichever of the gate's is worst in the bad one)"},
    {"budget", 0, HB_VALUE_STRING, AT(budget), "TIME", 0, 0, NULL,
     "Wall time of one comparison (default: that of the scenario's gate)"},
    {"set", 0, HB_VALUE_STRINGS, AT(cell.sets), "KEY=VALUE", 0, 0, NULL, HB_HELP_SET},
    HB_OPTION_CLIENTS(bisect_options),
    {"strict", 0, HB_VALUE_FLAG, AT(sweep.strict), NULL, 0, 0, NULL,
     "Refuse to measure on a machine that would spoil the figures (see doctor)"},
    {"allow-remote", 0, HB_VALUE_STRINGS, AT(sweep.allow_remote), "HOST", 0, 0, NULL,
     "Allow load on this host, which is not this machine"},
    {"db", 0, HB_VALUE_STRING, AT(sweep.database), "PATH", 0, 0, NULL,
     "SQLite file of the sweeps, and for the results (default: benchmark_results.db)"},
    {"json", 0, HB_VALUE_FLAG, AT(json), NULL, 0, 0, NULL, "Print the result as JSON"},
    {"quiet", 'q', HB_VALUE_FLAG, AT(quiet), NULL, 0, 0, NULL,
     "No progress and no notices; errors and the result only"},
};

/* ---- what is asked for ---- */

static int check_options(const struct bisect_options *options, struct hb_error *err)
{
    if (options->ends.good == NULL || options->ends.bad == NULL)
        return hb_fail(err, HB_ERR_INPUT,
                       "say --good REF and --bad REF: versions of the client, or with --repo PATH "
                       "commits");
    if (options->with.count > 0 && options->ends.repository == NULL)
        return hb_fail(err, HB_ERR_INPUT,
                       "--with needs --repo: a released version brings what it needs");
    if (options->cell.scenario != NULL && options->cell.sweep != NULL)
        return hb_fail(err, HB_ERR_INPUT,
                       "--scenario and --sweep both say where the cell is: give "
                       "one of them");
    return 0;
}

static enum hb_gate_metric find_metric(const char *name)
{
    for (size_t i = 0; name != NULL && i < HB_GATE_METRICS; i++) {
        if (strcmp(hb_gate_metric_name((enum hb_gate_metric)i), name) == 0)
            return (enum hb_gate_metric)i;
    }
    return HB_BISECT_NO_METRIC;
}

/* Of the comparison of the two ends. */
static struct hb_bisect_rules first_rules(const struct bisect_options *options,
                                          const struct hb_one_cell *cell)
{
    struct hb_bisect_rules rules = {.metric = find_metric(options->metric), .control = true};

    if (rules.metric != HB_BISECT_NO_METRIC) {
        rules.margin = cell->margins[rules.metric];
        rules.margin.weight = HB_GATE_DECIDES;
    }
    return rules;
}

/* ---- the search ---- */

struct bisection {
    struct hb_bisect_state state;
    const struct bisect_options *options;
    const struct hb_interrupt *interrupt;
};

static int try(struct bisection *bisection, size_t candidate, const struct hb_bisect_rules *rules,
               struct hb_error *err)
{
    struct hb_bisect_state *state = &bisection->state;

    if (hb_interrupt_came(bisection->interrupt))
        return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
    if (hb_bisect_compare(state->bisecting, &state->bisecting->range->items[candidate], rules,
                          &state->findings[candidate], err) != 0)
        return -1;
    if (state->findings[candidate].is == HB_CANDIDATE_UNKNOWN)
        return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
    state->tried[state->tried_count++] = candidate;
    if (!bisection->options->json)
        hb_bisect_print_step(state, candidate, stdout);
    return 0;
}

static int search(struct bisection *bisection, struct hb_error *err)
{
    struct hb_bisect_state *state = &bisection->state;
    struct hb_cli *cli = state->bisecting->cli;
    size_t candidate;

    while (hb_bisection_next(&state->search, &candidate)) {
        hb_cli_notice(cli, "trying %s; %zu left, about %u steps",
                      state->bisecting->range->items[candidate].name,
                      state->search.bad - state->search.good_end,
                      hb_bisection_steps(&state->search));
        if (try(bisection, candidate, &state->rules, err) != 0)
            return -1;
        hb_bisection_tell(&state->search, candidate, state->findings[candidate].is);
    }
    return 0;
}

/* What is not worse, or not known to be, has no first bad one before it. */
static int end_at_the_ends(const struct bisection *bisection, const struct hb_bisect_finding *bad)
{
    const struct hb_bisect_range *range = bisection->state.bisecting->range;
    const char *name = range->items[range->count - 1].name;

    if (bad->is == HB_CANDIDATE_GOOD) {
        fprintf(stderr, "http-benchmark: %s is not worse than %s here: there is nothing to find\n",
                name, range->good.name);
        return HB_EXIT_INCONCLUSIVE;
    }
    fprintf(stderr,
            "http-benchmark: it cannot be told whether %s is worse than %s, so nothing between "
            "them was tried\n",
            name, range->good.name);
    return bad->exit_code;
}

static int bisect(struct bisection *bisection, const struct hb_one_cell *cell, int *exit_code,
                  struct hb_error *err)
{
    struct hb_bisect_state *state = &bisection->state;
    const struct hb_bisect_range *range = state->bisecting->range;
    struct hb_bisect_rules rules = first_rules(bisection->options, cell);
    struct hb_bisect_finding *bad = &state->findings[range->count - 1];

    hb_cli_notice(state->bisecting->cli, "%zu %s after %s; comparing %s with it first",
                  range->count, range->repository != NULL ? "commits" : "versions",
                  range->good.name, range->items[range->count - 1].name);
    if (try(bisection, range->count - 1, &rules, err) != 0)
        return -1;
    if (bad->is != HB_CANDIDATE_BAD) {
        *exit_code = end_at_the_ends(bisection, bad);
        return 0;
    }
    state->rules = hb_bisect_rules_of(bad);
    if (search(bisection, err) != 0)
        return -1;
    if (state->search.good_end != state->search.bad)
        *exit_code = HB_EXIT_INCONCLUSIVE;
    if (!bisection->options->json)
        hb_bisect_print_result(state, stdout);
    return 0;
}

/* Room for all findings; the search over them. */
static struct hb_bisect_state state_of(const struct hb_bisecting *bisecting)
{
    struct hb_arena *arena = &bisecting->cli->arena;
    size_t count = bisecting->range->count;
    enum hb_candidate *told = hb_arena_calloc(arena, count, sizeof *told);
    struct hb_bisect_state state = {
        .bisecting = bisecting,
        .findings = hb_arena_calloc(arena, count, sizeof *state.findings),
        .tried = hb_arena_calloc(arena, count, sizeof *state.tried),
    };

    hb_bisection_init(&state.search, told, count);
    return state;
}

/* Interrupted or not, what was found so far is told. */
static int bisect_range(const struct bisect_options *options, const struct hb_bisecting *bisecting,
                        const struct hb_interrupt *interrupt, int *exit_code, struct hb_error *err)
{
    struct bisection bisection = {
        .state = state_of(bisecting), .options = options, .interrupt = interrupt};
    int result;

    if (!options->json)
        printf("%s\n", hb_cli_safe(bisecting->cli, bisecting->cell->label));
    result = bisect(&bisection, bisecting->cell, exit_code, err);
    if (options->json && (result == 0 || bisection.state.tried_count > 0))
        hb_bisect_print_json(&bisection.state, stdout);
    return result;
}

static int run_interruptibly(struct hb_cli *cli, const struct bisect_options *options,
                             const struct hb_one_cell *cell, const struct hb_interrupt *interrupt,
                             int *exit_code, struct hb_error *err)
{
    struct hb_bisect_range range;
    struct hb_sweep_options sweep = options->sweep;
    const struct hb_bisecting bisecting = {
        .cli = cli,
        .cell = cell,
        .range = &range,
        .sweep = &sweep,
        .budget = options->budget,
        .with = options->with,
    };

    sweep.one_of_several = true;
    hb_sets_add(&cli->arena, &sweep.tags,
                hb_arena_printf(&cli->arena, HB_TAG_BISECT "=%s", cell->id));
    if (hb_bisect_range_find(cli, cell, &options->ends, hb_interrupt_fd(interrupt), &range, err) !=
        0)
        return -1;
    return bisect_range(options, &bisecting, interrupt, exit_code, err);
}

static int run_bisect(struct hb_cli *cli, const void *opaque, char *const *arguments,
                      HB_UNUSED int count, int *exit_code, struct hb_error *err)
{
    const struct bisect_options *options = opaque;
    struct hb_one_cell_request request = options->cell;
    struct hb_interrupt interrupt;
    struct hb_one_cell cell;
    int result;

    cli->quiet = options->quiet;
    cli->client_folders = options->client_folders;
    request.cell = arguments[0];
    request.database = options->sweep.database;
    if (check_options(options, err) != 0 || hb_one_cell_find(cli, &request, &cell, err) != 0 ||
        hb_interrupt_begin(&interrupt, err) != 0)
        return -1;
    result = run_interruptibly(cli, options, &cell, &interrupt, exit_code, err);
    hb_interrupt_end(&interrupt);
    return result;
}

const struct hb_command hb_command_bisect = {
    .name = "bisect",
    .arguments = "CELL",
    .summary = "Which version or commit made a cell slower",
    .description =
        "Compare the bad version (or commit) with the good one in pairs, and, when it is worse, "
        "halve what lies between them until the first bad one is found. What is asked at every "
        "step is whether the candidate is nearer to the good or to the bad one. One that cannot "
        "be installed or measured is passed over. Exit codes: 0 the first bad one was found, 4 it "
        "is one of several, or the bad one was not shown to be worse, 6 runs failed, 7 the machine "
        "was too busy to tell.",
    .options = bisect_option_table,
    .options_count = HB_ARRAY_LEN(bisect_option_table),
    .options_bytes = sizeof(struct bisect_options),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_bisect,
};
