/*
 * One predicate a flag, listed in one table. A run that sent a single request (smoke) has no
 * distribution: only what holds for single requests is asked of it.
 */
#include "exec/trust.h"

#include <math.h>

#include "base/memory.h"
#include "exec/steady.h"

#define ENOUGH_FOR_P99 1000 /* ten samples beyond the ninety-ninth hundredth */
#define CLIENT_SATURATED_SHARE 0.95
#define SERVER_LIMITED_SHARE 0.90
#define CEILING_SHARE 0.70        /* so near to what the fastest client gets … */
#define WAITING_CLIENT_SHARE 0.20 /* … while hardly working: what it waits for decides */
#define GENERATOR_LATE_SHARE 0.01
#define LITTLES_LAW_TOLERANCE 0.20
#define LITTLES_LAW_MIN_REQUESTS 50 /* below that the window's edges matter more than the law */
#define FOREIGN_CPU_SHARE 0.05      /* of all cores; /proc/stat is grained in 10 ms ticks */
#define STEAL_SHARE 0.02
#define RUNQUEUE_SHARE 0.05
#define WINDOW_SHARE 0.05 /* by which the window may differ from the planned one */

typedef bool trust_test(const struct hb_run_result *result, const struct hb_trust_facts *facts);

static double window_ns(const struct hb_run_result *result)
{
    return (double)(result->window_end_ns - result->window_start_ns);
}

static bool has_errors(const struct hb_run_result *result,
                       const struct hb_trust_facts *facts HB_UNUSED)
{
    return hb_tally_failed(&result->window) > 0;
}

static bool has_too_few_samples(const struct hb_run_result *result,
                                const struct hb_trust_facts *facts HB_UNUSED)
{
    return result->response.count < ENOUGH_FOR_P99;
}

/* Whether a side used this share of what it could: its cores, or fewer when it has fewer threads.
 */
static bool uses_share(const struct hb_run_result *result, const struct hb_usage *usage,
                       unsigned cores, double share)
{
    unsigned lanes = usage->threads > 0 && usage->threads < cores ? usage->threads : cores;

    return usage->known && (double)usage->cpu_ns >= share * window_ns(result) * lanes;
}

static bool is_client_saturated(const struct hb_run_result *result,
                                const struct hb_trust_facts *facts)
{
    return uses_share(result, &result->client, facts->client_cores, CLIENT_SATURATED_SHARE);
}

/* Whether the client gets nearly what the fastest one gets while it hardly works. A client that
 * comes as near by working is merely fast: at one connection, where nobody saturates the server,
 * every good client does. */
static bool waits_at_the_ceiling(const struct hb_run_result *result,
                                 const struct hb_trust_facts *facts)
{
    return facts->ceiling > 0 && result->client.known &&
           hb_run_requests_per_second(result) >= CEILING_SHARE * facts->ceiling &&
           !uses_share(result, &result->client, 1, WAITING_CLIENT_SHARE);
}

/* A topology is as fast as the slowest of its programs: the proxy on its one thread, or one of the
 * instances, may be at its limit while the whole is not. */
static bool is_server_limited(const struct hb_run_result *result,
                              const struct hb_trust_facts *facts)
{
    if (waits_at_the_ceiling(result, facts))
        return true;
    for (size_t i = 0; i < result->hops_count; i++) {
        unsigned cores = facts->hop_cores != NULL ? facts->hop_cores[i] : facts->server_cores;

        if (uses_share(result, &result->hops[i].usage, cores, SERVER_LIMITED_SHARE))
            return true;
    }
    return uses_share(result, &result->server, facts->server_cores, SERVER_LIMITED_SHARE);
}

static bool is_server_degraded(const struct hb_run_result *result,
                               const struct hb_trust_facts *facts HB_UNUSED)
{
    for (size_t i = 0; i < result->hops_count; i++)
        if (result->hops[i].ended)
            return true;
    return false;
}

static bool is_generator_late(const struct hb_run_result *result,
                              const struct hb_trust_facts *facts)
{
    return facts->open_loop &&
           (double)result->unsent > GENERATOR_LATE_SHARE * (double)result->scheduled;
}

/* What must not drift: the rate, or where the rate is given, the latency, which a second without a
 * response does not have. */
static double steady_figure(const struct hb_second *second, bool open_loop)
{
    if (!open_loop)
        return second->verified;
    return (double)second->response_sum_ns / second->verified;
}

static bool is_not_steady(const struct hb_run_result *result, const struct hb_trust_facts *facts)
{
    HB_CLEANUP(hb_free_ptr) double *figures = NULL;
    size_t first, last, count = 0;

    hb_whole_seconds(result->window_start_ns - result->start_ns,
                     result->window_end_ns - result->start_ns, &first, &last);
    if (last > result->seconds_count)
        last = result->seconds_count;
    if (last <= first)
        return false;
    figures = hb_calloc(last - first, sizeof(*figures));
    for (size_t i = first; i < last; i++) {
        if (!facts->open_loop || result->seconds[i].verified > 0)
            figures[count++] = steady_figure(&result->seconds[i], facts->open_loop);
    }
    return hb_series_drifts(figures, count);
}

/* The server must have seen every request that was answered, and none that was not sent. */
static bool has_count_mismatch(const struct hb_run_result *result,
                               const struct hb_trust_facts *facts)
{
    const struct hb_server_counts *server = &result->server_counts;

    if (facts->sends_nothing)
        return server->known && server->requests > 0;
    return server->known && (server->requests < facts->answered ||
                             server->requests > facts->requests + result->unfinished);
}

/* Connections of the whole run, as the server or else the workers counted them; 0 when unknown. */
static uint64_t count_connections(const struct hb_run_result *result)
{
    uint64_t count = 0;

    if (result->server_counts.known)
        return result->server_counts.connections;
    for (size_t i = 0; i < result->workers_count; i++)
        count += result->workers[i].connections > 0 ? (uint64_t)result->workers[i].connections : 0;
    return count;
}

static bool has_connection_churn(const struct hb_run_result *result,
                                 const struct hb_trust_facts *facts)
{
    return facts->keepalive &&
           (result->connects_in_window > 0 ||
            (result->server_window.known && result->server_window.connections > 0) ||
            count_connections(result) > facts->concurrency);
}

/* L = λW: the requests in flight on average are the time spent in them over the time that passed.
 */
static bool breaks_littles_law(const struct hb_run_result *result,
                               const struct hb_trust_facts *facts)
{
    double in_flight = (result->response.sum_ns + result->failed.sum_ns) / window_ns(result);
    double concurrency = facts->concurrency;

    return !facts->open_loop &&
           result->response.count + result->failed.count >= LITTLES_LAW_MIN_REQUESTS &&
           fabs(in_flight - concurrency) > LITTLES_LAW_TOLERANCE * concurrency;
}

static bool waits_for_others(const struct hb_run_result *result, const struct hb_trust_facts *facts)
{
    const struct hb_usage *client = &result->client;

    /* With more threads than cores they wait for each other: that says nothing of others. */
    return client->known && client->threads > 0 && client->threads <= facts->client_cores &&
           (double)client->runqueue_wait_ns > RUNQUEUE_SHARE * window_ns(result) * client->threads;
}

/* A runner that opens or closes the window at the wrong time did not get the CPU. */
static bool is_window_off(const struct hb_run_result *result, const struct hb_trust_facts *facts)
{
    double planned_ns = (double)facts->planned_window_ns;

    return fabs(window_ns(result) - planned_ns) > WINDOW_SHARE * planned_ns;
}

static bool is_host_contended(const struct hb_run_result *result,
                              const struct hb_trust_facts *facts)
{
    double capacity_ns = window_ns(result) * facts->host_cores;
    int64_t ours_ns = result->client.cpu_ns + result->server.cpu_ns + result->harness_cpu_ns;

    if (is_window_off(result, facts) || waits_for_others(result, facts) ||
        (double)result->host_steal_ns > STEAL_SHARE * capacity_ns)
        return true;
    return result->client.known && result->server.known &&
           (double)(result->host_busy_ns - ours_ns) > FOREIGN_CPU_SHARE * capacity_ns;
}

static bool has_varying_length(const struct hb_run_result *result,
                               const struct hb_trust_facts *facts)
{
    return facts->requests_count == 1 && result->body_bytes_min != result->body_bytes_max;
}

static const struct {
    enum hb_flag flag;
    bool of_single_requests; /* also makes sense when only one was sent */
    trust_test *test;
} tests[] = {
    {HB_FLAG_ERRORS, true, has_errors},
    {HB_FLAG_TOO_FEW_SAMPLES, false, has_too_few_samples},
    {HB_FLAG_CLIENT_SATURATED, false, is_client_saturated},
    {HB_FLAG_SERVER_LIMITED, false, is_server_limited},
    {HB_FLAG_GENERATOR_LATE, false, is_generator_late},
    {HB_FLAG_NOT_STEADY, false, is_not_steady},
    {HB_FLAG_COUNT_MISMATCH, true, has_count_mismatch},
    {HB_FLAG_CONNECTION_CHURN, false, has_connection_churn},
    {HB_FLAG_LITTLES_LAW, false, breaks_littles_law},
    {HB_FLAG_HOST_CONTENDED, false, is_host_contended},
    {HB_FLAG_VARYING_LENGTH, true, has_varying_length},
    {HB_FLAG_SERVER_DEGRADED, true, is_server_degraded},
};

_Static_assert(HB_ARRAY_LEN(tests) == HB_FLAG_COUNT, "every flag has its test");

unsigned hb_trust_flags(const struct hb_run_result *result, const struct hb_trust_facts *facts)
{
    unsigned flags = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(tests); i++)
        if ((result->purpose != HB_PURPOSE_SMOKE || tests[i].of_single_requests) &&
            tests[i].test(result, facts))
            flags |= tests[i].flag;
    return flags;
}
