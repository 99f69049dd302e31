/* Files written by the tool that this one replaces. */
#include "fixture.h"

#include <string.h>

#include "base/macros.h"

/* The table as that tool's last versions made it, and as its documentation describes it. */
#define COMMON_BEFORE                                                                              \
    "id TEXT PRIMARY KEY, name TEXT NOT NULL, client_library TEXT NOT NULL, client_type TEXT NOT " \
    "NULL, http_method TEXT NOT NULL, url TEXT NOT NULL, start_time TEXT NOT NULL, end_time TEXT " \
    "NOT NULL, duration REAL NOT NULL, requests_count INTEGER NOT NULL, requests_per_second REAL " \
    "NOT NULL, avg_response_time REAL NOT NULL, "
#define COMMON_AFTER                                                                               \
    "error_count INTEGER NOT NULL, error_rate REAL NOT NULL, concurrency_level INTEGER NOT NULL, " \
    "config_snapshot TEXT NOT NULL, created_at TEXT DEFAULT CURRENT_TIMESTAMP"
#define QUANTILES "p95_response_time REAL NOT NULL, p99_response_time REAL NOT NULL, "
#define USAGE "cpu_usage_avg REAL NOT NULL, memory_usage_avg REAL NOT NULL, "

static const char with_more_columns[] =
    "CREATE TABLE benchmark_results (" COMMON_BEFORE
    "min_response_time REAL NOT NULL, max_response_time REAL NOT NULL, " QUANTILES USAGE
    "network_io TEXT NOT NULL, " COMMON_AFTER ")";
static const char as_documented[] =
    "CREATE TABLE benchmark_results (" COMMON_BEFORE QUANTILES USAGE COMMON_AFTER ")";

static const char old_rows[] =
    "INSERT INTO benchmark_results (id, name, client_library, client_type, http_method, url,"
    " start_time, end_time, duration, requests_count, requests_per_second, avg_response_time,"
    " p95_response_time, p99_response_time, cpu_usage_avg, memory_usage_avg, error_count,"
    " error_rate, concurrency_level, config_snapshot, created_at) VALUES"
    " ('0b7c9a52-9d6a-4f0e-8a52-6b1c1f0a7e11', 'old one', 'requests', 'sync', 'GET',"
    "  'http://localhost/get', '2025-06-01T10:00:00.123456', '2025-06-01T10:00:30.123456', 30.0,"
    "  15000, 500.0, 0.02, 0.03, 0.04, 55.5, 48.25, 3, 0.02, 10, '{\"concurrency\": 10}',"
    "  '2025-06-01 10:00:31'),"
    " ('run-1', 'imitates ours', 'aiohttp', 'async', 'GET', 'http://localhost/get',"
    "  '2025-06-01T10:01:00', '2025-06-01T10:01:30', 30.0, 60000, 2000.0, 0.005, 0.01, 0.02, 95.0,"
    "  60.0, 0, 0.0, 10, '{}', '2025-06-01 10:01:31')";

/* The query of the old tool's users, as the README shows it. */
static const char ranking[] =
    "SELECT group_concat(line, ' | ') FROM (SELECT client_library || ' ' || "
    "round(AVG(requests_per_second), 1) || ' ' || round(AVG(avg_response_time) * 1000, 3) AS line "
    "FROM benchmark_results GROUP BY client_library ORDER BY AVG(requests_per_second) DESC)";

static const char columns[] =
    "SELECT group_concat(name, ' ') FROM pragma_table_info('benchmark_results')";

static const char documented_columns[] =
    "id name client_library client_type http_method url start_time end_time duration "
    "requests_count requests_per_second avg_response_time p95_response_time p99_response_time "
    "cpu_usage_avg memory_usage_avg error_count error_rate concurrency_level config_snapshot "
    "created_at";

/* The rows that are in both shapes of the table; the wider one needs values for its own columns. */
static void make_old_file(struct fixture *f, const char *table)
{
    fixture_sql(f, as_documented);
    fixture_sql(f, old_rows);
    if (table == as_documented)
        return;
    fixture_sql(f, "ALTER TABLE benchmark_results RENAME TO narrow");
    fixture_sql(f, table);
    fixture_sql(f, "INSERT INTO benchmark_results SELECT id, name, client_library, client_type,"
                   " http_method, url, start_time, end_time, duration, requests_count,"
                   " requests_per_second, avg_response_time, 0.001, 0.5, p95_response_time,"
                   " p99_response_time, cpu_usage_avg, memory_usage_avg, '{}', error_count,"
                   " error_rate, concurrency_level, config_snapshot, created_at FROM narrow;"
                   "DROP TABLE narrow");
}

static void check_old_file(struct fixture *f, const char *table)
{
    struct hb_store *store;

    make_old_file(f, table);
    assert_string_equal(fixture_text(f, ranking), "aiohttp 2000.0 5.0 | requests 500.0 20.0");
    store = fixture_open(f, HB_STORE_WRITE);
    assert_string_equal(fixture_text(f, columns), documented_columns);
    assert_string_equal(fixture_text(f, ranking), "aiohttp 2000.0 5.0 | requests 500.0 20.0");
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM legacy_results"), 2);
    fixture_save(f, store, fixture_begin(f, store), 0);
    hb_store_close(store);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM benchmark_results"), 3);
}

static void the_query_works_on_an_old_file_and_goes_on_working(void **state)
{
    check_old_file(*state, as_documented);
}

static void columns_beyond_the_documented_ones_are_kept(void **state)
{
    struct fixture *f = *state;

    check_old_file(f, with_more_columns);
    assert_true(fixture_real(f, "SELECT max_response_time FROM legacy_results LIMIT 1") == 0.5);
}

static void columns_that_an_old_file_lacks_are_null(void **state)
{
    struct fixture *f = *state;

    fixture_sql(f, "CREATE TABLE benchmark_results (id TEXT, client_library TEXT,"
                   " requests_per_second REAL, avg_response_time REAL);"
                   "INSERT INTO benchmark_results VALUES ('a', 'pycurl', 900.0, 0.01)");
    hb_store_close(fixture_open(f, HB_STORE_WRITE));
    assert_string_equal(fixture_text(f, columns), documented_columns);
    assert_string_equal(fixture_text(f, ranking), "pycurl 900.0 10.0");
    assert_int_equal(
        fixture_integer(f, "SELECT COUNT(*) FROM benchmark_results WHERE error_rate IS NULL"), 1);
}

static void an_id_that_imitates_ours_does_not_collide(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store;
    int64_t sweep_id;

    make_old_file(f, as_documented);
    store = fixture_open(f, HB_STORE_WRITE);
    sweep_id = fixture_begin(f, store);
    for (size_t run = 0; run < FIXTURE_RUNS; run++)
        fixture_save(f, store, sweep_id, run);
    hb_store_close(store);
    assert_int_equal(
        fixture_integer(f, "SELECT COUNT(*) - COUNT(DISTINCT id) FROM benchmark_results"), 0);
    assert_string_equal(
        fixture_text(f, "SELECT name FROM benchmark_results WHERE id = 'legacy-run-1'"),
        "imitates ours");
    assert_string_equal(fixture_text(f, "SELECT name FROM benchmark_results WHERE id = 'run-1'"),
                        "selection");
}

static void views_of_users_see_old_and_new_results(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store;

    make_old_file(f, as_documented);
    fixture_sql(f, "CREATE VIEW mine AS SELECT client_library FROM benchmark_results");
    store = fixture_open(f, HB_STORE_WRITE);
    fixture_save(f, store, fixture_begin(f, store), 0);
    hb_store_close(store);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM mine"), 3);
}

static void reading_leaves_an_old_file_as_it_is(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = NULL;
    struct hb_error err = {0};

    make_old_file(f, as_documented);
    assert_int_equal(hb_store_open(f->path, HB_STORE_READ, &store, &err), -1);
    assert_int_equal(err.code, HB_ERR_NOT_FOUND);
    assert_string_equal(
        fixture_text(f, "SELECT type FROM sqlite_schema WHERE name = 'benchmark_results'"),
        "table");
}

static void a_table_in_the_way_stops_the_migration_whole(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = NULL;
    struct hb_error err = {0};

    make_old_file(f, as_documented);
    fixture_sql(f, "CREATE TABLE runs (mine TEXT)");
    assert_int_equal(hb_store_open(f->path, HB_STORE_WRITE, &store, &err), -1);
    assert_non_null(strstr(err.message, "table runs already exists"));
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM benchmark_results"), 2);
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), 0);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(the_query_works_on_an_old_file_and_goes_on_working),
        WITH_FIXTURE(columns_beyond_the_documented_ones_are_kept),
        WITH_FIXTURE(columns_that_an_old_file_lacks_are_null),
        WITH_FIXTURE(an_id_that_imitates_ours_does_not_collide),
        WITH_FIXTURE(views_of_users_see_old_and_new_results),
        WITH_FIXTURE(reading_leaves_an_old_file_as_it_is),
        WITH_FIXTURE(a_table_in_the_way_stops_the_migration_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
