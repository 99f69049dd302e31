/* gate: run base against head in pairs, and say whether head is slower. */
#include <string.h>

#include "cli/commands.h"
#include "cli/gate_outputs.h"
#include "cli/gate_run.h"

struct gate_options {
    struct hb_gate_request request;
    struct hb_strings client_folders;
    struct hb_gate_outputs outputs;
    const char *basis, *budget, *must_resolve, *on_inconclusive, *exit_codes;
    bool plan, quiet;
};

#define AT(member) offsetof(struct gate_options, member)

static const char *inconclusive_choice(size_t index)
{
    static const char *const choices[] = {"pass", "fail"};

    return index < HB_ARRAY_LEN(choices) ? choices[index] : NULL;
}

static const char *basis_choice(size_t index)
{
    static const char *const choices[] = {"time", "counts"};

    return index < HB_ARRAY_LEN(choices) ? choices[index] : NULL;
}

static const struct hb_option gate_option_table[] = {
    HB_OPTIONS_SUBJECT(AT(request.base), "base", "What to compare with"),
    HB_OPTIONS_SUBJECT(AT(request.head), "head", "What is new"),
    {"filter", 0, HB_VALUE_STRINGS, AT(request.filters), "AXIS=GLOB", 0, 0, NULL, HB_HELP_FILTER},
    {"set", 0, HB_VALUE_STRINGS, AT(request.sets), "KEY=VALUE", 0, 0, NULL, HB_HELP_SET},
    {"plan", 0, HB_VALUE_FLAG, AT(plan), NULL, 0, 0, NULL,
     "Show what would be run, what it costs and what it can see, and run nothing"},
    {"basis", 0, HB_VALUE_CHOICE, AT(basis), "WHAT", 0, 0, basis_choice,
     "time (the default), or counts of instructions and system calls, for shared machines"},
    {"budget", 0, HB_VALUE_STRING, AT(budget), "TIME", 0, 0, NULL,
     "Wall time for everything (default: 12m)"},
    {"must-resolve", 0, HB_VALUE_STRING, AT(must_resolve), "SHARE", 0, 0, NULL,
     "Exit with 4 when a change of this size could not have been seen: 10%"},
    {"on-inconclusive", 0, HB_VALUE_CHOICE, AT(on_inconclusive), "WHAT", 0, 0, inconclusive_choice,
     "pass (the default) or fail, with exit code 4"},
    {"exit-codes", 0, HB_VALUE_CHOICE, AT(exit_codes), "KIND", 0, 0, hb_exit_codes_choice,
     "gate (the default), or bisect, as 'git bisect run' understands them: what is "
     "inconclusive cannot be tested"},
    {"resume", 0, HB_VALUE_FLAG, AT(request.sweep.resume), NULL, 0, 0, NULL,
     "Go on with the newest unfinished gate of this scenario"},
    {"strict", 0, HB_VALUE_FLAG, AT(request.sweep.strict), NULL, 0, 0, NULL,
     "Refuse to measure on a machine that would spoil the figures (see doctor)"},
    HB_OPTION_CLIENTS(gate_options),
    {"allow-remote", 0, HB_VALUE_STRINGS, AT(request.sweep.allow_remote), "HOST", 0, 0, NULL,
     "Allow load on this host, which is not this machine"},
    HB_OPTIONS_GATE_OUTPUTS(AT(outputs)),
    {"db", 0, HB_VALUE_STRING, AT(request.sweep.database), "PATH", 0, 0, NULL,
     "SQLite file for the results (default: benchmark_results.db)"},
    {"out", 0, HB_VALUE_STRING, AT(request.sweep.output_directory), "DIR", 0, 0, NULL,
     "Where the HTML and JSON reports go (default: reports)"},
    {"tag", 0, HB_VALUE_STRINGS, AT(request.sweep.tags), "K=V", 0, 0, NULL,
     "A label stored with the sweep: --tag branch=main"},
    {"quiet", 'q', HB_VALUE_FLAG, AT(quiet), NULL, 0, 0, NULL,
     "No progress and no notices; errors and the result only"},
};

/* What cannot be told must not count as good in a bisection, whatever the scenario's gate makes of
 * it. */
static const char *on_inconclusive(const struct gate_options *options)
{
    if (options->on_inconclusive == NULL && options->exit_codes != NULL &&
        strcmp(options->exit_codes, "bisect") == 0)
        return "fail";
    return options->on_inconclusive;
}

/* Flags that stand for keys of the scenario's `gate`: one way to say it, one check of it. */
static struct hb_strings sets_of(struct hb_cli *cli, const struct gate_options *options)
{
    const struct {
        const char *key, *value;
    } flags[] = {
        {"gate.basis", options->basis},
        {"gate.budget", options->budget},
        {"gate.must_resolve", options->must_resolve},
        {"gate.on_inconclusive", on_inconclusive(options)},
    };
    const struct hb_strings *given = &options->request.sets;
    struct hb_strings sets = {
        .items = hb_arena_calloc(&cli->arena, given->count + HB_ARRAY_LEN(flags) + 1,
                                 sizeof *sets.items),
    };

    for (size_t i = 0; i < given->count; i++)
        sets.items[sets.count++] = given->items[i];
    for (size_t i = 0; i < HB_ARRAY_LEN(flags); i++) {
        if (flags[i].value != NULL)
            sets.items[sets.count++] =
                hb_arena_printf(&cli->arena, "%s=%s", flags[i].key, flags[i].value);
    }
    return sets;
}

static int run_gate(struct hb_cli *cli, const void *opaque, char *const *arguments,
                    HB_UNUSED int count, int *exit_code, struct hb_error *err)
{
    const struct gate_options *options = opaque;
    struct hb_gate_request request = options->request;
    struct hb_gate_run run;

    cli->quiet = options->quiet;
    cli->exit_codes = options->exit_codes;
    cli->client_folders = options->client_folders;
    request.path = arguments[0];
    request.sets = sets_of(cli, options);
    if (hb_gate_outputs_check(&options->outputs, err) != 0 ||
        hb_gate_prepare(cli, &request, &run, err) != 0)
        return -1;
    if (options->plan) {
        hb_gate_print_plan(&run, stdout);
        return 0;
    }
    if (hb_gate_carry_out(&run, exit_code, err) != 0 ||
        hb_gate_outputs_write(&run, &options->outputs, err) != 0)
        return -1;
    *exit_code = hb_exit_worst(*exit_code, hb_gate_exit_code(&run.result, &run.plan.options));
    return 0;
}

const struct hb_command hb_command_gate = {
    .name = "gate",
    .arguments = "SCENARIO",
    .summary = "Is head slower than base? In pairs, with an exit code",
    .description =
        "Run every cell of a scenario as base and as head, next to each other, and judge the "
        "pairs: a screen of all cells, fresh pairs for what looks worse, which alone decide, and "
        "base against base as a control. Every verdict says what it could have seen. Exit codes: "
        "0 no regression, 3 regressed, 4 not conclusive enough, 5 nothing to compare with, 6 runs "
        "failed, 7 the machine was too busy to tell.",
    .options = gate_option_table,
    .options_count = HB_ARRAY_LEN(gate_option_table),
    .options_bytes = sizeof(struct gate_options),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_gate,
};
