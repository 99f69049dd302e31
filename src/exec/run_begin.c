/*
 * The beginning of a run: its directory and files, its planned times, its workers. The order is
 * that of what depends on what; whatever fails leaves the rest to hb_run_release().
 */
#include "base/clock.h"
#include "base/memory.h"
#include "exec/run_state.h"

#define OVERRUN_NS (3 * HB_NS_PER_MS) /* of the load, beyond a window that must not see its end */
#define GRACE_NS (500 * HB_NS_PER_MS) /* between SIGTERM and SIGKILL of a worker */
#define READY_LIMIT_NS (10 * HB_NS_PER_S)
#define READY_LIMIT_TASK_NS (5 * HB_NS_PER_MS)

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void plan_times(struct hb_run *run)
{
    int64_t ramp_ns = run->job.ramp_ns * hb_job_tasks(&run->job, 0);

    run->window_ns = run->scenario->durations_ns[run->cell->duration];
    run->warmup_ns = larger(hb_run_warmup_ns(run->setup->plan, run->result->run), ramp_ns);
    run->overrun_ns = OVERRUN_NS;
    if (run->smoke) {
        /* Nothing but the request's own limits ends it. */
        run->window_ns = run->scenario->timeout_ns + run->scenario->connect_timeout_ns;
        run->warmup_ns = 0;
    } else if (run->open_loop) {
        /* The last ones due in the window may be a little late without being given up. */
        run->overrun_ns = larger(run->window_ns / 100, OVERRUN_NS);
    }
}

static void plan_job(struct hb_run *run)
{
    const struct hb_plan *plan = run->setup->plan;
    unsigned processes = run->smoke ? 1 : hb_job_processes(plan, run->cell);

    run->job = (struct hb_job){
        .plan = plan,
        .cell = run->cell,
        .base_url = hb_topology_url(run->topology),
        .authority = hb_topology_authority(run->topology),
        .processes = processes,
        .concurrency = run->smoke ? 1 : run->scenario->concurrency[run->cell->concurrency],
        .ramp_ns = hb_job_ramp_ns(plan, run->cell, processes),
        .max_requests = run->smoke ? 1 : 0,
        .directory = run->dir.path,
    };
}

/* The arrivals differ from round to round, but within a round all clients get the same ones. */
static uint64_t schedule_seed(const struct hb_run *run)
{
    uint64_t round = run->setup->plan->runs[run->result->run].round;

    return run->scenario->run.seed ^ ((round + 1) << 32);
}

static int write_files(struct hb_run *run, struct hb_error *err)
{
    const struct hb_span span = {
        .total_ns = run->warmup_ns + run->window_ns + run->overrun_ns,
        .warmup_ns = run->warmup_ns,
        .window_ns = run->window_ns,
    };

    if (hb_job_write_bodies(&run->job, &run->dir, err) < 0)
        return -1;
    if (!run->open_loop)
        return 0;
    if (hb_due_make(&run->due, &run->dir, run->rate, &span, schedule_seed(run), err) < 0)
        return hb_wrap(err, "schedule");
    run->job.schedule = run->due.path;
    run->job.schedule_count = run->due.count;
    return 0;
}

static int start_worker(struct hb_run *run, unsigned process, char *const *argv,
                        struct hb_error *err)
{
    const struct hb_registry *registry = run->setup->options->registry;
    HB_CLEANUP(hb_buf_release) struct hb_buf line = {.maximum = HB_PROTOCOL_LINE_MAX};
    struct hb_spawn_spec spec = {
        .argv = (const char *const *)argv,
        .variables = run->client->environment,
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

static int64_t ready_limit_ns(const struct hb_run *run)
{
    if (run->setup->options->ready_limit_ns > 0)
        return run->setup->options->ready_limit_ns;
    return READY_LIMIT_NS + READY_LIMIT_TASK_NS * hb_job_tasks(&run->job, 0);
}

static int start_workers(struct hb_run *run, struct hb_error *err)
{
    const struct hb_entry *entry = run->client->entry;
    char **argv;

    if (hb_registry_command(run->setup->options->registry, entry, entry->command, run->client->mode,
                            &run->arena, &argv, err) < 0)
        return hb_wrap(err, "client %s", run->client->label);
    run->workers_count = run->job.processes;
    run->workers = hb_calloc(run->workers_count, sizeof(*run->workers));
    run->slots =
        hb_calloc(HB_SLOT_WORKERS + run->workers_count * HB_WORKER_SLOTS, sizeof(*run->slots));
    run->result->workers = hb_calloc(run->workers_count, sizeof(*run->result->workers));
    run->result->workers_count = run->workers_count;
    for (unsigned i = 0; i < run->workers_count; i++)
        if (start_worker(run, i, argv, err) < 0)
            return -1;
    run->timers_ns[HB_TIMER_DEADLINE] = hb_now_ns() + ready_limit_ns(run);
    return 0;
}

/* A server that is not ours is never looked into. */
static void follow_server(struct hb_run *run)
{
    if (run->scenario->servers[run->cell->server].entry == NULL)
        return;
    run->server_monitor = hb_monitor_new();
    hb_topology_watch(run->topology, run->server_monitor);
    hb_topology_counts(run->topology, &run->server_before);
    run->hop_watch = hb_hop_watch_new(run->topology);
}

/* The server is asked while the workers get ready: they send nothing before they are told to go. */
int hb_run_prepare(struct hb_run *run, struct hb_error *err)
{
    run->client_monitor = hb_monitor_new();
    hb_sample_reader_init(&run->sink.reader);
    if (hb_rundir_make(&run->dir, err) < 0)
        return -1;
    plan_job(run);
    plan_times(run);
    if (write_files(run, err) < 0 || start_workers(run, err) < 0)
        return -1;
    follow_server(run);
    return 0;
}
