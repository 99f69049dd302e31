/*
 * Version 1 of the schema, and the steps from there. Counts and times are stored, rates are derived
 * (the quantiles are derived too, but from histograms that SQL cannot read, so they are kept).
 * docs/data-model.md describes it for readers of the file.
 */
#include "store/schema.h"

#include "store/fields.h"

static const char sweeps_sql[] =
    "CREATE TABLE environments ("
    "  id INTEGER PRIMARY KEY,"
    "  fingerprint TEXT NOT NULL,"
    "  facts TEXT NOT NULL,"
    "  UNIQUE (fingerprint, facts)"
    ") STRICT;"

    "CREATE TABLE sweeps ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT," /* the number of a removed sweep is not used again */
    "  scenario_name TEXT NOT NULL,"
    "  scenario_path TEXT NOT NULL,"
    "  scenario_text TEXT NOT NULL,"
    "  scenario_hash TEXT NOT NULL,"
    "  seed INTEGER NOT NULL,"
    "  rounds INTEGER NOT NULL,"
    "  purpose TEXT NOT NULL,"
    "  status TEXT NOT NULL"
    "    CHECK (status IN ('running', 'complete', 'interrupted', 'budget')),"
    "  tool_version TEXT NOT NULL,"
    "  revision TEXT NOT NULL,"
    "  tags TEXT NOT NULL,"
    "  environment_id INTEGER NOT NULL REFERENCES environments (id),"
    "  started_wall_ns INTEGER NOT NULL,"
    "  ended_wall_ns INTEGER"
    ") STRICT;"
    "CREATE INDEX sweeps_by_scenario ON sweeps (scenario_hash);"
    "CREATE INDEX sweeps_by_environment ON sweeps (environment_id);"

    "CREATE TABLE cells ("
    "  id INTEGER PRIMARY KEY,"
    "  sweep_id INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,"
    "  ordinal INTEGER NOT NULL,"
    "  cell_key TEXT NOT NULL,"
    "  server TEXT NOT NULL,"
    "  server_url TEXT,"
    "  client TEXT NOT NULL,"
    "  client_library TEXT NOT NULL,"
    "  mode TEXT NOT NULL,"
    "  options TEXT NOT NULL,"
    "  method TEXT NOT NULL,"
    "  url TEXT NOT NULL,"
    "  protocol TEXT NOT NULL,"
    "  concurrency INTEGER NOT NULL,"
    "  rate REAL NOT NULL,"
    "  duration_ns INTEGER NOT NULL,"
    "  canonical TEXT NOT NULL,"
    "  UNIQUE (sweep_id, ordinal)"
    ") STRICT;";

static const char runs_sql[] =
    "CREATE TABLE runs ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  sweep_id INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,"
    "  cell_id INTEGER NOT NULL REFERENCES cells (id) ON DELETE CASCADE,"
    "  position INTEGER NOT NULL,"
    "  round INTEGER NOT NULL,"
    "  purpose TEXT NOT NULL,"
    "  subject TEXT NOT NULL DEFAULT '',"
    "  attempt INTEGER NOT NULL DEFAULT 0,"
    "  status TEXT NOT NULL DEFAULT 'pending'"
    "    CHECK (status IN ('pending', 'ok', 'failed', 'skipped', 'not_needed')),"
    "  failure TEXT, log_tail TEXT,"
    "  flags INTEGER,"
    "  started_wall_ns INTEGER, ended_wall_ns INTEGER,"
    "  start_ns INTEGER, window_start_ns INTEGER, window_end_ns INTEGER, ended_ns INTEGER,"
    "  warmup_verified INTEGER, warmup_failed INTEGER,"
    "  verified INTEGER,"
    "  error_dns INTEGER, error_connect INTEGER, error_tls INTEGER, error_timeout INTEGER,"
    "  error_reset INTEGER, error_protocol INTEGER, error_status INTEGER, error_length INTEGER,"
    "  error_verify INTEGER, error_client_exception INTEGER,"
    "  failed INTEGER GENERATED ALWAYS AS (error_dns + error_connect + error_tls + error_timeout"
    "    + error_reset + error_protocol + error_status + error_length + error_verify"
    "    + error_client_exception) VIRTUAL,"
    "  bytes INTEGER, body_bytes_min INTEGER, body_bytes_max INTEGER,"
    "  scheduled INTEGER, unsent INTEGER, unfinished INTEGER,"
    "  response_mean_ns INTEGER, response_min_ns INTEGER, response_max_ns INTEGER,"
    "  response_p50_ns INTEGER, response_p90_ns INTEGER, response_p95_ns INTEGER,"
    "  response_p99_ns INTEGER, response_p999_ns INTEGER,"
    "  client_version TEXT, runtime TEXT,"
    "  connections INTEGER, connects_in_window INTEGER,"
    "  client_cpus TEXT, client_cpu_ns INTEGER,"
    "  client_rss_avg_bytes INTEGER, client_rss_peak_bytes INTEGER,"
    "  client_voluntary_switches INTEGER, client_involuntary_switches INTEGER,"
    "  client_read_bytes INTEGER, client_written_bytes INTEGER,"
    "  client_runqueue_wait_ns INTEGER, client_processes INTEGER, client_threads INTEGER,"
    "  server_cpus TEXT, server_cpu_ns INTEGER,"
    "  server_rss_avg_bytes INTEGER, server_rss_peak_bytes INTEGER,"
    "  server_voluntary_switches INTEGER, server_involuntary_switches INTEGER,"
    "  server_read_bytes INTEGER, server_written_bytes INTEGER,"
    "  server_runqueue_wait_ns INTEGER, server_processes INTEGER, server_threads INTEGER,"
    "  server_requests INTEGER, server_connections INTEGER,"
    "  server_bytes_in INTEGER, server_bytes_out INTEGER,"
    "  server_window_requests INTEGER, server_window_connections INTEGER,"
    "  harness_cpu_ns INTEGER, load_average REAL,"
    "  UNIQUE (sweep_id, position),"
    "  CHECK ((status = 'pending') = (ended_wall_ns IS NULL))"
    ") STRICT;"
    "CREATE INDEX runs_by_status ON runs (sweep_id, status);"
    "CREATE INDEX runs_by_cell ON runs (cell_id);";

static const char parts_sql[] =
    "CREATE TABLE workers ("
    "  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,"
    "  worker INTEGER NOT NULL,"
    "  client_version TEXT, runtime TEXT, http TEXT,"
    "  pid INTEGER NOT NULL,"
    "  connections INTEGER,"
    "  ready TEXT, done TEXT,"
    "  PRIMARY KEY (run_id, worker)"
    ") STRICT;"

    "CREATE TABLE histograms ("
    "  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,"
    "  kind TEXT NOT NULL"
    "    CHECK (kind IN ('response', 'service', 'failed', 'ttfb', 'connect', 'lag')),"
    "  count INTEGER NOT NULL CHECK (count > 0),"
    "  clamped INTEGER NOT NULL,"
    "  min_ns INTEGER NOT NULL, max_ns INTEGER NOT NULL, sum_ns REAL NOT NULL,"
    "  hdr BLOB NOT NULL,"
    "  PRIMARY KEY (run_id, kind)"
    ") STRICT;"
    "CREATE TRIGGER histograms_count_what_the_run_counted BEFORE INSERT ON histograms"
    "  WHEN NEW.count IS NOT (SELECT CASE NEW.kind"
    "      WHEN 'response' THEN verified WHEN 'service' THEN verified WHEN 'failed' THEN failed"
    "      ELSE NEW.count END FROM runs WHERE id = NEW.run_id)"
    "  BEGIN SELECT RAISE(ABORT, 'a histogram counts other than its run'); END;"

    "CREATE TABLE seconds ("
    "  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,"
    "  second INTEGER NOT NULL,"
    "  verified INTEGER NOT NULL, failed INTEGER NOT NULL,"
    "  response_sum_ns INTEGER NOT NULL, response_max_ns INTEGER NOT NULL,"
    "  PRIMARY KEY (run_id, second)"
    ") STRICT, WITHOUT ROWID;";

/* The old tool's columns and units: seconds, percent of one core, MB (2^20 bytes), percent. Ids of
 * ours are told from others by their form, even from those that imitate it. */
#define VIEW(client_library)                                                                       \
    "CREATE VIEW benchmark_results ("                                                              \
    "  id, name, client_library, client_type, http_method, url, start_time, end_time, duration,"   \
    "  requests_count, requests_per_second, avg_response_time, p95_response_time,"                 \
    "  p99_response_time, cpu_usage_avg, memory_usage_avg, error_count, error_rate,"               \
    "  concurrency_level, config_snapshot, created_at) AS "                                        \
    "SELECT 'run-' || r.id, s.scenario_name, " client_library ", c.mode, c.method,"                \
    "  ifnull(c.server_url, '') || c.url,"                                                         \
    "  strftime('%Y-%m-%dT%H:%M:%f+00:00', r.started_wall_ns / 1e9, 'unixepoch'),"                 \
    "  strftime('%Y-%m-%dT%H:%M:%f+00:00', r.ended_wall_ns / 1e9, 'unixepoch'),"                   \
    "  (r.window_end_ns - r.window_start_ns) / 1e9,"                                               \
    "  r.verified + r.failed,"                                                                     \
    "  r.verified * 1e9 / (r.window_end_ns - r.window_start_ns),"                                  \
    "  r.response_mean_ns / 1e9, r.response_p95_ns / 1e9, r.response_p99_ns / 1e9,"                \
    "  r.client_cpu_ns * 100.0 / (r.window_end_ns - r.window_start_ns),"                           \
    "  r.client_rss_avg_bytes / 1048576.0,"                                                        \
    "  r.failed, r.failed * 100.0 / (r.verified + r.failed),"                                      \
    "  c.concurrency, c.canonical,"                                                                \
    "  datetime(r.ended_wall_ns / 1000000000, 'unixepoch')"                                        \
    "  FROM runs r JOIN cells c ON c.id = r.cell_id JOIN sweeps s ON s.id = r.sweep_id"            \
    "  WHERE r.purpose = 'measured' AND r.status = 'ok'"                                           \
    "  UNION ALL "                                                                                 \
    "SELECT CASE WHEN id GLOB 'run-[0-9]*' THEN 'legacy-' || id ELSE id END,"                      \
    "  name, client_library, client_type, http_method, url, start_time, end_time, duration,"       \
    "  requests_count, requests_per_second, avg_response_time, p95_response_time,"                 \
    "  p99_response_time, cpu_usage_avg, memory_usage_avg, error_count, error_rate,"               \
    "  concurrency_level, config_snapshot, created_at"                                             \
    "  FROM legacy_results;"

static const char view_sql[] = VIEW("c.client_library");

int hb_schema_create(struct hb_store *store, struct hb_error *err)
{
    static const char *const parts[] = {sweeps_sql, runs_sql, parts_sql, view_sql};

    if (hb_legacy_adopt(store, err) != 0)
        return -1;
    for (size_t i = 0; i < HB_ARRAY_LEN(parts); i++) {
        if (hb_db_exec(store, parts[i], err) != 0)
            return -1;
    }
    return 0;
}

/* Version 2: what servers consisted of. `hop` 0 is the program that clients reach. */
static const char servers_sql[] =
    "CREATE TABLE servers ("
    "  sweep_id INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,"
    "  server TEXT NOT NULL,"
    "  version TEXT NOT NULL,"
    "  configuration TEXT NOT NULL,"
    "  PRIMARY KEY (sweep_id, server)"
    ") STRICT;"

    "CREATE TABLE hops ("
    "  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,"
    "  hop INTEGER NOT NULL,"
    "  name TEXT NOT NULL,"
    "  ended INTEGER NOT NULL,"
    "  cpu_ns INTEGER, rss_avg_bytes INTEGER, rss_peak_bytes INTEGER,"
    "  voluntary_switches INTEGER, involuntary_switches INTEGER,"
    "  read_bytes INTEGER, written_bytes INTEGER,"
    "  runqueue_wait_ns INTEGER, processes INTEGER, threads INTEGER,"
    "  requests INTEGER, connections INTEGER, bytes_in INTEGER, bytes_out INTEGER,"
    "  window_requests INTEGER, window_connections INTEGER,"
    "  PRIMARY KEY (run_id, hop)"
    ") STRICT, WITHOUT ROWID;";

int hb_schema_add_servers(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, servers_sql, err);
}

/* Version 3: what clients send. `wire_ordinal` of a cell is that of the cell whose profile it
 * shares. */
static const char wires_sql[] =
    "ALTER TABLE cells ADD COLUMN wire_ordinal INTEGER;"

    "CREATE TABLE wires ("
    "  sweep_id INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,"
    "  ordinal INTEGER NOT NULL,"
    "  failure TEXT,"
    "  requests INTEGER, connections INTEGER,"
    "  bytes_sent REAL, bytes_received REAL, system_calls REAL,"
    "  profile TEXT,"
    "  PRIMARY KEY (sweep_id, ordinal),"
    "  CHECK ((failure IS NULL) = (profile IS NOT NULL))"
    ") STRICT;";

int hb_schema_add_wires(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, wires_sql, err);
}

/* Version 4: how runs were made, sweeps with names, and what people said of points of a trend. */
static const char pins_sql[] =
    "ALTER TABLE sweeps ADD COLUMN settings TEXT;"

    "CREATE TABLE pins ("
    "  name TEXT PRIMARY KEY,"
    "  sweep_id INTEGER NOT NULL REFERENCES sweeps (id),"
    "  pinned_wall_ns INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX pins_by_sweep ON pins (sweep_id);"

    "CREATE TABLE annotations ("
    "  id INTEGER PRIMARY KEY,"
    "  series TEXT NOT NULL,"
    "  metric TEXT NOT NULL,"
    "  fingerprint TEXT NOT NULL,"
    "  sweep_id INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,"
    "  state TEXT NOT NULL CHECK (state IN ('accepted', 'ignored', 'fixed')),"
    "  note TEXT NOT NULL,"
    "  written_wall_ns INTEGER NOT NULL,"
    "  UNIQUE (series, metric, fingerprint, sweep_id)"
    ") STRICT;"
    "CREATE INDEX annotations_by_sweep ON annotations (sweep_id);";

int hb_schema_add_pins(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, pins_sql, err);
}

/* Version 6: an average over base and head would be one of neither. */
static const char subjects_sql[] =
    "DROP VIEW benchmark_results;" VIEW("c.client_library || " HB_SQL_OF_SUBJECT);

int hb_schema_tell_subjects_apart(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, subjects_sql, err);
}

/* Version 7: instructions a request. */
int hb_schema_add_instructions(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store,
                      "ALTER TABLE wires ADD COLUMN instructions REAL;"
                      "ALTER TABLE wires ADD COLUMN instructions_by TEXT;",
                      err);
}

/* Version 8: what a sweep was made of and who carries it out; and the profile, which the cell's
 * JSON holds unless it is the default, as a column. */
static const char origins_sql[] =
    "ALTER TABLE sweeps ADD COLUMN origin TEXT;"
    "ALTER TABLE sweeps ADD COLUMN holder TEXT;"
    "ALTER TABLE cells ADD COLUMN profile TEXT NOT NULL DEFAULT 'tuned';"
    "UPDATE cells SET profile = json_extract(canonical, '$.profile')"
    "  WHERE json_valid(canonical) AND json_extract(canonical, '$.profile') IS NOT NULL;";

int hb_schema_add_origins(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, origins_sql, err);
}

/* Version 9: the figures behind `host_contended`. */
int hb_schema_add_host(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store,
                      "ALTER TABLE runs ADD COLUMN host_busy_ns INTEGER;"
                      "ALTER TABLE runs ADD COLUMN host_steal_ns INTEGER;",
                      err);
}
