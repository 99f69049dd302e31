/*
 * The end of a run: what its samples, its workers' totals and the server's counts say together, and
 * how a failure is told. Nothing is left when it is over.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/run_state.h"
#include "exec/trust.h"

/* Of the requests due in the window, those that no task got to. Tasks take indices in order, so the
 * unsent ones are the last. */
static void count_scheduled(struct hb_run *run, uint64_t unsent)
{
    struct hb_run_result *result = run->result;
    uint64_t sent = run->due.count - (unsent < run->due.count ? unsent : run->due.count);
    uint64_t first = hb_due_count_before(&run->due, result->window_start_ns - result->start_ns);
    uint64_t last = hb_due_count_before(&run->due, result->window_end_ns - result->start_ns);

    result->scheduled = last - first;
    sent = sent > first ? sent : first;
    result->unsent = last > sent ? last - sent : 0;
}

static unsigned lower(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Cores that a side can use: those it is given, or fewer where its registry entry says that a
 * process of it uses no more than `cores`. */
static unsigned usable_cores(const struct hb_entry *entry, unsigned given, unsigned processes)
{
    const struct hb_entry_limit *limit = entry != NULL ? hb_entry_limit(entry, "cores") : NULL;

    return limit != NULL && limit->value < given ? lower(given, (unsigned)limit->value * processes)
                                                 : given;
}

/* What the yardstick got under the load of this run; 0 when that is unknown, or means nothing: of
 * the yardstick itself, and of a client that sends nothing. */
static double ceiling_of(const struct hb_run *run)
{
    const struct hb_plan *plan = run->setup->plan;
    size_t number = hb_plan_ceiling_of(plan, run->cell);

    if (number == HB_NO_CEILING || run->client->entry->sends_nothing ||
        plan->cells[plan->cells_count + number].client == run->cell->client)
        return 0;
    return run->setup->ceilings[number];
}

static void judge_trust(struct hb_run *run, uint64_t requests)
{
    const struct hb_placement *placement = run->setup->placement;
    const struct hb_entry *server = run->scenario->servers[run->cell->server].entry;
    struct hb_host_state host;
    struct hb_trust_facts facts = {
        .concurrency = run->job.concurrency,
        .open_loop = run->open_loop,
        .keepalive = run->scenario->keepalive,
        .sends_nothing = run->client->entry->sends_nothing,
        .ceiling = ceiling_of(run),
        .planned_window_ns = run->window_ns,
        .requests_count = run->scenario->urls[run->cell->url].requests_count,
        .client_cores =
            usable_cores(run->client->entry, placement->client_count, run->job.processes),
        .server_cores = usable_cores(server, placement->server_count, 1),
        .hop_cores = hb_hop_watch_cores(run->hop_watch, placement->server_count),
        .requests = requests,
        .answered = run->judge.verified + run->judge.refused,
    };

    hb_host_state_read(&host);
    facts.host_cores = host.cores;
    run->result->flags = hb_trust_flags(run->result, &facts);
}

static const char *const went_wrong[HB_OUTCOME_COUNT] = {
    [HB_OUTCOME_DNS] = "found no address",
    [HB_OUTCOME_CONNECT] = "could not connect",
    [HB_OUTCOME_TLS] = "failed in TLS",
    [HB_OUTCOME_TIMEOUT] = "timed out",
    [HB_OUTCOME_RESET] = "were reset",
    [HB_OUTCOME_PROTOCOL] = "broke the protocol",
    [HB_OUTCOME_STATUS] = "had another status than expected",
    [HB_OUTCOME_LENGTH] = "had another length than expected",
    [HB_OUTCOME_VERIFY] = "had another body than expected",
    [HB_OUTCOME_CLIENT_EXCEPTION] = "ended in an exception of the client",
};

/* "…: 312 timed out, 4 were reset" */
static int fail_unverified(const struct hb_run_result *result, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 512};

    for (unsigned i = HB_OUTCOME_OK + 1; i < HB_OUTCOME_COUNT; i++)
        if (result->window.outcomes[i] > 0)
            hb_buf_printf(&text, "%s%llu %s", text.length > 0 ? ", " : "",
                          (unsigned long long)result->window.outcomes[i], went_wrong[i]);
    if (result->unfinished > 0)
        hb_buf_printf(&text, "%s%llu did not end", text.length > 0 ? ", " : "",
                      (unsigned long long)result->unfinished);
    return hb_fail(err, HB_ERR_RUN, "no response was verified in the window: %s",
                   text.length > 0 ? hb_buf_text(&text) : "no request ended in it");
}

int hb_run_finish(struct hb_run *run, struct hb_error *err)
{
    struct hb_run_result *result = run->result;
    struct hb_server_counts counts = {0};
    uint64_t requests = 0, unsent = 0;

    hb_judge_finish(&run->judge);
    if (run->server_before.known)
        hb_topology_counts(run->topology, &counts);
    result->server_counts = hb_server_counts_since(&counts, &run->server_before);
    hb_hop_watch_finish(run->hop_watch, result);
    for (size_t i = 0; i < run->workers_count; i++) {
        requests += run->workers[i].totals.requests;
        unsent += run->workers[i].totals.unsent;
        result->unfinished += run->workers[i].totals.unfinished;
    }
    if (run->open_loop)
        count_scheduled(run, unsent);
    judge_trust(run, requests);
    if (hb_tally_verified(&result->window) == 0)
        return fail_unverified(result, err);
    result->status = HB_RUN_OK;
    return 0;
}

/* The logs of those workers that wrote one, or else the server's. */
static char *collect_logs(struct hb_run *run)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf logs = {.maximum = 1 << 20};

    for (size_t i = 0; i < run->workers_count; i++) {
        HB_CLEANUP(hb_free_ptr) char *log = hb_worker_log_text(&run->workers[i]);

        if (log != NULL && run->workers_count > 1)
            hb_buf_printf(&logs, "process %zu:\n", i);
        hb_buf_puts(&logs, log != NULL ? log : "");
    }
    if (logs.length == 0)
        hb_buf_puts(&logs, hb_topology_log_tail(run->topology));
    return logs.length > 0 ? hb_strdup(hb_buf_text(&logs)) : NULL;
}

void hb_run_record_failure(struct hb_run *run, const struct hb_error *why)
{
    struct hb_run_result *result = run->result;

    if (run->sink.judge != NULL)
        hb_judge_finish(&run->judge); /* what was judged so far is kept, too */
    result->status = HB_RUN_FAILED;
    if (why->code == HB_ERR_INTERRUPTED)
        result->status = HB_RUN_INTERRUPTED;
    else if (why->code == HB_ERR_UNAVAILABLE &&
             run->scenario->run.missing_clients == HB_MISSING_SKIP)
        result->status = HB_RUN_SKIPPED;
    memcpy(result->failure, why->message, sizeof(result->failure));
    result->log_tail = hb_topology_alive(run->topology)
                           ? collect_logs(run)
                           : hb_strdup(hb_topology_log_tail(run->topology));
}

/* All workers are told to end before any is waited for. */
void hb_run_release(struct hb_run *run)
{
    for (size_t i = 0; i < run->workers_count; i++)
        if (run->workers[i].state != HB_WORKER_ENDED)
            hb_child_end(&run->workers[i].child);
    for (size_t i = 0; i < run->workers_count; i++)
        hb_worker_release(&run->workers[i]);
    free(run->workers);
    free(run->slots);
    hb_monitor_free(run->client_monitor);
    hb_monitor_free(run->server_monitor);
    hb_hop_watch_free(run->hop_watch);
    hb_sample_reader_release(&run->sink.reader);
    hb_due_release(&run->due);
    hb_rundir_remove(&run->dir);
    hb_arena_release(&run->arena);
}
