/* Facts that are counts, of requests, connections and bytes, and where the time went. */
#include <inttypes.h>
#include <math.h>

#include "report/explain_parts.h"

enum { FEW_SAMPLES = 10 };

HB_FIGURE(scheduled_of, (double)run->scheduled)
HB_FIGURE(unsent_of, (double)run->unsent)
HB_FIGURE(unfinished_of, (double)run->unfinished)
HB_FIGURE(server_requests_of, hb_known(run->server_requests))
HB_FIGURE(connections_of, hb_known(run->connections))
HB_FIGURE(server_connections_of, hb_known(run->server_connections))
HB_FIGURE(connects_of, (double)run->connects_in_window)
HB_FIGURE(bytes_of, (double)run->bytes)
HB_FIGURE(server_in_of, hb_known(run->server_bytes_in))
HB_FIGURE(server_out_of, hb_known(run->server_bytes_out))

/* ---- requests ---- */

static const char *list_outcomes(const struct hb_facts *facts)
{
    const struct hb_cell_summary *cell = facts->evidence->cell;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 1024);
    hb_buf_printf(&text, "%" PRIu64, cell->failed_requests);
    for (unsigned i = HB_OUTCOME_OK + 1; i < HB_OUTCOME_COUNT; i++) {
        if (cell->outcomes[i] > 0)
            hb_buf_printf(&text, ", %" PRIu64 " %s", cell->outcomes[i], hb_outcome_name(i));
    }
    return hb_arena_strdup(facts->evidence->arena, hb_buf_text(&text));
}

static void add_open_loop(struct hb_facts *facts)
{
    double due = hb_fact_sum(facts, scheduled_of), unsent = hb_fact_sum(facts, unsent_of);

    if (!(facts->evidence->cell->first->rate > 0) || !(due > 0))
        return;
    hb_fact_number(facts, "scheduled", "due in the windows", due, "%.0f", due);
    hb_fact_number(facts, "unsent", "not sent in time", unsent, "%.0f, so %.2f %% were sent",
                   unsent, 100 * (1 - unsent / due));
}

static void add_counts(struct hb_facts *facts)
{
    double server = hb_fact_sum(facts, server_requests_of);
    int64_t workers = facts->evidence->worker_requests;
    double unfinished = hb_fact_sum(facts, unfinished_of);

    hb_fact_number(facts, "unfinished", "unfinished", unfinished, "%.0f",
                   isnan(unfinished) ? 0 : unfinished);
    if (workers >= 0)
        hb_fact_number(facts, "worker_requests", "client counted", (double)workers,
                       "%" PRId64 " in whole runs, warm-up and drain too", workers);
    else
        hb_fact_unknown(facts, "worker_requests", "client counted", "unknown");
    if (isnan(server))
        hb_fact_unknown(facts, "server_requests", "server counted", "unknown: it does not count");
    else if (workers >= 0)
        hb_fact_number(facts, "server_requests", "server counted", server, "%.0f, %+.0f", server,
                       server - (double)workers);
    else
        hb_fact_number(facts, "server_requests", "server counted", server, "%.0f", server);
}

static void add_requests(struct hb_facts *facts)
{
    const struct hb_cell_summary *cell = facts->evidence->cell;

    facts->section = HB_FACTS_REQUESTS;
    hb_fact_number(facts, "verified", "verified", (double)cell->verified,
                   "%" PRIu64 " in the windows of %zu run%s", cell->verified, cell->ok,
                   cell->ok == 1 ? "" : "s");
    hb_fact_number(facts, "failed", "failed", (double)cell->failed_requests, "%s",
                   list_outcomes(facts));
    add_open_loop(facts);
    add_counts(facts);
}

/* ---- connections and bytes ---- */

static void add_opened(struct hb_facts *facts, const char *key, const char *label,
                       hb_figure_fn *figure)
{
    const struct hb_cell_summary *cell = facts->evidence->cell;
    double opened = hb_fact_sum(facts, figure);

    if (isnan(opened))
        hb_fact_unknown(facts, key, label, "unknown");
    else
        hb_fact_number(facts, key, label, opened, "%.0f in %zu run%s of %" PRIu32 " at once",
                       opened, cell->ok, cell->ok == 1 ? "" : "s", cell->first->concurrency);
}

static void add_wire(struct hb_facts *facts)
{
    double in = hb_fact_sum(facts, server_in_of), out = hb_fact_sum(facts, server_out_of);
    double requests = hb_fact_sum(facts, server_requests_of);

    if (isnan(in + out) || !(requests > 0)) {
        hb_fact_unknown(facts, "wire_bytes_in", "on the wire",
                        "unknown: the server does not count");
        return;
    }
    hb_fact_number(facts, "wire_bytes_in", "on the wire", in, "%.0f bytes a request to the server",
                   in / requests);
    hb_fact_number(facts, "wire_bytes_out", "", out, "%.0f bytes a response from it",
                   out / requests);
}

/* "67542, by callgrind", or why not. */
static void add_instructions(struct hb_facts *facts, const struct hb_counts *counts)
{
    if (counts->instructions_per_request >= 0)
        hb_fact_number(facts, "instructions_per_request", "instructions",
                       counts->instructions_per_request, "%.0f a request, by %s",
                       counts->instructions_per_request, counts->how);
    else
        hb_fact_unknown(facts, "instructions_per_request", "instructions",
                        counts->instructions_why);
}

/* Of counted runs, so of one task: the same whatever the load is. */
static void add_counted(struct hb_facts *facts)
{
    const struct hb_counts *counts = facts->evidence->counts;

    if (counts == NULL)
        return;
    if (counts->system_calls_per_request >= 0)
        hb_fact_number(facts, "system_calls_per_request", "system calls",
                       counts->system_calls_per_request, "%.2f a request",
                       counts->system_calls_per_request);
    else
        hb_fact_unknown(facts, "system_calls_per_request", "system calls",
                        counts->system_calls_why);
    add_instructions(facts, counts);
}

static void add_connections(struct hb_facts *facts)
{
    const struct hb_cell_summary *cell = facts->evidence->cell;
    double bytes = hb_fact_sum(facts, bytes_of), connects = hb_fact_sum(facts, connects_of);

    facts->section = HB_FACTS_CONNECTIONS;
    add_opened(facts, "connections", "client opened", connections_of);
    add_opened(facts, "server_connections", "server accepted", server_connections_of);
    hb_fact_number(facts, "connects_in_window", "within the windows", connects,
                   "%.0f seen to be set up", connects);
    if (cell->verified > 0)
        hb_fact_number(facts, "body_bytes", "bodies", bytes, "%s, %.0f bytes a response",
                       hb_fact_format(facts, HB_METRIC_RSS_PEAK, bytes),
                       bytes / (double)cell->verified);
    add_wire(facts);
    add_counted(facts);
}

/* ---- waits ---- */

static void add_hist(struct hb_facts *facts, const char *key, const char *label,
                     const struct hb_hist *hist, const char *missing)
{
    double p99 = (double)hb_hist_quantile(hist, 0.99);

    if (hist->count == 0) {
        hb_fact_unknown(facts, key, label, missing);
        return;
    }
    if (hb_hist_count_above(hist, 0.99) < FEW_SAMPLES) {
        hb_fact_number(facts, key, label, NAN, "p50 %s, max %s, of %" PRIu64,
                       hb_fact_duration(facts, (double)hb_hist_quantile(hist, 0.5)),
                       hb_fact_duration(facts, (double)hist->max_ns), hist->count);
        return;
    }
    hb_fact_number(facts, key, label, p99, "p50 %s, p99 %s, max %s, of %" PRIu64,
                   hb_fact_duration(facts, (double)hb_hist_quantile(hist, 0.5)),
                   hb_fact_duration(facts, p99), hb_fact_duration(facts, (double)hist->max_ns),
                   hist->count);
}

static void add_waits(struct hb_facts *facts)
{
    const struct hb_evidence *evidence = facts->evidence;

    facts->section = HB_FACTS_WAITS;
    add_hist(facts, "response_p99_ns", "due to last byte", &evidence->response,
             "nothing was verified");
    if (evidence->cell->first->rate > 0)
        add_hist(facts, "service_p99_ns", "sent to last byte", &evidence->service,
                 "nothing was verified");
    add_hist(facts, "ttfb_p99_ns", "sent to first byte", &evidence->ttfb,
             "this client cannot see it");
    add_hist(facts, "connect_p99_ns", "connecting", &evidence->connect,
             "this client cannot see it");
    add_hist(facts, "loop_lag_p99_ns", "loop lag", &evidence->lag, "no event loop, or it hides it");
}

void hb_explain_counts(struct hb_facts *facts)
{
    if (facts->evidence->cell->ok == 0)
        return;
    add_requests(facts);
    add_connections(facts);
    add_waits(facts);
}
