/* Reading a histogram at the quantiles that are reported. */
#include "gate/latency.h"

const double hb_latency_quantiles[HB_LATENCY_QUANTILES] = {
    [HB_LATENCY_MIN] = 0,      [HB_LATENCY_P50] = 0.5,    [HB_LATENCY_P75] = 0.75,
    [HB_LATENCY_P90] = 0.9,    [HB_LATENCY_P95] = 0.95,   [HB_LATENCY_P99] = 0.99,
    [HB_LATENCY_P995] = 0.995, [HB_LATENCY_P999] = 0.999, [HB_LATENCY_P9999] = 0.9999,
};

struct hb_latency hb_latency_of(const struct hb_hist *hist)
{
    struct hb_latency latency = {.count = hist->count};

    if (hist->count == 0)
        return latency;
    latency.sum_ns = hist->sum_ns;
    latency.mean_ns = hb_hist_mean(hist);
    latency.max_ns = hist->max_ns;
    for (size_t i = 0; i < HB_LATENCY_QUANTILES; i++) {
        latency.quantile_ns[i] = hb_hist_quantile(hist, hb_latency_quantiles[i]);
        latency.above[i] = hb_hist_count_above(hist, hb_latency_quantiles[i]);
    }
    return latency;
}
