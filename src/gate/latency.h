/*
 * What reports need of a latency histogram, so that a sweep of thousands of cells does not hold
 * thousands of histograms (a quarter of a megabyte each). Exact where the histogram is: count, sum
 * and maximum; else to its three digits.
 */
#ifndef HB_GATE_LATENCY_H
#define HB_GATE_LATENCY_H

#include "measure/hist.h"

enum hb_latency_quantile {
    HB_LATENCY_MIN,
    HB_LATENCY_P50,
    HB_LATENCY_P75,
    HB_LATENCY_P90,
    HB_LATENCY_P95,
    HB_LATENCY_P99,
    HB_LATENCY_P995,
    HB_LATENCY_P999,
    HB_LATENCY_P9999,
    HB_LATENCY_QUANTILES
};

extern const double hb_latency_quantiles[HB_LATENCY_QUANTILES]; /* 0, 0.5, … */

struct hb_latency {
    uint64_t count; /* 0: nothing was measured, and nothing else is set */
    double sum_ns, mean_ns;
    int64_t max_ns;
    int64_t quantile_ns[HB_LATENCY_QUANTILES];
    uint64_t above[HB_LATENCY_QUANTILES]; /* samples above each */
};

struct hb_latency hb_latency_of(const struct hb_hist *hist);

#endif
