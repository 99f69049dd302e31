/*
 * The thread side of the kit. What is delicate here is ownership at the end: a thread owns its
 * recorder except while it is outside (sleeping, or in the library). The main thread may take a
 * recorder over only while its thread is outside, and a thread that comes back to find that out
 * touches nothing any more.
 */
#include "clients/native/threads.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"

#define STACK_BYTES (256u << 10) /* so that thousands of threads fit */

enum task_state {
    TASK_INSIDE,    /* the thread owns the recorder */
    TASK_OUTSIDE,   /* the recorder may be taken over */
    TASK_ABANDONED, /* it was */
    TASK_ENDED,
};

enum start_state {
    START_WAIT,
    START_GO,
    START_CANCELLED,
};

struct task {
    _Alignas(64) _Atomic int state;
    struct hb_threads *threads;
    int64_t index;
    void *client_task;
    pthread_t thread;
    struct hb_recorder recorder;
};

struct hb_threads {
    struct hb_worker *worker;
    const struct hb_thread_driver *driver;
    void *client;
    struct task *tasks;
    int64_t task_count;   /* that may have a client_task */
    int64_t thread_count; /* with a thread */
    pthread_mutex_t lock;
    pthread_cond_t started;
    enum start_state start;  /* under the lock */
    _Atomic int64_t stop_ns; /* go's, or the moment of SIGTERM */
    _Atomic int64_t running;
    int ended_fd; /* eventfd: the last thread has ended */
};

static bool wait_for_start(struct hb_threads *threads)
{
    enum start_state start;

    pthread_mutex_lock(&threads->lock);
    while (threads->start == START_WAIT)
        pthread_cond_wait(&threads->started, &threads->lock);
    start = threads->start;
    pthread_mutex_unlock(&threads->lock);
    return start == START_GO;
}

static void announce_start(struct hb_threads *threads, enum start_state start)
{
    pthread_mutex_lock(&threads->lock);
    threads->start = start;
    pthread_cond_broadcast(&threads->started);
    pthread_mutex_unlock(&threads->lock);
}

static void leave(struct task *task)
{
    atomic_store_explicit(&task->state, TASK_OUTSIDE, memory_order_release);
}

/* False: the recorder was taken over. */
static bool enter(struct task *task)
{
    int expected = TASK_OUTSIDE;

    return atomic_compare_exchange_strong(&task->state, &expected, TASK_INSIDE);
}

static int64_t stop_instant(const struct task *task)
{
    return atomic_load_explicit(&task->threads->stop_ns, memory_order_relaxed);
}

/* Sleeps until the instant or the stop; false: the recorder was taken over meanwhile. */
static bool sleep_outside(struct task *task, int64_t instant_ns)
{
    int64_t stop_ns = stop_instant(task);

    leave(task);
    hb_sleep_until_ns(instant_ns < stop_ns ? instant_ns : stop_ns);
    return enter(task);
}

/* False: the recorder was taken over. */
static bool perform(struct task *task, uint64_t k, int64_t start_ns, int64_t due_ns)
{
    const struct hb_worker *worker = task->threads->worker;
    const struct hb_request *request = &worker->job.requests[k % worker->job.request_count];
    struct hb_reply reply = {0};
    int64_t end_ns;

    task->recorder.totals.started++;
    leave(task);
    task->threads->driver->perform(task->client_task, request, &reply);
    end_ns = hb_recorder_now();
    if (!enter(task))
        return false;
    hb_recorder_request(&task->recorder, start_ns, end_ns, start_ns - due_ns, &reply);
    return true;
}

/* False: the recorder was taken over. */
static bool send_requests(struct task *task)
{
    struct hb_worker *worker = task->threads->worker;
    uint64_t k;

    while (hb_pacer_take(&worker->pacer, &k)) {
        int64_t start_ns = hb_recorder_now();
        int64_t due_ns = hb_pacer_due(&worker->pacer, k, worker->go.start_ns, start_ns);

        if (start_ns < due_ns) {
            if (!sleep_outside(task, due_ns))
                return false;
            start_ns = hb_now_ns();
        }
        if (start_ns >= stop_instant(task))
            return true;
        if (!perform(task, k, start_ns, due_ns))
            return false;
    }
    return true;
}

static void end_task(struct task *task)
{
    struct hb_threads *threads = task->threads;
    uint64_t one = 1;

    hb_recorder_flush(&task->recorder, hb_now_ns());
    atomic_store(&task->state, TASK_ENDED);
    if (atomic_fetch_sub(&threads->running, 1) == 1)
        HB_ASSERT(write(threads->ended_fd, &one, sizeof(one)) == sizeof(one));
}

static void *task_main(void *argument)
{
    struct task *task = argument;
    const struct hb_worker *worker = task->threads->worker;

    if (!wait_for_start(task->threads))
        return NULL;
    if (sleep_outside(task, worker->go.start_ns + task->index * worker->job.ramp_ns) &&
        send_requests(task))
        end_task(task);
    return NULL;
}

static int start_thread(struct task *task, const pthread_attr_t *attributes, struct hb_error *err)
{
    int problem = pthread_create(&task->thread, attributes, task_main, task);

    if (problem == 0)
        return 0;
    return hb_fail(err, HB_ERR_LIMIT,
                   "only %lld of %lld threads could be started (%s): raise RLIMIT_NPROC, "
                   "kernel.threads-max, vm.max_map_count or pids.max, or lower the concurrency",
                   (long long)task->index, (long long)task->threads->worker->job.concurrency,
                   strerror(problem));
}

static int make_task(struct hb_threads *threads, const pthread_attr_t *attributes,
                     struct hb_error *err)
{
    struct task *task = &threads->tasks[threads->task_count];

    task->threads = threads;
    task->index = threads->task_count;
    threads->task_count++;
    if (threads->driver->task_new(threads->client, &task->client_task, err) != 0 ||
        start_thread(task, attributes, err) != 0)
        return -1;
    threads->thread_count++;
    return 0;
}

static int make_tasks(struct hb_threads *threads, struct hb_error *err)
{
    pthread_attr_t attributes;
    int result = 0;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    for (int64_t i = 0; i < threads->worker->job.concurrency && result == 0; i++)
        result = make_task(threads, &attributes, err);
    pthread_attr_destroy(&attributes);
    return result;
}

int hb_threads_new(struct hb_worker *worker, const struct hb_thread_driver *driver, void *client,
                   struct hb_threads **ret_threads, struct hb_error *err)
{
    size_t bytes = (size_t)worker->job.concurrency * sizeof(struct task);
    struct hb_threads *threads = hb_alloc(sizeof(*threads));

    threads->worker = worker;
    threads->driver = driver;
    threads->client = client;
    threads->tasks = aligned_alloc(_Alignof(struct task), bytes);
    HB_ASSERT(threads->tasks != NULL);
    memset(threads->tasks, 0, bytes);
    pthread_mutex_init(&threads->lock, NULL);
    pthread_cond_init(&threads->started, NULL);
    threads->ended_fd = eventfd(0, EFD_CLOEXEC);
    *ret_threads = threads; /* the caller frees it also after a failure */
    if (threads->ended_fd < 0)
        return hb_fail_errno(err, errno, "eventfd");
    return make_tasks(threads, err);
}

/* Until all threads have ended, SIGTERM, or the drain instant. */
static void wait_for_end(struct hb_threads *threads)
{
    struct hb_worker *worker = threads->worker;
    struct pollfd watched[] = {{threads->ended_fd, POLLIN, 0}, {worker->signal_fd, POLLIN, 0}};
    int64_t now_ns = hb_now_ns();

    while (now_ns < worker->go.drain_ns) {
        int64_t left_ns = worker->go.drain_ns - now_ns;
        struct timespec left = {left_ns / HB_NS_PER_S, left_ns % HB_NS_PER_S};

        if (ppoll(watched, HB_ARRAY_LEN(watched), &left, NULL) > 0)
            break;
        now_ns = hb_now_ns();
    }
    if (watched[1].revents != 0)
        atomic_store(&threads->stop_ns, 0);
}

/* Takes the recorder over, or sees the thread end: it does so as soon as it is inside after the
 * stop. */
static void settle(struct hb_threads *threads, struct task *task)
{
    int state = TASK_OUTSIDE;

    while (!atomic_compare_exchange_strong(&task->state, &state, TASK_ABANDONED)) {
        if (state == TASK_ENDED)
            break;
        sched_yield();
        state = TASK_OUTSIDE;
    }
    if (state != TASK_ENDED) {
        hb_recorder_flush(&task->recorder, hb_now_ns());
        threads->worker->abandoned = true;
    }
    hb_totals_add(&threads->worker->totals, &task->recorder.totals);
}

void hb_threads_run(struct hb_threads *threads)
{
    struct hb_worker *worker = threads->worker;

    for (int64_t i = 0; i < threads->task_count; i++)
        hb_recorder_init(&threads->tasks[i].recorder, worker->sample_fd, worker->go.start_ns);
    atomic_store(&threads->stop_ns, worker->go.stop_ns);
    atomic_store(&threads->running, threads->thread_count);
    announce_start(threads, START_GO);
    wait_for_end(threads);
    for (int64_t i = 0; i < threads->task_count; i++)
        settle(threads, &threads->tasks[i]);
}

void hb_threads_free(struct hb_threads *threads)
{
    if (threads == NULL)
        return;
    announce_start(threads, START_CANCELLED);
    for (int64_t i = 0; i < threads->thread_count; i++)
        pthread_join(threads->tasks[i].thread, NULL);
    for (int64_t i = 0; i < threads->task_count; i++)
        threads->driver->task_free(threads->tasks[i].client_task);
    hb_fd_close(&threads->ended_fd);
    pthread_cond_destroy(&threads->started);
    pthread_mutex_destroy(&threads->lock);
    free(threads->tasks);
    free(threads);
}
