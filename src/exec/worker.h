/*
 * One worker's life: spawned under a keeper, given its job, heard when it is ready, told to go,
 * listened to while it runs, and held to its totals when it is done. Non-blocking: the run's loop
 * polls the slots that hb_worker_poll() fills and hands back what became ready.
 *
 * Whatever a worker does wrong becomes one HB_ERR_RUN with a text that says what; the caller then
 * releases it. Its output is bounded: lines by HB_WORKER_LINE_MAX, standard error by
 * HB_WORKER_LOG_MAX, of which the last lines are kept.
 */
#ifndef HB_EXEC_WORKER_H
#define HB_EXEC_WORKER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "exec/keeper.h"
#include "exec/message.h"
#include "exec/result.h"
#include "exec/samples.h"
#include "exec/tail.h"

#define HB_WORKER_LOG_MAX (64u << 20)
#define HB_WORKER_SLOTS 5 /* descriptors to poll */

enum hb_worker_state {
    HB_WORKER_STARTING, /* its job is on the way */
    HB_WORKER_READY,    /* waits for go */
    HB_WORKER_RUNNING,
    HB_WORKER_DONE, /* has said its totals */
    HB_WORKER_ENDED,
};

struct hb_worker {
    enum hb_worker_state state;
    struct hb_child child;
    struct hb_buf input;  /* what is still to be written to it */
    struct hb_buf output; /* of its current line */
    struct hb_tail log;
    struct hb_sample_stream stream;
    struct hb_done totals;           /* once done */
    int64_t job_ns;                  /* when its job was handed over */
    struct hb_worker_report *report; /* borrowed, of the result */
};

/* Spawn it and hand over the job (copied; not yet written). */
int hb_worker_start(struct hb_worker *worker, const struct hb_paths *paths,
                    const struct hb_spawn_spec *spec, const struct hb_buf *job,
                    struct hb_worker_report *report, struct hb_error *err) HB_MUST_CHECK;

/* Hand over the go line; the worker must be ready. */
void hb_worker_go(struct hb_worker *worker, const struct hb_buf *go);

/* Fill the slots. `wants_samples`: wake up for samples too, instead of reading them now and then.
 */
void hb_worker_poll(const struct hb_worker *worker, bool wants_samples,
                    struct pollfd slots[HB_WORKER_SLOTS]);

/* What takes the samples of a run. `judge` is NULL before go: a sample then is a failure. */
struct hb_worker_sink {
    struct hb_judge *judge;
    struct hb_sample_reader reader;
};

/* Serve what poll() found. */
int hb_worker_serve(struct hb_worker *worker, const struct pollfd slots[HB_WORKER_SLOTS],
                    struct hb_worker_sink *sink, struct hb_error *err) HB_MUST_CHECK;

/* Read the samples that are there now; *ret_bytes: how many bytes that was. */
int hb_worker_read_samples(struct hb_worker *worker, struct hb_worker_sink *sink, size_t *ret_bytes,
                           struct hb_error *err) HB_MUST_CHECK;

/* For a deadline that has passed: what the worker should have done by now. */
const char *hb_worker_overdue(const struct hb_worker *worker);

/* The last lines of its standard error so far; malloc'd, NULL when there are none. */
char *hb_worker_log_text(struct hb_worker *worker);

/* Ends it and what it started. Idempotent. */
void hb_worker_release(struct hb_worker *worker);

#endif
