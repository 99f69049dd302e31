/*
 * Drives a client that never blocks: one thread, one epoll instance for all tasks. The loop paces,
 * times and records; the client starts requests and says when they have ended. Nothing here
 * allocates while requests are sent.
 */
#ifndef HB_CLIENTS_NATIVE_LOOP_H
#define HB_CLIENTS_NATIVE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/error.h"
#include "clients/native/worker.h"

/* epoll_event.data.u64 of the loop's own descriptor; a client uses any other value. */
#define HB_LOOP_SIGNAL_KEY UINT64_MAX

struct hb_loop_driver {
    /*
     * Begin a request on a free task; it started at start_ns. It may end at once: hb_loop_end() can
     * be called from here.
     */
    void (*start)(void *client, size_t task, const struct hb_request *request, int64_t start_ns);
    /* A descriptor is ready. */
    void (*ready)(void *client, const struct epoll_event *event);
    /* NULL: no use for it. The next event for ready(): what that needs may be fetched meanwhile. */
    void (*expect)(void *client, const struct epoll_event *event);
    /* Timers of the client's own; NULL: none. When attend() is needed; INT64_MAX: not at all. */
    int64_t (*deadline)(const void *client);
    /* Called when the deadline has passed. */
    void (*attend)(void *client, int64_t now_ns);
    /* The job's time limits; NULL: the client has none. Whether the task is still connecting. */
    bool (*connecting)(const void *client, size_t task);
    /* End the task's request, which took too long. */
    void (*expire)(void *client, size_t task);
};

struct hb_loop_task {
    int64_t start_ns; /* 0: no request */
    int64_t lag_ns;
};

struct hb_loop {
    struct hb_worker *worker;
    const struct hb_loop_driver *driver;
    void *client;
    int epoll_fd;
    struct hb_recorder recorder;
    struct hb_loop_task *tasks;
    size_t *free_ring; /* tasks without a request, first come first served */
    size_t free_first, free_count;
    size_t ramped; /* tasks whose turn in the ramp has come */
    size_t in_flight;
    int64_t stop_ns, drain_ns;
    int64_t next_tick_ns;
    int64_t sweep_period_ns; /* of looking for requests that take too long; 0: no limits */
    int64_t next_sweep_ns;
    bool coarse_wait; /* the kernel waits in milliseconds */
};

/* `client` is handed to the driver's functions. Release also after a failure. */
int hb_loop_init(struct hb_loop *loop, struct hb_worker *worker,
                 const struct hb_loop_driver *driver, void *client,
                 struct hb_error *err) HB_MUST_CHECK;
void hb_loop_release(struct hb_loop *loop);

/* The request of `task` has ended, at end_ns. */
void hb_loop_end(struct hb_loop *loop, size_t task, int64_t end_ns, const struct hb_reply *reply);

/* From go to the drain. What is in flight then is left to the client's release. */
void hb_loop_run(struct hb_loop *loop);

#endif
