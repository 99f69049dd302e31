/*
 * The sweep: walks the runs in their order, has the right server up (stage.c), rests in between,
 * and hands each result to the sink. A server that is up for the first time is measured by its
 * yardsticks before anyone else. What happens inside a run is run.c's business; what the user sees
 * of it is the command line's.
 */
#include "exec/executor.h"

#include <stdio.h>

#include "base/clock.h"
#include "exec/cooldown.h"
#include "exec/executor_state.h"

/* ---- runs ---- */

/* A result for a run that could not even begin. */
static void fill_without_run(struct hb_sweep *sweep, struct hb_run_result *result, bool missing,
                             enum hb_missing wish, const char *why)
{
    bool skip =
        missing && (wish == HB_MISSING_SKIP || hb_plan_is_yardstick(sweep->plan, result->run));

    result->status = skip ? HB_RUN_SKIPPED : HB_RUN_FAILED;
    result->started_wall_ns = result->ended_wall_ns = hb_wall_ns();
    snprintf(result->failure, sizeof(result->failure), "%s", why);
}

static void execute(struct hb_sweep *sweep, size_t position, struct hb_run_result *result)
{
    const struct hb_availability *client = hb_sweep_client_at(sweep, position);
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

static void learn(struct hb_sweep *sweep, const struct hb_run_result *result)
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

static int keep(struct hb_sweep *sweep, const struct hb_run_result *result, struct hb_error *err)
{
    if (sweep->sink->finished(sweep->sink->context, result, err) < 0)
        return hb_wrap(err, "keep the result of a run");
    return 0;
}

static int do_run(struct hb_sweep *sweep, size_t position, struct hb_error *err)
{
    HB_CLEANUP(hb_run_result_release) struct hb_run_result result;

    hb_run_result_init(&result, sweep->plan, hb_sweep_run_at(sweep, position));
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
static int leave_out(struct hb_sweep *sweep, size_t position, enum hb_run_status status,
                     const char *why, struct hb_error *err)
{
    HB_CLEANUP(hb_run_result_release) struct hb_run_result result;

    hb_run_result_init(&result, sweep->plan, hb_sweep_run_at(sweep, position));
    result.status = status;
    result.started_wall_ns = result.ended_wall_ns = hb_wall_ns();
    snprintf(result.failure, sizeof(result.failure), "%s", why);
    learn(sweep, &result);
    return keep(sweep, &result, err);
}

/* ---- rest, yardsticks, wire profiles ---- */

/* Before the first run there is nothing to rest from, but another sweep may have used up the ports.
 */
static void rest_before(struct hb_sweep *sweep, size_t position)
{
    bool rests = sweep->any_run && !sweep->options.smoke;
    struct hb_cooldown cooldown = {
        .minimum_ns = rests ? sweep->scenario->run.cooldown_ns : 0,
        .next_connections =
            sweep->options.smoke
                ? 1
                : sweep->scenario->concurrency[hb_sweep_cell_at(sweep, position)->concurrency],
    };

    hb_progress_enter(&sweep->progress, HB_PHASE_COOLDOWN, cooldown.minimum_ns);
    (void)hb_cooldown_wait(&cooldown, sweep->interrupt.fd);
}

/* The yardsticks of the server that is up, unless they are made already. */
static int do_yardsticks(struct hb_sweep *sweep, struct hb_error *err)
{
    for (size_t i = sweep->outlook.own_count; i < sweep->outlook.count; i++) {
        if (sweep->made[hb_sweep_yardstick_at(sweep, i)] ||
            hb_sweep_cell_at(sweep, i)->server != sweep->stage.server)
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
static int do_wire(struct hb_sweep *sweep, size_t position, struct hb_error *err)
{
    size_t cell = hb_sweep_cell_number_at(sweep, position);
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
    sweep->progress.state.run = hb_sweep_run_at(sweep, position);
    sweep->progress.later_ns = hb_outlook_left_ns(&sweep->outlook);
    hb_progress_enter(&sweep->progress, HB_PHASE_WIRE, estimate_ns);
    return hb_wire_book_take(&sweep->wire, cell, &setup, sweep->sink, err);
}

static int do_position(struct hb_sweep *sweep, size_t position, struct hb_error *err)
{
    if (sweep->policy.suffices(sweep->policy.context, hb_sweep_run_at(sweep, position)))
        return leave_out(sweep, position, HB_RUN_NOT_NEEDED, "", err);
    if (hb_sweep_client_at(sweep, position)->available) {
        hb_stage_provide(&sweep->stage, hb_sweep_cell_at(sweep, position)->server,
                         hb_sweep_round_at(sweep, position));
        if (sweep->stage.topology != NULL &&
            (do_yardsticks(sweep, err) < 0 || do_wire(sweep, position, err) < 0))
            return -1;
    }
    rest_before(sweep, position);
    return hb_interrupt_came(&sweep->interrupt) ? 0 : do_run(sweep, position, err);
}

/* Those whose server never came up. */
static int leave_yardsticks_out(struct hb_sweep *sweep, struct hb_error *err)
{
    for (size_t i = sweep->outlook.own_count; i < sweep->outlook.count; i++) {
        if (!sweep->made[hb_sweep_yardstick_at(sweep, i)] &&
            leave_out(sweep, i, HB_RUN_SKIPPED, "no run needed it, or its server did not start",
                      err) < 0)
            return -1;
    }
    return 0;
}

/* A new round: how much of it is needed, and does it fit? */
static int begin_round(struct hb_sweep *sweep, size_t position, struct hb_error *err)
{
    const struct hb_stage *stage = &sweep->stage;

    if (!stage->any_started && stage->error.code != HB_OK)
        return hb_fail(err, stage->error.code, "%s", stage->error.message);
    hb_outlook_look(&sweep->outlook, position);
    hb_sweep_tell_outlook(sweep);
    sweep->summary->budget_reached =
        hb_outlook_exceeds(&sweep->outlook, position, sweep->options.budget_ns);
    return 0;
}

static int do_runs(struct hb_sweep *sweep, struct hb_error *err)
{
    for (size_t i = 0; i < sweep->outlook.own_count; i++) {
        bool new_round = i > 0 && hb_sweep_round_at(sweep, i) != hb_sweep_round_at(sweep, i - 1);

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
    struct hb_sweep sweep;
    int result;

    hb_sweep_init(&sweep, plan, options, sink, ret_summary);
    if (hb_interrupt_begin(&sweep.interrupt, err) < 0) {
        hb_sweep_end(&sweep);
        return -1;
    }
    if (hb_sweep_begin(&sweep, &why) == 0)
        result = do_runs(&sweep, err);
    else if (hb_interrupt_came(&sweep.interrupt))
        result = 0; /* that is why */
    else
        result = pass_on(&why, err);
    ret_summary->interrupted = result == 0 && hb_interrupt_came(&sweep.interrupt);
    hb_sweep_end(&sweep);
    hb_interrupt_end(&sweep.interrupt);
    return result;
}
