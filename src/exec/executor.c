/*
 * The sweep: walks the runs in their order, has the right server up (stage.c), rests in between,
 * and hands each result to the sink. A server that is up for the first time is measured by its
 * yardsticks before anyone else. What happens inside a run is run.c's business; what the user sees
 * of it is the command line's.
 */
#include "exec/executor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exec/cooldown.h"
#include "exec/found_clients.h"
#include "exec/interrupt.h"
#include "exec/outlook.h"
#include "exec/pin.h"
#include "exec/placement.h"
#include "exec/progress.h"
#include "exec/rounds.h"
#include "exec/run.h"
#include "exec/rundir.h"
#include "exec/stage.h"
#include "exec/wire_book.h"

#define DEFAULT_MONITOR_INTERVAL_NS (100 * HB_NS_PER_MS)

struct sweep {
    const struct hb_plan *plan;
    const struct hb_scenario *scenario;
    struct hb_exec_options options;
    const struct hb_exec_sink *sink;
    struct hb_exec_summary *summary;
    struct hb_placement placement;
    struct hb_interrupt interrupt;
    struct hb_progress progress;
    struct hb_run_setup setup;
    struct hb_pin pin;
    struct hb_found_clients clients;
    struct hb_stage stage;
    struct hb_outlook outlook;
    bool any_run; /* was made: there is something to rest from */

    bool *made;       /* by yardstick: it is no longer to be made */
    double *ceilings; /* by yardstick: requests/s; 0: unknown */
    struct hb_rounds rounds;
    struct hb_exec_policy policy;
    struct hb_wire_book wire;
};

/* ---- what a sweep is made of ---- */

static size_t run_at(const struct sweep *sweep, size_t position)
{
    return hb_outlook_run(&sweep->outlook, position);
}

static size_t cell_number_at(const struct sweep *sweep, size_t position)
{
    return sweep->plan->runs[run_at(sweep, position)].cell;
}

static const struct hb_cell *cell_at(const struct sweep *sweep, size_t position)
{
    return &sweep->plan->cells[cell_number_at(sweep, position)];
}

static uint32_t round_at(const struct sweep *sweep, size_t position)
{
    return sweep->plan->runs[run_at(sweep, position)].round;
}

/* The number of the yardstick that a position is of. */
static size_t yardstick_at(const struct sweep *sweep, size_t position)
{
    return run_at(sweep, position) - sweep->plan->runs_count;
}

/* What is left, for the sink: of runs when the one that is next has begun. */
static void tell_outlook(struct sweep *sweep)
{
    struct hb_exec_progress *state = &sweep->progress.state;

    state->runs_total = state->runs_done + sweep->outlook.own_left + sweep->outlook.yardsticks_left;
    sweep->progress.later_ns = hb_outlook_left_ns(&sweep->outlook);
}

/* ---- clients ---- */

static int ask_clients(struct sweep *sweep, size_t from, size_t to, struct hb_error *err)
{
    for (size_t i = from; i < to; i++) {
        if (hb_found_clients_ask(&sweep->clients, cell_at(sweep, i)->client, err) < 0)
            return -1;
    }
    return 0;
}

/* A yardstick that is missing is no reason to refuse anything. */
static int find_clients(struct sweep *sweep, struct hb_error *err)
{
    const struct hb_outlook *outlook = &sweep->outlook;

    if (ask_clients(sweep, 0, outlook->own_count, err) < 0)
        return -1;
    if (sweep->scenario->run.missing_clients == HB_MISSING_ERROR &&
        hb_found_clients_refuse_missing(&sweep->clients, err) < 0)
        return -1;
    return ask_clients(sweep, outlook->own_count, outlook->count, err);
}

static const struct hb_availability *client_at(const struct sweep *sweep, size_t position)
{
    return &sweep->clients.found[cell_at(sweep, position)->client];
}

/* ---- runs ---- */

/* A result for a run that could not even begin. */
static void fill_without_run(struct sweep *sweep, struct hb_run_result *result, bool missing,
                             enum hb_missing wish, const char *why)
{
    bool skip =
        missing && (wish == HB_MISSING_SKIP || hb_plan_is_yardstick(sweep->plan, result->run));

    result->status = skip ? HB_RUN_SKIPPED : HB_RUN_FAILED;
    result->started_wall_ns = result->ended_wall_ns = hb_wall_ns();
    snprintf(result->failure, sizeof(result->failure), "%s", why);
}

static void execute(struct sweep *sweep, size_t position, struct hb_run_result *result)
{
    const struct hb_availability *client = client_at(sweep, position);
    const struct hb_run_options *run = &sweep->scenario->run;
    const struct hb_error *server = &sweep->stage.error;

    if (!client->available)
        fill_without_run(sweep, result, true, run->missing_clients, client->reason);
    else if (sweep->stage.topology == NULL)
        fill_without_run(sweep, result, server->code == HB_ERR_UNAVAILABLE, run->missing_servers,
                         server->message);
    else
        hb_run_execute(&sweep->setup, sweep->stage.topology, &sweep->progress, result);
}

static void count_result(struct hb_exec_summary *summary, enum hb_run_status status)
{
    summary->ok += status == HB_RUN_OK;
    summary->failed += status == HB_RUN_FAILED;
    summary->skipped += status == HB_RUN_SKIPPED;
    summary->not_needed += status == HB_RUN_NOT_NEEDED;
}

static void learn(struct sweep *sweep, const struct hb_run_result *result)
{
    double rate = hb_run_requests_per_second(result);

    if (hb_plan_is_yardstick(sweep->plan, result->run)) {
        sweep->made[result->run - sweep->plan->runs_count] = true;
        sweep->ceilings[result->run - sweep->plan->runs_count] =
            result->status == HB_RUN_OK ? rate : 0;
        return;
    }
    count_result(sweep->summary, result->status);
    sweep->policy.learn(sweep->policy.context, result);
}

static int keep(struct sweep *sweep, const struct hb_run_result *result, struct hb_error *err)
{
    if (sweep->sink->finished(sweep->sink->context, result, err) < 0)
        return hb_wrap(err, "keep the result of a run");
    return 0;
}

static int do_run(struct sweep *sweep, size_t position, struct hb_error *err)
{
    HB_CLEANUP(hb_run_result_release) struct hb_run_result result;

    hb_run_result_init(&result, sweep->plan, run_at(sweep, position));
    if (sweep->options.smoke)
        result.purpose = HB_PURPOSE_SMOKE;
    sweep->any_run = true;
    hb_outlook_begin_run(&sweep->outlook, result.run);
    sweep->progress.later_ns = hb_outlook_left_ns(&sweep->outlook);
    sweep->progress.state.run = result.run;
    execute(sweep, position, &result);
    if (result.status == HB_RUN_INTERRUPTED)
        return 0;
    hb_outlook_end_run(&sweep->outlook, result.run);
    sweep->progress.state.runs_done++;
    learn(sweep, &result);
    return keep(sweep, &result, err);
}

/* A result for a run that is left out. */
static int leave_out(struct sweep *sweep, size_t position, enum hb_run_status status,
                     const char *why, struct hb_error *err)
{
    HB_CLEANUP(hb_run_result_release) struct hb_run_result result;

    hb_run_result_init(&result, sweep->plan, run_at(sweep, position));
    result.status = status;
    result.started_wall_ns = result.ended_wall_ns = hb_wall_ns();
    snprintf(result.failure, sizeof(result.failure), "%s", why);
    learn(sweep, &result);
    return keep(sweep, &result, err);
}

/* ---- rest, yardsticks, wire profiles ---- */

/* Before the first run there is nothing to rest from, but another sweep may have used up the ports.
 */
static void rest_before(struct sweep *sweep, size_t position)
{
    bool rests = sweep->any_run && !sweep->options.smoke;
    struct hb_cooldown cooldown = {
        .minimum_ns = rests ? sweep->scenario->run.cooldown_ns : 0,
        .next_connections =
            sweep->options.smoke
                ? 1
                : sweep->scenario->concurrency[cell_at(sweep, position)->concurrency],
    };

    hb_progress_enter(&sweep->progress, HB_PHASE_COOLDOWN, cooldown.minimum_ns);
    (void)hb_cooldown_wait(&cooldown, sweep->interrupt.fd);
}

/* The yardsticks of the server that is up, unless they are made already. */
static int do_yardsticks(struct sweep *sweep, struct hb_error *err)
{
    for (size_t i = sweep->outlook.own_count; i < sweep->outlook.count; i++) {
        if (sweep->made[yardstick_at(sweep, i)] || cell_at(sweep, i)->server != sweep->stage.server)
            continue;
        rest_before(sweep, i);
        if (hb_interrupt_came(&sweep->interrupt))
            return 0;
        if (do_run(sweep, i, err) < 0)
            return -1;
    }
    return 0;
}

/* What the client of the run to come sends, unless that is known. */
static int do_wire(struct sweep *sweep, size_t position, struct hb_error *err)
{
    size_t cell = cell_number_at(sweep, position);
    int64_t estimate_ns;
    struct hb_wire_setup setup = {
        .plan = sweep->plan,
        .registry = sweep->options.registry,
        .topology = sweep->stage.topology,
        .cpus = sweep->placement.client,
        .depth = sweep->scenario->run.wire,
        .interrupt_fd = sweep->interrupt.fd,
    };

    if (!hb_wire_book_is_due(&sweep->wire, cell))
        return 0;
    estimate_ns = hb_wire_estimate_ns(sweep->plan, sweep->plan->wire_first[cell]);
    sweep->outlook.extra_ns -= estimate_ns;
    sweep->progress.state.run = run_at(sweep, position);
    sweep->progress.later_ns = hb_outlook_left_ns(&sweep->outlook);
    hb_progress_enter(&sweep->progress, HB_PHASE_WIRE, estimate_ns);
    return hb_wire_book_take(&sweep->wire, cell, &setup, sweep->sink, err);
}

static int do_position(struct sweep *sweep, size_t position, struct hb_error *err)
{
    if (sweep->policy.suffices(sweep->policy.context, run_at(sweep, position)))
        return leave_out(sweep, position, HB_RUN_NOT_NEEDED, "", err);
    if (client_at(sweep, position)->available) {
        hb_stage_provide(&sweep->stage, cell_at(sweep, position)->server,
                         round_at(sweep, position));
        if (sweep->stage.topology != NULL &&
            (do_yardsticks(sweep, err) < 0 || do_wire(sweep, position, err) < 0))
            return -1;
    }
    rest_before(sweep, position);
    return hb_interrupt_came(&sweep->interrupt) ? 0 : do_run(sweep, position, err);
}

/* Those whose server never came up. */
static int leave_yardsticks_out(struct sweep *sweep, struct hb_error *err)
{
    for (size_t i = sweep->outlook.own_count; i < sweep->outlook.count; i++) {
        if (!sweep->made[yardstick_at(sweep, i)] &&
            leave_out(sweep, i, HB_RUN_SKIPPED, "no run needed it, or its server did not start",
                      err) < 0)
            return -1;
    }
    return 0;
}

/* A new round: how much of it is needed, and does it fit? */
static int begin_round(struct sweep *sweep, size_t position, struct hb_error *err)
{
    const struct hb_stage *stage = &sweep->stage;

    if (!stage->any_started && stage->error.code != HB_OK)
        return hb_fail(err, stage->error.code, "%s", stage->error.message);
    hb_outlook_look(&sweep->outlook, position);
    tell_outlook(sweep);
    sweep->summary->budget_reached =
        hb_outlook_exceeds(&sweep->outlook, position, sweep->options.budget_ns);
    return 0;
}

static int do_runs(struct sweep *sweep, struct hb_error *err)
{
    for (size_t i = 0; i < sweep->outlook.own_count; i++) {
        bool new_round = i > 0 && round_at(sweep, i) != round_at(sweep, i - 1);

        if (new_round && begin_round(sweep, i, err) < 0)
            return -1;
        if (sweep->summary->budget_reached)
            return 0;
        if (do_position(sweep, i, err) < 0)
            return -1;
        if (hb_interrupt_came(&sweep->interrupt))
            return 0;
    }
    return leave_yardsticks_out(sweep, err);
}

/* ---- beginning and end ---- */

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
static void take_up(struct sweep *sweep)
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

static int begin(struct sweep *sweep, struct hb_error *err)
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
    tell_outlook(sweep);
    sweep->clients.interrupt_fd = sweep->interrupt.fd;
    if (check_keeper(sweep->options.registry, err) < 0 ||
        hb_placement_choose(&sweep->scenario->run, &sweep->placement, err) < 0 ||
        find_clients(sweep, err) < 0)
        return -1;
    hb_rundir_remove_stale();
    return hb_pin_self(&sweep->pin, sweep->placement.runner, err);
}

static void end(struct sweep *sweep)
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

static size_t count_own(const struct sweep *sweep)
{
    size_t count = sweep->outlook.count;

    while (count > 0 && hb_plan_is_yardstick(sweep->plan, run_at(sweep, count - 1)))
        count--;
    return count;
}

static void init_outlook(struct sweep *sweep)
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

static void init_stage(struct sweep *sweep)
{
    hb_stage_init(&sweep->stage, sweep->scenario);
    sweep->stage.registry = sweep->options.registry;
    sweep->stage.cpus = sweep->placement.server;
    sweep->stage.interrupt = &sweep->interrupt;
    sweep->stage.progress = &sweep->progress;
}

static void init_sweep(struct sweep *sweep, const struct hb_plan *plan,
                       const struct hb_exec_options *options, const struct hb_exec_sink *sink,
                       struct hb_exec_summary *summary)
{
    *sweep = (struct sweep){
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

static int pass_on(const struct hb_error *why, struct hb_error *err)
{
    if (err != NULL)
        *err = *why;
    return -1;
}

int hb_exec_sweep(const struct hb_plan *plan, const struct hb_exec_options *options,
                  const struct hb_exec_sink *sink, struct hb_exec_summary *ret_summary,
                  struct hb_error *err)
{
    struct hb_error why = {0};
    struct sweep sweep;
    int result;

    init_sweep(&sweep, plan, options, sink, ret_summary);
    if (hb_interrupt_begin(&sweep.interrupt, err) < 0) {
        end(&sweep);
        return -1;
    }
    if (begin(&sweep, &why) == 0)
        result = do_runs(&sweep, err);
    else if (hb_interrupt_came(&sweep.interrupt))
        result = 0; /* that is why */
    else
        result = pass_on(&why, err);
    ret_summary->interrupted = result == 0 && hb_interrupt_came(&sweep.interrupt);
    end(&sweep);
    hb_interrupt_end(&sweep.interrupt);
    return result;
}
