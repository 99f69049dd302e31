/*
 * The client that sends nothing: what is left is the harness. A request "ends" one turn of the
 * loop after it started, so that N tasks are in flight as with a real client (concurrency =
 * throughput x latency holds) and each turn costs one wait in the kernel. The sample pipe blocks
 * when the runner is slower, which is then the figure that is measured.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "clients/native/loop.h"

struct noop {
    struct hb_loop loop;
    size_t *started; /* tasks with a request, in order */
    size_t count;
};

static void start(void *client, size_t task, const struct hb_request *request HB_UNUSED,
                  int64_t start_ns HB_UNUSED)
{
    struct noop *noop = client;

    noop->started[noop->count++] = task;
}

static void ready(void *client HB_UNUSED, const struct epoll_event *event HB_UNUSED)
{
}

static int64_t deadline(const void *client)
{
    const struct noop *noop = client;

    return noop->count > 0 ? 0 : INT64_MAX;
}

static void attend(void *client, int64_t now_ns HB_UNUSED)
{
    static const struct hb_reply reply = {.status = 200};
    struct noop *noop = client;
    size_t count = noop->count;

    noop->count = 0;
    for (size_t i = 0; i < count; i++)
        hb_loop_end(&noop->loop, noop->started[i], hb_now_ns(), &reply);
}

static const struct hb_loop_driver driver = {
    .start = start,
    .ready = ready,
    .deadline = deadline,
    .attend = attend,
};

static int prepare(struct hb_worker *worker, void **ret_state, struct hb_error *err)
{
    struct noop *noop = hb_alloc(sizeof(*noop));

    *ret_state = noop;
    noop->started = hb_calloc((size_t)worker->job.concurrency, sizeof(*noop->started));
    return hb_loop_init(&noop->loop, worker, &driver, noop, err);
}

static void run(struct hb_worker *worker HB_UNUSED, void *state)
{
    hb_loop_run(&((struct noop *)state)->loop);
}

static void release(void *state)
{
    struct noop *noop = state;

    if (noop == NULL)
        return;
    hb_loop_release(&noop->loop);
    free(noop->started);
    free(noop);
}

static const struct hb_worker_client noop_client = {
    .name = "noop",
    .mode = "async",
    .descriptors_per_task = 0,
    .speaks_https = true, /* it sends nothing: any URL will do */
    .speaks_http2 = true,
    .prepare = prepare,
    .run = run,
    .release = release,
};

static const struct hb_worker_client *const clients[] = {&noop_client};

int main(int argc, char **argv)
{
    return hb_worker_main(argc, argv, clients, HB_ARRAY_LEN(clients), HB_VERSION);
}
