/* Globs: what --filter keeps, and what a glob names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../arena_state.h"

#include "fixture.h"

static struct hb_scenario *small_scenario(struct hb_arena *arena)
{
    return make_scenario(arena,
                         (struct sizes){.clients = 4,
                                        .urls = 2,
                                        .concurrency = 16,
                                        .durations = 2,
                                        .methods = 1u << HB_METHOD_GET | 1u << HB_METHOD_POST});
}

/* How many of the cells stay; SIZE_MAX when the filters are refused, with the message. */
static size_t kept(struct hb_arena *arena, const char *const *filters, size_t count,
                   struct hb_error *err)
{
    struct hb_scenario *scenario = small_scenario(arena);
    struct hb_plan_options options = {0};
    struct hb_plan plan;

    if (hb_filters_parse(filters, count, arena, &options, err) != 0 ||
        hb_plan_make(scenario, &options, arena, &plan, err) != 0)
        return SIZE_MAX;
    return plan.cells_count;
}

#define KEPT(...)                                                                                  \
    kept(*state, (const char *const[]){__VA_ARGS__},                                               \
         HB_ARRAY_LEN(((const char *const[]){__VA_ARGS__})), &err)

static void filters_of_one_axis_are_alternatives_and_axes_must_all_match(void **state)
{
    struct hb_error err = {0};

    assert_int_equal(KEPT("client=*"), 4 * 2 * 16 * 2 * 2);
    assert_int_equal(KEPT("client=client1/*"), 1 * 2 * 16 * 2 * 2);
    assert_int_equal(KEPT("client=client1/*", "client=client2/*"), 2 * 2 * 16 * 2 * 2);
    assert_int_equal(KEPT("client=client1/*", "client=client2/*", "method=POST", "concurrency=1?"),
                     2 * 2 * 7 * 2);
    assert_int_equal(KEPT("urls=/url1", "duration=2000ms"), 4 * 16 * 2);
}

static void a_filter_reaches_included_cells_too(void **state)
{
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.clients = 2});
    struct hb_include include = {.client = 1};
    struct hb_filter filter = {.axis = HB_AXIS_CLIENT, .glob = "client0"};
    struct hb_plan_options options = {.filters = &filter, .filters_count = 1};
    struct hb_error err = {0};
    struct hb_plan plan;

    scenario->appended.clients = 1;
    scenario->includes = &include;
    scenario->includes_count = 1;
    assert_int_equal(hb_plan_make(scenario, &options, *state, &plan, &err), 0);
    assert_int_equal(plan.cells_count, 1);
}

static void an_unknown_axis_gets_the_nearest_name(void **state)
{
    struct hb_error err = {0};

    assert_int_equal(KEPT("cleint=x"), SIZE_MAX);
    assert_int_equal(err.code, HB_ERR_INPUT);
    assert_string_equal(err.message,
                        "--filter 'cleint=x': no axis is called 'cleint'; did you mean 'client'?");
    assert_int_equal(KEPT("zzzzzz=x"), SIZE_MAX);
    assert_non_null(strstr(err.message, "there are 'server', 'client', 'url'"));
}

static void a_text_that_is_no_filter_is_refused(void **state)
{
    static const char *const texts[] = {"client", "client=", "", "=", "=x"};

    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++) {
        struct hb_error err = {0};

        assert_int_equal(KEPT(texts[i]), SIZE_MAX);
        assert_int_equal(err.code, HB_ERR_INPUT);
    }
}

static void a_filter_that_matches_nothing_is_refused(void **state)
{
    struct hb_error err = {0};

    assert_int_equal(KEPT("client=client9/async"), SIZE_MAX);
    assert_non_null(strstr(err.message, "did you mean 'client0/async'?"));
    assert_int_equal(KEPT("method=GET", "method=DELETE", "client=client1"), 2 * 16 * 2);
    assert_int_equal(KEPT("method=DELETE"), SIZE_MAX);
    assert_string_equal(err.message, "no cell is left by --filter method='DELETE'");
}

static void control_characters_do_not_reach_the_message(void **state)
{
    struct hb_error err = {0};

    assert_int_equal(KEPT("client=\x1b[2J"), SIZE_MAX);
    assert_null(strchr(err.message, '\x1b'));
    assert_int_equal(KEPT("\x1b[2J"), SIZE_MAX);
    assert_null(strchr(err.message, '\x1b'));
}

static void a_label_with_glob_characters_names_itself(void **state)
{
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.urls = 1});
    struct hb_url_spec url = scenario->urls[0];

    url.url = "/get?x=[1]";
    scenario->urls = &url;
    assert_true(hb_axis_matches(scenario, HB_AXIS_URL, 0, "/get?x=[1]"));
    assert_true(hb_axis_matches(scenario, HB_AXIS_URL, 0, "/get*"));
    assert_false(hb_axis_matches(scenario, HB_AXIS_URL, 0, "/post*"));
}

static void a_client_answers_to_its_label_and_to_its_bare_name(void **state)
{
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.clients = 2});

    assert_true(hb_axis_matches(scenario, HB_AXIS_CLIENT, 1, "client1/async"));
    assert_true(hb_axis_matches(scenario, HB_AXIS_CLIENT, 1, "client1"));
    assert_true(hb_axis_matches(scenario, HB_AXIS_CLIENT, 1, "*/async"));
    assert_false(hb_axis_matches(scenario, HB_AXIS_CLIENT, 1, "client0"));
}

static void every_axis_is_found_by_its_name(void **state)
{
    (void)state;
    for (int axis = 0; axis < HB_AXIS_COUNT; axis++)
        assert_int_equal(hb_axis_from_name(hb_axis_name((enum hb_axis)axis)), axis);
    assert_int_equal(hb_axis_from_name("clients"), HB_AXIS_CLIENT);
    assert_int_equal(hb_axis_from_name("nothing"), -1);
}

static void labels_are_what_people_write(void **state)
{
    static const struct hb_rate rates[] = {
        {0},
        {.per_second = 500},
        {.per_second = 0.5, .arrivals = HB_ARRIVALS_POISSON},
        {320, HB_ARRIVALS_BURSTS, 64, 200 * HB_NS_PER_MS},
    };
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.protocols = 2});
    static const struct {
        enum hb_axis axis;
        size_t index;
        const char *label;
    } cases[] = {
        {HB_AXIS_METHOD, HB_METHOD_PATCH, "PATCH"},
        {HB_AXIS_DURATION, 0, "1s"},
        {HB_AXIS_RATE, 0, "closed"},
        {HB_AXIS_RATE, 1, "500/s"},
        {HB_AXIS_RATE, 2, "0.5/s poisson"},
        {HB_AXIS_RATE, 3, "64 every 200ms"},
        {HB_AXIS_PROTOCOL, 1, "h2"},
    };

    scenario->rates = rates;
    scenario->rates_count = HB_ARRAY_LEN(rates);
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_buf text;

        hb_buf_init(&text, 100);
        hb_axis_label(scenario, cases[i].axis, cases[i].index, &text);
        assert_string_equal(hb_buf_text(&text), cases[i].label);
        hb_buf_release(&text);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
    const struct CMUnitTest tests[] = {
        TEST(filters_of_one_axis_are_alternatives_and_axes_must_all_match),
        TEST(a_filter_reaches_included_cells_too),
        TEST(an_unknown_axis_gets_the_nearest_name),
        TEST(a_text_that_is_no_filter_is_refused),
        TEST(a_filter_that_matches_nothing_is_refused),
        TEST(control_characters_do_not_reach_the_message),
        TEST(a_label_with_glob_characters_names_itself),
        TEST(a_client_answers_to_its_label_and_to_its_bare_name),
        TEST(every_axis_is_found_by_its_name),
        TEST(labels_are_what_people_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
