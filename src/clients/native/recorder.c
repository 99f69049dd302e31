/*
 * The writing end of the sample pipe. Judges nothing: statuses and lengths are the runner's affair.
 */
#include "clients/native/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"

void hb_recorder_init(struct hb_recorder *recorder, int fd, int64_t now_ns)
{
    *recorder = (struct hb_recorder){.fd = fd, .last_write_ns = now_ns};
}

void hb_recorder_flush(struct hb_recorder *recorder, int64_t now_ns)
{
    struct hb_error err;
    size_t bytes = recorder->count * sizeof(recorder->batch[0]);

    recorder->last_write_ns = now_ns;
    recorder->count = 0;
    if (bytes == 0 || hb_fd_write_all(recorder->fd, recorder->batch, bytes, &err) == 0)
        return;
    fprintf(stderr, "samples: %s\n", err.message);
    _exit(EXIT_FAILURE);
}

static void record_connect(struct hb_recorder *recorder, int64_t start_ns, int64_t connect_ns)
{
    struct hb_sample sample = {
        .start_ns = (uint64_t)start_ns,
        .end_ns = (uint64_t)(start_ns + connect_ns),
        .kind = HB_SAMPLE_CONNECT,
    };

    recorder->totals.connections++;
    hb_recorder_add(recorder, &sample);
}

void hb_recorder_request(struct hb_recorder *recorder, int64_t start_ns, int64_t end_ns,
                         int64_t lag_ns, const struct hb_reply *reply)
{
    struct hb_sample sample = {
        .start_ns = (uint64_t)start_ns,
        .end_ns = (uint64_t)end_ns,
        .lag_us = hb_saturated_us(lag_ns),
        .ttfb_us = hb_saturated_us(reply->ttfb_ns),
        .bytes = reply->bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)reply->bytes,
        .status = reply->status,
        .kind = HB_SAMPLE_REQUEST,
        .outcome = reply->outcome,
    };

    recorder->totals.requests++;
    if (!HB_RECORDING)
        return;
    if (reply->connect_ns > 0)
        record_connect(recorder, start_ns, reply->connect_ns);
    recorder->totals.bytes += sample.bytes;
    hb_recorder_add(recorder, &sample);
}

void hb_recorder_tick(struct hb_recorder *recorder, int64_t due_ns, int64_t now_ns)
{
    struct hb_sample sample = {
        .start_ns = (uint64_t)due_ns,
        .end_ns = (uint64_t)now_ns,
        .kind = HB_SAMPLE_TICK,
    };

    hb_recorder_add(recorder, &sample);
}

void hb_totals_add(struct hb_totals *sum, const struct hb_totals *part)
{
    sum->started += part->started;
    sum->requests += part->requests;
    sum->connections += part->connections;
    sum->bytes += part->bytes;
}
