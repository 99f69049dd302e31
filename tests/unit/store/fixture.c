/* What the store's tests have in common. */
#include "fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/memory.h"

static void fill_axes(struct fixture *f)
{
    f->entries[0] = (struct hb_entry){.kind = HB_ENTRY_CLIENT,
                                      .name = "requests",
                                      .install_kind = "pip",
                                      .protocols = HB_HTTP_1_1,
                                      .profiles = HB_PROFILE_TUNED};
    f->entries[1] = (struct hb_entry){.kind = HB_ENTRY_CLIENT,
                                      .name = "httpx",
                                      .install_kind = "pip",
                                      .protocols = HB_HTTP_1_1,
                                      .profiles = HB_PROFILE_TUNED};
    f->server = (struct hb_server_spec){
        .name = "builtin", .options_json = "{}", .canonical = "\"builtin\""};
    f->clients[0] = (struct hb_client_spec){.label = "requests",
                                            .library = "requests",
                                            .entry = &f->entries[0],
                                            .mode = HB_MODE_SYNC,
                                            .options_json = "{\"trust_env\":false}",
                                            .canonical = "\"requests\""};
    f->clients[1] = (struct hb_client_spec){.label = "httpx/async",
                                            .library = "httpx",
                                            .entry = &f->entries[1],
                                            .mode = HB_MODE_ASYNC,
                                            .options_json = "{}",
                                            .canonical = "\"httpx/async\""};
    f->request = (struct hb_request){.url = "/get"};
    f->url = (struct hb_url_spec){.url = "/get",
                                  .methods = 1u << HB_METHOD_GET,
                                  .requests = &f->request,
                                  .requests_count = 1,
                                  .expect = {.length_bytes = -1},
                                  .canonical = "{\"url\":\"/get\"}"};
    f->concurrency[0] = 1;
    f->concurrency[1] = 16;
    f->duration_ns = 2 * HB_NS_PER_S;
    f->protocol = HB_HTTP_1_1;
    f->profile = HB_PROFILE_TUNED;
}

static void fill_scenario(struct fixture *f)
{
    static const char *const nowhere[] = {NULL};

    f->scenario = (struct hb_scenario){
        .name = "selection",
        .description = "",
        .path = "selection.yaml",
        .text = "name: selection\n",
        .hash = "0123456789abcdef",
        .servers = &f->server,
        .servers_count = 1,
        .clients = f->clients,
        .clients_count = 2,
        .urls = &f->url,
        .urls_count = 1,
        .methods = 1u << HB_METHOD_GET,
        .concurrency = f->concurrency,
        .concurrency_count = 2,
        .durations_ns = &f->duration_ns,
        .durations_count = 1,
        .rates = &f->rate,
        .rates_count = 1,
        .protocols = &f->protocol,
        .protocols_count = 1,
        .profiles = &f->profile,
        .profiles_count = 1,
        .timeout_ns = HB_NS_PER_S,
        .connect_timeout_ns = HB_NS_PER_S,
        .keepalive = true,
        .run = {.rounds = FIXTURE_ROUNDS, .seed = 7, .processes = 1},
        .allow_remote = nowhere,
    };
}

void fixture_plan(struct fixture *fixture)
{
    struct hb_plan_options options = {0};
    struct hb_error err = {0};

    if (hb_plan_make(&fixture->scenario, &options, &fixture->arena, &fixture->plan, &err) != 0)
        fail_msg("%s", err.message);
}

void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    hb_arena_init(&fixture->arena);
    fill_axes(fixture);
    fill_scenario(fixture);
    fixture_plan(fixture);
    assert_int_equal(fixture->plan.runs_count, FIXTURE_RUNS);
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/hb-store-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof(fixture->path), "%s/results.db", fixture->folder);
}

void fixture_release(struct fixture *fixture)
{
    static const char *const endings[] = {"", "-journal", "-wal", "-shm"};
    char path[128];

    for (size_t i = 0; i < HB_ARRAY_LEN(endings); i++) {
        snprintf(path, sizeof(path), "%s%s", fixture->path, endings[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(fixture->folder), 0); /* the store left nothing else behind */
    hb_arena_release(&fixture->arena);
}

int fixture_setup(void **state)
{
    *state = hb_alloc(sizeof(struct fixture));
    fixture_init(*state);
    return 0;
}

int fixture_teardown(void **state)
{
    fixture_release(*state);
    free(*state);
    return 0;
}

struct hb_sweep_info fixture_info(const struct fixture *fixture)
{
    static const char *const tags[] = {"branch=main", "night", NULL};

    return (struct hb_sweep_info){
        .scenario = &fixture->scenario,
        .tool_version = "0.1.0",
        .revision = "abc1234",
        .environment_json = "{\"cores\":2}",
        .fingerprint = "fedcba9876543210",
        .tags = tags,
        .purpose = HB_PURPOSE_MEASURED,
    };
}

struct hb_store *fixture_open(const struct fixture *fixture, enum hb_store_mode mode)
{
    struct hb_store *store = NULL;
    struct hb_error err = {0};

    if (hb_store_open(fixture->path, mode, &store, &err) != 0)
        fail_msg("%s", err.message);
    return store;
}

int64_t fixture_begin(struct fixture *fixture, struct hb_store *store)
{
    struct hb_sweep_info info = fixture_info(fixture);
    struct hb_error err = {0};
    int64_t sweep_id = 0;

    if (hb_store_begin_sweep(store, &info, &fixture->plan, &sweep_id, &err) != 0)
        fail_msg("%s", err.message);
    return sweep_id;
}

static void fill_worker(struct hb_run_result *result)
{
    result->workers = hb_calloc(1, sizeof(*result->workers));
    result->workers_count = 1;
    result->workers[0] = (struct hb_worker_report){
        .client_version = hb_strdup("2.32.5"),
        .runtime = hb_strdup("CPython 3.11.2"),
        .http = hb_strdup("1.1"),
        .ready_json = hb_strdup("{\"type\":\"ready\",\"protocol\":1}"),
        .done_json = hb_strdup("{\"type\":\"done\",\"requests\":1001}"),
        .pid = 4711,
        .connections = 16,
    };
}

static void fill_window(struct hb_run_result *result, size_t run)
{
    uint64_t verified = 1000 + run;

    result->window.outcomes[HB_OUTCOME_OK] = verified;
    result->window.outcomes[HB_OUTCOME_TIMEOUT] = 1;
    result->window.bytes = verified * 300;
    for (uint64_t i = 0; i < verified; i++) {
        hb_hist_add(&result->response, (int64_t)(200000 + 1000 * i));
        hb_hist_add(&result->service, (int64_t)(200000 + 1000 * i));
    }
    hb_hist_add(&result->failed, HB_NS_PER_S);
    hb_hist_add(&result->connect, 50000);
    result->seconds = hb_calloc(2, sizeof(*result->seconds));
    result->seconds_count = 2;
    result->seconds[0] =
        (struct hb_second){.verified = 600, .response_sum_ns = 7, .response_max_ns = 5};
    result->seconds[1] = (struct hb_second){.verified = 400, .failed = 1};
}

void fixture_result(struct fixture *fixture, size_t run, struct hb_run_result *result)
{
    hb_run_result_init(result, &fixture->plan, run);
    result->status = HB_RUN_OK;
    result->purpose = HB_PURPOSE_MEASURED;
    result->attempt = 1;
    result->flags = HB_FLAG_ERRORS;
    result->started_wall_ns = 1767225600000000000; /* 2026-01-01T00:00:00Z */
    result->ended_wall_ns = result->started_wall_ns + 3 * HB_NS_PER_S;
    result->start_ns = 1000;
    result->window_start_ns = 1000 + HB_NS_PER_S;
    result->window_end_ns = 1000 + 3 * HB_NS_PER_S;
    result->ended_ns = 2000 + 3 * HB_NS_PER_S;
    result->client = (struct hb_usage){.known = true,
                                       .cpu_ns = HB_NS_PER_S,
                                       .rss_avg_bytes = 30 << 20,
                                       .rss_peak_bytes = 40 << 20,
                                       .voluntary_switches = 12,
                                       .involuntary_switches = 3};
    result->harness_cpu_ns = 4000;
    result->host_busy_ns = 2 * HB_NS_PER_S;
    result->host_steal_ns = -1;
    snprintf(result->client_cpus, sizeof(result->client_cpus), "1");
    fill_window(result, run);
    fill_worker(result);
}

void fixture_save(struct fixture *fixture, struct hb_store *store, int64_t sweep_id, size_t run)
{
    struct hb_run_result result;
    struct hb_error err = {0};

    fixture_result(fixture, run, &result);
    if (hb_store_save_run(store, sweep_id, &result, &err) != 0)
        fail_msg("%s", err.message);
    hb_run_result_release(&result);
}

/* ---- looking at the file from outside ---- */

static sqlite3 *open_plain(const struct fixture *fixture)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
    return db;
}

static sqlite3_stmt *first_row(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    return statement;
}

static void close_plain(sqlite3 *db, sqlite3_stmt *statement)
{
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t fixture_integer(const struct fixture *fixture, const char *sql)
{
    sqlite3 *db = open_plain(fixture);
    sqlite3_stmt *statement = first_row(db, sql);
    int64_t value = sqlite3_column_int64(statement, 0);

    close_plain(db, statement);
    return value;
}

double fixture_real(const struct fixture *fixture, const char *sql)
{
    sqlite3 *db = open_plain(fixture);
    sqlite3_stmt *statement = first_row(db, sql);
    double value = sqlite3_column_double(statement, 0);

    close_plain(db, statement);
    return value;
}

const char *fixture_text(struct fixture *fixture, const char *sql)
{
    sqlite3 *db = open_plain(fixture);
    sqlite3_stmt *statement = first_row(db, sql);
    const char *text = (const char *)sqlite3_column_text(statement, 0);

    text = hb_arena_strdup(&fixture->arena, text == NULL ? "" : text);
    close_plain(db, statement);
    return text;
}

void fixture_sql(const struct fixture *fixture, const char *sql)
{
    sqlite3 *db = open_plain(fixture);

    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    close_plain(db, NULL);
}

void fixture_sql_fails(const struct fixture *fixture, const char *sql, const char *part_of_message)
{
    sqlite3 *db = open_plain(fixture);

    assert_int_not_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    if (strstr(sqlite3_errmsg(db), part_of_message) == NULL)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    close_plain(db, NULL);
}
