/*
 * The sweep: walks the runs in their order, keeps the right server up, rests in between, and hands
 * each result to the sink. A server that is up for the first time is measured by its yardsticks
 * before anyone else. What happens inside a run is run.c's business; what the user sees of it
 * is the command line's.
 */
#include "exec/executor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exec/cooldown.h"
#include "exec/interrupt.h"
#include "exec/pin.h"
#include "exec/placement.h"
#include "exec/progress.h"
#include "exec/rounds.h"
#include "exec/run.h"
#include "exec/rundir.h"
#include "exec/topology.h"
#include "exec/wire_book.h"

#define DEFAULT_MONITOR_INTERVAL_NS (100 * HB_NS_PER_MS)
#define NO_SERVER UINT32_MAX

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
    struct hb_availability *clients; /* by index into the scenario's; filled for those in use */

    struct hb_topology *topology; /* NULL: none is up */
    uint32_t server, round;       /* whose turn it is; NO_SERVER: nobody's yet */
    struct hb_error server_error; /* why none is up; code HB_OK: not tried */
    bool any_server_started;
    bool any_run; /* was made: there is something to rest from */

    size_t own_count; /* of the positions, those of the sweep's own runs; yardsticks follow */
    bool *made;       /* by yardstick: it is no longer to be made */
    double *ceilings; /* by yardstick: requests/s; 0: unknown */
    struct hb_rounds rounds;
    struct hb_wire_book wire;

    int64_t began_ns, done_ns; /* start, and the estimate of all runs done so far */
    int64_t left_ns;           /* the estimate of all runs to come */
};

/* ---- what a sweep is made of ---- */

static size_t run_at(const struct sweep *sweep, size_t position)
{
    return sweep->options.runs != NULL ? sweep->options.runs[position] : position;
}

static const struct hb_cell *cell_at(const struct sweep *sweep, size_t position)
{
    return &sweep->plan->cells[sweep->plan->runs[run_at(sweep, position)].cell];
}

static uint32_t round_at(const struct sweep *sweep, size_t position)
{
    return sweep->plan->runs[run_at(sweep, position)].round;
}

static int64_t estimate_at(const struct sweep *sweep, size_t position)
{
    return hb_run_estimate_ns(sweep->plan, run_at(sweep, position));
}

/* The number of the yardstick that a position is of. */
static size_t yardstick_at(const struct sweep *sweep, size_t position)
{
    return run_at(sweep, position) - sweep->plan->runs_count;
}

/* ---- clients ---- */

static int refuse_missing(const struct sweep *sweep, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = HB_ERROR_MESSAGE_BYTES};

    for (size_t i = 0; i < sweep->scenario->clients_count; i++) {
        const struct hb_availability *client = &sweep->clients[i];

        if (client->reason[0] != '\0')
            hb_buf_printf(&text, "%s%s: %s; %s", text.length > 0 ? "\n" : "",
                          sweep->scenario->clients[i].label, client->reason, client->remedy);
    }
    return text.length > 0 ? hb_fail(err, HB_ERR_UNAVAILABLE, "%s", hb_buf_text(&text)) : 0;
}

/* Find out once which of the clients in use are there. */
static int probe_clients(struct sweep *sweep, size_t from, size_t to, struct hb_error *err)
{
    for (size_t i = from; i < to; i++) {
        uint32_t client = cell_at(sweep, i)->client;
        struct hb_availability *availability = &sweep->clients[client];

        if (availability->available || availability->reason[0] != '\0')
            continue;
        if (hb_registry_probe_until(sweep->options.registry, sweep->scenario->clients[client].entry,
                                    sweep->interrupt.fd, availability, err) < 0)
            return -1;
        if (!availability->available && availability->reason[0] == '\0')
            strcpy(availability->reason, "not available");
    }
    return 0;
}

/* A yardstick that is missing is no reason to refuse anything. */
static int find_clients(struct sweep *sweep, struct hb_error *err)
{
    sweep->clients = hb_calloc(sweep->scenario->clients_count, sizeof(*sweep->clients));
    if (probe_clients(sweep, 0, sweep->own_count, err) < 0)
        return -1;
    if (sweep->scenario->run.missing_clients == HB_MISSING_ERROR && refuse_missing(sweep, err) < 0)
        return -1;
    return probe_clients(sweep, sweep->own_count, sweep->options.runs_count, err);
}

/* ---- servers ---- */

static const struct hb_server_spec *current_server(const struct sweep *sweep)
{
    return &sweep->scenario->servers[sweep->server];
}

static int tell_server(const struct sweep *sweep, struct hb_error *err)
{
    const struct hb_server_facts facts = {
        .server = current_server(sweep),
        .version = hb_topology_version(sweep->topology),
        .configuration = hb_topology_configuration(sweep->topology),
    };

    if (sweep->sink->server_started == NULL)
        return 0;
    return sweep->sink->server_started(sweep->sink->context, &facts, err);
}

static void start_server(struct sweep *sweep)
{
    hb_progress_enter(&sweep->progress, HB_PHASE_SERVER_START, 0);
    sweep->server_error = (struct hb_error){0};
    if (hb_topology_start_until(sweep->options.registry, current_server(sweep),
                                sweep->placement.server, &sweep->interrupt, &sweep->topology,
                                &sweep->server_error) < 0) {
        sweep->topology = NULL;
        return;
    }
    if (tell_server(sweep, &sweep->server_error) < 0) {
        hb_topology_stop(HB_TAKE(sweep->topology));
        return;
    }
    sweep->any_server_started = true;
}

static void stop_server(struct sweep *sweep)
{
    hb_topology_stop(HB_TAKE(sweep->topology));
}

/* A server lives for its cells of one round. One that has died is started again; one that could
 * not be started is not tried again before the next round. */
static void provide_server(struct sweep *sweep, size_t position)
{
    uint32_t server = cell_at(sweep, position)->server, round = round_at(sweep, position);
    bool same_turn = server == sweep->server && round == sweep->round;

    if (same_turn && sweep->topology == NULL)
        return;
    if (same_turn && hb_topology_alive(sweep->topology))
        return;
    if (same_turn)
        hb_progress_notice(&sweep->progress, "server %s ended by itself and is started again",
                           current_server(sweep)->name);
    stop_server(sweep);
    sweep->server = server;
    sweep->round = round;
    start_server(sweep);
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
    const struct hb_availability *client = &sweep->clients[cell_at(sweep, position)->client];
    const struct hb_run_options *run = &sweep->scenario->run;
    const struct hb_error *server = &sweep->server_error;

    if (!client->available)
        fill_without_run(sweep, result, true, run->missing_clients, client->reason);
    else if (sweep->topology == NULL)
        fill_without_run(sweep, result, server->code == HB_ERR_UNAVAILABLE, run->missing_servers,
                         server->message);
    else
        hb_run_execute(&sweep->setup, sweep->topology, &sweep->progress, result);
}

static void count_result(struct hb_exec_summary *summary, enum hb_run_status status)
{
    summary->ok += status == HB_RUN_OK;
    summary->failed += status == HB_RUN_FAILED;
    summary->skipped += status == HB_RUN_SKIPPED;
    summary->not_needed += status == HB_RUN_NOT_NEEDED;
}

/* A cell is known well enough: its runs in the rounds to come are not waited for. */
static void expect_less(struct sweep *sweep, size_t run)
{
    size_t rounds = sweep->plan->rounds - sweep->plan->runs[run].round - 1;

    sweep->left_ns -= (int64_t)rounds * hb_run_estimate_ns(sweep->plan, run);
    sweep->progress.state.runs_total -= rounds;
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
    if (result->status == HB_RUN_OK && hb_rounds_add(&sweep->rounds, result->run, rate))
        expect_less(sweep, result->run);
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
    int64_t estimate_ns = estimate_at(sweep, position);

    hb_run_result_init(&result, sweep->plan, run_at(sweep, position));
    if (sweep->options.smoke)
        result.purpose = HB_PURPOSE_SMOKE;
    sweep->any_run = true;
    sweep->left_ns -= estimate_ns;
    sweep->progress.later_ns = sweep->left_ns;
    sweep->progress.state.run = result.run;
    execute(sweep, position, &result);
    if (result.status == HB_RUN_INTERRUPTED)
        return 0;
    sweep->done_ns += estimate_ns;
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

/* ---- rounds, budget, rest ---- */

/* Whether the round that begins here goes beyond the budget, judged by how long the runs so far
 * took in truth. The first round is always made: less would be no result at all. */
static bool exceeds_budget(const struct sweep *sweep, size_t position)
{
    int64_t used_ns = hb_now_ns() - sweep->began_ns;
    double round_ns = 0;

    if (sweep->options.budget_ns == 0 || sweep->done_ns == 0)
        return false;
    for (size_t i = position;
         i < sweep->own_count && round_at(sweep, i) == round_at(sweep, position); i++)
        if (!hb_rounds_suffice(&sweep->rounds, run_at(sweep, i)))
            round_ns += (double)estimate_at(sweep, i);
    round_ns *= (double)used_ns / (double)sweep->done_ns;
    return round_ns > 0 && (double)used_ns + round_ns > (double)sweep->options.budget_ns;
}

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
    for (size_t i = sweep->own_count; i < sweep->options.runs_count; i++) {
        if (sweep->made[yardstick_at(sweep, i)] || cell_at(sweep, i)->server != sweep->server)
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
    size_t cell = sweep->plan->runs[run_at(sweep, position)].cell;
    int64_t estimate_ns;
    struct hb_wire_setup setup = {
        .plan = sweep->plan,
        .registry = sweep->options.registry,
        .topology = sweep->topology,
        .cpus = sweep->placement.client,
        .system_calls = sweep->scenario->run.wire == HB_WIRE_SYSTEM_CALLS,
        .interrupt_fd = sweep->interrupt.fd,
    };

    if (!hb_wire_book_is_due(&sweep->wire, cell))
        return 0;
    estimate_ns = hb_wire_estimate_ns(sweep->plan, sweep->plan->wire_first[cell]);
    sweep->left_ns -= estimate_ns;
    sweep->progress.state.run = run_at(sweep, position);
    sweep->progress.later_ns = sweep->left_ns;
    hb_progress_enter(&sweep->progress, HB_PHASE_WIRE, estimate_ns);
    return hb_wire_book_take(&sweep->wire, cell, &setup, sweep->sink, err);
}

static int do_position(struct sweep *sweep, size_t position, struct hb_error *err)
{
    if (hb_rounds_suffice(&sweep->rounds, run_at(sweep, position)))
        return leave_out(sweep, position, HB_RUN_NOT_NEEDED, "", err);
    if (sweep->clients[cell_at(sweep, position)->client].available) {
        provide_server(sweep, position);
        if (sweep->topology != NULL &&
            (do_yardsticks(sweep, err) < 0 || do_wire(sweep, position, err) < 0))
            return -1;
    }
    rest_before(sweep, position);
    return hb_interrupt_came(&sweep->interrupt) ? 0 : do_run(sweep, position, err);
}

/* Those whose server never came up. */
static int leave_yardsticks_out(struct sweep *sweep, struct hb_error *err)
{
    for (size_t i = sweep->own_count; i < sweep->options.runs_count; i++) {
        if (!sweep->made[yardstick_at(sweep, i)] &&
            leave_out(sweep, i, HB_RUN_SKIPPED, "no run needed it, or its server did not start",
                      err) < 0)
            return -1;
    }
    return 0;
}

static int do_runs(struct sweep *sweep, struct hb_error *err)
{
    for (size_t i = 0; i < sweep->own_count; i++) {
        bool new_round = i > 0 && round_at(sweep, i) != round_at(sweep, i - 1);

        if (new_round && !sweep->any_server_started && sweep->server_error.code != HB_OK)
            return hb_fail(err, sweep->server_error.code, "%s", sweep->server_error.message);
        if (new_round && exceeds_budget(sweep, i)) {
            sweep->summary->budget_reached = true;
            return 0;
        }
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

/* What an interrupted sweep has found out, and what is left to do then. */
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
    for (size_t i = 0; i < sweep->options.runs_count; i++) {
        if (hb_rounds_suffice(&sweep->rounds, run_at(sweep, i)))
            continue;
        sweep->left_ns += estimate_at(sweep, i);
        sweep->progress.state.runs_total++;
    }
    sweep->left_ns += hb_wire_book_left_ns(&sweep->wire);
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
    if (check_keeper(sweep->options.registry, err) < 0 ||
        hb_placement_choose(&sweep->scenario->run, &sweep->placement, err) < 0 ||
        find_clients(sweep, err) < 0)
        return -1;
    hb_rundir_remove_stale();
    return hb_pin_self(&sweep->pin, sweep->placement.runner, err);
}

static void end(struct sweep *sweep)
{
    stop_server(sweep);
    hb_pin_undo(&sweep->pin);
    sweep->summary->wall_ns = hb_now_ns() - sweep->began_ns;
    sweep->summary->left = sweep->own_count - sweep->summary->ok - sweep->summary->failed -
                           sweep->summary->skipped - sweep->summary->not_needed;
    hb_free_ptr(&sweep->clients);
    hb_free_ptr(&sweep->made);
    hb_free_ptr(&sweep->ceilings);
    hb_rounds_release(&sweep->rounds);
    hb_wire_book_release(&sweep->wire);
}

static size_t count_own(const struct sweep *sweep)
{
    size_t count = sweep->options.runs_count;

    while (count > 0 && hb_plan_is_yardstick(sweep->plan, run_at(sweep, count - 1)))
        count--;
    return count;
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
        .server = NO_SERVER,
        .began_ns = hb_now_ns(),
    };
    if (options->runs == NULL)
        sweep->options.runs_count = plan->runs_count + plan->yardsticks_count;
    if (options->monitor_interval_ns <= 0)
        sweep->options.monitor_interval_ns = DEFAULT_MONITOR_INTERVAL_NS;
    sweep->own_count = count_own(sweep);
    sweep->made = hb_calloc(plan->yardsticks_count, sizeof(*sweep->made));
    sweep->ceilings = hb_calloc(plan->yardsticks_count, sizeof(*sweep->ceilings));
    hb_rounds_init(&sweep->rounds, plan);
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
