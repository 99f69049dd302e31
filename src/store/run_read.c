/* The runs of a sweep, for reports and comparisons. */
#include <string.h>

#include "base/assert.h"
#include "store/fields.h"
#include "store/outcomes.h"
#include "store/store.h"

#define SQL_MAX_BYTES 8192
#define FIELD(expression, kind, name)                                                              \
    {                                                                                              \
        expression, HB_FIELD_##kind, offsetof(struct hb_run_row, name)                             \
    }
/* Of open loops alone, so that others cost no look into their JSON. */
#define OF_RATE(member)                                                                            \
    "CASE WHEN c.rate > 0 AND json_valid(c.canonical)"                                             \
    " THEN json_extract(c.canonical, '$.rate." member "') END"
#define ARRIVALS                                                                                   \
    "CASE WHEN c.rate > 0 THEN CASE WHEN " OF_RATE(                                                \
        "burst") " IS NOT NULL THEN 'bursts'"                                                      \
                 " ELSE ifnull(" OF_RATE("arrivals") ", 'constant') END ELSE 'closed' END"
#define SAME(kind, name) FIELD("r." #name, kind, name)

static const struct hb_field fields[] = {
    SAME(I64, id),
    SAME(U32, round),
    SAME(U32, attempt),
    SAME(U32, position),
    FIELD("c.ordinal", U32, ordinal),
    FIELD("c.cell_key", TEXT, cell_id),
    FIELD("CASE WHEN json_valid(c.canonical)"
          " THEN json_remove(c.canonical, '$.duration_ns') END",
          TEXT, series),
    SAME(TEXT, subject),
    FIELD("c.client", TEXT, client),
    FIELD("c.client || " HB_SQL_OF_SUBJECT, TEXT, contender),
    FIELD("c.mode", TEXT, mode),
    FIELD("c.server", TEXT, server),
    FIELD("c.method", TEXT, method),
    FIELD("c.url", TEXT, url),
    FIELD("c.client_library", TEXT, client_library),
    SAME(TEXT, client_version),
    SAME(TEXT, runtime),
    FIELD("c.protocol", TEXT, http),
    FIELD("c.options", TEXT, options_json),
    FIELD("c.profile", TEXT, profile),
    FIELD("c.concurrency", U32, concurrency),
    FIELD(ARRIVALS, TEXT, arrivals),
    FIELD("c.rate", DOUBLE, rate),
    FIELD(OF_RATE("burst"), U32, burst),
    FIELD(OF_RATE("every_ns"), I64, every_ns),
    FIELD("c.duration_ns", I64, duration_ns),
    SAME(TEXT, purpose),
    SAME(TEXT, status),
    SAME(TEXT, failure),
    SAME(TEXT, log_tail),
    SAME(U32, flags),
    SAME(I64, started_wall_ns),
    SAME(I64, ended_wall_ns),
    FIELD("r.window_end_ns - r.window_start_ns", I64, window_ns),
    SAME(I64, verified),
    SAME(I64, failed),
    SAME(I64, unsent),
    SAME(I64, unfinished),
    SAME(I64, scheduled),
    SAME(I64, bytes),
    SAME(I64, response_mean_ns),
    SAME(I64, response_p50_ns),
    SAME(I64, response_p90_ns),
    SAME(I64, response_p95_ns),
    SAME(I64, response_p99_ns),
    SAME(I64, response_p999_ns),
    SAME(I64, response_min_ns),
    SAME(I64, response_max_ns),
    SAME(KNOWN, client_cpu_ns),
    SAME(KNOWN, server_cpu_ns),
    SAME(KNOWN, harness_cpu_ns),
    SAME(I64, client_rss_avg_bytes),
    SAME(I64, client_rss_peak_bytes),
    SAME(I64, server_rss_peak_bytes),
    FIELD("r.client_voluntary_switches", I64, voluntary_switches),
    FIELD("r.client_involuntary_switches", I64, involuntary_switches),
    SAME(KNOWN, connections),
    SAME(KNOWN, server_requests),
    SAME(TEXT, client_cpus),
    SAME(TEXT, server_cpus),
    FIELD("(SELECT cpu_ns FROM hops WHERE run_id = r.id AND hop = 0)", KNOWN, proxy_cpu_ns),
    FIELD("(SELECT sum(cpu_ns) FROM hops WHERE run_id = r.id AND hop > 0)", KNOWN, backends_cpu_ns),
    FIELD("r.window_start_ns - r.start_ns", I64, window_offset_ns),
    SAME(I64, connects_in_window),
    SAME(I64, body_bytes_min),
    SAME(I64, body_bytes_max),
    SAME(KNOWN, server_connections),
    SAME(KNOWN, server_bytes_in),
    SAME(KNOWN, server_bytes_out),
    SAME(KNOWN, client_runqueue_wait_ns),
    SAME(U32, client_threads),
    SAME(DOUBLE, load_average),
    SAME(KNOWN, host_busy_ns),
    SAME(KNOWN, host_steal_ns),
};

#define OF_YARDSTICKS "purpose IN ('ceiling', 'floor')"

static const char runs_from[] =
    "FROM runs r JOIN cells c ON c.id = r.cell_id "
    "WHERE r.sweep_id = ? AND NOT r." OF_YARDSTICKS " AND r.status <> 'not_needed'";
static const char yardsticks_from[] = "FROM runs r JOIN cells c ON c.id = r.cell_id "
                                      "WHERE r.sweep_id = ? AND r." OF_YARDSTICKS;

/* The fields above, then the outcomes. */
static int prepare(struct hb_store *store, const char *from, int64_t sweep_id,
                   sqlite3_stmt **ret_statement, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf sql;

    hb_buf_init(&sql, SQL_MAX_BYTES);
    hb_buf_puts(&sql, "SELECT ");
    hb_fields_list(fields, HB_ARRAY_LEN(fields), &sql);
    for (unsigned i = 0; i < HB_OUTCOME_COUNT; i++)
        hb_buf_printf(&sql, ", r.%s", hb_outcome_columns[i]);
    hb_buf_printf(&sql, " %s ORDER BY r.position", from);
    HB_ASSERT(!sql.overflowed);
    return hb_db_prepare_id(store, hb_buf_text(&sql), sweep_id, ret_statement, err);
}

static int count_rows(struct hb_store *store, const char *from, int64_t sweep_id,
                      int64_t *ret_count, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf sql;

    hb_buf_init(&sql, SQL_MAX_BYTES);
    hb_buf_printf(&sql, "SELECT COUNT(*) %s", from);
    return hb_db_integer(store, hb_buf_text(&sql), sweep_id, 0, ret_count, err);
}

static void read_run(sqlite3_stmt *statement, struct hb_arena *arena, struct hb_run_row *run)
{
    hb_fields_read(fields, HB_ARRAY_LEN(fields), statement, arena, run);
    for (unsigned i = 0; i < HB_OUTCOME_COUNT; i++)
        run->outcomes[i] =
            (uint64_t)sqlite3_column_int64(statement, (int)(HB_ARRAY_LEN(fields) + i));
    if (run->window_ns > 0)
        run->requests_per_second = (double)run->verified * 1e9 / (double)run->window_ns;
}

static int load(struct hb_store *store, const char *from, int64_t sweep_id, struct hb_arena *arena,
                struct hb_run_row **ret_rows, size_t *ret_count, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    struct hb_run_row *rows;
    int64_t total;
    size_t count = 0;

    if (count_rows(store, from, sweep_id, &total, err) != 0 ||
        prepare(store, from, sweep_id, &statement, err) != 0)
        return -1;
    rows = hb_arena_calloc(arena, (size_t)total, sizeof(*rows));
    while (count < (size_t)total) {
        bool row;

        if (hb_db_step(store, statement, &row, err) != 0)
            return -1;
        if (!row)
            break;
        read_run(statement, arena, &rows[count++]);
    }
    *ret_rows = rows;
    *ret_count = count;
    return 0;
}

int hb_store_load_runs(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                       struct hb_run_row **ret_rows, size_t *ret_count, struct hb_error *err)
{
    return load(store, runs_from, sweep_id, arena, ret_rows, ret_count, err);
}

int hb_store_load_yardsticks(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                             struct hb_run_row **ret_rows, size_t *ret_count, struct hb_error *err)
{
    return load(store, yardsticks_from, sweep_id, arena, ret_rows, ret_count, err);
}
