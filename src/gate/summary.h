/*
 * A cell over its rounds: one observation a run (a fresh process), so the interval is over rounds,
 * never over requests. Latency percentiles come from histograms merged over the rounds, never from
 * averaged percentiles.
 */
#ifndef HB_GATE_SUMMARY_H
#define HB_GATE_SUMMARY_H

#include "base/arena.h"
#include "base/error.h"
#include "gate/latency.h"
#include "measure/stats_interval.h"
#include "scenario/scenario.h"
#include "store/store.h"

/* A median over rounds, with the interval that so few rounds allow (measure/stats_order.h). */
struct hb_estimate {
    unsigned n;                  /* rounds behind it; 0: not measured, and nothing else is set */
    struct hb_interval interval; /* estimate, low, high, and the confidence attained */
};

#define HB_ESTIMATE_CONFIDENCE 0.95 /* asked for; five rounds attain 0.9375 */

struct hb_cell_summary {
    const struct hb_run_row *first;       /* a run of this cell, for its labels */
    const struct hb_run_row *const *runs; /* all of them, by round */
    size_t runs_count, ok, failed, skipped, pending, not_needed;
    struct hb_estimate requests_per_second; /* verified */
    struct hb_estimate cpu_per_request_ns;  /* client's */
    struct hb_estimate server_cpu_per_request_ns;
    struct hb_estimate rss_peak_bytes;
    struct hb_estimate p50_ns, p99_ns; /* over rounds: each round's percentile is one observation */
    struct hb_latency response;        /* of verified requests, histograms merged over rounds */
    uint64_t verified, failed_requests, outcomes[HB_OUTCOME_COUNT];
    unsigned flags; /* union over ok runs */
};

struct hb_summaries {
    struct hb_cell_summary *cells; /* by server, method, URL, rate, concurrency, duration, client */
    size_t count;
};

/* Runs as loaded by hb_store_load_runs(). Everything in `arena`; the runs are borrowed. */
int hb_summarise(struct hb_store *store, const struct hb_run_row *runs, size_t runs_count,
                 struct hb_arena *arena, struct hb_summaries *ret_summaries,
                 struct hb_error *err) HB_MUST_CHECK;

/* Negative: before, positive: after; closed loops first, and bursts behind the rate that they make.
 */
int hb_run_compare_rates(const struct hb_run_row *a, const struct hb_run_row *b);

/* The order in which people read cells: by server, method, URL, rate, concurrency, duration,
 * client.
 */
int hb_run_compare_labels(const struct hb_run_row *a, const struct hb_run_row *b);

/* A metric of a cell in the unit of enum hb_metric; false when it was not measured. */
bool hb_summary_metric(const struct hb_cell_summary *cell, enum hb_metric metric,
                       double *ret_value);

/* A value of a metric with its unit, for people: "312 ms", "0.12 %", "41.9 MiB", "30500/s". */
void hb_metric_format(enum hb_metric metric, double value, struct hb_buf *ret_text);

#endif
