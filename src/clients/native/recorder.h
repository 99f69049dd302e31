/*
 * Samples on their way to the runner: one recorder a thread or loop, a batch of 128 records that
 * is written when it is full or 250 ms after the last write (docs/worker-protocol.md, "Samples").
 * Recording costs a copy of 32 bytes; there is no system call but the batched write.
 */
#ifndef HB_CLIENTS_NATIVE_RECORDER_H
#define HB_CLIENTS_NATIVE_RECORDER_H

#include <stdint.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/sample.h"

/* 0 only in the program that tests/bench/recording_cost.py compares with: the same loop,
 * unmeasured. */
#ifndef HB_RECORDING
#define HB_RECORDING 1
#endif

#define HB_RECORDER_BATCH (HB_SAMPLE_BATCH_BYTES / sizeof(struct hb_sample))

struct hb_totals {
    uint64_t started;     /* requests begun */
    uint64_t requests;    /* request records written */
    uint64_t connections; /* connections opened */
    uint64_t bytes;       /* sum of the records' bytes */
};

/* What a client says of a request that has ended. */
struct hb_reply {
    uint64_t bytes;     /* of the body */
    int64_t connect_ns; /* how long setting up a new connection took, from the request's start; 0:
                           none was */
    int64_t ttfb_ns;    /* from the request's start to the first response byte; 0: unknown */
    uint16_t status;
    uint8_t outcome; /* enum hb_outcome */
};

struct hb_recorder {
    struct hb_sample batch[HB_RECORDER_BATCH];
    unsigned count;
    int fd;
    int64_t last_write_ns;
    struct hb_totals totals;
};

/* `fd` stays the caller's. */
void hb_recorder_init(struct hb_recorder *recorder, int fd, int64_t now_ns);

/* Writes what is there. When nobody reads any more the process ends: nothing is left to measure. */
void hb_recorder_flush(struct hb_recorder *recorder, int64_t now_ns);

/* The clock of a measured loop. */
static inline int64_t hb_recorder_now(void)
{
    return HB_RECORDING ? hb_now_ns() : 0;
}

/* Microseconds, saturated to what a record can hold. */
static inline uint32_t hb_saturated_us(int64_t ns)
{
    int64_t us = ns / HB_NS_PER_US;

    return us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static inline void hb_recorder_add(struct hb_recorder *recorder, const struct hb_sample *sample)
{
    int64_t end_ns = (int64_t)sample->end_ns;

    recorder->batch[recorder->count++] = *sample;
    if (recorder->count == HB_RECORDER_BATCH ||
        end_ns - recorder->last_write_ns >= HB_SAMPLE_FLUSH_NS)
        hb_recorder_flush(recorder, end_ns);
}

/* One request, and the connection it had to open. */
void hb_recorder_request(struct hb_recorder *recorder, int64_t start_ns, int64_t end_ns,
                         int64_t lag_ns, const struct hb_reply *reply);

/* A timer that was due at due_ns fired at now_ns. */
void hb_recorder_tick(struct hb_recorder *recorder, int64_t due_ns, int64_t now_ns);

void hb_totals_add(struct hb_totals *sum, const struct hb_totals *part);

#endif
