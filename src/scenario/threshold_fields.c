/* `thresholds` as field tables: bounds for all cells, and other ones for some of them. */
#include "scenario/language.h"
#include "scenario/threshold.h"

#define THRESHOLD(owner, name, metric, unit, what, how)                                            \
    {                                                                                              \
        .key = (name), .type = &hb_type_threshold_##unit,                                          \
        .offset = offsetof(owner, values) + (metric) * sizeof(const struct hb_node *),             \
        .help = (what), .example = (how)                                                           \
    }
#define RESPONSE_TIME(owner, name, metric, what)                                                   \
    THRESHOLD(owner, name, metric, duration, what, "\"<250ms\"")

/* The same metrics for whichever struct keeps what was written of them. */
#define METRICS(owner)                                                                             \
    THRESHOLD(owner, "requests_per_second", HB_METRIC_REQUESTS_PER_SECOND, number,                 \
              "Verified responses a second.", "\">500\""),                                         \
        THRESHOLD(owner, "error_rate", HB_METRIC_ERROR_RATE, percent, "Failed requests of all.",   \
                  "\"<0.1%\""),                                                                    \
        RESPONSE_TIME(owner, "mean", HB_METRIC_MEAN, "Mean response time."),                       \
        RESPONSE_TIME(owner, "p50", HB_METRIC_P50, "Median response time."),                       \
        RESPONSE_TIME(owner, "p90", HB_METRIC_P90, "90th percentile of response times."),          \
        RESPONSE_TIME(owner, "p95", HB_METRIC_P95, "95th percentile of response times."),          \
        RESPONSE_TIME(owner, "p99", HB_METRIC_P99, "99th percentile of response times."),          \
        RESPONSE_TIME(owner, "p999", HB_METRIC_P999, "99.9th percentile of response times."),      \
        RESPONSE_TIME(owner, "max", HB_METRIC_MAX, "Longest response time."),                      \
        THRESHOLD(owner, "cpu_per_request", HB_METRIC_CPU_PER_REQUEST, duration,                   \
                  "CPU time of the client for a verified request.", "\"<50us\""),                  \
        THRESHOLD(owner, "rss_peak", HB_METRIC_RSS_PEAK, size,                                     \
                  "Highest resident memory of the client.", "\"<64MiB\"")

#define GLOB(axis)                                                                                 \
    {                                                                                              \
        .key = #axis, HB_AT(struct hb_raw_threshold_override, pattern.axis),                       \
        .type = &hb_type_string, .help = "A value of the axis, or a glob."                         \
    }

static const struct hb_field override_fields[] = {
    GLOB(server),      GLOB(client),
    GLOB(method),      GLOB(url),
    GLOB(concurrency), GLOB(duration),
    GLOB(rate),        GLOB(protocol),
    GLOB(profile),     METRICS(struct hb_raw_threshold_override),
};
static const struct hb_table override_table = {
    HB_TABLE("threshold_override", struct hb_raw_threshold_override, override_fields),
    .help = "Other bounds for the cells that match all of its axes; `off`: none. The last that "
            "matches wins, metric by metric.",
    .node_member = HB_MEMBER(struct hb_raw_threshold_override, pattern.node),
};

static const struct hb_field threshold_fields[] = {
    METRICS(struct hb_raw_thresholds),
    {.key = "overrides",
     HB_ARRAY_AT(struct hb_raw_thresholds, overrides, overrides_count),
     .type = &hb_type_struct,
     .table = &override_table,
     .shape = HB_SHAPE_LIST,
     .max_items = 1000,
     .help = "Other bounds for some of the cells.",
     .example = "[{client: \"httpx/*\", concurrency: \"100\", p99: \"<400ms\"}]"},
};
const struct hb_table hb_thresholds_table = {
    HB_TABLE("thresholds", struct hb_raw_thresholds, threshold_fields),
    .help = "What every cell must satisfy; else the exit code says so. A cell that measured "
            "nothing fails all of them. `off` is no bound.",
};
