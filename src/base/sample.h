/*
 * The record that crosses the pipe between a worker and the runner, one a request
 * (docs/worker-protocol.md, "Samples"). 32 bytes, little-endian: on this project's machines the
 * struct's memory is the wire format, which the assertions below and a unit test hold to.
 */
#ifndef HB_BASE_SAMPLE_H
#define HB_BASE_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#define HB_PROTOCOL_VERSION 1
#define HB_SAMPLE_FD 3
#define HB_SAMPLE_BATCH_BYTES 4096 /* PIPE_BUF: a write up to this size stays whole */
#define HB_SAMPLE_FLUSH_NS 250000000LL
#define HB_PROTOCOL_LINE_MAX (16u << 20)

enum hb_sample_kind {
    HB_SAMPLE_REQUEST = 0,
    HB_SAMPLE_CONNECT = 1,
    HB_SAMPLE_TICK = 2,
};

/* The error taxonomy, one for all languages. */
enum hb_outcome {
    HB_OUTCOME_OK = 0,
    HB_OUTCOME_DNS,
    HB_OUTCOME_CONNECT,
    HB_OUTCOME_TLS,
    HB_OUTCOME_TIMEOUT,
    HB_OUTCOME_RESET,
    HB_OUTCOME_PROTOCOL,
    HB_OUTCOME_STATUS,
    HB_OUTCOME_LENGTH,
    HB_OUTCOME_VERIFY,
    HB_OUTCOME_CLIENT_EXCEPTION,
    HB_OUTCOME_COUNT
};

struct hb_sample {
    uint64_t start_ns;
    uint64_t end_ns;
    uint32_t lag_us;
    uint32_t ttfb_us;
    uint32_t bytes;
    uint16_t status;
    uint8_t kind;    /* enum hb_sample_kind */
    uint8_t outcome; /* enum hb_outcome */
};

_Static_assert(sizeof(struct hb_sample) == 32, "a record is 32 bytes");
_Static_assert(offsetof(struct hb_sample, outcome) == 31, "no padding");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire format is little-endian");

/* "timeout"; "?" for a number outside the taxonomy. */
const char *hb_outcome_name(unsigned outcome);

#endif
