/* What a run's metrics are: one table for results at hand and one for stored rows. Both have to
 * yield the same figures, so that a gate can be made again from the store. */
#include "gate/observations.h"

#include <math.h>
#include <string.h>

#include "base/macros.h"

static double per(double total, double count)
{
    return count > 0 ? total / count : NAN;
}

static double known(bool is_known, double value)
{
    return is_known ? value : NAN;
}

/* ---- of a result at hand ---- */

typedef double result_fn(const struct hb_run_result *result);

static double result_cpu(const struct hb_run_result *result)
{
    return known(result->client.known,
                 per((double)result->client.cpu_ns, (double)hb_tally_verified(&result->window)));
}

static double result_p50(const struct hb_run_result *result)
{
    return known(result->response.count > 0, (double)hb_hist_quantile(&result->response, 0.5));
}

static double result_p99(const struct hb_run_result *result)
{
    return known(result->response.count >= HB_GATE_P99_REQUESTS,
                 (double)hb_hist_quantile(&result->response, 0.99));
}

static double result_rss(const struct hb_run_result *result)
{
    return known(result->client.known, (double)result->client.rss_peak_bytes);
}

static double result_bytes(const struct hb_run_result *result)
{
    const struct hb_server_counts *counts = &result->server_counts;

    return known(
        counts->known && counts->bytes_known,
        per((double)counts->bytes_in + (double)counts->bytes_out, (double)counts->requests));
}

static double result_connections(const struct hb_run_result *result)
{
    for (size_t i = 0; i < result->workers_count; i++) {
        if (result->workers[i].connections < 0)
            return NAN;
    }
    return known(result->workers_count > 0, per((double)result->connects_in_window,
                                                (double)hb_tally_verified(&result->window)));
}

static result_fn *const of_result[HB_GATE_METRICS] = {
    [HB_GATE_THROUGHPUT] = hb_run_requests_per_second,
    [HB_GATE_CPU] = result_cpu,
    [HB_GATE_P50] = result_p50,
    [HB_GATE_P99] = result_p99,
    [HB_GATE_RSS] = result_rss,
    [HB_GATE_BYTES] = result_bytes,
    [HB_GATE_CONNECTIONS] = result_connections,
};

static enum hb_observed state_of_result(const struct hb_run_result *result)
{
    switch (result->status) {
    case HB_RUN_OK:
        return hb_tally_verified(&result->window) > 0 ? HB_OBSERVED_OK : HB_OBSERVED_FAILED;
    case HB_RUN_FAILED:
        return HB_OBSERVED_FAILED;
    case HB_RUN_SKIPPED:
        return HB_OBSERVED_SKIPPED;
    case HB_RUN_INTERRUPTED:
    case HB_RUN_NOT_NEEDED:
        break;
    }
    return HB_OBSERVED_NOT;
}

static const char *failure_of(enum hb_observed state, const char *failure)
{
    return state == HB_OBSERVED_FAILED && failure[0] == '\0' ? "nothing was verified" : failure;
}

struct hb_observation hb_observe_result(const struct hb_run_result *result)
{
    struct hb_observation observation = {
        .state = state_of_result(result),
        .errors = hb_tally_failed(&result->window) + result->unfinished,
        .flags = result->flags,
        .wall_ns = result->ended_wall_ns - result->started_wall_ns,
    };

    observation.failure = failure_of(observation.state, result->failure);
    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        observation.values[i] = of_result[i] != NULL ? of_result[i](result) : NAN;
    return observation;
}

/* ---- of a stored row ---- */

typedef double row_fn(const struct hb_run_row *row);

static double row_throughput(const struct hb_run_row *row)
{
    return row->requests_per_second;
}

static double row_cpu(const struct hb_run_row *row)
{
    return known(row->client_cpu_ns >= 0, per((double)row->client_cpu_ns, (double)row->verified));
}

static double row_p50(const struct hb_run_row *row)
{
    return known(row->verified > 0, (double)row->response_p50_ns);
}

static double row_p99(const struct hb_run_row *row)
{
    return known(row->verified >= HB_GATE_P99_REQUESTS, (double)row->response_p99_ns);
}

static double row_rss(const struct hb_run_row *row)
{
    return known(row->client_rss_peak_bytes > 0, (double)row->client_rss_peak_bytes);
}

static double row_bytes(const struct hb_run_row *row)
{
    return known(row->server_bytes_in >= 0 && row->server_bytes_out >= 0 &&
                     row->server_requests >= 0,
                 per((double)row->server_bytes_in + (double)row->server_bytes_out,
                     (double)row->server_requests));
}

static double row_connections(const struct hb_run_row *row)
{
    return known(row->connections >= 0,
                 per((double)row->connects_in_window, (double)row->verified));
}

static row_fn *const of_row[HB_GATE_METRICS] = {
    [HB_GATE_THROUGHPUT] = row_throughput,
    [HB_GATE_CPU] = row_cpu,
    [HB_GATE_P50] = row_p50,
    [HB_GATE_P99] = row_p99,
    [HB_GATE_RSS] = row_rss,
    [HB_GATE_BYTES] = row_bytes,
    [HB_GATE_CONNECTIONS] = row_connections,
};

static enum hb_observed state_of_row(const struct hb_run_row *row)
{
    static const struct {
        const char *status;
        enum hb_observed state;
    } states[] = {
        {"ok", HB_OBSERVED_OK},
        {"failed", HB_OBSERVED_FAILED},
        {"skipped", HB_OBSERVED_SKIPPED},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(states); i++) {
        if (strcmp(row->status, states[i].status) == 0)
            return states[i].state == HB_OBSERVED_OK && row->verified == 0 ? HB_OBSERVED_FAILED
                                                                           : states[i].state;
    }
    return HB_OBSERVED_NOT;
}

struct hb_observation hb_observe_row(const struct hb_run_row *row)
{
    struct hb_observation observation = {
        .state = state_of_row(row),
        .errors = row->failed + row->unfinished,
        .flags = row->flags,
        .wall_ns = row->ended_wall_ns - row->started_wall_ns,
    };

    observation.failure = failure_of(observation.state, row->failure);
    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        observation.values[i] = of_row[i] != NULL ? of_row[i](row) : NAN;
    return observation;
}
