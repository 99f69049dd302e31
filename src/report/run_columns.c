/* The table of a run's columns. */
#include "report/run_columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "exec/result.h"

static const char *label_started(const struct hb_run_row *run, char *scratch)
{
    char text[HB_TIMESTAMP_BYTES] = "";

    if (run->started_wall_ns > 0)
        hb_format_timestamp(text, run->started_wall_ns);
    snprintf(scratch, HB_LABEL_BYTES, "%s", text);
    return scratch;
}

/* "errors too_few_samples" */
static const char *label_flags(const struct hb_run_row *run, char *scratch)
{
    size_t used = 0;

    scratch[0] = '\0';
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        if ((run->flags & (1u << bit)) != 0 && used < HB_LABEL_BYTES)
            used += (size_t)snprintf(scratch + used, HB_LABEL_BYTES - used, "%s%s",
                                     used > 0 ? " " : "", hb_flag_name(bit));
    }
    return scratch;
}

#define TEXT(label, member)                                                                        \
    {                                                                                              \
        label, offsetof(struct hb_run_row, member), NULL                                           \
    }

const struct hb_run_label hb_run_labels[] = {
    TEXT("cell", cell_id),
    TEXT("client", client),
    TEXT("subject", subject),
    TEXT("client_library", client_library),
    TEXT("client_version", client_version),
    TEXT("mode", mode),
    TEXT("runtime", runtime),
    TEXT("http", http),
    TEXT("profile", profile),
    TEXT("server", server),
    TEXT("method", method),
    TEXT("url", url),
    TEXT("arrivals", arrivals),
    TEXT("status", status),
    {"flags", 0, label_flags},
    TEXT("failure", failure),
    {"started", 0, label_started},
    TEXT("client_cpus", client_cpus),
    TEXT("server_cpus", server_cpus),
};
const size_t hb_run_labels_count = HB_ARRAY_LEN(hb_run_labels);

const char *hb_run_label_text(const struct hb_run_label *label, const struct hb_run_row *run,
                              char scratch[HB_LABEL_BYTES])
{
    const char *text;

    if (label->make != NULL)
        return label->make(run, scratch);
    text = *(const char *const *)((const char *)run + label->offset);
    return text != NULL ? text : "";
}

#define FIGURE(member, figure_type, when)                                                          \
    .type = (figure_type), .offset = offsetof(struct hb_run_row, member), .condition = (when)

#define TIME(member)                                                                               \
    {                                                                                              \
        .name = #member, FIGURE(member, HB_RUN_I64, HB_RUN_VERIFIED)                               \
    }

#define COUNT(member, when)                                                                        \
    {                                                                                              \
        .name = #member, FIGURE(member, HB_RUN_U64, when)                                          \
    }

#define ERRORS(outcome, index)                                                                     \
    {                                                                                              \
        .name = "errors_" outcome, FIGURE(outcomes[index], HB_RUN_U64, HB_RUN_MEASURED)            \
    }

const struct hb_run_metric hb_run_metrics[] = {
    {.name = "round", FIGURE(round, HB_RUN_U32, HB_RUN_ALWAYS), .add = 1},
    {.name = "position", FIGURE(position, HB_RUN_U32, HB_RUN_ALWAYS), .add = 1},
    {.name = "concurrency", FIGURE(concurrency, HB_RUN_U32, HB_RUN_ALWAYS)},
    {.name = "duration_s", FIGURE(duration_ns, HB_RUN_I64, HB_RUN_ALWAYS), .scale = 1e-9},
    {.name = "rate", FIGURE(rate, HB_RUN_DOUBLE, HB_RUN_PLANNED)},
    {.name = "burst", FIGURE(burst, HB_RUN_U32, HB_RUN_PLANNED)},
    {.name = "every_s", FIGURE(every_ns, HB_RUN_I64, HB_RUN_PLANNED), .scale = 1e-9},
    {.name = "window_s", FIGURE(window_ns, HB_RUN_I64, HB_RUN_MEASURED), .scale = 1e-9},
    COUNT(verified, HB_RUN_MEASURED),
    COUNT(failed, HB_RUN_MEASURED),
    COUNT(scheduled, HB_RUN_OPEN_LOOP),
    COUNT(unsent, HB_RUN_OPEN_LOOP),
    COUNT(unfinished, HB_RUN_MEASURED),
    {.name = "requests_per_second", FIGURE(requests_per_second, HB_RUN_DOUBLE, HB_RUN_MEASURED)},
    TIME(response_mean_ns),
    TIME(response_min_ns),
    TIME(response_p50_ns),
    TIME(response_p90_ns),
    TIME(response_p95_ns),
    TIME(response_p99_ns),
    TIME(response_p999_ns),
    TIME(response_max_ns),
    {.name = "client_cpu_ns", FIGURE(client_cpu_ns, HB_RUN_I64, HB_RUN_KNOWN)},
    {.name = "client_cpu_per_request_ns",
     FIGURE(client_cpu_ns, HB_RUN_I64, HB_RUN_KNOWN),
     .per_verified = true},
    {.name = "server_cpu_ns", FIGURE(server_cpu_ns, HB_RUN_I64, HB_RUN_KNOWN)},
    {.name = "server_cpu_per_request_ns",
     FIGURE(server_cpu_ns, HB_RUN_I64, HB_RUN_KNOWN),
     .per_verified = true},
    {.name = "proxy_cpu_ns", FIGURE(proxy_cpu_ns, HB_RUN_I64, HB_RUN_KNOWN)},
    {.name = "proxy_cpu_per_request_ns",
     FIGURE(proxy_cpu_ns, HB_RUN_I64, HB_RUN_KNOWN),
     .per_verified = true},
    {.name = "backends_cpu_ns", FIGURE(backends_cpu_ns, HB_RUN_I64, HB_RUN_KNOWN)},
    {.name = "backends_cpu_per_request_ns",
     FIGURE(backends_cpu_ns, HB_RUN_I64, HB_RUN_KNOWN),
     .per_verified = true},
    {.name = "harness_cpu_ns", FIGURE(harness_cpu_ns, HB_RUN_I64, HB_RUN_KNOWN)},
    COUNT(client_rss_avg_bytes, HB_RUN_POSITIVE),
    COUNT(client_rss_peak_bytes, HB_RUN_POSITIVE),
    COUNT(server_rss_peak_bytes, HB_RUN_POSITIVE),
    COUNT(voluntary_switches, HB_RUN_MEASURED),
    COUNT(involuntary_switches, HB_RUN_MEASURED),
    COUNT(bytes, HB_RUN_MEASURED),
    {.name = "connections", FIGURE(connections, HB_RUN_I64, HB_RUN_KNOWN)},
    {.name = "server_requests", FIGURE(server_requests, HB_RUN_I64, HB_RUN_KNOWN)},
    ERRORS("dns", HB_OUTCOME_DNS),
    ERRORS("connect", HB_OUTCOME_CONNECT),
    ERRORS("tls", HB_OUTCOME_TLS),
    ERRORS("timeout", HB_OUTCOME_TIMEOUT),
    ERRORS("reset", HB_OUTCOME_RESET),
    ERRORS("protocol", HB_OUTCOME_PROTOCOL),
    ERRORS("status", HB_OUTCOME_STATUS),
    ERRORS("length", HB_OUTCOME_LENGTH),
    ERRORS("verify", HB_OUTCOME_VERIFY),
    ERRORS("client_exception", HB_OUTCOME_CLIENT_EXCEPTION),
};
const size_t hb_run_metrics_count = HB_ARRAY_LEN(hb_run_metrics);

static double raw_value(const struct hb_run_metric *metric, const struct hb_run_row *run)
{
    const void *member = (const char *)run + metric->offset;

    switch (metric->type) {
    case HB_RUN_U32:
        return *(const uint32_t *)member;
    case HB_RUN_U64:
        return (double)*(const uint64_t *)member;
    case HB_RUN_I64:
        return (double)*(const int64_t *)member;
    case HB_RUN_DOUBLE:
        return *(const double *)member;
    }
    return 0;
}

static bool holds(enum hb_run_condition condition, const struct hb_run_row *run, double value)
{
    if (condition == HB_RUN_ALWAYS)
        return true;
    if (condition == HB_RUN_PLANNED)
        return value > 0;
    if (strcmp(run->status, "ok") != 0)
        return false;
    switch (condition) {
    case HB_RUN_VERIFIED:
        return run->verified > 0;
    case HB_RUN_OPEN_LOOP:
        return run->rate > 0;
    case HB_RUN_KNOWN:
        return value >= 0;
    case HB_RUN_POSITIVE:
        return value > 0;
    default:
        return true;
    }
}

bool hb_run_metric_value(const struct hb_run_metric *metric, const struct hb_run_row *run,
                         double *ret_value)
{
    double value = raw_value(metric, run);

    if (!holds(metric->condition, run, value) || (metric->per_verified && run->verified == 0))
        return false;
    if (metric->per_verified)
        value /= (double)run->verified;
    *ret_value = value * (metric->scale > 0 ? metric->scale : 1) + metric->add;
    return true;
}
