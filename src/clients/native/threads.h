/*
 * Drives a client that blocks: one thread a task, made before ready, each with a recorder of its
 * own. At the drain instant the requests still in flight are abandoned where they are; their
 * threads are never waited for, since a library's call cannot be interrupted.
 */
#ifndef HB_CLIENTS_NATIVE_THREADS_H
#define HB_CLIENTS_NATIVE_THREADS_H

#include "base/error.h"
#include "clients/native/worker.h"

struct hb_thread_driver {
    /* What one thread needs: a handle of the library. May set *ret_task also when it fails. */
    int (*task_new)(void *client, void **ret_task, struct hb_error *err);
    /* Carry out one request, from the call to the last body byte. `reply` is zeroed. */
    void (*perform)(void *task, const struct hb_request *request, struct hb_reply *reply);
    void (*task_free)(void *task); /* takes NULL */
};

struct hb_threads;

/*
 * Makes the tasks and their threads, which wait for hb_threads_run(). `client` is handed to
 * task_new(). Free *ret_threads also after a failure.
 */
int hb_threads_new(struct hb_worker *worker, const struct hb_thread_driver *driver, void *client,
                   struct hb_threads **ret_threads, struct hb_error *err) HB_MUST_CHECK;

/* From go to the drain; sets worker->abandoned when requests were left in flight. */
void hb_threads_run(struct hb_threads *threads);

/* Not after a run that abandoned something. Takes NULL. */
void hb_threads_free(struct hb_threads *threads);

#endif
