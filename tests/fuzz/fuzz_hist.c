/*
 * An encoded histogram of arbitrary bytes. Input that begins with 'p' is a payload, which is given
 * a correct header and deflated here: no fuzzer finds its way through zlib. What is accepted must
 * survive encoding and decoding.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/assert.h"
#include "measure/hist.h"

#define HEADER_BYTES 40
#define PAYLOAD_MAX_BYTES 65535

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_accepted(const struct hb_hist *hist)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist back;
    HB_CLEANUP(hb_buf_release) struct hb_buf bytes;

    hb_hist_init(&back);
    hb_buf_init(&bytes, HB_HIST_ENCODED_MAX_BYTES);
    HB_ASSERT(hb_hist_encode(hist, &bytes, NULL) == 0);
    HB_ASSERT(hb_hist_decode(&back, bytes.data, bytes.length, NULL) == 0);
    HB_ASSERT(back.count == hist->count);
    HB_ASSERT(memcmp(back.counts, hist->counts, HB_HIST_BUCKETS * sizeof(*back.counts)) == 0);
    HB_ASSERT(hb_hist_quantile(hist, 0.5) <= hb_hist_quantile(hist, 0.99));
    HB_ASSERT(hb_hist_quantile(hist, 1) <= HB_HIST_MAX_NS);
}

static void try_bytes(const uint8_t *bytes, size_t length)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;

    hb_hist_init(&hist);
    if (hb_hist_decode(&hist, bytes, length, NULL) == 0)
        check_accepted(&hist);
    else
        HB_ASSERT(hist.count == 0);
}

static void try_payload(const uint8_t *payload, size_t length)
{
    static uint8_t plain[HEADER_BYTES + PAYLOAD_MAX_BYTES] = {
        [0] = 0x1c, [1] = 0x84, [2] = 0x93,  [3] = 0x13,
        [15] = 3,   [23] = 1,   [32] = 0x3f, [33] = 0xf0};
    static uint8_t packed[2 * sizeof(plain)] = {0x1c, 0x84, 0x93, 0x14};
    uLongf packed_bytes = sizeof(packed) - 8;

    if (length > PAYLOAD_MAX_BYTES)
        return;
    plain[6] = (uint8_t)(length >> 8);
    plain[7] = (uint8_t)length;
    memcpy(plain + HEADER_BYTES, payload, length);
    HB_ASSERT(compress2(packed + 8, &packed_bytes, plain, HEADER_BYTES + length, 1) == Z_OK);
    packed[5] = (uint8_t)(packed_bytes >> 16);
    packed[6] = (uint8_t)(packed_bytes >> 8);
    packed[7] = (uint8_t)packed_bytes;
    try_bytes(packed, 8 + packed_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == 'p')
        try_payload(data + 1, size - 1);
    else
        try_bytes(data, size);
    return 0;
}
