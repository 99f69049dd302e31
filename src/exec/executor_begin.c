/* From options to a sweep that can begin, and what is to be undone at its end. */
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exec/executor_state.h"
#include "exec/rundir.h"

#define DEFAULT_MONITOR_INTERVAL_NS (100 * HB_NS_PER_MS)

void hb_sweep_tell_outlook(struct hb_sweep *sweep)
{
    struct hb_exec_progress *state = &sweep->progress.state;

    state->runs_total = state->runs_done + sweep->outlook.own_left + sweep->outlook.yardsticks_left;
    sweep->progress.later_ns = hb_outlook_left_ns(&sweep->outlook);
}

static int ask_clients(struct hb_sweep *sweep, size_t from, size_t to, struct hb_error *err)
{
    for (size_t i = from; i < to; i++) {
        if (hb_found_clients_ask(&sweep->clients, hb_sweep_cell_at(sweep, i)->client, err) < 0)
            return -1;
    }
    return 0;
}

/* A yardstick that is missing is no reason to refuse anything. */
static int find_clients(struct hb_sweep *sweep, struct hb_error *err)
{
    const struct hb_outlook *outlook = &sweep->outlook;

    if (ask_clients(sweep, 0, outlook->own_count, err) < 0)
        return -1;
    if (sweep->scenario->run.missing_clients == HB_MISSING_ERROR &&
        hb_found_clients_refuse_missing(&sweep->clients, err) < 0)
        return -1;
    return ask_clients(sweep, outlook->own_count, outlook->count, err);
}

static int check_keeper(const struct hb_registry *registry, struct hb_error *err)
{
    char keeper[PATH_MAX];

    if (hb_path_join(keeper, registry->paths.libexec, "hb-keeper", err) < 0)
        return -1;
    if (access(keeper, X_OK) < 0)
        return hb_fail_errno(err, errno, "this installation is incomplete: %s", keeper);
    return 0;
}

/* What an interrupted sweep has found out. */
static void take_up(struct hb_sweep *sweep)
{
    const struct hb_plan *plan = sweep->plan;

    for (size_t i = 0; i < sweep->options.earlier_count; i++) {
        const struct hb_exec_earlier *earlier = &sweep->options.earlier[i];

        if (hb_plan_is_yardstick(plan, earlier->run))
            sweep->ceilings[earlier->run - plan->runs_count] = earlier->requests_per_second;
        else
            (void)hb_rounds_add(&sweep->rounds, earlier->run, earlier->requests_per_second);
    }
}

int hb_sweep_begin(struct hb_sweep *sweep, struct hb_error *err)
{
    sweep->setup = (struct hb_run_setup){
        .plan = sweep->plan,
        .options = &sweep->options,
        .placement = &sweep->placement,
        .ceilings = sweep->ceilings,
        .interrupt_fd = sweep->interrupt.fd,
    };
    take_up(sweep);
    hb_outlook_begin(&sweep->outlook, hb_wire_book_left_ns(&sweep->wire));
    hb_sweep_tell_outlook(sweep);
    sweep->clients.interrupt_fd = sweep->interrupt.fd;
    if (check_keeper(sweep->options.registry, err) < 0 ||
        hb_placement_choose(&sweep->scenario->run, &sweep->placement, err) < 0 ||
        find_clients(sweep, err) < 0)
        return -1;
    hb_rundir_remove_stale();
    return hb_pin_self(&sweep->pin, sweep->placement.runner, err);
}

void hb_sweep_end(struct hb_sweep *sweep)
{
    struct hb_exec_summary *summary = sweep->summary;

    hb_stage_release(&sweep->stage);
    hb_pin_undo(&sweep->pin);
    summary->wall_ns = hb_now_ns() - sweep->outlook.began_ns;
    summary->left = sweep->outlook.own_count - summary->ok - summary->failed - summary->skipped -
                    summary->not_needed;
    hb_found_clients_release(&sweep->clients);
    hb_free_ptr(&sweep->made);
    hb_free_ptr(&sweep->ceilings);
    hb_rounds_release(&sweep->rounds);
    hb_wire_book_release(&sweep->wire);
}

static size_t count_own(const struct hb_sweep *sweep)
{
    size_t count = sweep->outlook.count;

    while (count > 0 && hb_plan_is_yardstick(sweep->plan, hb_sweep_run_at(sweep, count - 1)))
        count--;
    return count;
}

static void init_outlook(struct hb_sweep *sweep)
{
    const struct hb_exec_options *options = &sweep->options;
    const struct hb_plan *plan = sweep->plan;

    sweep->outlook = (struct hb_outlook){
        .plan = plan,
        .policy = &sweep->policy,
        .runs = options->runs,
        .count =
            options->runs != NULL ? options->runs_count : plan->runs_count + plan->yardsticks_count,
        .began_ns = hb_now_ns(),
    };
    sweep->outlook.own_count = count_own(sweep);
}

static void init_stage(struct hb_sweep *sweep)
{
    hb_stage_init(&sweep->stage, sweep->scenario);
    sweep->stage.registry = sweep->options.registry;
    sweep->stage.cpus = sweep->placement.server;
    sweep->stage.interrupt = &sweep->interrupt;
    sweep->stage.progress = &sweep->progress;
}

void hb_sweep_init(struct hb_sweep *sweep, const struct hb_plan *plan,
                   const struct hb_exec_options *options, const struct hb_exec_sink *sink,
                   struct hb_exec_summary *summary)
{
    *sweep = (struct hb_sweep){
        .plan = plan,
        .scenario = plan->scenario,
        .options = *options,
        .sink = sink,
        .summary = summary,
        .progress.sink = sink,
    };
    if (options->monitor_interval_ns <= 0)
        sweep->options.monitor_interval_ns = DEFAULT_MONITOR_INTERVAL_NS;
    hb_rounds_init(&sweep->rounds, plan);
    sweep->policy = options->policy != NULL ? *options->policy : hb_rounds_policy(&sweep->rounds);
    init_outlook(sweep);
    init_stage(sweep);
    hb_found_clients_init(&sweep->clients, options->registry, plan->scenario, -1);
    sweep->made = hb_calloc(plan->yardsticks_count, sizeof(*sweep->made));
    sweep->ceilings = hb_calloc(plan->yardsticks_count, sizeof(*sweep->ceilings));
    hb_wire_book_init(&sweep->wire, plan, sink);
    *summary = (struct hb_exec_summary){0};
}
