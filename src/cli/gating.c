/* Between the executor, which knows runs of a plan, and the procedure, which knows pairs. */
#include "cli/gating.h"

#include "base/clock.h"
#include "base/memory.h"

/* ---- planning ---- */

bool hb_gating_compares_servers(const struct hb_plan *plan, const struct hb_cell_pair *pair)
{
    return plan->cells[pair->base].server != plan->cells[pair->head].server;
}

struct hb_rules hb_gating_rules(const struct hb_plan *plan, const struct hb_cell_pair *pair,
                                const struct hb_gate_options *options)
{
    enum hb_comparison comparison =
        hb_gating_compares_servers(plan, pair) ? HB_COMPARE_SERVERS : HB_COMPARE_CLIENTS;

    return hb_rules_of(options, comparison, plan->scenario, &plan->cells[pair->base]);
}

/* What a run of each cell is expected to take: all rounds alike. By cell, in `arena`. */
static int64_t *cell_costs(const struct hb_plan *plan, struct hb_arena *arena)
{
    int64_t *costs = hb_arena_calloc(arena, plan->cells_count, sizeof *costs);

    for (size_t i = 0; i < plan->runs_count && plan->runs[i].round == 0; i++)
        costs[plan->runs[i].cell] = hb_run_estimate_ns(plan, i);
    return costs;
}

static const char *cell_name(struct hb_cli *cli, const struct hb_plan *plan, uint32_t index)
{
    const struct hb_cell *cell = &plan->cells[index];
    const struct hb_scenario *scenario = plan->scenario;

    return hb_arena_printf(
        &cli->arena, "%s %s %s ×%u on %s", hb_cell_client_label(scenario, cell, &cli->arena),
        hb_method_name((enum hb_method)cell->method),
        hb_cli_safe(cli, scenario->urls[cell->url].url), scenario->concurrency[cell->concurrency],
        scenario->servers[cell->server].name);
}

static void put_planner_cell(struct hb_cli *cli, const struct hb_plan *plan, int64_t cost_ns,
                             const struct hb_cell_pair *pair, struct hb_planner_cell *ret)
{
    const struct hb_scenario *scenario = plan->scenario;
    struct hb_rules *rules = hb_arena_calloc(&cli->arena, 1, sizeof *rules);

    *rules = hb_gating_rules(plan, pair, &scenario->gate);
    *ret = (struct hb_planner_cell){
        .name = cell_name(cli, plan, pair->base),
        .window_ns = scenario->durations_ns[plan->cells[pair->base].duration],
        .warmup_ns = scenario->run.warmup_ns,
        .margins = rules->margins,
    };
    ret->overhead_ns = cost_ns - ret->window_ns - ret->warmup_ns;
}

/* What is estimated for everything beside the runs, of all rounds, servers' starts. */
static int64_t round_overhead_ns(const struct hb_plan *plan, const int64_t *costs, int64_t once_ns)
{
    int64_t rest_ns = plan->estimated_ns - once_ns;

    for (size_t i = 0; i < plan->cells_count; i++)
        rest_ns -= costs[i] * plan->rounds;
    return rest_ns > 0 ? rest_ns / plan->rounds : 0;
}

static int64_t once_ns(const struct hb_plan *plan)
{
    int64_t total_ns = 0;

    for (size_t i = 0; i < plan->yardsticks_count; i++)
        total_ns += hb_run_estimate_ns(plan, plan->runs_count + i);
    for (size_t i = 0; i < plan->cells_count; i++)
        total_ns += hb_wire_estimate_ns(plan, i);
    return total_ns;
}

int hb_gating_plan(struct hb_cli *cli, const struct hb_plan *plan,
                   const struct hb_calibration *calibration, struct hb_gate_plan *ret_plan,
                   struct hb_error *err)
{
    const int64_t *costs = cell_costs(plan, &cli->arena);
    struct hb_planner_cell *cells = hb_arena_calloc(&cli->arena, plan->pairs_count, sizeof *cells);
    struct hb_planner_input input = {
        .options = &plan->scenario->gate,
        .cells = cells,
        .count = plan->pairs_count,
        .calibration = calibration,
        .once_ns = once_ns(plan),
        .fixed_windows = plan->scenario->durations_count - plan->scenario->appended.durations > 1,
    };

    input.round_ns = round_overhead_ns(plan, costs, input.once_ns);
    for (size_t i = 0; i < plan->pairs_count; i++)
        put_planner_cell(cli, plan, costs[plan->pairs[i].base], &plan->pairs[i], &cells[i]);
    return hb_gate_plan_make(&input, &cli->arena, ret_plan, err);
}

/* ---- the policy ---- */

static enum hb_stage stage_of(const struct hb_gating *gating, size_t run)
{
    return hb_procedure_stage(&gating->options, gating->plan->runs[run].round);
}

static bool stage_has_begun(const struct hb_gating *gating, enum hb_stage stage)
{
    for (unsigned before = 0; before < (unsigned)stage; before++) {
        if (gating->untold[before] > 0)
            return false;
    }
    return true;
}

/* Of a stage that has not begun it is not known who takes part, and to ask would decide it. */
static bool suffices(void *context, size_t run)
{
    struct hb_gating *gating = context;
    const struct hb_plan_run *planned = &gating->plan->runs[run];
    const struct hb_gating_cell *cell = &gating->cells[planned->cell];

    if (!stage_has_begun(gating, stage_of(gating, run)))
        return true;
    hb_procedure_spent(gating->procedure, hb_now_ns() - gating->began_ns);
    for (unsigned i = 0; i < cell->roles_count; i++) {
        if (hb_procedure_needs(gating->procedure, cell->roles[i].pair, cell->roles[i].side,
                               planned->round))
            return false;
    }
    return true;
}

static void tell(struct hb_gating *gating, size_t run, const struct hb_observation *observation)
{
    const struct hb_plan_run *planned = &gating->plan->runs[run];
    const struct hb_gating_cell *cell = &gating->cells[planned->cell];

    if (gating->told[run])
        return;
    gating->told[run] = true;
    gating->untold[stage_of(gating, run)]--;
    if (observation->state == HB_OBSERVED_NOT)
        return;
    for (unsigned i = 0; i < cell->roles_count; i++)
        hb_procedure_learn(gating->procedure, cell->roles[i].pair, cell->roles[i].side,
                           planned->round, observation);
}

static void learn(void *context, const struct hb_run_result *result)
{
    struct hb_observation observation = hb_observe_result(result);

    tell(context, result->run, &observation);
}

void hb_gating_resume(struct hb_gating *gating, const struct hb_run_row *rows, size_t rows_count,
                      const size_t *left, size_t left_count)
{
    HB_CLEANUP(hb_free_ptr) bool *to_come = hb_calloc(gating->plan->runs_count, sizeof *to_come);
    const struct hb_observation nothing = {.state = HB_OBSERVED_NOT};

    for (size_t i = 0; i < left_count; i++) {
        if (left[i] < gating->plan->runs_count)
            to_come[left[i]] = true;
    }
    for (size_t i = 0; i < rows_count; i++) {
        struct hb_observation observation = hb_observe_row(&rows[i]);

        if (rows[i].position < gating->plan->runs_count && !to_come[rows[i].position])
            tell(gating, rows[i].position, &observation);
    }
    for (size_t i = 0; i < gating->plan->runs_count; i++) {
        if (!to_come[i])
            tell(gating, i, &nothing);
    }
}

/* ---- making and ending ---- */

static void add_role(struct hb_gating_cell *cell, size_t pair, enum hb_side side)
{
    if (cell->roles_count == HB_GATING_ROLES)
        return;
    cell->roles[cell->roles_count].pair = pair;
    cell->roles[cell->roles_count].side = side;
    cell->roles_count++;
}

static void add_pair(struct hb_gating *gating, const struct hb_cell_pair *pair, uint32_t other,
                     int64_t run_ns)
{
    size_t number = gating->pairs_count++;
    bool control = other == pair->control;

    gating->pairs[number] = (struct hb_procedure_cell){
        .rules = hb_gating_rules(gating->plan, pair, &gating->options),
        .control = control,
        .run_ns = run_ns,
    };
    gating->controls_count += control;
    add_role(&gating->cells[pair->base], number, HB_SIDE_BASE);
    add_role(&gating->cells[other], number, HB_SIDE_HEAD);
}

static void add_pairs(struct hb_gating *gating, struct hb_arena *arena)
{
    const struct hb_plan *plan = gating->plan;
    const int64_t *costs = cell_costs(plan, arena);

    gating->pairs = hb_arena_calloc(arena, 2 * plan->pairs_count, sizeof *gating->pairs);
    gating->cells = hb_arena_calloc(arena, plan->cells_count, sizeof *gating->cells);
    for (size_t i = 0; i < plan->pairs_count; i++)
        add_pair(gating, &plan->pairs[i], plan->pairs[i].head, costs[plan->pairs[i].base]);
    for (size_t i = 0; i < plan->pairs_count; i++) {
        if (plan->pairs[i].control != HB_NO_CELL)
            add_pair(gating, &plan->pairs[i], plan->pairs[i].control, costs[plan->pairs[i].base]);
    }
}

void hb_gating_init(struct hb_gating *gating, struct hb_cli *cli, const struct hb_plan *plan,
                    const struct hb_gate_options *options)
{
    *gating = (struct hb_gating){
        .plan = plan,
        .options = *options,
        .began_ns = hb_now_ns(),
        .policy = {.context = gating, .suffices = suffices, .learn = learn},
    };
    add_pairs(gating, &cli->arena);
    gating->told = hb_arena_calloc(&cli->arena, plan->runs_count, sizeof *gating->told);
    for (size_t i = 0; i < plan->runs_count; i++)
        gating->untold[stage_of(gating, i)]++;
    gating->procedure = hb_procedure_new(&gating->options, gating->pairs, gating->pairs_count);
}

void hb_gating_release(struct hb_gating *gating)
{
    hb_procedure_free(gating->procedure);
    gating->procedure = NULL;
}
