/* Which yardsticks a plan has: one for each load that cells put on a server of ours, and a floor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

static struct hb_arena arena;
static struct hb_entry ours = {.name = "ours", .install_kind = "builtin"};

static int setup(void **state HB_UNUSED)
{
    hb_arena_init(&arena);
    return 0;
}

static int teardown(void **state HB_UNUSED)
{
    hb_arena_release(&arena);
    return 0;
}

/* Of three servers the middle one is not ours and the last speaks TLS; clients 0 to 2 are the
 * yardsticks of HTTP, HTTPS and HTTP/2, client 3 the floor; durations 1 s and 2 s; rates 0 and
 * 100/s. */
static struct hb_scenario *some_scenario(void)
{
    struct hb_scenario *scenario = make_scenario(
        &arena, (struct sizes){.servers = 3,
                               .clients = 4,
                               .urls = 2,
                               .concurrency = 3,
                               .durations = 2,
                               .rates = 2,
                               .protocols = 2,
                               .profiles = 2,
                               .methods = 1u << HB_METHOD_GET | 1u << HB_METHOD_POST});
    struct hb_server_spec *servers = hb_arena_calloc(&arena, 3, sizeof *servers);

    for (size_t i = 0; i < 3; i++)
        servers[i] = scenario->servers[i];
    servers[0].entry = &ours;
    servers[2].entry = &ours;
    servers[2].https = true;
    ours.protocols = HB_HTTP_1_1 | HB_HTTP_2;
    scenario->servers = servers;
    scenario->run.yardstick = true;
    scenario->run.rounds = 2;
    scenario->yardsticks = (struct hb_yardsticks){.clients = {0, 1, 2}, .floor = 3};
    return scenario;
}

/* h2 is asked of servers only over TLS. */
static bool is_allowed(const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    return scenario->protocols[cell->protocol] == HB_HTTP_1_1 ||
           scenario->servers[cell->server].https || scenario->servers[cell->server].entry == NULL;
}

static struct hb_plan planned(struct hb_scenario *scenario)
{
    struct hb_pattern *exclude = hb_arena_alloc(&arena, sizeof *exclude);

    *exclude = (struct hb_pattern){.server = "server0", .protocol = "h2"};
    scenario->excludes = exclude;
    scenario->excludes_count = 1;
    return make_plan(scenario, &arena);
}

static const struct hb_cell *yardstick(const struct hb_plan *plan, size_t number)
{
    return &plan->cells[plan->runs[plan->runs_count + number].cell];
}

/* Brute force: for each cell there is exactly one that matches, unless its server is not ours. */
static void every_load_on_a_server_of_ours_has_one(void **state HB_UNUSED)
{
    struct hb_scenario *scenario = some_scenario();
    struct hb_plan plan = planned(scenario);

    for (size_t i = 0; i < plan.cells_count; i++) {
        const struct hb_cell *cell = &plan.cells[i];
        size_t matches = 0, found = hb_plan_ceiling_of(&plan, cell);

        assert_true(is_allowed(scenario, cell));
        for (size_t y = 0; y + 1 < plan.yardsticks_count; y++) {
            const struct hb_cell *other = yardstick(&plan, y);
            bool same = cell->server == other->server && cell->url == other->url &&
                        cell->method == other->method && cell->concurrency == other->concurrency &&
                        cell->protocol == other->protocol;

            matches += same;
            assert_true(same == (found == y));
        }
        assert_int_equal(matches, cell->server != 1);
        assert_true((found == HB_NO_CEILING) == (cell->server == 1));
    }
    /* 2 URLs × 2 methods × 3 concurrencies × (HTTP, HTTPS, h2), and the floor */
    assert_int_equal(plan.yardsticks_count, 2 * 2 * 3 * 3 + 1);
}

static void each_is_the_right_client_in_a_closed_loop(void **state HB_UNUSED)
{
    struct hb_plan plan = planned(some_scenario());

    for (size_t y = 0; y + 1 < plan.yardsticks_count; y++) {
        const struct hb_cell *cell = yardstick(&plan, y);

        assert_int_equal(cell->client, cell->protocol == 1 ? 2 : cell->server == 2 ? 1 : 0);
        assert_int_equal(plan.scenario->rates[cell->rate].per_second, 0);
        assert_int_equal(plan.scenario->durations_ns[cell->duration], HB_NS_PER_S);
        assert_int_equal(plan.scenario->profiles[cell->profile], HB_PROFILE_TUNED);
    }
    assert_int_equal(yardstick(&plan, plan.yardsticks_count - 1)->client, 3);
}

static void they_change_nothing_about_the_other_runs(void **state HB_UNUSED)
{
    struct hb_scenario *scenario = some_scenario();
    struct hb_plan with = planned(scenario), without;

    scenario->run.yardstick = false;
    without = planned(scenario);
    assert_int_equal(without.yardsticks_count, 0);
    assert_int_equal(with.cells_count, without.cells_count);
    assert_int_equal(with.runs_count, without.runs_count);
    assert_memory_equal(with.cells, without.cells, with.cells_count * sizeof *with.cells);
    assert_memory_equal(with.runs, without.runs, with.runs_count * sizeof *with.runs);
    for (size_t i = 0; i < with.runs_count + with.yardsticks_count; i++)
        assert_true(hb_plan_is_yardstick(&with, i) == (i >= with.runs_count));
}

static void their_time_is_part_of_the_estimate(void **state HB_UNUSED)
{
    struct hb_scenario *scenario = some_scenario();
    struct hb_plan with = planned(scenario), without;
    int64_t expected = 0;

    for (size_t y = 0; y < with.yardsticks_count; y++)
        expected += hb_run_estimate_ns(&with, with.runs_count + y);
    scenario->run.yardstick = false;
    without = planned(scenario);
    assert_int_equal(with.estimated_ns - without.estimated_ns, expected);
    assert_int_equal(hb_run_warmup_ns(&with, 0), HB_NS_PER_S);
    assert_int_equal(hb_run_warmup_ns(&with, with.runs_count), HB_YARDSTICK_WARMUP_NS);
}

static void a_registry_without_yardsticks_gives_none(void **state HB_UNUSED)
{
    struct hb_scenario *scenario = some_scenario();
    struct hb_plan plan;

    for (size_t i = 0; i < HB_YARDSTICK_COUNT; i++)
        scenario->yardsticks.clients[i] = HB_YARDSTICK_NONE;
    scenario->yardsticks.floor = HB_YARDSTICK_NONE;
    plan = planned(scenario);
    assert_int_equal(plan.yardsticks_count, 0);
    assert_true(hb_plan_ceiling_of(&plan, &plan.cells[0]) == HB_NO_CEILING);
}

static void smoke_has_none(void **state HB_UNUSED)
{
    struct hb_scenario *scenario = some_scenario();
    const struct hb_plan_options options = {.smoke = true};
    struct hb_error err = {0};
    struct hb_plan plan = planned(scenario);

    assert_int_equal(hb_plan_make(scenario, &options, &arena, &plan, &err), 0);
    assert_int_equal(plan.yardsticks_count, 0);
}

static void the_least_estimate_is_of_the_rounds_made_in_any_case(void **state HB_UNUSED)
{
    struct hb_scenario *scenario = some_scenario();
    struct hb_plan plan;

    scenario->run.yardstick = false;
    scenario->run.rounds = 20;
    scenario->run.rounds_min = 5;
    plan = planned(scenario);
    assert_int_equal(plan.estimated_least_ns * 4, plan.estimated_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_load_on_a_server_of_ours_has_one),
        cmocka_unit_test(each_is_the_right_client_in_a_closed_loop),
        cmocka_unit_test(they_change_nothing_about_the_other_runs),
        cmocka_unit_test(their_time_is_part_of_the_estimate),
        cmocka_unit_test(a_registry_without_yardsticks_gives_none),
        cmocka_unit_test(smoke_has_none),
        cmocka_unit_test(the_least_estimate_is_of_the_rounds_made_in_any_case),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
