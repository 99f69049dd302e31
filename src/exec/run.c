/*
 * The loop of one run. Everything that happens is either a descriptor that became ready (a worker's
 * pipes, the server's end, Ctrl-C) or one of a few timers. Timers are served first, so that samples
 * read in the same turn are judged by a window that is already open or closed.
 *
 * While the load is on, samples are not waited for but fetched now and then: waking up for each
 * batch of 128 would cost more than judging them, on a core that the server may need.
 */
#include "exec/run.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "exec/run_state.h"

#define LEAD_NS (2 * HB_NS_PER_MS)      /* from the go line to the start */
#define EXIT_LIMIT_NS (5 * HB_NS_PER_S) /* after the drain */
#define SAMPLES_FIRST_NS (10 * HB_NS_PER_MS)
#define SAMPLES_LEAST_NS HB_NS_PER_MS
#define SAMPLES_MOST_NS (50 * HB_NS_PER_MS)

static int64_t harness_cpu_ns(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * HB_NS_PER_S + used.tv_nsec;
}

/* ---- timers ---- */

static int64_t left_ns(const struct hb_run *run)
{
    return run->times.stop_ns - hb_now_ns();
}

/* CPU is read right after the instant is taken; the server's comes first, since counting the
 * switches of ten thousand client threads takes a while. */
static int open_window(struct hb_run *run, struct hb_error *err HB_UNUSED)
{
    hb_judge_open_window(&run->judge, hb_now_ns());
    run->mark.harness_ns = harness_cpu_ns();
    hb_host_cpu_read(&run->mark.host);
    if (run->server_monitor != NULL)
        hb_monitor_window_start(run->server_monitor);
    hb_monitor_window_start(run->client_monitor);
    hb_hop_watch_open(run->hop_watch);
    if (run->server_before.known)
        hb_topology_counts(run->topology, &run->mark.server);
    hb_progress_enter(run->progress, HB_PHASE_WINDOW, left_ns(run));
    return 0;
}

static void read_host(struct hb_run *run)
{
    struct hb_host_cpu end;

    hb_host_cpu_read(&end);
    if (!end.known || !run->mark.host.known)
        return;
    run->result->host_busy_ns = end.busy_ns - run->mark.host.busy_ns;
    run->result->host_steal_ns = end.steal_ns - run->mark.host.steal_ns;
}

static int close_window(struct hb_run *run, struct hb_error *err HB_UNUSED)
{
    struct hb_run_result *result = run->result;
    struct hb_server_counts counts = {0};
    int64_t now_ns = hb_now_ns();

    /* Beyond the stop there is no load that a window could be of. */
    hb_judge_close_window(&run->judge, now_ns < run->times.stop_ns ? now_ns : run->times.stop_ns);
    result->harness_cpu_ns = harness_cpu_ns() - run->mark.harness_ns;
    read_host(run);
    if (run->server_monitor != NULL)
        hb_monitor_window_end(run->server_monitor, &result->server);
    hb_monitor_window_end(run->client_monitor, &result->client);
    hb_hop_watch_close(run->hop_watch);
    if (run->mark.server.known)
        hb_topology_counts(run->topology, &counts);
    result->server_window = hb_server_counts_since(&counts, &run->mark.server);
    run->timers_ns[HB_TIMER_MONITOR] = HB_TIMER_NEVER;
    run->timers_ns[HB_TIMER_SAMPLES] = HB_TIMER_NEVER; /* from now on they are waited for */
    hb_progress_enter(run->progress, HB_PHASE_DRAIN, left_ns(run));
    return 0;
}

static int sample_monitors(struct hb_run *run, struct hb_error *err HB_UNUSED)
{
    hb_monitor_sample(run->client_monitor);
    if (run->server_monitor != NULL)
        hb_monitor_sample(run->server_monitor);
    hb_hop_watch_sample(run->hop_watch);
    run->timers_ns[HB_TIMER_MONITOR] = hb_now_ns() + run->setup->options->monitor_interval_ns;
    return 0;
}

/* A pipe must never be more than half full when it is read next, or the worker would wait for us.
 */
static int fetch_samples(struct hb_run *run, struct hb_error *err)
{
    size_t most = 0, bytes;

    for (size_t i = 0; i < run->workers_count; i++) {
        if (hb_worker_read_samples(&run->workers[i], &run->sink, &bytes, err) < 0)
            return -1;
        most = bytes > most ? bytes : most;
    }
    if (most > HB_SAMPLE_READ_BYTES / 4 && run->samples_interval_ns > SAMPLES_LEAST_NS)
        run->samples_interval_ns /= 2;
    else if (most < HB_SAMPLE_READ_BYTES / 16 && run->samples_interval_ns < SAMPLES_MOST_NS)
        run->samples_interval_ns *= 2;
    run->timers_ns[HB_TIMER_SAMPLES] = hb_now_ns() + run->samples_interval_ns;
    return 0;
}

static int tell_progress(struct hb_run *run, struct hb_error *err HB_UNUSED)
{
    hb_progress_update(run->progress, run->judge.verified, run->judge.failed, left_ns(run));
    run->timers_ns[HB_TIMER_PROGRESS] = hb_now_ns() + HB_PROGRESS_INTERVAL_NS;
    return 0;
}

static int miss_deadline(struct hb_run *run, struct hb_error *err)
{
    size_t late = 0;

    while (late + 1 < run->workers_count && (run->workers[late].state == HB_WORKER_ENDED ||
                                             run->workers[late].state == HB_WORKER_READY))
        late++;
    return hb_fail(err, HB_ERR_RUN, "the worker did not %s in time",
                   hb_worker_overdue(&run->workers[late]));
}

static int (*const timer_handlers[HB_TIMER_COUNT])(struct hb_run *run, struct hb_error *err) = {
    [HB_TIMER_OPEN_WINDOW] = open_window, [HB_TIMER_CLOSE_WINDOW] = close_window,
    [HB_TIMER_MONITOR] = sample_monitors, [HB_TIMER_SAMPLES] = fetch_samples,
    [HB_TIMER_PROGRESS] = tell_progress,  [HB_TIMER_DEADLINE] = miss_deadline,
};

static int fire_timers(struct hb_run *run, struct hb_error *err)
{
    for (size_t i = 0; i < HB_TIMER_COUNT; i++) {
        if (run->timers_ns[i] > hb_now_ns())
            continue;
        run->timers_ns[i] = HB_TIMER_NEVER;
        if (timer_handlers[i](run, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- the loop ---- */

static bool all_in_state(const struct hb_run *run, enum hb_worker_state state)
{
    for (size_t i = 0; i < run->workers_count; i++)
        if (run->workers[i].state != state)
            return false;
    return true;
}

static void set_timers(struct hb_run *run)
{
    run->times.start_ns = hb_now_ns() + LEAD_NS;
    run->timers_ns[HB_TIMER_OPEN_WINDOW] = run->times.start_ns + run->warmup_ns;
    run->timers_ns[HB_TIMER_CLOSE_WINDOW] = run->timers_ns[HB_TIMER_OPEN_WINDOW] + run->window_ns;
    run->times.stop_ns = run->timers_ns[HB_TIMER_CLOSE_WINDOW] + run->overrun_ns;
    run->times.drain_ns = run->times.stop_ns + run->scenario->run.drain_ns;
    run->timers_ns[HB_TIMER_MONITOR] = run->times.start_ns;
    run->timers_ns[HB_TIMER_PROGRESS] = run->times.start_ns + HB_PROGRESS_INTERVAL_NS;
    run->timers_ns[HB_TIMER_DEADLINE] = run->times.drain_ns + EXIT_LIMIT_NS;
    run->samples_interval_ns = SAMPLES_FIRST_NS;
    if (!run->smoke)
        run->timers_ns[HB_TIMER_SAMPLES] = run->times.start_ns + SAMPLES_FIRST_NS;
}

static int go(struct hb_run *run, struct hb_error *err)
{
    const struct hb_url_spec *url = &run->scenario->urls[run->cell->url];
    HB_CLEANUP(hb_buf_release) struct hb_buf line = {.maximum = HB_PROTOCOL_LINE_MAX};
    struct hb_judge_rules rules = {.open_loop = run->open_loop, .expect = url->expect};

    set_timers(run);
    rules.start_ns = run->times.start_ns;
    rules.span_ns = run->timers_ns[HB_TIMER_DEADLINE] - run->times.start_ns;
    if (run->cell->method == HB_METHOD_HEAD)
        rules.expect.length_bytes = -1; /* its response has no body */
    hb_judge_init(&run->judge, &rules, run->result);
    run->sink.judge = &run->judge;
    run->result->start_ns = run->times.start_ns;
    hb_progress_enter(run->progress, HB_PHASE_WARMUP, left_ns(run));
    if (run->smoke) { /* the one request is all there is to see */
        run->timers_ns[HB_TIMER_OPEN_WINDOW] = HB_TIMER_NEVER;
        if (open_window(run, err) < 0)
            return -1;
    }
    hb_go_line(&run->times, &line);
    for (size_t i = 0; i < run->workers_count; i++)
        hb_worker_go(&run->workers[i], &line);
    return 0;
}

/* Wait for the next event or timer. */
static int await(struct hb_run *run, struct hb_error *err)
{
    /* Samples are waited for when little else is to be done. */
    bool wants_samples =
        run->timers_ns[HB_TIMER_SAMPLES] == HB_TIMER_NEVER && run->sink.judge != NULL;
    int64_t next_ns = HB_TIMER_NEVER, wait_ns;
    struct timespec limit;

    run->slots[HB_SLOT_INTERRUPT] = (struct pollfd){run->setup->interrupt_fd, POLLIN, 0};
    run->slots[HB_SLOT_SERVER] = (struct pollfd){hb_topology_fd(run->topology), POLLIN, 0};
    for (size_t i = 0; i < run->workers_count; i++)
        hb_worker_poll(&run->workers[i], wants_samples,
                       &run->slots[HB_SLOT_WORKERS + i * HB_WORKER_SLOTS]);
    for (size_t i = 0; i < HB_TIMER_COUNT; i++)
        next_ns = run->timers_ns[i] < next_ns ? run->timers_ns[i] : next_ns;
    wait_ns = next_ns - hb_now_ns();
    wait_ns = wait_ns > 0 ? wait_ns : 0;
    limit = (struct timespec){wait_ns / HB_NS_PER_S, wait_ns % HB_NS_PER_S};
    if (ppoll(run->slots, HB_SLOT_WORKERS + run->workers_count * HB_WORKER_SLOTS, &limit, NULL) <
            0 &&
        errno != EINTR)
        return hb_fail_errno(err, errno, "poll");
    return 0;
}

/* Requests of the schedule that are one process's to send. */
static uint64_t scheduled_share(const struct hb_run *run, size_t process)
{
    return run->due.count / run->workers_count + (process < run->due.count % run->workers_count);
}

/* A worker that ends before its time has not been measured, whatever it says; in an open loop it
 * may end when all its requests have. */
static int check_done(const struct hb_run *run, size_t process, struct hb_error *err)
{
    const struct hb_done *said = &run->workers[process].totals;
    uint64_t accounted = said->requests + said->unsent + said->unfinished;
    int64_t early_ns = left_ns(run);

    if (run->smoke || run->workers[process].state < HB_WORKER_DONE)
        return 0;
    if (run->open_loop && accounted != scheduled_share(run, process))
        return hb_fail(err, HB_ERR_RUN, "the worker accounts for %llu requests, but %llu were due",
                       (unsigned long long)accounted,
                       (unsigned long long)scheduled_share(run, process));
    if (run->open_loop || early_ns <= HB_CLOCK_SLACK_NS)
        return 0;
    return hb_fail(err, HB_ERR_RUN, "the worker was done %.3f s before its time",
                   (double)early_ns / (double)HB_NS_PER_S);
}

static int serve(struct hb_run *run, struct hb_error *err)
{
    if (run->slots[HB_SLOT_INTERRUPT].revents != 0)
        return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
    if (run->slots[HB_SLOT_SERVER].revents != 0 && !hb_topology_serves(run->topology))
        return hb_fail(err, HB_ERR_RUN, "server %s ended during the run",
                       run->scenario->servers[run->cell->server].name);
    for (size_t i = 0; i < run->workers_count; i++) {
        if (hb_worker_serve(&run->workers[i], &run->slots[HB_SLOT_WORKERS + i * HB_WORKER_SLOTS],
                            &run->sink, err) < 0 ||
            check_done(run, i, err) < 0)
            return run->workers_count > 1 ? hb_wrap(err, "process %zu", i) : -1;
    }
    return 0;
}

/* Smoke ends with its request; all others last until the window has closed, too. */
static bool is_over(const struct hb_run *run)
{
    return all_in_state(run, HB_WORKER_ENDED) &&
           (run->smoke || run->timers_ns[HB_TIMER_CLOSE_WINDOW] == HB_TIMER_NEVER);
}

static int loop(struct hb_run *run, struct hb_error *err)
{
    while (!is_over(run)) {
        if (await(run, err) < 0 || fire_timers(run, err) < 0 || serve(run, err) < 0)
            return -1;
        if (run->sink.judge == NULL && all_in_state(run, HB_WORKER_READY) && go(run, err) < 0)
            return -1;
    }
    return run->timers_ns[HB_TIMER_CLOSE_WINDOW] != HB_TIMER_NEVER ? close_window(run, err) : 0;
}

/* ---- the whole ---- */

static void init_run(struct hb_run *run, const struct hb_run_setup *setup,
                     struct hb_topology *topology, struct hb_progress *progress,
                     struct hb_run_result *result)
{
    const struct hb_plan *plan = setup->plan;
    const struct hb_cell *cell = &plan->cells[plan->runs[result->run].cell];

    *run = (struct hb_run){
        .setup = setup,
        .topology = topology,
        .progress = progress,
        .result = result,
        .scenario = plan->scenario,
        .cell = cell,
        .client = &plan->scenario->clients[cell->client],
        .rate = &plan->scenario->rates[cell->rate],
        .smoke = setup->options->smoke,
        .open_loop = !setup->options->smoke && plan->scenario->rates[cell->rate].per_second > 0,
        .dir.lock_fd = -1,
        .due.fd = -1,
    };
    hb_arena_init(&run->arena);
    for (size_t i = 0; i < HB_TIMER_COUNT; i++)
        run->timers_ns[i] = HB_TIMER_NEVER;
}

static void describe_start(struct hb_run_result *result, const struct hb_run_setup *setup)
{
    result->started_wall_ns = hb_wall_ns();
    memcpy(result->client_cpus, setup->placement->client, sizeof(result->client_cpus));
    memcpy(result->server_cpus, setup->placement->server, sizeof(result->server_cpus));
    if (getloadavg(&result->load_average, 1) != 1)
        result->load_average = -1;
}

void hb_run_execute(const struct hb_run_setup *setup, struct hb_topology *topology,
                    struct hb_progress *progress, struct hb_run_result *result)
{
    struct hb_run run;
    struct hb_error why = {0};

    init_run(&run, setup, topology, progress, result);
    describe_start(result, setup);
    hb_progress_enter(progress, HB_PHASE_WORKER_START,
                      hb_run_estimate_ns(setup->plan, result->run));
    if (hb_run_prepare(&run, &why) < 0 || loop(&run, &why) < 0 || hb_run_finish(&run, &why) < 0)
        hb_run_record_failure(&run, &why);
    hb_run_release(&run);
    result->ended_ns = hb_now_ns();
    result->ended_wall_ns = hb_wall_ns();
}
