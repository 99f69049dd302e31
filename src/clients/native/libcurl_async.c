/*
 * libcurl's event-driven interface on one loop. Four things make it fast: multi handles of a few
 * transfers (adding one, and finding it a connection, touches the others: memory that with
 * thousands of them is in no cache), a transfer's memory in one place, keeping a connection's
 * descriptor in epoll between transfers, though libcurl asks to have it removed after each, and
 * time limits by the loop instead of two timers a transfer in the multi's tree. In the profile
 * stock the memory and the limits are libcurl's own affair.
 */
#include "clients/native/libcurl_clients.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "clients/native/curl_memory.h"
#include "clients/native/libcurl_task.h"
#include "clients/native/loop.h"

#define GROUP_TASKS 32
#define DESCRIPTORS_MAX ((size_t)2 * HB_JOB_CONCURRENCY_MAX)

/* A multi handle and the timer it asked for. */
struct group {
    CURLM *multi;
    struct async *async;
    int64_t deadline_ns;
};

/* What is known of a descriptor, by its number. */
struct descriptor {
    struct group *group;
    uint32_t wanted;     /* epoll events libcurl waits for */
    uint32_t registered; /* those epoll knows of; 0: not registered */
    uint32_t transfer;   /* the last one that waited for it */
    bool connection;     /* opened by us for a connection, which we hear of when it is closed */
};

struct transfer {
    struct hb_curl_task task; /* first: libcurl hands us a pointer to it */
    struct async *async;
};

struct async {
    struct hb_loop loop;
    struct hb_curl_plan plan;
    struct transfer *transfers;
    size_t transfer_count; /* that were initialised */
    struct group *groups;
    size_t group_count; /* that were initialised */
    struct descriptor *descriptors;
    size_t descriptor_count;
    int64_t now_ns; /* when the loop last called */
};

/* ---- descriptors ---- */

static int register_events(struct async *async, int fd, uint32_t events)
{
    struct descriptor *descriptor = &async->descriptors[fd];
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)fd};
    int operation = events == 0                   ? EPOLL_CTL_DEL
                    : descriptor->registered == 0 ? EPOLL_CTL_ADD
                                                  : EPOLL_CTL_MOD;

    if (events == descriptor->registered)
        return 0;
    descriptor->registered = events;
    return epoll_ctl(async->loop.epoll_fd, operation, fd, &event);
}

/* NULL: a handle of libcurl's own. */
static struct transfer *transfer_of(CURL *easy)
{
    char *transfer = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return (struct transfer *)transfer;
}

/* CURLMOPT_SOCKETFUNCTION */
static int watch(CURL *easy, curl_socket_t fd, int what, void *state, void *socket_data HB_UNUSED)
{
    static const uint32_t wanted[] = {
        [CURL_POLL_NONE] = 0,       [CURL_POLL_IN] = EPOLLIN,
        [CURL_POLL_OUT] = EPOLLOUT, [CURL_POLL_INOUT] = EPOLLIN | EPOLLOUT,
        [CURL_POLL_REMOVE] = 0,
    };
    struct group *group = state;
    struct async *async = group->async;
    struct descriptor *descriptor;
    const struct transfer *transfer;

    if ((size_t)fd >= async->descriptor_count)
        return -1;
    descriptor = &async->descriptors[fd];
    descriptor->group = group;
    descriptor->wanted = wanted[what];
    if (descriptor->wanted == 0 && descriptor->connection)
        return 0; /* the next transfer will want it again */
    transfer = transfer_of(easy);
    if (transfer != NULL)
        descriptor->transfer = (uint32_t)(transfer - async->transfers);
    return register_events(async, fd, descriptor->wanted) == 0 ? 0 : -1;
}

/* CURLOPT_OPENSOCKETFUNCTION */
static curl_socket_t open_socket(void *state, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = state;
    struct async *async = transfer->async;
    curl_socket_t fd = hb_curl_open_socket(&transfer->task, purpose, address);

    if (fd >= 0 && (size_t)fd >= async->descriptor_count) {
        close(fd);
        return CURL_SOCKET_BAD;
    }
    if (fd >= 0)
        async->descriptors[fd] = (struct descriptor){.connection = true};
    return fd;
}

/* CURLOPT_CLOSESOCKETFUNCTION */
static int close_socket(void *state, curl_socket_t fd)
{
    struct async *async = state;

    async->descriptors[fd] = (struct descriptor){0}; /* closing takes it out of epoll */
    return close(fd);
}

/* ---- transfers ---- */

/* CURLMOPT_TIMERFUNCTION */
static int set_timer(CURLM *multi HB_UNUSED, long timeout_ms, void *state)
{
    struct group *group = state;

    group->deadline_ns =
        timeout_ms < 0 ? INT64_MAX : group->async->now_ns + timeout_ms * HB_NS_PER_MS;
    return 0;
}

static struct group *group_of(const struct async *async, size_t number)
{
    return &async->groups[number / GROUP_TASKS];
}

/* Takes the transfer out of its multi; a connection in the midst of something is closed. */
static void end_transfer(struct async *async, size_t number, CURLcode result)
{
    struct hb_curl_task *task = &async->transfers[number].task;
    int64_t end_ns = hb_recorder_now();
    struct hb_reply reply = {0};

    hb_curl_task_reply(task, result, &reply);
    curl_multi_remove_handle(group_of(async, number)->multi, task->easy);
    hb_loop_end(&async->loop, number, end_ns, &reply);
}

static void take_message(struct async *async, const CURLMsg *message)
{
    if (message->msg == CURLMSG_DONE)
        end_transfer(async, (size_t)(transfer_of(message->easy_handle) - async->transfers),
                     message->data.result);
}

/* Lets a multi act on a descriptor or its timer, and takes what has finished. */
static void act(struct group *group, curl_socket_t fd, int events)
{
    CURLMsg *message;
    int running, left;

    if (fd == CURL_SOCKET_TIMEOUT)
        group->deadline_ns = INT64_MAX; /* libcurl says anew when it needs a timer */
    curl_multi_socket_action(group->multi, fd, events, &running);
    while ((message = curl_multi_info_read(group->multi, &left)) != NULL)
        take_message(group->async, message);
}

static void start(void *state, size_t number, const struct hb_request *request, int64_t start_ns)
{
    struct async *async = state;
    struct hb_curl_task *task = &async->transfers[number].task;
    struct group *group = group_of(async, number);

    async->now_ns = start_ns;
    hb_curl_memory_enter(number);
    hb_curl_task_set(task, request);
    curl_multi_add_handle(group->multi, task->easy);
    act(group, CURL_SOCKET_TIMEOUT, 0); /* else it would start with the next event */
}

static void ready(void *state, const struct epoll_event *event)
{
    struct async *async = state;
    int fd = (int)event->data.u64;
    struct descriptor *descriptor = &async->descriptors[fd];
    int happened = 0;

    if (descriptor->wanted == 0) { /* an idle connection: libcurl looks when it reuses it */
        register_events(async, fd, 0);
        return;
    }
    if ((event->events & EPOLLIN) != 0)
        happened |= CURL_CSELECT_IN;
    if ((event->events & EPOLLOUT) != 0)
        happened |= CURL_CSELECT_OUT;
    if ((event->events & (EPOLLERR | EPOLLHUP)) != 0)
        happened |= CURL_CSELECT_ERR;
    hb_curl_memory_enter(descriptor->transfer);
    act(descriptor->group, fd, happened);
}

static void expect(void *state, const struct epoll_event *event)
{
    const struct async *async = state;

    hb_curl_memory_expect(async->descriptors[(int)event->data.u64].transfer);
}

static int64_t deadline(const void *state)
{
    const struct async *async = state;
    int64_t earliest_ns = INT64_MAX;

    for (size_t i = 0; i < async->group_count; i++)
        if (async->groups[i].deadline_ns < earliest_ns)
            earliest_ns = async->groups[i].deadline_ns;
    return earliest_ns;
}

static void attend(void *state, int64_t now_ns)
{
    struct async *async = state;

    async->now_ns = now_ns;
    hb_curl_memory_enter(HB_CURL_NO_TRANSFER);
    for (size_t i = 0; i < async->group_count; i++)
        if (async->groups[i].deadline_ns <= now_ns)
            act(&async->groups[i], CURL_SOCKET_TIMEOUT, 0);
}

/* Before the first byte may be sent, TLS included. */
static bool connecting(const void *state, size_t number)
{
    const struct async *async = state;
    curl_off_t ready_us = 0;

    curl_easy_getinfo(async->transfers[number].task.easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
    return ready_us == 0;
}

static void expire(void *state, size_t number)
{
    hb_curl_memory_enter(number);
    end_transfer(state, number, CURLE_OPERATION_TIMEDOUT);
}

static const struct hb_loop_driver driver = {
    .start = start,
    .ready = ready,
    .expect = expect,
    .deadline = deadline,
    .attend = attend,
    .connecting = connecting,
    .expire = expire,
};

/* ---- what the kit calls ---- */

static int make_transfer(struct async *async, size_t number, struct hb_error *err)
{
    struct transfer *transfer = &async->transfers[number];
    CURL *easy;

    transfer->async = async;
    async->transfer_count++;
    hb_curl_memory_enter(number);
    if (hb_curl_task_init(&transfer->task, &async->plan, err) != 0)
        return -1;
    easy = transfer->task.easy;
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, async);
    return 0;
}

static int make_group(struct async *async, size_t number, struct hb_error *err)
{
    struct group *group = &async->groups[number];

    *group = (struct group){curl_multi_init(), async, INT64_MAX};
    if (group->multi == NULL)
        return hb_fail(err, HB_ERR_INTERNAL, "curl_multi_init failed");
    async->group_count++;
    curl_multi_setopt(group->multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(group->multi, CURLMOPT_SOCKETDATA, group);
    curl_multi_setopt(group->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(group->multi, CURLMOPT_TIMERDATA, group);
    if (hb_job_is_stock(async->plan.job))
        return 0;
    curl_multi_setopt(group->multi, CURLMOPT_MAXCONNECTS, (long)GROUP_TASKS);
    curl_multi_setopt(group->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return 0;
}

/* Descriptors are numbered from the lowest: the process's limit bounds the table. */
static void make_descriptors(struct async *async)
{
    struct rlimit limit = {0};

    getrlimit(RLIMIT_NOFILE, &limit);
    async->descriptor_count =
        limit.rlim_cur < DESCRIPTORS_MAX ? (size_t)limit.rlim_cur : DESCRIPTORS_MAX;
    async->descriptors = hb_calloc(async->descriptor_count, sizeof(*async->descriptors));
}

static int prepare(struct hb_worker *worker, void **ret_state, struct hb_error *err)
{
    struct async *async = hb_alloc(sizeof(*async));
    size_t tasks = (size_t)worker->job.concurrency;
    size_t groups = (tasks + GROUP_TASKS - 1) / GROUP_TASKS;

    *ret_state = async;
    async->loop.epoll_fd = -1;
    async->transfers = hb_calloc(tasks, sizeof(*async->transfers));
    async->groups = hb_calloc(groups, sizeof(*async->groups));
    make_descriptors(async);
    if (!HB_SANITIZED && !hb_job_is_stock(&worker->job)) /* sanitizers watch malloc */
        hb_curl_memory_init(tasks);
    if (hb_curl_plan_init(&async->plan, &worker->job, err) != 0)
        return -1;
    for (size_t i = 0; i < groups; i++)
        if (make_group(async, i, err) != 0)
            return -1;
    for (size_t i = 0; i < tasks; i++)
        if (make_transfer(async, i, err) != 0)
            return -1;
    if (hb_loop_init(&async->loop, worker, &driver, async, err) != 0)
        return -1;
    if (hb_job_is_stock(&worker->job))
        async->loop.sweep_period_ns = 0;
    return 0;
}

static void run(struct hb_worker *worker HB_UNUSED, void *state)
{
    hb_loop_run(&((struct async *)state)->loop);
}

static void release(void *state)
{
    struct async *async = state;

    if (async == NULL)
        return;
    for (size_t i = 0; i < async->transfer_count; i++) {
        CURL *easy = async->transfers[i].task.easy;

        if (i / GROUP_TASKS < async->group_count && easy != NULL)
            curl_multi_remove_handle(group_of(async, i)->multi, easy);
        hb_curl_task_release(&async->transfers[i].task);
    }
    for (size_t i = 0; i < async->group_count; i++)
        curl_multi_cleanup(async->groups[i].multi);
    hb_curl_plan_release(&async->plan);
    hb_curl_memory_release();
    hb_loop_release(&async->loop);
    free(async->descriptors);
    free(async->groups);
    free(async->transfers);
    free(async);
}

const struct hb_worker_client hb_libcurl_async = {
    .name = "libcurl",
    .mode = "async",
    .descriptors_per_task = 1,
    .speaks_https = true,
    .speaks_http2 = true,
    .describe = hb_curl_describe,
    .prepare = prepare,
    .run = run,
    .release = release,
};
