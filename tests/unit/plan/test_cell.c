/* What identifies a cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <xxhash.h>

#include "../arena_state.h"

#include "fixture.h"

static const char *canonical(const struct hb_scenario *scenario, const struct hb_cell *cell,
                             struct hb_arena *arena)
{
    struct hb_buf json;
    char *copy;

    hb_buf_init(&json, 10000);
    hb_cell_canonical(scenario, cell, &json);
    copy = hb_arena_strdup(arena, hb_buf_text(&json));
    hb_buf_release(&json);
    return copy;
}

/* Every axis away from its default in the last cell. */
static struct hb_scenario *full_scenario(struct hb_arena *arena)
{
    return make_scenario(arena,
                         (struct sizes){.servers = 2,
                                        .clients = 2,
                                        .urls = 2,
                                        .concurrency = 3,
                                        .durations = 2,
                                        .rates = 2,
                                        .protocols = 2,
                                        .profiles = 2,
                                        .methods = 1u << HB_METHOD_GET | 1u << HB_METHOD_POST});
}

/* Ids that are stored in databases and baselines. If this test fails, every one of them is lost:
 * change the code, not the numbers. */
static void ids_are_the_ones_written_down(void **state)
{
    struct hb_scenario *scenario = full_scenario(*state);
    struct hb_plan plan = make_plan(scenario, *state);
    const struct hb_cell *first = &plan.cells[0], *stock = &plan.cells[plan.cells_count - 1],
                         *last = stock - 1;
    char id[HB_CELL_ID_BYTES];

    assert_string_equal(canonical(scenario, first, *state),
                        "{\"client\":{\"mode\":\"async\",\"name\":\"client0\"},\"concurrency\":1,"
                        "\"duration_ns\":1000000000,\"method\":\"GET\",\"server\":\"server0\","
                        "\"url\":{\"url\":\"/url0\"}}");
    hb_cell_format_id(first, id);
    assert_string_equal(id, "d6d745a17c66d8dd");
    assert_string_equal(canonical(scenario, last, *state),
                        "{\"client\":{\"mode\":\"async\",\"name\":\"client1\"},\"concurrency\":3,"
                        "\"duration_ns\":2000000000,\"method\":\"POST\",\"protocol\":\"h2\","
                        "\"rate\":{\"per_second\":100},\"server\":\"server1\","
                        "\"url\":{\"url\":\"/url1\"}}");
    hb_cell_format_id(last, id);
    assert_string_equal(id, "d6697cdacf2b3435");
    assert_string_equal(canonical(scenario, stock, *state),
                        "{\"client\":{\"mode\":\"async\",\"name\":\"client1\"},\"concurrency\":3,"
                        "\"duration_ns\":2000000000,\"method\":\"POST\",\"profile\":\"stock\","
                        "\"protocol\":\"h2\",\"rate\":{\"per_second\":100},\"server\":\"server1\","
                        "\"url\":{\"url\":\"/url1\"}}");
    hb_cell_format_id(stock, id);
    assert_string_equal(id, "7baab085418f250d");
}

/* The scenario as it was before rates, protocols and profiles were axes gives the same ids as now.
 */
static void an_axis_at_its_default_leaves_ids_as_they_were(void **state)
{
    struct hb_scenario *with = full_scenario(*state);
    struct hb_scenario *without = make_scenario(
        *state, (struct sizes){.servers = 2,
                               .clients = 2,
                               .urls = 2,
                               .concurrency = 3,
                               .durations = 2,
                               .methods = 1u << HB_METHOD_GET | 1u << HB_METHOD_POST});
    struct hb_plan now = make_plan(with, *state), before = make_plan(without, *state);
    size_t found = 0;

    for (size_t i = 0; i < now.cells_count; i++) {
        const struct hb_cell *cell = &now.cells[i];

        if (cell->rate == 0 && cell->protocol == 0 && cell->profile == 0)
            assert_true(cell->id == before.cells[found++].id);
    }
    assert_int_equal(found, before.cells_count);
}

static void an_id_is_the_hash_of_the_canonical_text(void **state)
{
    struct hb_scenario *scenario = full_scenario(*state);
    struct hb_plan plan = make_plan(scenario, *state);

    for (size_t i = 0; i < plan.cells_count; i++) {
        const char *json = canonical(scenario, &plan.cells[i], *state);

        assert_true(plan.cells[i].id == XXH3_64bits(json, strlen(json)));
    }
}

/* The oracle: a JSON library's own idea of sorted and compact. */
static void the_canonical_text_is_sorted_and_compact_json(void **state)
{
    struct hb_scenario *scenario = full_scenario(*state);
    struct hb_plan plan = make_plan(scenario, *state);

    for (size_t i = 0; i < plan.cells_count; i++) {
        const char *json = canonical(scenario, &plan.cells[i], *state);
        json_t *value = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
        char *sorted;

        assert_non_null(value);
        sorted = json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT);
        assert_string_equal(json, sorted);
        free(sorted);
        json_decref(value);
    }
}

static void seed_rounds_and_file_names_are_no_part_of_an_id(void **state)
{
    struct hb_scenario *scenario = full_scenario(*state), other = *scenario;
    struct hb_plan plan, changed;

    other.run.seed = 99;
    other.run.rounds = 2;
    other.name = "other";
    other.path = "elsewhere.yaml";
    plan = make_plan(scenario, *state);
    changed = make_plan(&other, *state);
    for (size_t i = 0; i < plan.cells_count; i++)
        assert_true(plan.cells[i].id == changed.cells[i].id);
}

static void arrivals_and_fractions_of_a_rate_are_part_of_an_id(void **state)
{
    static const struct hb_rate rates[] = {
        {0},
        {.per_second = 2.5},
        {.per_second = 2.5, .arrivals = HB_ARRIVALS_POISSON},
        {2.5, HB_ARRIVALS_BURSTS, 5, 2 * HB_NS_PER_S},
    };
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){0});
    struct hb_plan plan;

    scenario->rates = rates;
    scenario->rates_count = HB_ARRAY_LEN(rates);
    plan = make_plan(scenario, *state);
    assert_null(strstr(canonical(scenario, &plan.cells[0], *state), "rate"));
    assert_non_null(
        strstr(canonical(scenario, &plan.cells[1], *state), "\"rate\":{\"per_second\":2.5}"));
    assert_non_null(strstr(canonical(scenario, &plan.cells[2], *state),
                           "\"rate\":{\"arrivals\":\"poisson\",\"per_second\":2.5}"));
    assert_non_null(strstr(canonical(scenario, &plan.cells[3], *state),
                           "\"rate\":{\"burst\":5,\"every_ns\":2000000000}"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
    const struct CMUnitTest tests[] = {
        TEST(ids_are_the_ones_written_down),
        TEST(an_axis_at_its_default_leaves_ids_as_they_were),
        TEST(an_id_is_the_hash_of_the_canonical_text),
        TEST(the_canonical_text_is_sorted_and_compact_json),
        TEST(seed_rounds_and_file_names_are_no_part_of_an_id),
        TEST(arrivals_and_fractions_of_a_rate_are_part_of_an_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
