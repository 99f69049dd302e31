/* The environment's defaults: what they are, and what is refused by name. */
#include "support.h"

#include <stdio.h>

#include "config/environment.h"

static void clear(const struct hb_environment_row *row, void *context)
{
    (void)context;
    unsetenv(row->variable);
}

static int clear_environment(void **state)
{
    (void)state;
    hb_environment_each(clear, NULL);
    return 0;
}

static void defaults_hold_when_nothing_is_set(void **state)
{
    struct hb_environment environment;
    struct hb_error err = {0};

    (void)state;
    assert_int_equal(hb_environment_read(&environment, &err), 0);
    assert_int_equal(environment.default_concurrency, 10);
    assert_int_equal(environment.default_duration_ns, 30 * HB_NS_PER_S);
    assert_int_equal(environment.max_concurrency, 10000);
    assert_string_equal(environment.database_path, "benchmark_results.db");
    assert_int_equal(environment.monitoring_interval_ns, 100 * HB_NS_PER_MS);
}

static void what_is_set_is_taken_and_nothing_counts_as_unset(void **state)
{
    struct hb_environment environment;
    struct hb_error err = {0};

    (void)state;
    setenv("HTTP_BENCHMARK_DEFAULT_DURATION_SECONDS", "2.5", 1);
    setenv("HTTP_BENCHMARK_SQLITE_DB_PATH", "/tmp/x.db", 1);
    setenv("HTTP_BENCHMARK_MAX_CONCURRENCY", "5", 1);
    setenv("HTTP_BENCHMARK_RESOURCE_MONITORING_INTERVAL", "", 1);
    assert_int_equal(hb_environment_read(&environment, &err), 0);
    assert_int_equal(environment.default_duration_ns, 2500 * HB_NS_PER_MS);
    assert_string_equal(environment.database_path, "/tmp/x.db");
    assert_int_equal(environment.default_concurrency, 5); /* never above the maximum */
    assert_int_equal(environment.monitoring_interval_ns, 100 * HB_NS_PER_MS);
}

static void what_is_wrong_is_told_by_the_variables_name(void **state)
{
    static const char *const wrong[][2] = {
        {"HTTP_BENCHMARK_DEFAULT_CONCURRENCY", "many"},
        {"HTTP_BENCHMARK_DEFAULT_CONCURRENCY", "0"},
        {"HTTP_BENCHMARK_DEFAULT_CONCURRENCY", "1.5"},
        {"HTTP_BENCHMARK_MAX_CONCURRENCY", "99999999"},
        {"HTTP_BENCHMARK_DEFAULT_DURATION_SECONDS", "5s"},
        {"HTTP_BENCHMARK_DEFAULT_DURATION_SECONDS", "nan"},
        {"HTTP_BENCHMARK_RESOURCE_MONITORING_INTERVAL", "0"},
    };

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(wrong); i++) {
        struct hb_environment environment;
        struct hb_error err = {0};

        setenv(wrong[i][0], wrong[i][1], 1);
        assert_int_equal(hb_environment_read(&environment, &err), -1);
        assert_int_equal(err.code, HB_ERR_INPUT);
        assert_non_null(strstr(err.message, wrong[i][0]));
        assert_non_null(strstr(err.message, wrong[i][1]));
        unsetenv(wrong[i][0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(defaults_hold_when_nothing_is_set, clear_environment),
        cmocka_unit_test_setup(what_is_set_is_taken_and_nothing_counts_as_unset, clear_environment),
        cmocka_unit_test_setup(what_is_wrong_is_told_by_the_variables_name, clear_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
