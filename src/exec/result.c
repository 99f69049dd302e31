/*
 * Life and names of a run's result, and the figures derived from what is counted in it. Who fills
 * it in is the business of run.c and samples.c.
 */
#include "exec/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const status_names[] = {
    [HB_RUN_OK] = "ok",
    [HB_RUN_FAILED] = "failed",
    [HB_RUN_SKIPPED] = "skipped",
    [HB_RUN_INTERRUPTED] = "interrupted",
    [HB_RUN_NOT_NEEDED] = "not_needed",
};

static const char *const purpose_names[] = {
    [HB_PURPOSE_MEASURED] = "measured", [HB_PURPOSE_SMOKE] = "smoke",
    [HB_PURPOSE_CEILING] = "ceiling",   [HB_PURPOSE_FLOOR] = "floor",
    [HB_PURPOSE_CONTROL] = "control",
};

static const struct {
    const char *name, *meaning;
} flag_texts[HB_FLAG_COUNT] = {
    {"errors", "Some requests failed."},
    {"too_few_samples", "Fewer than 10 responses lie beyond p99: high percentiles are luck."},
    {"client_saturated", "The client used all the CPU it could: it was the limit, not the server."},
    {"server_limited",
     "The server was the limit, not the client: it used all the CPU it could, or the client hardly "
     "worked and yet came within 70 % of what the fastest client gets."},
    {"generator_late", "Less than 99 % of the requests due in the window were sent in time."},
    {"not_steady", "The figures drifted over the window: a longer warm-up may help."},
    {"count_mismatch", "Client and server disagree on how many requests there were."},
    {"connection_churn", "Connections were opened in the window, or more than were asked for."},
    {"littles_law",
     "Throughput × latency is not the concurrency: the client did other work between "
     "its requests, or its clock is wrong."},
    {"host_contended", "Other programs or other virtual machines took CPU time in the window."},
    {"varying_length", "Responses to one request differed in length."},
    {"server_degraded",
     "An instance behind the proxy ended during the run: fewer than planned served it."},
};

const char *hb_run_status_name(enum hb_run_status status)
{
    return status_names[status];
}

const char *hb_run_purpose_name(enum hb_run_purpose purpose)
{
    return purpose_names[purpose];
}

const char *hb_flag_name(unsigned bit_number)
{
    return bit_number < HB_FLAG_COUNT ? flag_texts[bit_number].name : "?";
}

const char *hb_flag_meaning(unsigned bit_number)
{
    return bit_number < HB_FLAG_COUNT ? flag_texts[bit_number].meaning : "";
}

uint64_t hb_tally_verified(const struct hb_tally *tally)
{
    return tally->outcomes[HB_OUTCOME_OK];
}

uint64_t hb_tally_failed(const struct hb_tally *tally)
{
    uint64_t failed = 0;

    for (size_t i = HB_OUTCOME_OK + 1; i < HB_OUTCOME_COUNT; i++)
        failed += tally->outcomes[i];
    return failed;
}

/* The six histograms of a result, for those that treat them alike. */
static void each_hist(struct hb_run_result *result, void (*apply)(struct hb_hist *hist))
{
    struct hb_hist *const hists[] = {
        &result->response, &result->service, &result->failed,
        &result->ttfb,     &result->connect, &result->lag,
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(hists); i++)
        apply(hists[i]);
}

enum hb_run_purpose hb_run_purpose(const struct hb_plan *plan, size_t run)
{
    const struct hb_cell *cell = &plan->cells[plan->runs[run].cell];

    if (!hb_plan_is_yardstick(plan, run))
        return hb_cell_is_control(plan->scenario, cell) ? HB_PURPOSE_CONTROL : HB_PURPOSE_MEASURED;
    return plan->scenario->clients[cell->client].entry->sends_nothing ? HB_PURPOSE_FLOOR
                                                                      : HB_PURPOSE_CEILING;
}

void hb_run_result_init(struct hb_run_result *result, const struct hb_plan *plan, size_t run)
{
    *result = (struct hb_run_result){
        .plan = plan,
        .run = run,
        .attempt = 1,
        .status = HB_RUN_FAILED,
        .load_average = -1,
        .host_busy_ns = -1,
        .host_steal_ns = -1,
    };
    if (plan != NULL && run < plan->runs_count + plan->yardsticks_count)
        result->purpose = hb_run_purpose(plan, run);
    each_hist(result, hb_hist_init);
}

static void release_report(struct hb_worker_report *report)
{
    free(report->client_version);
    free(report->runtime);
    free(report->http);
    free(report->ready_json);
    free(report->done_json);
}

void hb_run_result_release(struct hb_run_result *result)
{
    each_hist(result, hb_hist_release);
    for (size_t i = 0; i < result->workers_count; i++)
        release_report(&result->workers[i]);
    free(result->workers);
    free(result->hops);
    free(result->seconds);
    free(result->log_tail);
    result->workers = NULL;
    result->workers_count = 0;
    result->hops = NULL;
    result->hops_count = 0;
    result->seconds = NULL;
    result->seconds_count = 0;
    result->log_tail = NULL;
}

struct hb_server_counts hb_server_counts_since(const struct hb_server_counts *now,
                                               const struct hb_server_counts *before)
{
    return (struct hb_server_counts){
        .known = now->known && before->known,
        .bytes_known = now->bytes_known && before->bytes_known,
        .requests = now->requests - before->requests,
        .connections = now->connections - before->connections,
        .bytes_in = now->bytes_in - before->bytes_in,
        .bytes_out = now->bytes_out - before->bytes_out,
    };
}

double hb_run_window_s(const struct hb_run_result *result)
{
    return (double)(result->window_end_ns - result->window_start_ns) / (double)HB_NS_PER_S;
}

double hb_run_requests_per_second(const struct hb_run_result *result)
{
    double window_s = hb_run_window_s(result);

    return window_s > 0 ? (double)hb_tally_verified(&result->window) / window_s : 0;
}

double hb_run_cpu_per_request_ns(const struct hb_run_result *result)
{
    uint64_t verified = hb_tally_verified(&result->window);

    return verified > 0 && result->client.known ? (double)result->client.cpu_ns / (double)verified
                                                : 0;
}
