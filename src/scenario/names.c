/* Words of the scenario language that other layers show, too. */
#include "base/assert.h"
#include "scenario/scenario.h"

static const char *const methods[HB_METHOD_COUNT] = {"GET",    "POST", "PUT",    "PATCH",
                                                     "DELETE", "HEAD", "OPTIONS"};

static const char *const metrics[HB_METRIC_COUNT] = {
    [HB_METRIC_REQUESTS_PER_SECOND] = "requests_per_second",
    [HB_METRIC_ERROR_RATE] = "error_rate",
    [HB_METRIC_MEAN] = "mean",
    [HB_METRIC_P50] = "p50",
    [HB_METRIC_P90] = "p90",
    [HB_METRIC_P95] = "p95",
    [HB_METRIC_P99] = "p99",
    [HB_METRIC_P999] = "p999",
    [HB_METRIC_MAX] = "max",
    [HB_METRIC_CPU_PER_REQUEST] = "cpu_per_request",
    [HB_METRIC_RSS_PEAK] = "rss_peak"};

static const char *const gate_metrics[HB_GATE_METRICS] = {[HB_GATE_THROUGHPUT] = "throughput",
                                                          [HB_GATE_CPU] = "cpu",
                                                          [HB_GATE_P50] = "p50",
                                                          [HB_GATE_P99] = "p99",
                                                          [HB_GATE_RSS] = "rss",
                                                          [HB_GATE_BYTES] = "bytes",
                                                          [HB_GATE_CONNECTIONS] = "connections",
                                                          [HB_GATE_SYSTEM_CALLS] = "system_calls",
                                                          [HB_GATE_INSTRUCTIONS] = "instructions"};

const char *hb_method_name(enum hb_method method)
{
    HB_ASSERT((unsigned)method < HB_METHOD_COUNT);
    return methods[method];
}

const char *hb_metric_name(enum hb_metric metric)
{
    HB_ASSERT((unsigned)metric < HB_METRIC_COUNT);
    return metrics[metric];
}

const char *hb_gate_metric_name(enum hb_gate_metric metric)
{
    HB_ASSERT((unsigned)metric < HB_GATE_METRICS);
    return gate_metrics[metric];
}
