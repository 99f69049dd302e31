/*
 * HdrHistogram's V2 compressed encoding, so that results can be read and merged by the library of
 * any language. A header, then the counts up to the highest value as ZigZag LEB128 numbers of at
 * most nine bytes, in which a negative number stands for that many empty slots; all of it deflated
 * behind a small header of its own. All header numbers are big-endian. What is decoded may come
 * from a file that somebody else wrote: every length and number is checked.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/assert.h"
#include "base/memory.h"
#include "measure/hist.h"
#include "measure/hist_layout.h"

#define COOKIE 0x1c849313u
#define COMPRESSED_COOKIE 0x1c849314u
#define COMPRESSED_HEADER_BYTES 8
#define HEADER_BYTES 40
#define NUMBER_MAX_BYTES 9
#define PAYLOAD_MAX_BYTES (HEADER_BYTES + (size_t)HB_HIST_BUCKETS * NUMBER_MAX_BYTES)
#define USUAL_BYTES 32768             /* few histograms have a longer payload */
#define RATIO_ONE 0x3ff0000000000000u /* the bits of 1.0 */

/* The layout-dependent rest of the header, in order of appearance. */
struct header {
    uint32_t cookie, payload_bytes, normalizing_offset, digits;
    uint64_t lowest, highest, ratio_bits;
};

static void put_big_endian(uint8_t *to, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(number >> (8 * (bytes - 1 - i)));
}

static uint64_t get_big_endian(const uint8_t *from, unsigned bytes)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < bytes; i++)
        number = number << 8 | from[i];
    return number;
}

static void put_header(uint8_t *to, size_t payload_bytes)
{
    put_big_endian(to, COOKIE, 4);
    put_big_endian(to + 4, payload_bytes, 4);
    put_big_endian(to + 8, 0, 4);
    put_big_endian(to + 12, HB_HIST_SIGNIFICANT_DIGITS, 4);
    put_big_endian(to + 16, HB_HIST_LOWEST_NS, 8);
    put_big_endian(to + 24, HB_HIST_MAX_NS, 8);
    put_big_endian(to + 32, RATIO_ONE, 8);
}

static struct header get_header(const uint8_t *from)
{
    return (struct header){
        .cookie = (uint32_t)get_big_endian(from, 4),
        .payload_bytes = (uint32_t)get_big_endian(from + 4, 4),
        .normalizing_offset = (uint32_t)get_big_endian(from + 8, 4),
        .digits = (uint32_t)get_big_endian(from + 12, 4),
        .lowest = get_big_endian(from + 16, 8),
        .highest = get_big_endian(from + 24, 8),
        .ratio_bits = get_big_endian(from + 32, 8),
    };
}

/* Returns the bytes written. The ninth byte carries eight bits, so nine bytes hold 64. */
static size_t put_number(uint8_t *to, int64_t number)
{
    uint64_t rest = ((uint64_t)number << 1) ^ (number < 0 ? UINT64_MAX : 0);
    size_t length = 0;

    while (rest > 0x7f && length < NUMBER_MAX_BYTES - 1) {
        to[length++] = (uint8_t)(rest | 0x80);
        rest >>= 7;
    }
    to[length++] = (uint8_t)rest;
    return length;
}

/* Returns the bytes read; 0 when the input ends within the number. */
static size_t get_number(const uint8_t *from, size_t available, int64_t *ret_number)
{
    uint64_t zigzag = 0;

    for (size_t i = 0; i < available; i++) {
        bool last_byte = i == NUMBER_MAX_BYTES - 1;
        uint64_t bits = last_byte ? from[i] : from[i] & 0x7fu;

        zigzag |= bits << (7 * i);
        if (last_byte || (from[i] & 0x80) == 0) {
            *ret_number = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
            return i + 1;
        }
    }
    return 0;
}

static size_t put_counts(const struct hb_hist *hist, uint8_t *to)
{
    size_t limit = hist->count == 0 ? 1 : hb_hist_index(hist->max_ns) + 1;
    size_t length = 0;

    for (size_t i = 0; i < limit;) {
        size_t start = i;

        while (i < limit && hist->counts[i] == 0)
            i++;
        if (i - start > 1)
            length += put_number(to + length, -(int64_t)(i - start));
        else if (i - start == 1)
            length += put_number(to + length, 0);
        if (i < limit)
            length += put_number(to + length, (int64_t)hist->counts[i++]);
    }
    return length;
}

int hb_hist_encode(const struct hb_hist *hist, struct hb_buf *ret_bytes, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) uint8_t *plain = hb_alloc(PAYLOAD_MAX_BYTES);
    HB_CLEANUP(hb_free_ptr) uint8_t *packed = NULL;
    size_t payload_bytes;
    uLongf packed_bytes;

    HB_ASSERT(hist->count <= INT64_MAX);
    payload_bytes = put_counts(hist, plain + HEADER_BYTES);
    put_header(plain, payload_bytes);
    packed_bytes = compressBound(HEADER_BYTES + payload_bytes);
    packed = hb_alloc(COMPRESSED_HEADER_BYTES + packed_bytes);
    if (compress2(packed + COMPRESSED_HEADER_BYTES, &packed_bytes, plain,
                  HEADER_BYTES + payload_bytes, Z_DEFAULT_COMPRESSION) != Z_OK)
        return hb_fail(err, HB_ERR_INTERNAL, "zlib could not compress a histogram");
    put_big_endian(packed, COMPRESSED_COOKIE, 4);
    put_big_endian(packed + 4, packed_bytes, 4);
    hb_buf_append(ret_bytes, packed, COMPRESSED_HEADER_BYTES + packed_bytes);
    if (ret_bytes->overflowed)
        return hb_fail(err, HB_ERR_LIMIT, "an encoded histogram does not fit into %zu bytes",
                       ret_bytes->maximum);
    return 0;
}

/* Inflate into `plain`; zlib's own code is returned. */
static int inflate_into(uint8_t *plain, size_t capacity, const uint8_t *bytes, size_t length,
                        size_t *ret_plain_bytes)
{
    uLongf plain_bytes = capacity;
    int result = uncompress(plain, &plain_bytes, bytes + COMPRESSED_HEADER_BYTES,
                            (uLong)(length - COMPRESSED_HEADER_BYTES));

    *ret_plain_bytes = plain_bytes;
    return result;
}

static int check_compressed_header(const uint8_t *bytes, size_t length, struct hb_error *err)
{
    if (length < COMPRESSED_HEADER_BYTES || get_big_endian(bytes, 4) != COMPRESSED_COOKIE)
        return hb_fail(err, HB_ERR_INPUT, "not a compressed HdrHistogram (V2)");
    if (get_big_endian(bytes + 4, 4) != length - COMPRESSED_HEADER_BYTES)
        return hb_fail(err, HB_ERR_INPUT, "histogram of %zu bytes announces another length",
                       length);
    return 0;
}

static int check_header(const uint8_t *plain, size_t plain_bytes, struct hb_error *err)
{
    struct header header;

    if (plain_bytes < HEADER_BYTES)
        return hb_fail(err, HB_ERR_INPUT, "histogram ends within its header");
    header = get_header(plain);
    if (header.cookie != COOKIE || header.payload_bytes != plain_bytes - HEADER_BYTES)
        return hb_fail(err, HB_ERR_INPUT, "histogram has a wrong header");
    if (header.digits != HB_HIST_SIGNIFICANT_DIGITS || header.lowest != HB_HIST_LOWEST_NS ||
        header.normalizing_offset != 0 || header.ratio_bits != RATIO_ONE)
        return hb_fail(err, HB_ERR_INPUT,
                       "histogram counts in another layout; wanted: %d digits, lowest value %d, "
                       "no offset, ratio 1",
                       HB_HIST_SIGNIFICANT_DIGITS, HB_HIST_LOWEST_NS);
    return 0;
}

/* One number of the payload: a count for the slot *index, or how many slots are empty. */
static int take_number(struct hb_hist *hist, size_t *index, int64_t number)
{
    if (number <= 0) {
        uint64_t skip = number == 0 ? 1 : -(uint64_t)number;

        if (skip > HB_HIST_BUCKETS - *index)
            return -1;
        *index += (size_t)skip;
        return 0;
    }
    if (*index > hb_hist_index(HB_HIST_MAX_NS) ||
        (uint64_t)number > (uint64_t)INT64_MAX - hist->count)
        return -1;
    if (hist->count == 0)
        hist->min_ns = hb_hist_slot_lowest(*index);
    hist->max_ns = hb_hist_slot_highest(*index);
    hist->counts[*index] = (uint64_t)number;
    hist->count += (uint64_t)number;
    hist->sum_ns += (double)number *
                    ((double)hb_hist_slot_lowest(*index) + (double)hb_hist_slot_highest(*index)) /
                    2;
    (*index)++;
    return 0;
}

static int take_counts(struct hb_hist *hist, const uint8_t *payload, size_t length,
                       struct hb_error *err)
{
    size_t index = 0, offset = 0;
    int64_t number;

    while (offset < length) {
        size_t used = get_number(payload + offset, length - offset, &number);

        if (used == 0)
            return hb_fail(err, HB_ERR_INPUT, "histogram ends within a number");
        if (take_number(hist, &index, number) != 0)
            return hb_fail(err, HB_ERR_INPUT,
                           "histogram holds values above one hour, or 2^63 of them");
        offset += used;
    }
    if (hist->count > 0 && hist->max_ns > HB_HIST_MAX_NS)
        hist->max_ns = HB_HIST_MAX_NS; /* the last slot reaches beyond what is recorded */
    return 0;
}

static int take_plain(struct hb_hist *hist, const uint8_t *plain, size_t plain_bytes,
                      struct hb_error *err)
{
    if (check_header(plain, plain_bytes, err) != 0)
        return -1;
    if (take_counts(hist, plain + HEADER_BYTES, plain_bytes - HEADER_BYTES, err) != 0) {
        hb_hist_clear(hist);
        return -1;
    }
    return 0;
}

int hb_hist_decode(struct hb_hist *ret_hist, const void *bytes, size_t length, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) uint8_t *large = NULL;
    uint8_t usual[USUAL_BYTES];
    const uint8_t *plain = usual;
    size_t plain_bytes = 0;
    int inflated;

    hb_hist_clear(ret_hist);
    if (check_compressed_header(bytes, length, err) != 0)
        return -1;
    inflated = inflate_into(usual, sizeof(usual), bytes, length, &plain_bytes);
    if (inflated == Z_BUF_ERROR) { /* longer, up to the longest there is: a bomb ends there */
        plain = large = hb_alloc(PAYLOAD_MAX_BYTES);
        inflated = inflate_into(large, PAYLOAD_MAX_BYTES, bytes, length, &plain_bytes);
    }
    if (inflated != Z_OK)
        return hb_fail(err, HB_ERR_INPUT, "histogram is damaged: zlib cannot inflate it");
    return take_plain(ret_hist, plain, plain_bytes, err);
}

static bool same_slot(int64_t left_ns, int64_t right_ns)
{
    return left_ns >= 0 && left_ns <= HB_HIST_MAX_NS &&
           hb_hist_index(left_ns) == hb_hist_index(right_ns);
}

int hb_hist_set_exact(struct hb_hist *hist, int64_t min_ns, int64_t max_ns, double sum_ns,
                      uint64_t clamped, struct hb_error *err)
{
    if (hist->count > 0 &&
        (!same_slot(min_ns, hist->min_ns) || !same_slot(max_ns, hist->max_ns) || min_ns > max_ns))
        return hb_fail(err, HB_ERR_INPUT,
                       "histogram from %lld to %lld ns does not end where it says: %lld, %lld",
                       (long long)hist->min_ns, (long long)hist->max_ns, (long long)min_ns,
                       (long long)max_ns);
    hist->min_ns = hist->count > 0 ? min_ns : hist->min_ns;
    hist->max_ns = hist->count > 0 ? max_ns : hist->max_ns;
    hist->sum_ns = sum_ns;
    hist->clamped = clamped;
    return 0;
}
