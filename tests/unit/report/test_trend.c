/* A trend on its way out: hostile names, gaps, and series that have nothing to say. */
#include "../test.h"

#include <jansson.h>

#include "base/arena.h"
#include "base/memory.h"
#include "report/trend.h"

#define HOSTILE "<script>\033[31m\"&\n::error::x"

static const struct hb_trend_night nights[] = {
    {1, 1790000000000000000, "aaa" HOSTILE, "f", 2},
    {2, 1790086400000000000, "bbb", "f", 2},
    {4, 1790172800000000000, "", "f", 2},
    {7, 1790259200000000000, "ddd", "f", 2},
};
static const size_t all[] = {0, 1, 2, 3}, gap[] = {0, 3};
static const double values[] = {100, 101, 110, 111};
static struct hb_trend_point points[] = {{.at = 2,
                                          .change = 0.1,
                                          .p = 1e-5,
                                          .worse = true,
                                          .cells = 2,
                                          .id = "01234567",
                                          .state = "accepted",
                                          .note = HOSTILE}};

static const struct hb_trend_series series[] = {
    {.key = "rollup:x",
     .client = HOSTILE,
     .server = "",
     .method = "",
     .url = "",
     .protocol = "",
     .rollup = true,
     .cells = 2,
     .fingerprint = "f",
     .metric = HB_GATE_CPU,
     .nights = all,
     .values = values,
     .count = 4,
     .points = points,
     .points_count = 1},
    {.key = "k",
     .client = "epoll",
     .server = HOSTILE,
     .method = "GET",
     .url = "/?a=" HOSTILE,
     .protocol = "http/1.1",
     .concurrency = 1,
     .cells = 1,
     .fingerprint = "f",
     .metric = HB_GATE_P50,
     .nights = gap,
     .values = values,
     .count = 2},
};
static const struct hb_trend trend = {
    .scenario = HOSTILE, .nights = nights, .nights_count = 4, .series = series, .series_count = 2};

/* The caller frees. */
static char *written(size_t format)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_trend_report report = {.trend = &trend, .made_by = "x " HOSTILE, .arena = &arena};
    struct hb_error err = {0};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    assert_non_null(out);
    hb_arena_init(&arena);
    assert_int_equal(hb_trend_formats()[format]->write(&report, out, &err), 0);
    fclose(out);
    return text;
}

static void nothing_steers_a_terminal(void **state)
{
    HB_CLEANUP(hb_free_ptr) char *text = written(0);

    (void)state;
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\n::error")); /* a line of its own would be a command to a runner */
    assert_non_null(strstr(text, "+10.0 %"));
    assert_non_null(strstr(text, "[01234567] – accepted"));
    assert_non_null(strstr(text, "(sweep 4 after 2, bbb..?, p 1e-05), in 2"));
}

static void json_says_it_all_and_parses(void **state)
{
    HB_CLEANUP(hb_free_ptr) char *text = written(1);
    json_t *parsed = json_loads(text, 0, NULL), *first;

    (void)state;
    assert_non_null(parsed);
    assert_string_equal(json_string_value(json_object_get(parsed, "scenario")), HOSTILE);
    assert_true(json_is_null(json_object_get(parsed, "pinned")));
    first = json_array_get(json_object_get(parsed, "series"), 1);
    assert_int_equal(json_array_size(json_object_get(first, "figures")), 2);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(first, "sweeps"), 1)), 7);
    json_decref(parsed);
}

static void a_page_holds_no_markup_of_strangers(void **state)
{
    HB_CLEANUP(hb_free_ptr) char *text = written(2);

    (void)state;
    assert_null(strstr(text, "<script"));
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\"nan")); /* a coordinate */
    assert_non_null(strstr(text, "&lt;script&gt;"));
    assert_non_null(strstr(text, "default-src 'none'"));
    assert_non_null(strstr(text, "▼ +10.0 %"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_steers_a_terminal),
        cmocka_unit_test(json_says_it_all_and_parses),
        cmocka_unit_test(a_page_holds_no_markup_of_strangers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
