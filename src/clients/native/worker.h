/*
 * The kit of the native workers. A client is one `struct hb_worker_client`; its program's main()
 * hands a list of them to hb_worker_main(), which speaks docs/worker-protocol.md.
 *
 * A client that blocks in its library runs on threads (threads.h), one that has an event loop runs
 * on ours (loop.h); both pace, time and record for it, so a client only sends a request and says
 * how it ended.
 */
#ifndef HB_CLIENTS_NATIVE_WORKER_H
#define HB_CLIENTS_NATIVE_WORKER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "clients/native/job.h"
#include "clients/native/pacer.h"
#include "clients/native/recorder.h"

/* Set by the build where a sanitizer watches memory. */
#ifndef HB_SANITIZED
#define HB_SANITIZED 0
#endif

struct hb_worker {
    const struct hb_worker_client *client;
    struct hb_job job;
    struct hb_go go; /* valid in run() */
    struct hb_pacer pacer;
    int sample_fd;
    int signal_fd; /* a signalfd: readable when SIGTERM has come, which means "stop now" */
    struct hb_totals totals;
    bool abandoned; /* run() left threads behind that still use the client's memory */
};

struct hb_worker_client {
    const char *name; /* as in the registry */
    const char *mode; /* "sync" or "async" */
    unsigned descriptors_per_task;
    bool speaks_https;
    bool speaks_http2;

    /* Adds to the ready line: "libraries", "cannot_honour". May be NULL. */
    void (*describe)(const struct hb_worker *worker, json_t *ready);

    /*
     * Builds the client: whatever can be done before the first request. Sends nothing.
     * HB_ERR_UNAVAILABLE: this client cannot do that; HB_ERR_LIMIT: names a limit and its remedy.
     */
    int (*prepare)(struct hb_worker *worker, void **ret_state, struct hb_error *err);

    /* From go to the last sample; adds to worker->totals. */
    void (*run)(struct hb_worker *worker, void *state);

    /* Also without run(), and with NULL. */
    void (*release)(void *state);
};

/* main() of a worker: `version` is the library's, and what "--version" prints. */
int hb_worker_main(int argc, char **argv, const struct hb_worker_client *const *clients,
                   size_t count, const char *version);

/* {"what": …, "why": …} for the ready line's "cannot_honour". */
void hb_worker_cannot_honour(json_t *ready, const char *what, const char *why);

#endif
