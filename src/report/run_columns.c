/* The table of a run's columns. */
#include "report/run_columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "exec/result.h"

#define TEXT_LABEL(member)                                                                         \
    static const char *label_##member(const struct hb_run_row *run, HB_UNUSED char *scratch)       \
    {                                                                                              \
        return run->member != NULL ? run->member : "";                                             \
    }

TEXT_LABEL(cell_id)
TEXT_LABEL(client)
TEXT_LABEL(client_library)
TEXT_LABEL(client_version)
TEXT_LABEL(mode)
TEXT_LABEL(runtime)
TEXT_LABEL(http)
TEXT_LABEL(server)
TEXT_LABEL(method)
TEXT_LABEL(url)
TEXT_LABEL(status)
TEXT_LABEL(failure)
TEXT_LABEL(client_cpus)
TEXT_LABEL(server_cpus)

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

const struct hb_run_label hb_run_labels[] = {
    {"cell", label_cell_id},
    {"client", label_client},
    {"client_library", label_client_library},
    {"client_version", label_client_version},
    {"mode", label_mode},
    {"runtime", label_runtime},
    {"http", label_http},
    {"server", label_server},
    {"method", label_method},
    {"url", label_url},
    {"status", label_status},
    {"flags", label_flags},
    {"failure", label_failure},
    {"started", label_started},
    {"client_cpus", label_client_cpus},
    {"server_cpus", label_server_cpus},
};
const size_t hb_run_labels_count = HB_ARRAY_LEN(hb_run_labels);

static bool was_measured(const struct hb_run_row *run)
{
    return strcmp(run->status, "ok") == 0;
}

/* A figure that every run has by its plan. */
#define PLANNED_METRIC(name, expression)                                                           \
    static bool metric_##name(const struct hb_run_row *run, double *ret_value)                     \
    {                                                                                              \
        *ret_value = (double)(expression);                                                         \
        return true;                                                                               \
    }

/* A figure that a run has when it was measured and `condition` holds. */
#define MEASURED_METRIC(name, expression, condition)                                               \
    static bool metric_##name(const struct hb_run_row *run, double *ret_value)                     \
    {                                                                                              \
        if (!was_measured(run) || !(condition))                                                    \
            return false;                                                                          \
        *ret_value = (double)(expression);                                                         \
        return true;                                                                               \
    }

PLANNED_METRIC(round, run->round + 1)
PLANNED_METRIC(position, run->position + 1)
PLANNED_METRIC(concurrency, run->concurrency)
PLANNED_METRIC(duration_s, (double)run->duration_ns / 1e9)
MEASURED_METRIC(rate, run->rate, run->rate > 0)
MEASURED_METRIC(window_s, (double)run->window_ns / 1e9, true)
MEASURED_METRIC(verified, run->verified, true)
MEASURED_METRIC(failed, run->failed, true)
MEASURED_METRIC(unsent, run->unsent, run->rate > 0)
MEASURED_METRIC(unfinished, run->unfinished, true)
MEASURED_METRIC(requests_per_second, run->requests_per_second, true)
MEASURED_METRIC(response_mean_ns, run->response_mean_ns, run->verified > 0)
MEASURED_METRIC(response_min_ns, run->response_min_ns, run->verified > 0)
MEASURED_METRIC(response_p50_ns, run->response_p50_ns, run->verified > 0)
MEASURED_METRIC(response_p90_ns, run->response_p90_ns, run->verified > 0)
MEASURED_METRIC(response_p95_ns, run->response_p95_ns, run->verified > 0)
MEASURED_METRIC(response_p99_ns, run->response_p99_ns, run->verified > 0)
MEASURED_METRIC(response_p999_ns, run->response_p999_ns, run->verified > 0)
MEASURED_METRIC(response_max_ns, run->response_max_ns, run->verified > 0)
MEASURED_METRIC(client_cpu_ns, run->client_cpu_ns, run->client_cpu_ns >= 0)
MEASURED_METRIC(client_cpu_per_request_ns, (double)run->client_cpu_ns / (double)run->verified,
                run->client_cpu_ns >= 0 && run->verified > 0)
MEASURED_METRIC(server_cpu_ns, run->server_cpu_ns, run->server_cpu_ns >= 0)
MEASURED_METRIC(harness_cpu_ns, run->harness_cpu_ns, run->harness_cpu_ns >= 0)
MEASURED_METRIC(client_rss_avg_bytes, run->client_rss_avg_bytes, run->client_rss_avg_bytes > 0)
MEASURED_METRIC(client_rss_peak_bytes, run->client_rss_peak_bytes, run->client_rss_peak_bytes > 0)
MEASURED_METRIC(server_rss_peak_bytes, run->server_rss_peak_bytes, run->server_rss_peak_bytes > 0)
MEASURED_METRIC(voluntary_switches, run->voluntary_switches, true)
MEASURED_METRIC(involuntary_switches, run->involuntary_switches, true)
MEASURED_METRIC(bytes, run->bytes, true)
MEASURED_METRIC(connections, run->connections, run->connections >= 0)
MEASURED_METRIC(server_requests, run->server_requests, run->server_requests >= 0)

#define OUTCOME_METRIC(name, index) MEASURED_METRIC(errors_##name, run->outcomes[index], true)

OUTCOME_METRIC(dns, HB_OUTCOME_DNS)
OUTCOME_METRIC(connect, HB_OUTCOME_CONNECT)
OUTCOME_METRIC(tls, HB_OUTCOME_TLS)
OUTCOME_METRIC(timeout, HB_OUTCOME_TIMEOUT)
OUTCOME_METRIC(reset, HB_OUTCOME_RESET)
OUTCOME_METRIC(protocol, HB_OUTCOME_PROTOCOL)
OUTCOME_METRIC(status, HB_OUTCOME_STATUS)
OUTCOME_METRIC(length, HB_OUTCOME_LENGTH)
OUTCOME_METRIC(verify, HB_OUTCOME_VERIFY)
OUTCOME_METRIC(client_exception, HB_OUTCOME_CLIENT_EXCEPTION)

#define METRIC(name)                                                                               \
    {                                                                                              \
#name, metric_##name                                                                       \
    }

const struct hb_run_metric hb_run_metrics[] = {
    METRIC(round),
    METRIC(position),
    METRIC(concurrency),
    METRIC(duration_s),
    METRIC(rate),
    METRIC(window_s),
    METRIC(verified),
    METRIC(failed),
    METRIC(unsent),
    METRIC(unfinished),
    METRIC(requests_per_second),
    METRIC(response_mean_ns),
    METRIC(response_min_ns),
    METRIC(response_p50_ns),
    METRIC(response_p90_ns),
    METRIC(response_p95_ns),
    METRIC(response_p99_ns),
    METRIC(response_p999_ns),
    METRIC(response_max_ns),
    METRIC(client_cpu_ns),
    METRIC(client_cpu_per_request_ns),
    METRIC(server_cpu_ns),
    METRIC(harness_cpu_ns),
    METRIC(client_rss_avg_bytes),
    METRIC(client_rss_peak_bytes),
    METRIC(server_rss_peak_bytes),
    METRIC(voluntary_switches),
    METRIC(involuntary_switches),
    METRIC(bytes),
    METRIC(connections),
    METRIC(server_requests),
    METRIC(errors_dns),
    METRIC(errors_connect),
    METRIC(errors_tls),
    METRIC(errors_timeout),
    METRIC(errors_reset),
    METRIC(errors_protocol),
    METRIC(errors_status),
    METRIC(errors_length),
    METRIC(errors_verify),
    METRIC(errors_client_exception),
};
const size_t hb_run_metrics_count = HB_ARRAY_LEN(hb_run_metrics);
