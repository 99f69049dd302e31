/*
 * Which request comes next, and when it is due. One counter for all tasks of a process: a stalled
 * task delays nobody else (docs/worker-protocol.md, "Open loop"). In a closed loop the same
 * counter numbers the requests, so that variants are cycled through in order.
 */
#ifndef HB_CLIENTS_NATIVE_PACER_H
#define HB_CLIENTS_NATIVE_PACER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "clients/native/job.h"

struct hb_pacer {
    const uint64_t *offsets; /* of the schedule; NULL: closed loop */
    void *mapped;            /* the schedule file; NULL: none, or an empty one */
    size_t mapped_bytes;
    uint64_t share;         /* requests of the schedule that fall to this process */
    uint64_t limit;         /* requests this process may start */
    uint64_t first, stride; /* the process's j-th request is first + j * stride */
    _Atomic uint64_t next;  /* j */
};

/* Maps and checks the schedule (offsets ascending, at most HB_JOB_NS_MAX). */
int hb_pacer_init(struct hb_pacer *pacer, const struct hb_job *job,
                  struct hb_error *err) HB_MUST_CHECK;
void hb_pacer_release(struct hb_pacer *pacer);

/* The number of the next request of the run, k; false when there is none left. Thread-safe. */
static inline bool hb_pacer_take(struct hb_pacer *pacer, uint64_t *ret_k)
{
    uint64_t j = atomic_fetch_add_explicit(&pacer->next, 1, memory_order_relaxed);

    *ret_k = pacer->first + j * pacer->stride;
    return j < pacer->limit;
}

/* As hb_pacer_take(), but takes nothing: for loops, which alone use their pacer. */
static inline bool hb_pacer_peek(const struct hb_pacer *pacer, uint64_t *ret_k)
{
    uint64_t j = atomic_load_explicit(&pacer->next, memory_order_relaxed);

    *ret_k = pacer->first + j * pacer->stride;
    return j < pacer->limit;
}

/* The instant request k is due, for a run that starts at start_ns; in a closed loop: `now_ns`. */
static inline int64_t hb_pacer_due(const struct hb_pacer *pacer, uint64_t k, int64_t start_ns,
                                   int64_t now_ns)
{
    return pacer->offsets == NULL ? now_ns : start_ns + (int64_t)pacer->offsets[k];
}

/* Requests of the schedule that were not started, when `started` were. */
uint64_t hb_pacer_unsent(const struct hb_pacer *pacer, uint64_t started);

#endif
