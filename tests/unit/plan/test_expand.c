/* The expander against a brute-force product, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../arena_state.h"

#include "base/rng.h"
#include "fixture.h"

/* Random small scenario: sizes, methods per URL, excludes of one to three exact values. */
static const char *random_label(const struct hb_scenario *scenario, struct hb_arena *arena,
                                enum hb_axis axis, struct hb_rng *rng)
{
    struct hb_buf text;
    char *copy;

    hb_buf_init(&text, 1000);
    hb_axis_label(scenario, axis, hb_rng_below(rng, hb_axis_count(scenario, axis)), &text);
    copy = hb_arena_strdup(arena, hb_buf_text(&text));
    hb_buf_release(&text);
    return copy;
}

static struct hb_pattern random_pattern(const struct hb_scenario *scenario, struct hb_arena *arena,
                                        struct hb_rng *rng)
{
    struct hb_pattern pattern = {0};

    pattern.client = random_label(scenario, arena, HB_AXIS_CLIENT, rng);
    if (hb_rng_below(rng, 2) == 0)
        pattern.concurrency = random_label(scenario, arena, HB_AXIS_CONCURRENCY, rng);
    if (hb_rng_below(rng, 2) == 0)
        pattern.method = random_label(scenario, arena, HB_AXIS_METHOD, rng);
    if (hb_rng_below(rng, 4) == 0)
        pattern.url = "/url*";
    return pattern;
}

static struct hb_scenario *random_scenario(struct hb_arena *arena, struct hb_rng *rng)
{
    struct hb_scenario *scenario =
        make_scenario(arena, (struct sizes){.servers = 1 + hb_rng_below(rng, 3),
                                            .clients = 1 + hb_rng_below(rng, 4),
                                            .urls = 1 + hb_rng_below(rng, 3),
                                            .concurrency = 1 + hb_rng_below(rng, 4),
                                            .durations = 1 + hb_rng_below(rng, 2),
                                            .rates = 1 + hb_rng_below(rng, 2),
                                            .protocols = 1 + hb_rng_below(rng, 2)});
    struct hb_url_spec *urls =
        hb_arena_memdup(arena, scenario->urls, scenario->urls_count * sizeof *urls);
    struct hb_pattern *excludes = hb_arena_calloc(arena, 3, sizeof *excludes);

    for (size_t i = 0; i < scenario->urls_count; i++)
        urls[i].methods = 1 + (unsigned)hb_rng_below(rng, (1u << HB_METHOD_COUNT) - 1);
    scenario->urls = urls;
    scenario->excludes_count = hb_rng_below(rng, 4);
    for (size_t i = 0; i < scenario->excludes_count; i++)
        excludes[i] = random_pattern(scenario, arena, rng);
    scenario->excludes = excludes;
    return scenario;
}

/* The oracle: count through all combinations like an odometer, and judge each by itself. */
static bool next_combination(const struct hb_scenario *scenario, struct hb_cell *cell)
{
    for (int axis = HB_AXIS_COUNT - 1; axis >= 0; axis--) {
        if (++cell->at[axis] < hb_axis_matrix_count(scenario, (enum hb_axis)axis))
            return true;
        cell->at[axis] = 0;
    }
    return false;
}

static bool belongs(const struct hb_scenario *scenario, const struct hb_cell *cell,
                    bool *exclude_used)
{
    bool excluded = false;

    if ((scenario->urls[cell->url].methods & 1u << cell->method) == 0)
        return false;
    for (size_t i = 0; i < scenario->excludes_count; i++) {
        if (hb_pattern_matches(scenario, &scenario->excludes[i], cell)) {
            exclude_used[i] = true;
            excluded = true;
        }
    }
    return !excluded;
}

static size_t brute_force(const struct hb_scenario *scenario, struct hb_cell *cells,
                          bool *ret_all_excludes_used)
{
    bool exclude_used[3] = {false};
    struct hb_cell cell = {0};
    size_t count = 0;

    do {
        if (belongs(scenario, &cell, exclude_used))
            cells[count++] = cell;
    } while (next_combination(scenario, &cell));
    *ret_all_excludes_used = true;
    for (size_t i = 0; i < scenario->excludes_count; i++)
        *ret_all_excludes_used = *ret_all_excludes_used && exclude_used[i];
    return count;
}

static void cells_are_those_of_the_brute_force_product(void **state)
{
    enum { SCENARIOS = 300, MOST_CELLS = 3 * 4 * 3 * 7 * 4 * 2 * 2 * 2 };
    static struct hb_cell expected[MOST_CELLS];
    struct hb_rng rng = {.state = 20};
    int compared = 0;

    for (int i = 0; i < SCENARIOS; i++) {
        struct hb_scenario *scenario = random_scenario(*state, &rng);
        struct hb_plan_options options = {0};
        struct hb_error err = {0};
        struct hb_plan plan;
        bool all_excludes_used;
        size_t count = brute_force(scenario, expected, &all_excludes_used);
        int rc = hb_plan_make(scenario, &options, *state, &plan, &err);

        assert_int_equal(rc, all_excludes_used && count > 0 ? 0 : -1);
        if (rc != 0)
            continue;
        compared++;
        assert_int_equal(plan.cells_count, count);
        for (size_t k = 0; k < count; k++)
            assert_memory_equal(plan.cells[k].at, expected[k].at, sizeof expected[k].at);
    }
    assert_true(compared > SCENARIOS / 3);
}

static void a_url_is_used_with_its_own_methods_only(void **state)
{
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.urls = 2});
    struct hb_url_spec urls[2] = {scenario->urls[0], scenario->urls[1]};
    struct hb_plan plan;

    urls[1].methods = 1u << HB_METHOD_POST | 1u << HB_METHOD_PUT;
    scenario->urls = urls;
    plan = make_plan(scenario, *state);
    assert_int_equal(plan.cells_count, 3);
    assert_int_equal(plan.cells[0].method, HB_METHOD_GET);
    assert_int_equal(plan.cells[1].method, HB_METHOD_POST);
    assert_int_equal(plan.cells[2].method, HB_METHOD_PUT);
}

static void includes_come_after_excludes_and_escape_them(void **state)
{
    struct hb_scenario *scenario =
        make_scenario(*state, (struct sizes){.clients = 2, .concurrency = 2});
    struct hb_pattern exclude = {.client = "client1"};
    struct hb_include include = {.client = 1, .concurrency = 1};
    struct hb_plan plan;

    scenario->excludes = &exclude;
    scenario->excludes_count = 1;
    scenario->includes = &include;
    scenario->includes_count = 1;
    plan = make_plan(scenario, *state);
    assert_int_equal(plan.cells_count, 3);
    assert_int_equal(plan.cells[2].client, 1);
    assert_int_equal(plan.cells[2].include, 1);
    assert_int_equal(plan.cells[1].include, 0);
}

static void values_that_only_includes_use_stay_out_of_the_matrix(void **state)
{
    struct hb_scenario *scenario =
        make_scenario(*state, (struct sizes){.clients = 3, .concurrency = 3});
    struct hb_include include = {.client = 2, .concurrency = 2};
    struct hb_plan plan;

    scenario->appended = (struct hb_appended){.clients = 1, .concurrency = 1};
    scenario->includes = &include;
    scenario->includes_count = 1;
    plan = make_plan(scenario, *state);
    assert_int_equal(plan.cells_count, 2 * 2 + 1);
}

static void a_product_too_large_is_refused_with_the_arithmetic(void **state)
{
    struct hb_scenario *scenario = make_scenario(
        *state,
        (struct sizes){.servers = 4, .clients = 10, .concurrency = 5000, .durations = 5000});
    const char *message = refusal(scenario, NULL, HB_ERR_LIMIT, *state);

    assert_non_null(strstr(message, ": 4 servers × 10 clients × 5,000 concurrencies × "
                                    "5,000 durations = 1,000,000,000 cells"));
    assert_non_null(strstr(message, "cells; the limit is 2,000,000"));
}

static void a_product_beyond_64_bits_is_refused(void **state)
{
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.servers = 1000});

    scenario->clients_count = scenario->urls_count = 1;
    scenario->concurrency_count = scenario->durations_count = scenario->rates_count = 4000000000u;
    assert_non_null(strstr(refusal(scenario, NULL, HB_ERR_LIMIT, *state),
                           "= more than 1,000,000,000,000,000,000 cells"));
}

static void too_many_runs_are_refused_with_the_arithmetic(void **state)
{
    struct hb_scenario *scenario =
        make_scenario(*state, (struct sizes){.concurrency = 100, .durations = 100});

    scenario->run.rounds = 10000;
    assert_non_null(strstr(refusal(scenario, NULL, HB_ERR_LIMIT, *state),
                           "10,000 cells × 10,000 rounds = 100,000,000 runs"));
}

static void an_exclude_that_matches_nothing_is_an_error_with_its_place(void **state)
{
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.clients = 2});
    struct hb_pattern exclude = {.client = "cleint1/async",
                                 .place = {.file = "ci.yaml", .line = 7, .column = 5}};
    const char *message;

    scenario->excludes = &exclude;
    scenario->excludes_count = 1;
    message = refusal(scenario, NULL, HB_ERR_INPUT, *state);
    assert_string_equal(message, "ci.yaml:7:5: exclude: no client matches 'cleint1/async'; did you "
                                 "mean 'client1/async'?");
    exclude.client = "cleint1";
    exclude.place.file = scenario->path;
    message = refusal(scenario, NULL, HB_ERR_INPUT, *state);
    assert_string_equal(message,
                        "line 7: exclude: no client matches 'cleint1'; did you mean 'client1'?");
    exclude = (struct hb_pattern){.client = "client1", .method = "POST"};
    message = refusal(scenario, NULL, HB_ERR_INPUT, *state);
    assert_string_equal(message, "exclude: no cell of the matrix has this combination");
}

static void a_matrix_of_which_everything_is_excluded_is_an_error(void **state)
{
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.clients = 2});
    struct hb_pattern exclude = {.client = "*"};

    scenario->excludes = &exclude;
    scenario->excludes_count = 1;
    assert_string_equal(refusal(scenario, NULL, HB_ERR_INPUT, *state),
                        "no cell is left: everything is excluded");
}

static void an_include_that_the_matrix_has_already_is_an_error(void **state)
{
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.concurrency = 2});
    struct hb_include include = {.concurrency = 1,
                                 .place = {.file = "ci.yaml", .line = 9, .column = 3}};
    const char *message;

    scenario->includes = &include;
    scenario->includes_count = 1;
    message = refusal(scenario, NULL, HB_ERR_INPUT, *state);
    assert_non_null(strstr(message, "ci.yaml:9:3: include: the same cell is there already, from "
                                    "the matrix: server0 client0/async /url0 GET 2 1s"));
}

static void two_equal_values_of_an_axis_are_an_error(void **state)
{
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.concurrency = 2});
    uint32_t twice[] = {16, 16};

    scenario->concurrency = twice;
    assert_non_null(
        strstr(refusal(scenario, NULL, HB_ERR_INPUT, *state), "the same cell is there already"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
    const struct CMUnitTest tests[] = {
        TEST(cells_are_those_of_the_brute_force_product),
        TEST(a_url_is_used_with_its_own_methods_only),
        TEST(includes_come_after_excludes_and_escape_them),
        TEST(values_that_only_includes_use_stay_out_of_the_matrix),
        TEST(a_product_too_large_is_refused_with_the_arithmetic),
        TEST(a_product_beyond_64_bits_is_refused),
        TEST(too_many_runs_are_refused_with_the_arithmetic),
        TEST(an_exclude_that_matches_nothing_is_an_error_with_its_place),
        TEST(a_matrix_of_which_everything_is_excluded_is_an_error),
        TEST(an_include_that_the_matrix_has_already_is_an_error),
        TEST(two_equal_values_of_an_axis_are_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
