/*
 * A histogram with HdrHistogram semantics: fixed memory however many values are recorded, three
 * significant digits (2,048 sub-buckets), exact minimum, maximum, count and sum beside it. Values
 * are nanoseconds from 0 to HB_HIST_MAX_NS (one hour); those outside are clamped to the nearer end
 * and counted in `clamped`.
 *
 * Recording touches only the caller's histogram: threads that record need one each, merged later.
 */
#ifndef HB_MEASURE_HIST_H
#define HB_MEASURE_HIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define HB_HIST_MAX_NS 3600000000000LL
#define HB_HIST_BUCKETS 33792u /* 264 KiB of counts a histogram */

/* No encoding is longer: zlib adds less than a thousandth to what it cannot compress. */
#define HB_HIST_ENCODED_MAX_BYTES (HB_HIST_BUCKETS * 9u + 1024u)

struct hb_hist {
    uint64_t *counts; /* HB_HIST_BUCKETS of them */
    uint64_t count;
    uint64_t clamped;
    int64_t min_ns, max_ns; /* of what was recorded; min > max when empty */
    double sum_ns;          /* exact up to 2^53 ns: 2,500 hours of requests */
};

void hb_hist_init(struct hb_hist *hist); /* allocates */
void hb_hist_release(struct hb_hist *hist);
void hb_hist_clear(struct hb_hist *hist);

void hb_hist_add(struct hb_hist *hist, int64_t value_ns); /* 9 ns; no allocation */
void hb_hist_merge(struct hb_hist *into, const struct hb_hist *from);

/*
 * Value at a quantile in [0, 1]: 0.99 is p99. The smallest recorded value that at least this share
 * of all values does not exceed, at most 1/1,024 too high. Never above the exact maximum nor below
 * the exact minimum; 0 when empty.
 */
int64_t hb_hist_quantile(const struct hb_hist *hist, double quantile);
double hb_hist_mean(const struct hb_hist *hist); /* exact; 0 when empty */

/* How many recorded values lie above the quantile's value: a percentile needs at least 10. */
uint64_t hb_hist_count_above(const struct hb_hist *hist, double quantile);

/* HdrHistogram V2 compressed encoding (zlib), as any HdrHistogram library reads it; appended to
 * `ret_bytes`, whose maximum must leave room for HB_HIST_ENCODED_MAX_BYTES. */
int hb_hist_encode(const struct hb_hist *hist, struct hb_buf *ret_bytes,
                   struct hb_error *err) HB_MUST_CHECK;

/*
 * The inverse, into a histogram that is initialised; it is cleared first. Refuses layouts that
 * count differently (other digits, another lowest value), values above HB_HIST_MAX_NS and broken
 * input with HB_ERR_INPUT; the histogram is then empty. min, max and sum are those of the buckets:
 * as close as the layout is. `clamped` is 0.
 */
int hb_hist_decode(struct hb_hist *ret_hist, const void *bytes, size_t length,
                   struct hb_error *err) HB_MUST_CHECK;

/*
 * After decoding: the exact figures that were kept beside the encoding. HB_ERR_INPUT, with nothing
 * changed, when the ends do not lie in the first and last slot that is used.
 */
int hb_hist_set_exact(struct hb_hist *hist, int64_t min_ns, int64_t max_ns, double sum_ns,
                      uint64_t clamped, struct hb_error *err) HB_MUST_CHECK;

#endif
