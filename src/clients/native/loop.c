/*
 * The event-loop side of the kit: which tasks may start a request, how long to wait, when to stop.
 * What a request is, the driver knows.
 */
#include "clients/native/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"

#define EVENTS_MAX 256
#define SWEEP_LONGEST_NS (50 * HB_NS_PER_MS)
#define SWEEP_SHORTEST_NS (1 * HB_NS_PER_MS)

static int64_t sweep_period(const struct hb_job *job)
{
    int64_t shortest_ns =
        job->connect_timeout_ns < job->timeout_ns ? job->connect_timeout_ns : job->timeout_ns;
    int64_t period_ns = shortest_ns / 16;

    if (period_ns > SWEEP_LONGEST_NS)
        return SWEEP_LONGEST_NS;
    return period_ns < SWEEP_SHORTEST_NS ? SWEEP_SHORTEST_NS : period_ns;
}

int hb_loop_init(struct hb_loop *loop, struct hb_worker *worker,
                 const struct hb_loop_driver *driver, void *client, struct hb_error *err)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = HB_LOOP_SIGNAL_KEY};
    size_t count = (size_t)worker->job.concurrency;

    *loop = (struct hb_loop){.worker = worker, .driver = driver, .client = client};
    loop->sweep_period_ns = driver->expire == NULL ? 0 : sweep_period(&worker->job);
    loop->tasks = hb_calloc(count, sizeof(*loop->tasks));
    loop->free_ring = hb_calloc(count, sizeof(*loop->free_ring));
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0 ||
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, worker->signal_fd, &event) != 0)
        return hb_fail_errno(err, errno, "epoll");
    return 0;
}

void hb_loop_release(struct hb_loop *loop)
{
    free(loop->tasks);
    free(loop->free_ring);
    hb_fd_close(&loop->epoll_fd);
}

static size_t task_count(const struct hb_loop *loop)
{
    return (size_t)loop->worker->job.concurrency;
}

static void push_free(struct hb_loop *loop, size_t task)
{
    size_t place = loop->free_first + loop->free_count++;

    loop->free_ring[place < task_count(loop) ? place : place - task_count(loop)] = task;
}

static size_t pop_free(struct hb_loop *loop)
{
    size_t task = loop->free_ring[loop->free_first];

    loop->free_first = loop->free_first + 1 < task_count(loop) ? loop->free_first + 1 : 0;
    loop->free_count--;
    return task;
}

void hb_loop_end(struct hb_loop *loop, size_t task, int64_t end_ns, const struct hb_reply *reply)
{
    struct hb_loop_task *ended = &loop->tasks[task];

    hb_recorder_request(&loop->recorder, ended->start_ns, end_ns, ended->lag_ns, reply);
    ended->start_ns = 0;
    loop->in_flight--;
    push_free(loop, task);
}

static int64_t ramp_instant(const struct hb_loop *loop)
{
    return loop->worker->go.start_ns + (int64_t)loop->ramped * loop->worker->job.ramp_ns;
}

static void ramp(struct hb_loop *loop, int64_t now_ns)
{
    while (loop->ramped < task_count(loop) && ramp_instant(loop) <= now_ns)
        push_free(loop, loop->ramped++);
}

/* Starts the next request if it is due; false if not. */
static bool start_next(struct hb_loop *loop, int64_t now_ns)
{
    struct hb_worker *worker = loop->worker;
    uint64_t k;
    int64_t due_ns;
    size_t task;

    if (now_ns >= loop->stop_ns || !hb_pacer_peek(&worker->pacer, &k))
        return false;
    due_ns = hb_pacer_due(&worker->pacer, k, worker->go.start_ns, now_ns);
    if (due_ns > now_ns || !hb_pacer_take(&worker->pacer, &k))
        return false;
    task = pop_free(loop);
    loop->tasks[task] = (struct hb_loop_task){now_ns, now_ns - due_ns};
    loop->recorder.totals.started++;
    loop->in_flight++;
    loop->driver->start(loop->client, task, &worker->job.requests[k % worker->job.request_count],
                        now_ns);
    return true;
}

/*
 * Gives each free task one request at most: a request that fails at once frees its task again, and
 * must not keep the loop from its events. Only the first start may use the caller's clock reading.
 */
static void launch(struct hb_loop *loop, int64_t now_ns)
{
    for (size_t left = loop->free_count; left > 0; left--) {
        if (!start_next(loop, now_ns))
            return;
        if (left > 1)
            now_ns = hb_now_ns();
    }
}

static bool may_start(const struct hb_loop *loop, int64_t now_ns)
{
    uint64_t k;

    return now_ns < loop->stop_ns && hb_pacer_peek(&loop->worker->pacer, &k);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When a free task may start its next request. */
static int64_t start_instant(const struct hb_loop *loop, int64_t now_ns)
{
    int64_t instant = loop->stop_ns;
    uint64_t k = 0;

    hb_pacer_peek(&loop->worker->pacer, &k);
    if (loop->free_count > 0)
        instant = earlier(instant,
                          hb_pacer_due(&loop->worker->pacer, k, loop->worker->go.start_ns, now_ns));
    if (loop->ramped < task_count(loop))
        instant = earlier(instant, ramp_instant(loop));
    return instant;
}

static int64_t driver_deadline(const struct hb_loop *loop)
{
    return loop->driver->deadline == NULL ? INT64_MAX : loop->driver->deadline(loop->client);
}

static int64_t wake_instant(const struct hb_loop *loop, int64_t now_ns)
{
    int64_t instant = earlier(loop->drain_ns, driver_deadline(loop));

    if (loop->sweep_period_ns > 0 && loop->in_flight > 0)
        instant = earlier(instant, loop->next_sweep_ns);
    if (loop->next_tick_ns > 0)
        instant = earlier(instant, loop->next_tick_ns);
    if (loop->recorder.count > 0)
        instant = earlier(instant, loop->recorder.last_write_ns + HB_SAMPLE_FLUSH_NS);
    if (may_start(loop, now_ns))
        instant = earlier(instant, start_instant(loop, now_ns));
    return instant;
}

static void take_signal(struct hb_loop *loop)
{
    loop->stop_ns = 0;
    loop->drain_ns = 0;
}

/* Kernels before 5.11, and valgrind, know milliseconds only. */
static int wait_events(struct hb_loop *loop, struct epoll_event *events, int64_t left_ns)
{
    struct timespec left = {left_ns / HB_NS_PER_S, left_ns % HB_NS_PER_S};
    int64_t left_ms = (left_ns + HB_NS_PER_MS - 1) / HB_NS_PER_MS;

    if (!loop->coarse_wait) {
        int count = epoll_pwait2(loop->epoll_fd, events, EVENTS_MAX, &left, NULL);

        if (count >= 0 || errno != ENOSYS)
            return count;
        loop->coarse_wait = true;
    }
    return epoll_wait(loop->epoll_fd, events, EVENTS_MAX,
                      left_ms < INT_MAX ? (int)left_ms : INT_MAX);
}

static void announce(struct hb_loop *loop, const struct epoll_event *next)
{
    if (loop->driver->expect != NULL && next->data.u64 != HB_LOOP_SIGNAL_KEY)
        loop->driver->expect(loop->client, next);
}

static void wait_and_dispatch(struct hb_loop *loop, int64_t now_ns)
{
    struct epoll_event events[EVENTS_MAX];
    int64_t left_ns = wake_instant(loop, now_ns) - now_ns;
    int count = wait_events(loop, events, left_ns > 0 ? left_ns : 0);

    for (int i = 0; i < count; i++) {
        if (i + 1 < count)
            announce(loop, &events[i + 1]);
        if (events[i].data.u64 == HB_LOOP_SIGNAL_KEY) {
            take_signal(loop);
            continue;
        }
        loop->driver->ready(loop->client, &events[i]);
        if (loop->free_count > 0)
            launch(loop, hb_now_ns());
    }
}

/* One record a firing, as for any timer: what was missed meanwhile shows in its lateness. */
static void tick(struct hb_loop *loop, int64_t now_ns)
{
    int64_t period_ns = loop->worker->job.tick_ns;

    if (loop->next_tick_ns == 0 || now_ns < loop->next_tick_ns)
        return;
    hb_recorder_tick(&loop->recorder, loop->next_tick_ns, now_ns);
    loop->next_tick_ns += ((now_ns - loop->next_tick_ns) / period_ns + 1) * period_ns;
}

static bool takes_too_long(const struct hb_loop *loop, size_t task, int64_t now_ns)
{
    const struct hb_job *job = &loop->worker->job;
    int64_t elapsed_ns = now_ns - loop->tasks[task].start_ns;

    if (loop->tasks[task].start_ns == 0)
        return false;
    return elapsed_ns >= job->timeout_ns ||
           (elapsed_ns >= job->connect_timeout_ns && loop->driver->connecting(loop->client, task));
}

/* Time limits, by looking at all tasks now and then: cheaper than a timer a request. */
static void sweep(struct hb_loop *loop, int64_t now_ns)
{
    loop->next_sweep_ns = now_ns + loop->sweep_period_ns;
    for (size_t i = 0; i < task_count(loop); i++)
        if (takes_too_long(loop, i, now_ns))
            loop->driver->expire(loop->client, i);
}

static void keep_time(struct hb_loop *loop, int64_t now_ns)
{
    tick(loop, now_ns);
    if (now_ns - loop->recorder.last_write_ns >= HB_SAMPLE_FLUSH_NS)
        hb_recorder_flush(&loop->recorder, now_ns);
    if (driver_deadline(loop) <= now_ns)
        loop->driver->attend(loop->client, now_ns);
    if (loop->sweep_period_ns > 0 && loop->next_sweep_ns <= now_ns)
        sweep(loop, now_ns);
    ramp(loop, now_ns);
    if (loop->free_count > 0)
        launch(loop, hb_now_ns());
}

void hb_loop_run(struct hb_loop *loop)
{
    const struct hb_go *go = &loop->worker->go;
    int64_t now_ns = hb_now_ns();

    loop->stop_ns = go->stop_ns;
    loop->drain_ns = go->drain_ns;
    loop->next_tick_ns =
        loop->worker->job.tick_ns > 0 ? go->start_ns + loop->worker->job.tick_ns : 0;
    hb_recorder_init(&loop->recorder, loop->worker->sample_fd, go->start_ns);
    while (now_ns < loop->drain_ns && (loop->in_flight > 0 || may_start(loop, now_ns))) {
        wait_and_dispatch(loop, now_ns);
        now_ns = hb_now_ns();
        keep_time(loop, now_ns);
    }
    hb_recorder_flush(&loop->recorder, hb_now_ns());
    hb_totals_add(&loop->worker->totals, &loop->recorder.totals);
}
