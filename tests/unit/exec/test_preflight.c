/* Limits against plans: what does not fit is refused with the limit's name, number and remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exec/preflight.h"

static const struct hb_entry_limit curl_limits[] = {
    {"descriptors_per_task", 3, "an easy handle has a wake-up pair"},
    {"max_concurrency", 15000, "memory"},
};
static const struct hb_entry curl = {.name = "libcurl", .limits = curl_limits, .limits_count = 2};
static const struct hb_client_spec clients[] = {
    {.label = "libcurl/async", .entry = &curl, .mode = HB_MODE_ASYNC},
    {.label = "libcurl/sync", .entry = &curl, .mode = HB_MODE_SYNC},
};
static const struct hb_entry builtin = {.name = "builtin"};
static const struct hb_server_spec servers[] = {{.name = "builtin", .entry = &builtin}};
static const uint32_t concurrency[] = {1, 10000, 20000};

/* Check one cell of the given client and concurrency against a single limit. */
static int check(uint32_t client, uint32_t concurrency_index, enum hb_resource resource,
                 uint64_t available, struct hb_error *err)
{
    const struct hb_scenario scenario = {.servers = servers,
                                         .servers_count = 1,
                                         .clients = clients,
                                         .clients_count = 2,
                                         .concurrency = concurrency,
                                         .concurrency_count = 3,
                                         .run = {.processes = 1}};
    const struct hb_cell cells[] = {{.client = client},
                                    {.client = client, .concurrency = concurrency_index}};
    const struct hb_plan plan = {.scenario = &scenario, .cells = cells, .cells_count = 2};
    const struct hb_machine_limits limits = {
        .items = {{resource, "the limit", available, "set it to ", " or more"}}, .count = 1};

    return hb_preflight_limits(&plan, &limits, err);
}

static void a_plan_that_fits_exactly_passes(void **state HB_UNUSED)
{
    assert_int_equal(check(0, 1, HB_RESOURCE_DESCRIPTORS, 30064, NULL), 0);
    assert_int_equal(check(0, 1, HB_RESOURCE_PORTS, 10000, NULL), 0);
    assert_int_equal(check(1, 1, HB_RESOURCE_TASKS, 10064, NULL), 0);
    assert_int_equal(check(1, 1, HB_RESOURCE_MAPS, 21024, NULL), 0);
}

static void one_less_is_refused(void **state HB_UNUSED)
{
    assert_int_equal(check(0, 1, HB_RESOURCE_DESCRIPTORS, 30063, NULL), -1);
    assert_int_equal(check(0, 1, HB_RESOURCE_PORTS, 9999, NULL), -1);
    assert_int_equal(check(1, 1, HB_RESOURCE_TASKS, 10063, NULL), -1);
    assert_int_equal(check(1, 1, HB_RESOURCE_MAPS, 21023, NULL), -1);
}

static void an_async_client_needs_no_threads(void **state HB_UNUSED)
{
    assert_int_equal(check(0, 1, HB_RESOURCE_TASKS, 0, NULL), 0);
    assert_int_equal(check(0, 1, HB_RESOURCE_MAPS, 0, NULL), 0);
}

static void the_refusal_names_limit_number_and_remedy(void **state HB_UNUSED)
{
    struct hb_error err = {0};

    assert_int_equal(check(0, 1, HB_RESOURCE_DESCRIPTORS, 20000, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    assert_string_equal(err.message,
                        "libcurl/async at concurrency 10000 needs 30064 open files in one process, "
                        "but the limit allows 20000; set it to 30064 or more, or lower the "
                        "concurrency");
}

static void the_client_s_own_limit_is_given_with_its_reason(void **state HB_UNUSED)
{
    struct hb_error err = {0};

    assert_int_equal(check(0, 2, HB_RESOURCE_PORTS, UINT64_MAX, &err), -1);
    assert_non_null(strstr(err.message, "its max_concurrency in one process is 15000 (memory); "
                                        "split the run with run: {processes: 2}"));
}

static void this_machine_holds_a_small_plan(void **state HB_UNUSED)
{
    const uint32_t small[] = {1};
    const struct hb_scenario scenario = {
        .servers = servers, .clients = clients, .concurrency = small, .run = {.processes = 1}};
    const struct hb_cell cells[] = {{.client = 0}, {.client = 1}};
    const struct hb_plan plan = {.scenario = &scenario, .cells = cells, .cells_count = 2};
    struct hb_preflight preflight;
    struct hb_machine_limits limits;

    hb_machine_limits_read(&limits);
    for (size_t i = 0; i < limits.count; ++i)
        assert_true(limits.items[i].available > 0);
    assert_int_equal(hb_preflight(&plan, &preflight, NULL), 0);
    assert_true(preflight.count <= HB_PREFLIGHT_WARNINGS_MAX);
    for (size_t i = 0; i < preflight.count; ++i) {
        assert_true(strlen(preflight.warnings[i].what) > 0);
        assert_true(strlen(preflight.warnings[i].remedy) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_that_fits_exactly_passes),
        cmocka_unit_test(one_less_is_refused),
        cmocka_unit_test(an_async_client_needs_no_threads),
        cmocka_unit_test(the_refusal_names_limit_number_and_remedy),
        cmocka_unit_test(the_client_s_own_limit_is_given_with_its_reason),
        cmocka_unit_test(this_machine_holds_a_small_plan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
