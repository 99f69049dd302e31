/* What cannot be counted is refused before anything runs: a gate that finds out in the end has cost
 * its time for nothing. */
#include "cli/gate_counted.h"

#include "cli/table.h"
#include "exec/strace.h"
#include "exec/wire_counts.h"

/* ---- what can be counted ---- */

static bool decides(const struct hb_rules *rules, enum hb_gate_metric metric)
{
    return rules->margins[metric].weight == HB_GATE_DECIDES;
}

static int check_instructions(const struct hb_gate_run *run, const struct hb_cell *cell,
                              struct hb_error *err)
{
    const struct hb_entry *client = run->planning.scenario->clients[cell->client].entry;
    const char *why = hb_wire_uncountable(client, NULL);
    struct hb_error missing = {0};

    if (why != NULL)
        return hb_fail(
            err, HB_ERR_INPUT,
            "%s: the instructions of %s cannot be gated on: %s; leave the client out, or "
            "gate it on the other counts (--set 'gate.margins.instructions.weight=off')",
            run->request->path, client->name, why);
    if (hb_wire_instruction_counter(&missing) == NULL)
        return hb_fail(err, HB_ERR_UNAVAILABLE,
                       "%s: instructions cannot be counted here: the processor's counter is not "
                       "offered (perf), and %s",
                       run->request->path, missing.message);
    return 0;
}

static int check_calls(const struct hb_gate_run *run, struct hb_error *err)
{
    struct hb_error missing = {0};
    char path[PATH_MAX];

    if (hb_strace_find(path, &missing) == 0)
        return 0;
    return hb_fail(err, HB_ERR_UNAVAILABLE, "%s: system calls cannot be counted here: %s",
                   run->request->path, missing.message);
}

static int check_cell(const struct hb_gate_run *run, const struct hb_cell *cell,
                      const struct hb_rules *rules, struct hb_error *err)
{
    const struct hb_scenario *scenario = run->planning.scenario;
    const struct hb_entry *client = scenario->clients[cell->client].entry;
    const struct hb_server_spec *server = &scenario->servers[cell->server];

    if (client->sends_nothing)
        return hb_fail(err, HB_ERR_INPUT,
                       "%s: %s sends nothing, so there is nothing to count; leave it out",
                       run->request->path, client->name);
    if (hb_server_remote_host(server, &run->cli->arena) != NULL)
        return hb_fail(err, HB_ERR_INPUT,
                       "%s: requests are counted with servers on this machine only, and %s is "
                       "none; leave it out, or gate by the clock (gate.basis: time)",
                       run->request->path, hb_cli_safe(run->cli, server->name));
    if (decides(rules, HB_GATE_SYSTEM_CALLS) && check_calls(run, err) != 0)
        return -1;
    return decides(rules, HB_GATE_INSTRUCTIONS) ? check_instructions(run, cell, err) : 0;
}

int hb_gate_counted_check(struct hb_gate_run *run, struct hb_error *err)
{
    const struct hb_plan *plan = &run->planning.plan;

    for (size_t i = 0; i < plan->pairs_count; i++) {
        const struct hb_cell_pair *pair = &plan->pairs[i];
        struct hb_rules rules = hb_gating_rules(plan, pair, &plan->scenario->gate);

        if (check_cell(run, &plan->cells[pair->base], &rules, err) != 0 ||
            check_cell(run, &plan->cells[pair->head], &rules, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- what it costs ---- */

static const char *rough(struct hb_cli *cli, int64_t ns)
{
    char text[HB_ROUGH_TIME_BYTES];

    hb_format_rough_time(text, ns);
    return hb_arena_strdup(&cli->arena, text);
}

int hb_gate_counted_fits(const struct hb_gate_run *run, struct hb_error *err)
{
    int64_t needed_ns = run->planning.plan.estimated_ns;
    int64_t budget_ns = run->planning.scenario->gate.budget_ns;

    if (needed_ns <= budget_ns)
        return 0;
    return hb_fail(err, HB_ERR_LIMIT,
                   "%s: counting both sides of %zu cell%s takes %s, and the budget is %s; raise it "
                   "(--budget), or leave cells out (--filter)",
                   run->request->path, run->planning.plan.pairs_count,
                   run->planning.plan.pairs_count == 1 ? "" : "s", rough(run->cli, needed_ns),
                   rough(run->cli, budget_ns));
}

static void add_cell(struct hb_text_table *table, struct hb_gate_run *run,
                     const struct hb_cell_pair *pair)
{
    const struct hb_plan *plan = &run->planning.plan;
    const struct hb_cell *cell = &plan->cells[pair->base];
    const struct hb_scenario *scenario = plan->scenario;
    struct hb_rules rules = hb_gating_rules(plan, pair, &scenario->gate);

    hb_text_table_add(table, hb_cell_client_label(scenario, cell, &run->cli->arena));
    hb_text_table_addf(table, "%s %.40s", hb_method_name((enum hb_method)cell->method),
                       hb_cli_safe(run->cli, scenario->urls[cell->url].url));
    hb_text_table_addf(table, "%u", scenario->concurrency[cell->concurrency]);
    hb_text_table_add(table, scenario->servers[cell->server].name);
    hb_text_table_add(table, decides(&rules, HB_GATE_INSTRUCTIONS)
                                 ? hb_wire_instruction_counter(NULL)
                                 : "not counted");
    hb_text_table_add(table, decides(&rules, HB_GATE_SYSTEM_CALLS) ? "strace" : "not counted");
}

void hb_gate_counted_print_plan(struct hb_gate_run *run, FILE *out)
{
    static const char *const headers[] = {"client", "request",      ">×",
                                          "server", "instructions", "system calls"};
    const struct hb_plan *plan = &run->planning.plan;
    struct hb_text_table table;

    hb_text_table_init(&table, &run->cli->arena, headers, HB_ARRAY_LEN(headers));
    for (size_t i = 0; i < plan->pairs_count; i++)
        add_cell(&table, run, &plan->pairs[i]);
    hb_text_table_print(&table, out);
    fprintf(
        out,
        "\ncounts        of both sides of every cell, of one task\nguard         %u short pairs "
        "of each, by the clock\n\nexpected %s, of a budget of %s\n",
        HB_COUNTED_GUARD_PAIRS, rough(run->cli, plan->estimated_ns),
        rough(run->cli, plan->scenario->gate.budget_ns));
}
