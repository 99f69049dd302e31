/* libcurl as most programs use it: an easy handle a thread, which blocks in curl_easy_perform. */
#include "clients/native/libcurl_clients.h"

#include <stdlib.h>

#include "base/memory.h"
#include "clients/native/libcurl_task.h"
#include "clients/native/threads.h"

struct sync {
    struct hb_curl_plan plan;
    struct hb_threads *threads;
};

static int task_new(void *state, void **ret_task, struct hb_error *err)
{
    const struct sync *sync = state;
    struct hb_curl_task *task = hb_alloc(sizeof(*task));

    *ret_task = task;
    if (hb_curl_task_init(task, &sync->plan, err) != 0)
        return -1;
    hb_curl_task_limit(task);
    return 0;
}

static void perform(void *state, const struct hb_request *request, struct hb_reply *reply)
{
    struct hb_curl_task *task = state;

    hb_curl_task_set(task, request);
    hb_curl_task_reply(task, curl_easy_perform(task->easy), reply);
}

static void task_free(void *task)
{
    if (task == NULL)
        return;
    hb_curl_task_release(task);
    free(task);
}

static const struct hb_thread_driver driver = {
    .task_new = task_new,
    .perform = perform,
    .task_free = task_free,
};

static int prepare(struct hb_worker *worker, void **ret_state, struct hb_error *err)
{
    struct sync *sync = hb_alloc(sizeof(*sync));

    *ret_state = sync;
    if (hb_curl_plan_init(&sync->plan, &worker->job, err) != 0)
        return -1;
    return hb_threads_new(worker, &driver, sync, &sync->threads, err);
}

static void run(struct hb_worker *worker HB_UNUSED, void *state)
{
    hb_threads_run(((struct sync *)state)->threads);
}

static void release(void *state)
{
    struct sync *sync = state;

    if (sync == NULL)
        return;
    hb_threads_free(sync->threads);
    hb_curl_plan_release(&sync->plan);
    free(sync);
}

const struct hb_worker_client hb_libcurl_sync = {
    .name = "libcurl",
    .mode = "sync",
    .descriptors_per_task = 3, /* a socket, and the pair curl_easy_perform wakes itself with */
    .speaks_https = true,
    .speaks_http2 = true,
    .describe = hb_curl_describe,
    .prepare = prepare,
    .run = run,
    .release = release,
};
