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
#include "base/memory.h"
#include "exec/due.h"
#include "exec/host.h"
#include "exec/job.h"
#include "exec/monitor.h"
#include "exec/rundir.h"
#include "exec/trust.h"
#include "exec/worker.h"

#define LEAD_NS (5 * HB_NS_PER_MS) /* from the go line to the start */
#define OVERRUN_NS                                                                                 \
    (5 * HB_NS_PER_MS) /* load goes on beyond the window's end, which it must not see */
#define GRACE_NS (500 * HB_NS_PER_MS) /* between SIGTERM and SIGKILL of a worker */
#define READY_LIMIT_NS (10 * HB_NS_PER_S)
#define READY_LIMIT_TASK_NS (5 * HB_NS_PER_MS)
#define EXIT_LIMIT_NS (2 * HB_NS_PER_S) /* after the drain */
#define SAMPLES_FIRST_NS (10 * HB_NS_PER_MS)
#define SAMPLES_LEAST_NS HB_NS_PER_MS
#define SAMPLES_MOST_NS (50 * HB_NS_PER_MS)
#define NEVER INT64_MAX

enum timer {
    TIMER_OPEN_WINDOW,
    TIMER_CLOSE_WINDOW,
    TIMER_MONITOR,
    TIMER_SAMPLES,
    TIMER_PROGRESS,
    TIMER_DEADLINE,
    TIMER_COUNT
};

/* Fixed slots in front of the workers' own. */
enum { SLOT_INTERRUPT, SLOT_SERVER, SLOT_WORKERS };

/* Readings at the window's start. */
struct mark {
    struct hb_host_cpu host;
    struct hb_server_counts server;
    int64_t harness_ns;
};

struct run {
    const struct hb_run_setup *setup;
    struct hb_topology *topology;
    struct hb_progress *progress;
    struct hb_run_result *result;
    const struct hb_scenario *scenario;
    const struct hb_cell *cell;
    const struct hb_client_spec *client;
    const struct hb_rate *rate;
    bool smoke;

    struct hb_arena arena;
    struct hb_rundir dir;
    struct hb_due due;
    struct hb_job job;
    struct hb_worker *workers;
    size_t workers_count;
    struct pollfd *slots;
    struct hb_worker_sink sink;
    struct hb_judge judge;
    struct hb_monitor *client_monitor, *server_monitor;

    int64_t timers_ns[TIMER_COUNT];
    int64_t samples_interval_ns;
    int64_t warmup_ns, window_ns, overrun_ns; /* as planned */
    struct hb_go_times times;                 /* all 0 before go */
    struct mark mark;
    struct hb_host_cpu host_end;
    struct hb_server_counts server_before;
};

static bool is_open_loop(const struct run *run)
{
    return run->rate->per_second > 0;
}

static int64_t harness_cpu_ns(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * HB_NS_PER_S + used.tv_nsec;
}

static struct hb_server_counts counts_since(const struct hb_server_counts *now,
                                            const struct hb_server_counts *before)
{
    return (struct hb_server_counts){
        .known = now->known && before->known,
        .requests = now->requests - before->requests,
        .connections = now->connections - before->connections,
        .bytes_in = now->bytes_in - before->bytes_in,
        .bytes_out = now->bytes_out - before->bytes_out,
    };
}

/* ---- preparation ---- */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void plan_times(struct run *run)
{
    int64_t ramp_ns = run->job.ramp_ns * hb_job_tasks(&run->job, 0);

    run->window_ns = run->scenario->durations_ns[run->cell->duration];
    run->warmup_ns = larger(run->scenario->run.warmup_ns, ramp_ns);
    run->overrun_ns = OVERRUN_NS;
    if (run->smoke) {
        /* Nothing but the request's own limits ends it. */
        run->window_ns = run->scenario->timeout_ns + run->scenario->connect_timeout_ns;
        run->warmup_ns = 0;
    } else if (is_open_loop(run)) {
        /* The last ones due in the window may be a little late without being given up. */
        run->overrun_ns = larger(run->window_ns / 100, OVERRUN_NS);
    }
}

static void plan_job(struct run *run)
{
    const struct hb_plan *plan = run->setup->plan;
    unsigned processes = run->smoke ? 1 : hb_job_processes(plan, run->cell);

    run->job = (struct hb_job){
        .plan = plan,
        .cell = run->cell,
        .base_url = hb_topology_url(run->topology),
        .processes = processes,
        .concurrency = run->smoke ? 1 : run->scenario->concurrency[run->cell->concurrency],
        .ramp_ns = hb_job_ramp_ns(plan, run->cell, processes),
        .max_requests = run->smoke ? 1 : 0,
        .directory = run->dir.path,
    };
}

/* The arrivals differ from round to round, and from cell to cell, but not from sweep to sweep. */
static uint64_t schedule_seed(const struct run *run)
{
    uint64_t round = run->setup->plan->runs[run->result->run].round;

    return run->scenario->run.seed ^ run->cell->id ^ ((round + 1) << 32);
}

static int write_files(struct run *run, struct hb_error *err)
{
    if (hb_job_write_bodies(&run->job, &run->dir, err) < 0)
        return -1;
    if (!is_open_loop(run) || run->smoke)
        return 0;
    if (hb_due_make(&run->due, &run->dir, run->rate,
                    run->warmup_ns + run->window_ns + run->overrun_ns, schedule_seed(run), err) < 0)
        return hb_wrap(err, "schedule");
    run->job.schedule = run->due.path;
    run->job.schedule_count = run->due.count;
    return 0;
}

static int start_worker(struct run *run, unsigned process, char *const *argv, struct hb_error *err)
{
    const struct hb_registry *registry = run->setup->options->registry;
    HB_CLEANUP(hb_buf_release) struct hb_buf line = {.maximum = HB_PROTOCOL_LINE_MAX};
    struct hb_spawn_spec spec = {
        .argv = (const char *const *)argv,
        .directory = run->dir.path,
        .cpus = run->setup->placement->client,
        .grace_ns = GRACE_NS,
        .wants_samples = true,
        .stderr_fd = -1,
    };
    struct hb_worker *worker = &run->workers[process];

    if (hb_job_line(&run->job, process, &line, err) < 0)
        return -1;
    if (hb_worker_start(worker, &registry->paths, &spec, &line, &run->result->workers[process],
                        err) < 0)
        return hb_wrap(err, "start client %s", run->client->label);
    hb_monitor_add_child(run->client_monitor, &worker->child);
    return 0;
}

static int64_t ready_limit_ns(const struct run *run)
{
    if (run->setup->options->ready_limit_ns > 0)
        return run->setup->options->ready_limit_ns;
    return READY_LIMIT_NS + READY_LIMIT_TASK_NS * hb_job_tasks(&run->job, 0);
}

static int start_workers(struct run *run, struct hb_error *err)
{
    const struct hb_entry *entry = run->client->entry;
    char **argv;

    if (hb_registry_command(run->setup->options->registry, entry, entry->command, run->client->mode,
                            &run->arena, &argv, err) < 0)
        return hb_wrap(err, "client %s", run->client->label);
    run->workers_count = run->job.processes;
    run->workers = hb_calloc(run->workers_count, sizeof(*run->workers));
    run->slots =
        hb_calloc(SLOT_WORKERS + run->workers_count * HB_WORKER_SLOTS, sizeof(*run->slots));
    run->result->workers = hb_calloc(run->workers_count, sizeof(*run->result->workers));
    run->result->workers_count = run->workers_count;
    for (unsigned i = 0; i < run->workers_count; i++)
        if (start_worker(run, i, argv, err) < 0)
            return -1;
    run->timers_ns[TIMER_DEADLINE] = hb_now_ns() + ready_limit_ns(run);
    return 0;
}

/* A server that is not ours is never looked into. */
static void follow_server(struct run *run)
{
    if (run->scenario->servers[run->cell->server].entry == NULL)
        return;
    run->server_monitor = hb_monitor_new();
    hb_topology_watch(run->topology, run->server_monitor);
    hb_topology_counts(run->topology, &run->server_before);
}

static int prepare(struct run *run, struct hb_error *err)
{
    run->client_monitor = hb_monitor_new();
    follow_server(run);
    hb_sample_reader_init(&run->sink.reader);
    if (hb_rundir_make(&run->dir, err) < 0)
        return -1;
    plan_job(run);
    plan_times(run);
    if (write_files(run, err) < 0)
        return -1;
    return start_workers(run, err);
}

/* ---- timers ---- */

static int64_t left_ns(const struct run *run)
{
    return run->times.stop_ns - hb_now_ns();
}

/* Both sides' CPU is read right after the instant is taken; what takes longer to read comes last.
 */
static int open_window(struct run *run, struct hb_error *err HB_UNUSED)
{
    hb_judge_open_window(&run->judge, hb_now_ns());
    run->mark.harness_ns = harness_cpu_ns();
    hb_host_cpu_read(&run->mark.host);
    hb_monitor_window_start(run->client_monitor);
    if (run->server_monitor != NULL)
        hb_monitor_window_start(run->server_monitor);
    if (run->server_before.known)
        hb_topology_counts(run->topology, &run->mark.server);
    hb_progress_enter(run->progress, HB_PHASE_WINDOW, left_ns(run));
    return 0;
}

static int close_window(struct run *run, struct hb_error *err HB_UNUSED)
{
    struct hb_run_result *result = run->result;
    struct hb_server_counts counts = {0};

    hb_judge_close_window(&run->judge, hb_now_ns());
    result->harness_cpu_ns = harness_cpu_ns() - run->mark.harness_ns;
    hb_host_cpu_read(&run->host_end);
    hb_monitor_window_end(run->client_monitor, &result->client);
    if (run->server_monitor != NULL)
        hb_monitor_window_end(run->server_monitor, &result->server);
    if (run->mark.server.known)
        hb_topology_counts(run->topology, &counts);
    result->server_window = counts_since(&counts, &run->mark.server);
    run->timers_ns[TIMER_MONITOR] = NEVER;
    run->timers_ns[TIMER_SAMPLES] = NEVER; /* from now on they are waited for */
    hb_progress_enter(run->progress, HB_PHASE_DRAIN, left_ns(run));
    return 0;
}

static int sample_monitors(struct run *run, struct hb_error *err HB_UNUSED)
{
    hb_monitor_sample(run->client_monitor);
    if (run->server_monitor != NULL)
        hb_monitor_sample(run->server_monitor);
    run->timers_ns[TIMER_MONITOR] = hb_now_ns() + run->setup->options->monitor_interval_ns;
    return 0;
}

/* A pipe must never be more than half full when it is read next, or the worker would wait for us.
 */
static int fetch_samples(struct run *run, struct hb_error *err)
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
    run->timers_ns[TIMER_SAMPLES] = hb_now_ns() + run->samples_interval_ns;
    return 0;
}

static int tell_progress(struct run *run, struct hb_error *err HB_UNUSED)
{
    hb_progress_update(run->progress, run->judge.verified, run->judge.failed, left_ns(run));
    run->timers_ns[TIMER_PROGRESS] = hb_now_ns() + HB_PROGRESS_INTERVAL_NS;
    return 0;
}

static int miss_deadline(struct run *run, struct hb_error *err)
{
    size_t late = 0;

    while (late + 1 < run->workers_count && (run->workers[late].state == HB_WORKER_ENDED ||
                                             run->workers[late].state == HB_WORKER_READY))
        late++;
    return hb_fail(err, HB_ERR_RUN, "the worker did not %s in time",
                   hb_worker_overdue(&run->workers[late]));
}

static int (*const timer_handlers[TIMER_COUNT])(struct run *run, struct hb_error *err) = {
    [TIMER_OPEN_WINDOW] = open_window, [TIMER_CLOSE_WINDOW] = close_window,
    [TIMER_MONITOR] = sample_monitors, [TIMER_SAMPLES] = fetch_samples,
    [TIMER_PROGRESS] = tell_progress,  [TIMER_DEADLINE] = miss_deadline,
};

static int fire_timers(struct run *run, struct hb_error *err)
{
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        if (run->timers_ns[i] > hb_now_ns())
            continue;
        run->timers_ns[i] = NEVER;
        if (timer_handlers[i](run, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- the loop ---- */

static bool all_in_state(const struct run *run, enum hb_worker_state state)
{
    for (size_t i = 0; i < run->workers_count; i++)
        if (run->workers[i].state != state)
            return false;
    return true;
}

static void set_timers(struct run *run)
{
    run->times.start_ns = hb_now_ns() + LEAD_NS;
    run->timers_ns[TIMER_OPEN_WINDOW] = run->times.start_ns + run->warmup_ns;
    run->timers_ns[TIMER_CLOSE_WINDOW] = run->timers_ns[TIMER_OPEN_WINDOW] + run->window_ns;
    run->times.stop_ns = run->timers_ns[TIMER_CLOSE_WINDOW] + run->overrun_ns;
    run->times.drain_ns = run->times.stop_ns + run->scenario->run.drain_ns;
    run->timers_ns[TIMER_MONITOR] = run->times.start_ns;
    run->timers_ns[TIMER_PROGRESS] = run->times.start_ns + HB_PROGRESS_INTERVAL_NS;
    run->timers_ns[TIMER_DEADLINE] = run->times.drain_ns + EXIT_LIMIT_NS;
    run->samples_interval_ns = SAMPLES_FIRST_NS;
    if (!run->smoke)
        run->timers_ns[TIMER_SAMPLES] = run->times.start_ns + SAMPLES_FIRST_NS;
}

static int go(struct run *run, struct hb_error *err)
{
    const struct hb_url_spec *url = &run->scenario->urls[run->cell->url];
    HB_CLEANUP(hb_buf_release) struct hb_buf line = {.maximum = HB_PROTOCOL_LINE_MAX};
    struct hb_judge_rules rules = {.open_loop = is_open_loop(run) && !run->smoke,
                                   .expect = url->expect};

    set_timers(run);
    rules.start_ns = run->times.start_ns;
    rules.span_ns = run->timers_ns[TIMER_DEADLINE] - run->times.start_ns;
    if (run->cell->method == HB_METHOD_HEAD)
        rules.expect.length_bytes = -1; /* its response has no body */
    hb_judge_init(&run->judge, &rules, run->result);
    run->sink.judge = &run->judge;
    run->result->start_ns = run->times.start_ns;
    hb_progress_enter(run->progress, HB_PHASE_WARMUP, left_ns(run));
    if (run->smoke) { /* the one request is all there is to see */
        run->timers_ns[TIMER_OPEN_WINDOW] = NEVER;
        if (open_window(run, err) < 0)
            return -1;
    }
    hb_go_line(&run->times, &line);
    for (size_t i = 0; i < run->workers_count; i++)
        hb_worker_go(&run->workers[i], &line);
    return 0;
}

/* Wait for the next event or timer. */
static int await(struct run *run, struct hb_error *err)
{
    /* Samples are waited for when little else is to be done. */
    bool wants_samples = run->timers_ns[TIMER_SAMPLES] == NEVER && run->sink.judge != NULL;
    int64_t next_ns = NEVER, wait_ns;
    struct timespec limit;

    run->slots[SLOT_INTERRUPT] = (struct pollfd){run->setup->interrupt_fd, POLLIN, 0};
    run->slots[SLOT_SERVER] = (struct pollfd){hb_topology_fd(run->topology), POLLIN, 0};
    for (size_t i = 0; i < run->workers_count; i++)
        hb_worker_poll(&run->workers[i], wants_samples,
                       &run->slots[SLOT_WORKERS + i * HB_WORKER_SLOTS]);
    for (size_t i = 0; i < TIMER_COUNT; i++)
        next_ns = run->timers_ns[i] < next_ns ? run->timers_ns[i] : next_ns;
    wait_ns = larger(next_ns - hb_now_ns(), 0);
    limit = (struct timespec){wait_ns / HB_NS_PER_S, wait_ns % HB_NS_PER_S};
    if (ppoll(run->slots, SLOT_WORKERS + run->workers_count * HB_WORKER_SLOTS, &limit, NULL) < 0 &&
        errno != EINTR)
        return hb_fail_errno(err, errno, "poll");
    return 0;
}

/* Requests of the schedule that are one process's to send. */
static uint64_t scheduled_share(const struct run *run, size_t process)
{
    return run->due.count / run->workers_count + (process < run->due.count % run->workers_count);
}

/* A worker that ends before its time has not been measured, whatever it says; in an open loop it
 * may end when all its requests have. */
static int check_done(const struct run *run, size_t process, struct hb_error *err)
{
    const struct hb_done *said = &run->workers[process].totals;
    uint64_t accounted = said->requests + said->unsent + said->unfinished;
    int64_t early_ns = left_ns(run);

    if (run->smoke || run->workers[process].state < HB_WORKER_DONE)
        return 0;
    if (run->judge.rules.open_loop && accounted != scheduled_share(run, process))
        return hb_fail(err, HB_ERR_RUN, "the worker accounts for %llu requests, but %llu were due",
                       (unsigned long long)accounted,
                       (unsigned long long)scheduled_share(run, process));
    if (run->judge.rules.open_loop || early_ns <= HB_CLOCK_SLACK_NS)
        return 0;
    return hb_fail(err, HB_ERR_RUN, "the worker was done %.3f s before its time",
                   (double)early_ns / (double)HB_NS_PER_S);
}

static int serve(struct run *run, struct hb_error *err)
{
    if (run->slots[SLOT_INTERRUPT].revents != 0)
        return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
    if (run->slots[SLOT_SERVER].revents != 0 && !hb_topology_alive(run->topology))
        return hb_fail(err, HB_ERR_RUN, "server %s ended during the run",
                       run->scenario->servers[run->cell->server].name);
    for (size_t i = 0; i < run->workers_count; i++) {
        if (hb_worker_serve(&run->workers[i], &run->slots[SLOT_WORKERS + i * HB_WORKER_SLOTS],
                            &run->sink, err) < 0 ||
            check_done(run, i, err) < 0)
            return run->workers_count > 1 ? hb_wrap(err, "process %zu", i) : -1;
    }
    return 0;
}

/* Smoke ends with its request; all others last until the window has closed, too. */
static bool is_over(const struct run *run)
{
    return all_in_state(run, HB_WORKER_ENDED) &&
           (run->smoke || run->timers_ns[TIMER_CLOSE_WINDOW] == NEVER);
}

static int loop(struct run *run, struct hb_error *err)
{
    while (!is_over(run)) {
        if (await(run, err) < 0 || fire_timers(run, err) < 0 || serve(run, err) < 0)
            return -1;
        if (run->sink.judge == NULL && all_in_state(run, HB_WORKER_READY) && go(run, err) < 0)
            return -1;
    }
    return run->timers_ns[TIMER_CLOSE_WINDOW] != NEVER ? close_window(run, err) : 0;
}

/* ---- the end ---- */

/* Of the requests due in the window, those that no task got to. Tasks take indices in order, so the
 * unsent ones are the last. */
static void count_scheduled(struct run *run, uint64_t unsent)
{
    struct hb_run_result *result = run->result;
    uint64_t sent = run->due.count - (unsent < run->due.count ? unsent : run->due.count);
    uint64_t first = hb_due_count_before(&run->due, result->window_start_ns - result->start_ns);
    uint64_t last = hb_due_count_before(&run->due, result->window_end_ns - result->start_ns);

    result->scheduled = last - first;
    sent = sent > first ? sent : first;
    result->unsent = last > sent ? last - sent : 0;
}

static unsigned lower(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Cores that a side can use: those it is given, or fewer where its registry entry says that a
 * process of it uses no more than `cores`. */
static unsigned usable_cores(const struct hb_entry *entry, unsigned given, unsigned processes)
{
    const struct hb_entry_limit *limit = entry != NULL ? hb_entry_limit(entry, "cores") : NULL;

    return limit != NULL && limit->value < given ? lower(given, (unsigned)limit->value * processes)
                                                 : given;
}

static void judge_trust(struct run *run, uint64_t requests)
{
    const struct hb_placement *placement = run->setup->placement;
    const struct hb_entry *server = run->scenario->servers[run->cell->server].entry;
    bool host_known = run->mark.host.known && run->host_end.known;
    struct hb_host_state host;
    struct hb_trust_facts facts = {
        .concurrency = run->job.concurrency,
        .open_loop = run->judge.rules.open_loop,
        .keepalive = run->scenario->keepalive,
        .planned_window_ns = run->window_ns,
        .requests_count = run->scenario->urls[run->cell->url].requests_count,
        .client_cores =
            usable_cores(run->client->entry, placement->client_count, run->job.processes),
        .server_cores = usable_cores(server, placement->server_count, 1),
        .host_busy_ns = host_known ? run->host_end.busy_ns - run->mark.host.busy_ns : -1,
        .host_steal_ns = host_known ? run->host_end.steal_ns - run->mark.host.steal_ns : -1,
        .requests = requests,
        .answered = run->judge.verified + run->judge.refused,
    };

    hb_host_state_read(&host);
    facts.host_cores = host.cores;
    run->result->flags = hb_trust_flags(run->result, &facts);
}

/* "nothing was verified: 312 timeout, 4 reset" */
static int fail_unverified(const struct hb_run_result *result, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 512};

    for (unsigned i = HB_OUTCOME_OK + 1; i < HB_OUTCOME_COUNT; i++)
        if (result->window.outcomes[i] > 0)
            hb_buf_printf(&text, "%s%llu %s", text.length > 0 ? ", " : "",
                          (unsigned long long)result->window.outcomes[i], hb_outcome_name(i));
    if (result->unfinished > 0)
        hb_buf_printf(&text, "%s%llu unfinished", text.length > 0 ? ", " : "",
                      (unsigned long long)result->unfinished);
    return hb_fail(err, HB_ERR_RUN, "no response was verified in the window: %s",
                   text.length > 0 ? hb_buf_text(&text) : "no request ended in it");
}

static int finish(struct run *run, struct hb_error *err)
{
    struct hb_run_result *result = run->result;
    struct hb_server_counts counts = {0};
    uint64_t requests = 0, unsent = 0;

    hb_judge_finish(&run->judge);
    if (run->server_before.known)
        hb_topology_counts(run->topology, &counts);
    result->server_counts = counts_since(&counts, &run->server_before);
    for (size_t i = 0; i < run->workers_count; i++) {
        requests += run->workers[i].totals.requests;
        unsent += run->workers[i].totals.unsent;
        result->unfinished += run->workers[i].totals.unfinished;
    }
    if (run->judge.rules.open_loop)
        count_scheduled(run, unsent);
    judge_trust(run, requests);
    if (hb_tally_verified(&result->window) == 0)
        return fail_unverified(result, err);
    result->status = HB_RUN_OK;
    return 0;
}

/* The logs of those workers that wrote one, or else the server's. */
static char *collect_logs(struct run *run)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf logs = {.maximum = 1 << 20};

    for (size_t i = 0; i < run->workers_count; i++) {
        HB_CLEANUP(hb_free_ptr) char *log = hb_worker_log_text(&run->workers[i]);

        if (log != NULL && run->workers_count > 1)
            hb_buf_printf(&logs, "process %zu:\n", i);
        hb_buf_puts(&logs, log != NULL ? log : "");
    }
    if (logs.length == 0)
        hb_buf_puts(&logs, hb_topology_log_tail(run->topology));
    return logs.length > 0 ? hb_strdup(hb_buf_text(&logs)) : NULL;
}

static void record_failure(struct run *run, const struct hb_error *why)
{
    struct hb_run_result *result = run->result;

    result->status = HB_RUN_FAILED;
    if (why->code == HB_ERR_INTERRUPTED)
        result->status = HB_RUN_INTERRUPTED;
    else if (why->code == HB_ERR_UNAVAILABLE &&
             run->scenario->run.missing_clients == HB_MISSING_SKIP)
        result->status = HB_RUN_SKIPPED;
    memcpy(result->failure, why->message, sizeof(result->failure));
    result->log_tail = hb_topology_alive(run->topology)
                           ? collect_logs(run)
                           : hb_strdup(hb_topology_log_tail(run->topology));
}

/* All workers are told to end before any is waited for. */
static void clean_up(struct run *run)
{
    for (size_t i = 0; i < run->workers_count; i++)
        if (run->workers[i].state != HB_WORKER_ENDED)
            hb_child_end(&run->workers[i].child);
    for (size_t i = 0; i < run->workers_count; i++)
        hb_worker_release(&run->workers[i]);
    free(run->workers);
    free(run->slots);
    hb_monitor_free(run->client_monitor);
    hb_monitor_free(run->server_monitor);
    hb_sample_reader_release(&run->sink.reader);
    hb_due_release(&run->due);
    hb_rundir_remove(&run->dir);
    hb_arena_release(&run->arena);
}

static void init_run(struct run *run, const struct hb_run_setup *setup,
                     struct hb_topology *topology, struct hb_progress *progress,
                     struct hb_run_result *result)
{
    const struct hb_plan *plan = setup->plan;
    const struct hb_cell *cell = &plan->cells[plan->runs[result->run].cell];

    *run = (struct run){
        .setup = setup,
        .topology = topology,
        .progress = progress,
        .result = result,
        .scenario = plan->scenario,
        .cell = cell,
        .client = &plan->scenario->clients[cell->client],
        .rate = &plan->scenario->rates[cell->rate],
        .smoke = setup->options->smoke,
        .dir.lock_fd = -1,
        .due.fd = -1,
    };
    hb_arena_init(&run->arena);
    for (size_t i = 0; i < TIMER_COUNT; i++)
        run->timers_ns[i] = NEVER;
}

static void describe_start(struct hb_run_result *result, const struct hb_run_setup *setup)
{
    result->purpose = setup->options->smoke ? HB_PURPOSE_SMOKE : HB_PURPOSE_MEASURED;
    result->started_wall_ns = hb_wall_ns();
    memcpy(result->client_cpus, setup->placement->client, sizeof(result->client_cpus));
    memcpy(result->server_cpus, setup->placement->server, sizeof(result->server_cpus));
    if (getloadavg(&result->load_average, 1) != 1)
        result->load_average = -1;
}

void hb_run_execute(const struct hb_run_setup *setup, struct hb_topology *topology,
                    struct hb_progress *progress, struct hb_run_result *result)
{
    struct run run;
    struct hb_error why = {0};

    init_run(&run, setup, topology, progress, result);
    describe_start(result, setup);
    hb_progress_enter(progress, HB_PHASE_WORKER_START,
                      hb_cell_estimate_ns(setup->plan->scenario, run.cell));
    if (prepare(&run, &why) < 0 || loop(&run, &why) < 0 || finish(&run, &why) < 0)
        record_failure(&run, &why);
    clean_up(&run);
    result->ended_ns = hb_now_ns();
    result->ended_wall_ns = hb_wall_ns();
}
