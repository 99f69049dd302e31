/*
 * Grouping runs by cell and summarising each group. Statistics are measure's; what counts as an
 * observation is decided here: one ordinary, successful run.
 */
#include "gate/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/macros.h"
#include "measure/stats_order.h"

int hb_run_compare_rates(const struct hb_run_row *a, const struct hb_run_row *b)
{
    int order = (a->rate > b->rate) - (a->rate < b->rate);

    return order != 0 ? order : (a->burst > b->burst) - (a->burst < b->burst);
}

int hb_run_compare_labels(const struct hb_run_row *a, const struct hb_run_row *b)
{
    const char *const left[] = {a->server, a->method, a->url};
    const char *const right[] = {b->server, b->method, b->url};
    int order = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(left) && order == 0; i++)
        order = strcmp(left[i], right[i]);
    if (order == 0)
        order = hb_run_compare_rates(a, b);
    if (order == 0)
        order = (a->concurrency > b->concurrency) - (a->concurrency < b->concurrency);
    if (order == 0)
        order = (a->duration_ns > b->duration_ns) - (a->duration_ns < b->duration_ns);
    if (order == 0)
        order = strcmp(a->contender, b->contender);
    return order;
}

static int compare_runs(const void *left, const void *right)
{
    const struct hb_run_row *a = *(const struct hb_run_row *const *)left;
    const struct hb_run_row *b = *(const struct hb_run_row *const *)right;
    int order = hb_run_compare_labels(a, b);

    if (order == 0)
        order = strcmp(a->cell_id, b->cell_id);
    if (order == 0)
        order = (a->round > b->round) - (a->round < b->round);
    return order;
}

/* Whether a run is an observation. */
static bool is_ok(const struct hb_run_row *run)
{
    return strcmp(run->status, "ok") == 0;
}

/* A figure of one run; false when that run has none. */
typedef bool observe_fn(const struct hb_run_row *run, double *ret_value);

static bool observe_rate(const struct hb_run_row *run, double *ret_value)
{
    *ret_value = run->requests_per_second;
    return true;
}

static bool per_verified(int64_t total_ns, uint64_t verified, double *ret_value)
{
    if (total_ns < 0 || verified == 0)
        return false;
    *ret_value = (double)total_ns / (double)verified;
    return true;
}

static bool observe_client_cpu(const struct hb_run_row *run, double *ret_value)
{
    return per_verified(run->client_cpu_ns, run->verified, ret_value);
}

static bool observe_server_cpu(const struct hb_run_row *run, double *ret_value)
{
    return per_verified(run->server_cpu_ns, run->verified, ret_value);
}

static bool observe_rss(const struct hb_run_row *run, double *ret_value)
{
    *ret_value = (double)run->client_rss_peak_bytes;
    return run->client_rss_peak_bytes > 0;
}

static bool observe_p50(const struct hb_run_row *run, double *ret_value)
{
    *ret_value = (double)run->response_p50_ns;
    return run->verified > 0;
}

static bool observe_p99(const struct hb_run_row *run, double *ret_value)
{
    *ret_value = (double)run->response_p99_ns;
    return run->verified > 0;
}

static struct hb_estimate estimate(const struct hb_cell_summary *cell, observe_fn *observe)
{
    struct hb_estimate result = {0};
    double *values = calloc(cell->runs_count > 0 ? cell->runs_count : 1, sizeof *values);

    HB_ASSERT(values != NULL);
    for (size_t i = 0; i < cell->runs_count; i++) {
        if (is_ok(cell->runs[i]) && observe(cell->runs[i], &values[result.n]))
            result.n++;
    }
    if (result.n > 0)
        result.interval = hb_quantile_interval(values, result.n, 0.5, HB_ESTIMATE_CONFIDENCE);
    free(values);
    return result;
}

static void count_run(struct hb_cell_summary *cell, const struct hb_run_row *run)
{
    size_t *counters[] = {&cell->ok, &cell->failed, &cell->skipped, &cell->pending,
                          &cell->not_needed};
    static const char *const names[] = {"ok", "failed", "skipped", "pending", "not_needed"};

    for (size_t i = 0; i < HB_ARRAY_LEN(names); i++) {
        if (strcmp(run->status, names[i]) == 0)
            (*counters[i])++;
    }
    if (!is_ok(run))
        return;
    cell->flags |= run->flags;
    cell->verified += run->verified;
    cell->failed_requests += run->failed;
    for (size_t i = 0; i < HB_OUTCOME_COUNT; i++)
        cell->outcomes[i] += run->outcomes[i];
}

/* `runs` are those of one cell; `scratch` is for merging their histograms. */
static int summarise_cell(struct hb_store *store, const struct hb_run_row *const *runs,
                          size_t count, struct hb_hist *scratch, struct hb_cell_summary *cell,
                          struct hb_error *err)
{
    *cell = (struct hb_cell_summary){.first = runs[0], .runs = runs, .runs_count = count};
    hb_hist_clear(scratch);
    for (size_t i = 0; i < count; i++) {
        count_run(cell, runs[i]);
        if (is_ok(runs[i]) &&
            hb_store_merge_hist(store, runs[i]->id, HB_HIST_RESPONSE, scratch, err) != 0)
            return -1;
    }
    cell->response = hb_latency_of(scratch);
    cell->requests_per_second = estimate(cell, observe_rate);
    cell->cpu_per_request_ns = estimate(cell, observe_client_cpu);
    cell->server_cpu_per_request_ns = estimate(cell, observe_server_cpu);
    cell->rss_peak_bytes = estimate(cell, observe_rss);
    cell->p50_ns = estimate(cell, observe_p50);
    cell->p99_ns = estimate(cell, observe_p99);
    return 0;
}

/* How many of the sorted runs from `start` on belong to the same cell of one subject. */
static size_t same_cell(const struct hb_run_row *const *sorted, size_t start, size_t count)
{
    size_t end = start + 1;

    while (end < count && strcmp(sorted[end]->cell_id, sorted[start]->cell_id) == 0 &&
           strcmp(sorted[end]->subject, sorted[start]->subject) == 0)
        end++;
    return end - start;
}

int hb_summarise(struct hb_store *store, const struct hb_run_row *runs, size_t runs_count,
                 struct hb_arena *arena, struct hb_summaries *ret_summaries, struct hb_error *err)
{
    const struct hb_run_row **sorted = hb_arena_calloc(arena, runs_count, sizeof(void *));
    HB_CLEANUP(hb_hist_release) struct hb_hist scratch;
    struct hb_summaries summaries = {0};
    size_t length;

    hb_hist_init(&scratch);
    for (size_t i = 0; i < runs_count; i++)
        sorted[i] = &runs[i];
    qsort(sorted, runs_count, sizeof(void *), compare_runs);
    for (size_t i = 0; i < runs_count; i += same_cell(sorted, i, runs_count))
        summaries.count++;
    summaries.cells = hb_arena_calloc(arena, summaries.count, sizeof *summaries.cells);
    summaries.count = 0;
    for (size_t i = 0; i < runs_count; i += length) {
        length = same_cell(sorted, i, runs_count);
        if (summarise_cell(store, sorted + i, length, &scratch, &summaries.cells[summaries.count++],
                           err) != 0)
            return -1;
    }
    *ret_summaries = summaries;
    return 0;
}

/* Where a latency metric stands among the quantiles. */
static enum hb_latency_quantile metric_quantile(enum hb_metric metric)
{
    static const enum hb_latency_quantile quantiles[HB_METRIC_COUNT] = {
        [HB_METRIC_P50] = HB_LATENCY_P50,   [HB_METRIC_P90] = HB_LATENCY_P90,
        [HB_METRIC_P95] = HB_LATENCY_P95,   [HB_METRIC_P99] = HB_LATENCY_P99,
        [HB_METRIC_P999] = HB_LATENCY_P999,
    };

    return quantiles[metric];
}

static bool estimate_metric(const struct hb_estimate *found, double *ret_value)
{
    *ret_value = found->interval.estimate;
    return found->n > 0;
}

bool hb_summary_metric(const struct hb_cell_summary *cell, enum hb_metric metric, double *ret_value)
{
    uint64_t judged = cell->verified + cell->failed_requests;

    switch (metric) {
    case HB_METRIC_REQUESTS_PER_SECOND:
        return estimate_metric(&cell->requests_per_second, ret_value);
    case HB_METRIC_CPU_PER_REQUEST:
        return estimate_metric(&cell->cpu_per_request_ns, ret_value);
    case HB_METRIC_RSS_PEAK:
        return estimate_metric(&cell->rss_peak_bytes, ret_value);
    case HB_METRIC_ERROR_RATE:
        *ret_value = judged > 0 ? (double)cell->failed_requests / (double)judged : 0;
        return judged > 0;
    case HB_METRIC_MEAN:
        *ret_value = cell->response.mean_ns;
        break;
    case HB_METRIC_MAX:
        *ret_value = (double)cell->response.max_ns;
        break;
    default:
        *ret_value = (double)cell->response.quantile_ns[metric_quantile(metric)];
    }
    return cell->response.count > 0;
}
