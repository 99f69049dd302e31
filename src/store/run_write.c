/* Keeping a finished run: its pending row is filled in, and what belongs to it is inserted, in one
 * transaction. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/db.h"
#include "store/mask.h"
#include "store/outcomes.h"
#include "store/row.h"
#include "store/servers.h"
#include "store/store.h"

/* Which of a result's histograms is which kind. */
static const struct hb_hist *hist_of(const struct hb_run_result *result, enum hb_hist_kind kind)
{
    const struct hb_hist *const hists[] = {
        [HB_HIST_RESPONSE] = &result->response, [HB_HIST_SERVICE] = &result->service,
        [HB_HIST_FAILED] = &result->failed,     [HB_HIST_TTFB] = &result->ttfb,
        [HB_HIST_CONNECT] = &result->connect,   [HB_HIST_LAG] = &result->lag,
    };

    return hists[kind];
}

/* ---- the row ---- */

static void add_counts(struct hb_row *row, const struct hb_run_result *result)
{
    hb_row_integer(row, "warmup_verified", (int64_t)hb_tally_verified(&result->warmup));
    hb_row_integer(row, "warmup_failed", (int64_t)hb_tally_failed(&result->warmup));
    for (unsigned i = 0; i < HB_OUTCOME_COUNT; i++)
        hb_row_integer(row, hb_outcome_columns[i], (int64_t)result->window.outcomes[i]);
    hb_row_integer(row, "bytes", (int64_t)result->window.bytes);
    hb_row_integer(row, "body_bytes_min", (int64_t)result->body_bytes_min);
    hb_row_integer(row, "body_bytes_max", (int64_t)result->body_bytes_max);
    hb_row_integer(row, "scheduled", (int64_t)result->scheduled);
    hb_row_integer(row, "unsent", (int64_t)result->unsent);
    hb_row_integer(row, "unfinished", (int64_t)result->unfinished);
    hb_row_integer(row, "connects_in_window", (int64_t)result->connects_in_window);
}

static void add_times(struct hb_row *row, const struct hb_run_result *result)
{
    hb_row_integer(row, "started_wall_ns", result->started_wall_ns);
    hb_row_integer(row, "ended_wall_ns", result->ended_wall_ns);
    hb_row_integer(row, "start_ns", result->start_ns);
    hb_row_integer(row, "window_start_ns", result->window_start_ns);
    hb_row_integer(row, "window_end_ns", result->window_end_ns);
    hb_row_integer(row, "ended_ns", result->ended_ns);
}

static void add_response(struct hb_row *row, const struct hb_hist *response)
{
    static const struct {
        const char *column;
        double quantile;
    } quantiles[] = {
        {"response_p50_ns", 0.5},  {"response_p90_ns", 0.9},    {"response_p95_ns", 0.95},
        {"response_p99_ns", 0.99}, {"response_p999_ns", 0.999},
    };
    bool known = response->count > 0;

    hb_row_known(row, "response_mean_ns", known, (int64_t)(hb_hist_mean(response) + 0.5));
    hb_row_known(row, "response_min_ns", known, response->min_ns);
    hb_row_known(row, "response_max_ns", known, response->max_ns);
    for (size_t i = 0; i < HB_ARRAY_LEN(quantiles); i++)
        hb_row_known(row, quantiles[i].column, known,
                     hb_hist_quantile(response, quantiles[i].quantile));
}

/* Column names of the two process trees that are watched. */
struct usage_columns {
    const char *cpu_ns, *rss_avg, *rss_peak, *voluntary, *involuntary, *read, *written, *wait,
        *processes, *threads;
};

#define USAGE_COLUMNS(who)                                                                         \
    {                                                                                              \
        who "_cpu_ns", who "_rss_avg_bytes", who "_rss_peak_bytes", who "_voluntary_switches",     \
            who "_involuntary_switches", who "_read_bytes", who "_written_bytes",                  \
            who "_runqueue_wait_ns", who "_processes", who "_threads"                              \
    }

static const struct usage_columns client_columns = USAGE_COLUMNS("client");
static const struct usage_columns server_columns = USAGE_COLUMNS("server");

static void add_usage(struct hb_row *row, const struct usage_columns *columns,
                      const struct hb_usage *usage)
{
    hb_row_known(row, columns->cpu_ns, usage->known, usage->cpu_ns);
    hb_row_known(row, columns->rss_avg, usage->known, (int64_t)usage->rss_avg_bytes);
    hb_row_known(row, columns->rss_peak, usage->known, (int64_t)usage->rss_peak_bytes);
    hb_row_known(row, columns->voluntary, usage->known, (int64_t)usage->voluntary_switches);
    hb_row_known(row, columns->involuntary, usage->known, (int64_t)usage->involuntary_switches);
    hb_row_known(row, columns->read, usage->known, (int64_t)usage->read_bytes);
    hb_row_known(row, columns->written, usage->known, (int64_t)usage->written_bytes);
    hb_row_known(row, columns->wait, usage->known, usage->runqueue_wait_ns);
    hb_row_known(row, columns->processes, usage->known, usage->processes);
    hb_row_known(row, columns->threads, usage->known, usage->threads);
}

static void add_machine(struct hb_row *row, const struct hb_run_result *result)
{
    const struct hb_server_counts *all = &result->server_counts, *window = &result->server_window;

    hb_row_name(row, "client_cpus", result->client_cpus);
    add_usage(row, &client_columns, &result->client);
    hb_row_name(row, "server_cpus", result->server_cpus);
    add_usage(row, &server_columns, &result->server);
    hb_row_known(row, "server_requests", all->known, (int64_t)all->requests);
    hb_row_known(row, "server_connections", all->known, (int64_t)all->connections);
    hb_row_known(row, "server_bytes_in", all->bytes_known, (int64_t)all->bytes_in);
    hb_row_known(row, "server_bytes_out", all->bytes_known, (int64_t)all->bytes_out);
    hb_row_known(row, "server_window_requests", window->known, (int64_t)window->requests);
    hb_row_known(row, "server_window_connections", window->known, (int64_t)window->connections);
    hb_row_integer(row, "harness_cpu_ns", result->harness_cpu_ns);
    hb_row_real(row, "load_average", result->load_average);
    hb_row_known(row, "host_busy_ns", result->host_busy_ns >= 0, result->host_busy_ns);
    hb_row_known(row, "host_steal_ns", result->host_steal_ns >= 0, result->host_steal_ns);
}

/* Connections of all workers together; -1 when one of them does not tell. */
static int64_t connections_of(const struct hb_run_result *result)
{
    int64_t sum = 0;

    for (size_t i = 0; i < result->workers_count; i++) {
        if (result->workers[i].connections < 0)
            return -1;
        sum += result->workers[i].connections;
    }
    return result->workers_count == 0 ? -1 : sum;
}

/* All workers of a run are the same program: the first one speaks for them. */
static void add_client(struct hb_row *row, const struct hb_run_result *result)
{
    const struct hb_worker_report none = {0};
    const struct hb_worker_report *first = result->workers_count > 0 ? result->workers : &none;
    int64_t connections = connections_of(result);

    hb_row_text(row, "client_version", first->client_version);
    hb_row_text(row, "runtime", first->runtime);
    hb_row_known(row, "connections", connections >= 0, connections);
}

static int update_run(struct hb_store *store, int64_t run_id, const struct hb_run_result *result,
                      struct hb_error *err)
{
    struct hb_row row = {0};

    hb_row_name(&row, "purpose", hb_run_purpose_name(result->purpose));
    hb_row_integer(&row, "attempt", result->attempt);
    hb_row_name(&row, "status", hb_run_status_name(result->status));
    hb_row_text(&row, "failure", result->failure[0] == '\0' ? NULL : result->failure);
    hb_row_text(&row, "log_tail", result->log_tail);
    hb_row_integer(&row, "flags", result->flags);
    add_times(&row, result);
    add_counts(&row, result);
    add_response(&row, &result->response);
    add_client(&row, result);
    add_machine(&row, result);
    return hb_row_update(store, "runs", run_id, &row, err);
}

/* ---- what belongs to it ---- */

static int insert_workers(struct hb_store *store, int64_t run_id,
                          const struct hb_run_result *result, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    for (size_t i = 0; i < result->workers_count; i++) {
        const struct hb_worker_report *worker = &result->workers[i];
        HB_CLEANUP(hb_free_ptr) char *ready = hb_mask_json(store->secrets, worker->ready_json);
        HB_CLEANUP(hb_free_ptr) char *done = hb_mask_json(store->secrets, worker->done_json);
        struct hb_row row = {0};

        hb_row_integer(&row, "run_id", run_id);
        hb_row_integer(&row, "worker", (int64_t)i);
        hb_row_text(&row, "client_version", worker->client_version);
        hb_row_text(&row, "runtime", worker->runtime);
        hb_row_text(&row, "http", worker->http);
        hb_row_integer(&row, "pid", worker->pid);
        hb_row_known(&row, "connections", worker->connections >= 0, worker->connections);
        hb_row_text(&row, "ready", ready);
        hb_row_text(&row, "done", done);
        if (hb_row_insert(store, &statement, "workers", &row, err) != 0)
            return -1;
    }
    return 0;
}

static int insert_hist(struct hb_store *store, sqlite3_stmt **statement, int64_t run_id,
                       enum hb_hist_kind kind, const struct hb_hist *hist, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf encoded;
    struct hb_row row = {0};

    hb_buf_init(&encoded, HB_HIST_ENCODED_MAX_BYTES);
    if (hb_hist_encode(hist, &encoded, err) != 0)
        return -1;
    hb_row_integer(&row, "run_id", run_id);
    hb_row_name(&row, "kind", hb_hist_kind_name(kind));
    hb_row_integer(&row, "count", (int64_t)hist->count);
    hb_row_integer(&row, "clamped", (int64_t)hist->clamped);
    hb_row_integer(&row, "min_ns", hist->min_ns);
    hb_row_integer(&row, "max_ns", hist->max_ns);
    hb_row_real(&row, "sum_ns", hist->sum_ns);
    hb_row_blob(&row, "hdr", &encoded);
    return hb_row_insert(store, statement, "histograms", &row, err);
}

static bool same_hist(const struct hb_hist *left, const struct hb_hist *right)
{
    return left->count == right->count && left->min_ns == right->min_ns &&
           left->max_ns == right->max_ns && left->sum_ns == right->sum_ns &&
           memcmp(left->counts, right->counts, HB_HIST_BUCKETS * sizeof(*left->counts)) == 0;
}

/* Empty ones are left out, and a service time that is the response time (every closed loop): two
 * thirds of a file are histograms. */
static int insert_hists(struct hb_store *store, int64_t run_id, const struct hb_run_result *result,
                        struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    for (unsigned kind = 0; kind < HB_HIST_KIND_COUNT; kind++) {
        const struct hb_hist *hist = hist_of(result, kind);

        if (hist->count == 0 ||
            (kind == HB_HIST_SERVICE && same_hist(hist, hist_of(result, HB_HIST_RESPONSE))))
            continue;
        if (insert_hist(store, &statement, run_id, kind, hist, err) != 0)
            return -1;
    }
    return 0;
}

static int insert_seconds(struct hb_store *store, int64_t run_id,
                          const struct hb_run_result *result, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    for (size_t i = 0; i < result->seconds_count; i++) {
        const struct hb_second *second = &result->seconds[i];
        struct hb_row row = {0};

        hb_row_integer(&row, "run_id", run_id);
        hb_row_integer(&row, "second", (int64_t)i);
        hb_row_integer(&row, "verified", second->verified);
        hb_row_integer(&row, "failed", second->failed);
        hb_row_integer(&row, "response_sum_ns", second->response_sum_ns);
        hb_row_integer(&row, "response_max_ns", second->response_max_ns);
        if (hb_row_insert(store, &statement, "seconds", &row, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- saving ---- */

static int check_counts(const struct hb_run_result *result, struct hb_error *err)
{
    uint64_t verified = hb_tally_verified(&result->window);
    uint64_t failed = hb_tally_failed(&result->window);
    const struct {
        enum hb_hist_kind kind;
        uint64_t count;
    } expected[] = {
        {HB_HIST_RESPONSE, verified}, {HB_HIST_SERVICE, verified}, {HB_HIST_FAILED, failed}};

    for (size_t i = 0; i < HB_ARRAY_LEN(expected); i++) {
        uint64_t count = hist_of(result, expected[i].kind)->count;

        if (count != expected[i].count)
            return hb_fail(err, HB_ERR_INTERNAL,
                           "the %s histogram counts %llu values, its run %llu",
                           hb_hist_kind_name(expected[i].kind), (unsigned long long)count,
                           (unsigned long long)expected[i].count);
    }
    return 0;
}

static int find_pending(struct hb_store *store, int64_t sweep_id, size_t position,
                        int64_t *ret_run_id, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    bool found;

    if (hb_db_prepare_id(store,
                         "SELECT id FROM runs WHERE sweep_id = ?1 AND position = ?2 "
                         "AND status = 'pending'",
                         sweep_id, &statement, err) != 0)
        return -1;
    sqlite3_bind_int64(statement, 2, (int64_t)position);
    if (hb_db_step(store, statement, &found, err) != 0)
        return -1;
    if (!found)
        return hb_fail(err, HB_ERR_INTERNAL, "it is not pending");
    *ret_run_id = sqlite3_column_int64(statement, 0);
    return 0;
}

static int save_all(struct hb_store *store, int64_t sweep_id, const struct hb_run_result *result,
                    struct hb_error *err)
{
    int64_t run_id = 0;

    if (find_pending(store, sweep_id, result->run, &run_id, err) != 0 ||
        update_run(store, run_id, result, err) != 0 ||
        insert_workers(store, run_id, result, err) != 0 ||
        insert_hists(store, run_id, result, err) != 0 ||
        hb_hops_insert(store, run_id, result, err) != 0)
        return -1;
    return insert_seconds(store, run_id, result, err);
}

int hb_store_save_run(struct hb_store *store, int64_t sweep_id, const struct hb_run_result *result,
                      struct hb_error *err)
{
    if (result->status == HB_RUN_INTERRUPTED)
        return 0;
    if (check_counts(result, err) != 0 || hb_db_begin(store, err) != 0 ||
        hb_db_end(store, save_all(store, sweep_id, result, err), err) != 0)
        return hb_wrap(err, "save run %zu of sweep %lld", result->run + 1, (long long)sweep_id);
    return 0;
}
