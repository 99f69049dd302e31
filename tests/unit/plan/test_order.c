/* The order of runs, and the estimate of their time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../arena_state.h"

#include "fixture.h"

static struct hb_scenario *some_scenario(struct hb_arena *arena, unsigned rounds, uint64_t seed)
{
    struct hb_scenario *scenario =
        make_scenario(arena, (struct sizes){.servers = 4, .clients = 5, .concurrency = 7});

    scenario->run.rounds = rounds;
    scenario->run.seed = seed;
    return scenario;
}

static void each_round_runs_every_cell_once(void **state)
{
    struct hb_plan plan = make_plan(some_scenario(*state, 3, 11), *state);
    unsigned char *seen = hb_arena_alloc(*state, plan.cells_count * 3);

    assert_int_equal(plan.runs_count, plan.cells_count * 3);
    for (size_t i = 0; i < plan.runs_count; i++) {
        assert_int_equal(plan.runs[i].round, i / plan.cells_count);
        seen[plan.runs[i].round * plan.cells_count + plan.runs[i].cell]++;
    }
    for (size_t i = 0; i < plan.runs_count; i++)
        assert_int_equal(seen[i], 1);
}

static void a_server_is_started_once_a_round(void **state)
{
    struct hb_plan plan = make_plan(some_scenario(*state, 3, 11), *state);
    size_t changes = 0;

    for (size_t i = 1; i < plan.cells_count; i++)
        changes += plan.cells[plan.runs[i].cell].server != plan.cells[plan.runs[i - 1].cell].server;
    assert_int_equal(changes, 4 - 1);
}

static bool same_order(const struct hb_plan_run *a, const struct hb_plan_run *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i].cell != b[i].cell)
            return false;
    }
    return true;
}

static void the_same_seed_gives_the_same_order_and_another_seed_another(void **state)
{
    struct hb_plan first = make_plan(some_scenario(*state, 2, 11), *state);
    struct hb_plan again = make_plan(some_scenario(*state, 2, 11), *state);
    struct hb_plan other = make_plan(some_scenario(*state, 2, 12), *state);

    assert_true(same_order(first.runs, again.runs, first.runs_count));
    assert_false(same_order(first.runs, other.runs, first.runs_count));
}

static void rounds_differ_from_each_other(void **state)
{
    struct hb_plan plan = make_plan(some_scenario(*state, 2, 11), *state);

    assert_false(same_order(plan.runs, plan.runs + plan.cells_count, plan.cells_count));
}

static void more_rounds_leave_the_order_of_the_first_ones(void **state)
{
    struct hb_plan two = make_plan(some_scenario(*state, 2, 11), *state);
    struct hb_plan five = make_plan(some_scenario(*state, 5, 11), *state);

    assert_true(same_order(two.runs, five.runs, two.runs_count));
}

/* A cell's mean position over many rounds is the middle: no cell is favoured. */
static void every_position_is_equally_likely(void **state)
{
    enum { CELLS = 6, ROUNDS = 6000 };
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.clients = CELLS});
    unsigned counts[CELLS][CELLS] = {{0}};
    struct hb_plan plan;

    scenario->run.rounds = ROUNDS;
    plan = make_plan(scenario, *state);
    for (size_t i = 0; i < plan.runs_count; i++)
        counts[plan.runs[i].cell][i % CELLS]++;
    for (size_t cell = 0; cell < CELLS; cell++) {
        for (size_t position = 0; position < CELLS; position++)
            assert_in_range(counts[cell][position], ROUNDS / CELLS - 150, ROUNDS / CELLS + 150);
    }
}

/* Written down so that nobody's stored order changes by accident: --resume depends on it. */
static void the_order_of_a_seed_is_the_one_written_down(void **state)
{
    static const uint32_t golden[] = {0, 3, 1, 2, 6, 7, 4, 5};
    struct hb_scenario *scenario =
        make_scenario(*state, (struct sizes){.servers = 2, .clients = 4});
    struct hb_plan plan;

    scenario->run.seed = 7;
    plan = make_plan(scenario, *state);
    for (size_t i = 0; i < HB_ARRAY_LEN(golden); i++)
        assert_int_equal(plan.runs[i].cell, golden[i]);
}

static void smoke_is_one_round(void **state)
{
    struct hb_plan_options options = {.smoke = true};
    struct hb_scenario *scenario = some_scenario(*state, 5, 11);
    struct hb_plan full = make_plan(scenario, *state), smoke;
    struct hb_error err = {0};

    assert_int_equal(hb_plan_make(scenario, &options, *state, &smoke, &err), 0);
    assert_int_equal(smoke.rounds, 1);
    assert_int_equal(smoke.runs_count, smoke.cells_count);
    assert_true(smoke.estimated_ns < full.estimated_ns / 5);
}

static void the_estimate_is_the_sum_of_runs_and_starts_of_servers(void **state)
{
    struct hb_scenario *scenario = some_scenario(*state, 3, 11);
    static const struct hb_entry nginx = {.name = "nginx", .install_kind = "apt"};
    struct hb_plan plan = make_plan(scenario, *state);
    struct hb_server_spec servers[4];
    int64_t runs = 0, with_nginx;

    for (size_t i = 0; i < plan.runs_count; i++)
        runs += hb_run_estimate_ns(&plan, i);
    assert_int_equal(plan.estimated_ns, runs);
    memcpy(servers, scenario->servers, sizeof servers);
    servers[2].entry = &nginx;
    scenario->servers = servers;
    with_nginx = make_plan(scenario, *state).estimated_ns;
    assert_in_range(with_nginx - runs, 3 * 100 * HB_NS_PER_MS, 3 * 5 * HB_NS_PER_S);
}

static void an_estimate_beyond_centuries_does_not_wrap_round(void **state)
{
    struct hb_scenario *scenario = some_scenario(*state, 1000, 11);
    static const int64_t durations[] = {INT64_MAX / 2};

    scenario->durations_ns = durations;
    assert_true(make_plan(scenario, *state).estimated_ns == INT64_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_round_runs_every_cell_once),
        TEST(a_server_is_started_once_a_round),
        TEST(the_same_seed_gives_the_same_order_and_another_seed_another),
        TEST(rounds_differ_from_each_other),
        TEST(more_rounds_leave_the_order_of_the_first_ones),
        TEST(every_position_is_equally_likely),
        TEST(the_order_of_a_seed_is_the_one_written_down),
        TEST(smoke_is_one_round),
        TEST(the_estimate_is_the_sum_of_runs_and_starts_of_servers),
        TEST(an_estimate_beyond_centuries_does_not_wrap_round),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
