/* Which cells share a wire profile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static struct hb_arena arena;

static int set_up(void **state HB_UNUSED)
{
    hb_arena_init(&arena);
    return 0;
}

static int tear_down(void **state HB_UNUSED)
{
    hb_arena_release(&arena);
    return 0;
}

static bool send_the_same(const struct hb_cell *a, const struct hb_cell *b)
{
    return a->server == b->server && a->client == b->client && a->url == b->url &&
           a->method == b->method && a->protocol == b->protocol && a->profile == b->profile;
}

/* Held against a comparison of every two cells. */
static void cells_that_differ_in_load_only_share_the_first_of_them(void **state HB_UNUSED)
{
    struct hb_scenario *scenario = make_scenario(
        &arena, (struct sizes){.servers = 2,
                               .clients = 3,
                               .urls = 2,
                               .concurrency = 3,
                               .durations = 2,
                               .rates = 2,
                               .methods = 1u << HB_METHOD_GET | 1u << HB_METHOD_POST});
    struct hb_plan plan;

    scenario->run.wire = HB_WIRE_REQUESTS;
    plan = make_plan(scenario, &arena);
    for (size_t i = 0; i < plan.cells_count; i++) {
        size_t first = 0;

        while (!send_the_same(&plan.cells[first], &plan.cells[i]))
            first++;
        assert_int_equal(plan.wire_first[i], first);
    }
}

static void profiles_take_time_once_a_sweep(void **state HB_UNUSED)
{
    struct hb_scenario *scenario =
        make_scenario(&arena, (struct sizes){.clients = 2, .concurrency = 4});
    struct hb_plan without = make_plan(scenario, &arena), with;
    int64_t once = 0;

    scenario->run.wire = HB_WIRE_SYSTEM_CALLS;
    with = make_plan(scenario, &arena);
    for (size_t i = 0; i < with.cells_count; i++)
        once += hb_wire_estimate_ns(&with, i);
    assert_true(once > 0);
    assert_int_equal(with.estimated_ns, without.estimated_ns + once);
    assert_int_equal(hb_wire_estimate_ns(&with, 1), 0); /* the second concurrency of one client */
}

static void nothing_is_looked_at_unless_the_scenario_wants_it(void **state HB_UNUSED)
{
    struct hb_scenario *scenario = make_scenario(&arena, (struct sizes){0});
    struct hb_plan_options smoke = {.smoke = true};
    struct hb_plan plan;
    struct hb_error err;

    plan = make_plan(scenario, &arena);
    assert_null(plan.wire_first);
    scenario->run.wire = HB_WIRE_REQUESTS;
    assert_int_equal(hb_plan_make(scenario, &smoke, &arena, &plan, &err), 0);
    assert_null(plan.wire_first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_that_differ_in_load_only_share_the_first_of_them),
        cmocka_unit_test(profiles_take_time_once_a_sweep),
        cmocka_unit_test(nothing_is_looked_at_unless_the_scenario_wants_it),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
