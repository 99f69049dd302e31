/* What a bisection says of itself, as text and as JSON. */
#include "../test.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bisect_report.h"

enum { CANDIDATES = 4 };

/* Versions 2 to 5 after 1: 3 could not be installed, 5 is bad by 21 %. */
struct fixture {
    struct hb_cli cli;
    struct hb_one_cell cell;
    struct hb_bisect_candidate items[CANDIDATES];
    struct hb_bisect_range range;
    struct hb_bisecting bisecting;
    struct hb_bisect_finding findings[CANDIDATES];
    enum hb_candidate told[CANDIDATES];
    size_t tried[CANDIDATES];
    struct hb_bisect_state state;
};

static void tell(struct fixture *f, size_t candidate, enum hb_candidate is, double ratio)
{
    f->findings[candidate] = (struct hb_bisect_finding){
        .is = is,
        .metric = HB_GATE_CPU,
        .verdict = {.measured = ratio > 0,
                    .ratio = {.estimate = ratio, .low = ratio, .high = ratio},
                    .pairs = 9},
        .why = is == HB_CANDIDATE_UNTELLABLE ? "it does not build" : "",
        .sweep_id = ratio > 0 ? 10 + (int64_t)candidate : 0,
    };
    f->tried[f->state.tried_count++] = candidate;
    if (candidate + 1 < CANDIDATES)
        hb_bisection_tell(&f->state.search, candidate, is);
}

static int set_up(void **state)
{
    static const char *const names[] = {"2", "3", "4", "5"};
    struct fixture *f = calloc(1, sizeof *f);

    hb_arena_init(&f->cli.arena);
    f->cell = (struct hb_one_cell){.path = "s.yaml", .label = "a cell", .id = "5c45"};
    for (size_t i = 0; i < CANDIDATES; i++)
        f->items[i] = (struct hb_bisect_candidate){names[i], names[i], names[i]};
    f->range =
        (struct hb_bisect_range){.good = {"1", "1", "1"}, .items = f->items, .count = CANDIDATES};
    f->bisecting = (struct hb_bisecting){.cli = &f->cli, .cell = &f->cell, .range = &f->range};
    f->state = (struct hb_bisect_state){.bisecting = &f->bisecting,
                                        .findings = f->findings,
                                        .tried = f->tried,
                                        .rules = {.metric = HB_GATE_CPU, .margin.relative = 0.1}};
    hb_bisection_init(&f->state.search, f->told, CANDIDATES);
    tell(f, 3, HB_CANDIDATE_BAD, 1.21);
    tell(f, 1, HB_CANDIDATE_UNTELLABLE, 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    hb_arena_release(&f->cli.arena);
    free(f);
    return 0;
}

static char *printed(const struct fixture *f, void (*print)(const struct hb_bisect_state *, FILE *))
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    print(&f->state, out);
    fclose(out);
    return text;
}

static void the_first_bad_one_is_named_with_what_to_type_next(void **state)
{
    struct fixture *f = *state;
    char *text;

    tell(f, 0, HB_CANDIDATE_BAD, 1.2);
    text = printed(f, hb_bisect_print_result);
    assert_string_equal(text, "\nfirst bad: 2\n"
                              "  cpu +20.0 %, interval +20.0 % to +20.0 %, 9 pairs\n"
                              "\nnext:\n"
                              "  http-benchmark gate s.yaml --base 1 --head 2\n");
    free(text);
}

static void those_that_were_passed_over_are_suspects(void **state)
{
    struct fixture *f = *state;
    char *text;

    tell(f, 0, HB_CANDIDATE_GOOD, 1.01);
    tell(f, 2, HB_CANDIDATE_BAD, 1.2);
    text = printed(f, hb_bisect_print_result);
    assert_string_equal(text, "\nfirst bad: one of these 2\n  3 (skipped)\n  4 (bad)\n");
    free(text);
}

static void json_tells_of_every_try(void **state)
{
    struct fixture *f = *state;
    char *text;
    json_t *json, *tried;

    tell(f, 0, HB_CANDIDATE_BAD, 1.2);
    text = printed(f, hb_bisect_print_json);
    json = json_loads(text, 0, NULL);
    tried = json_object_get(json, "tried");
    assert_int_equal(json_array_size(tried), 3);
    assert_string_equal(json_string_value(json_object_get(json_array_get(tried, 1), "is")),
                        "skipped");
    assert_true(json_is_null(json_object_get(json_array_get(tried, 1), "ratio")));
    assert_int_equal(json_integer_value(json_object_get(json_array_get(tried, 2), "sweep")), 10);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(json, "first_bad"), "name")), "2");
    assert_string_equal(json_string_value(json_object_get(json, "metric")), "cpu");
    json_decref(json);
    free(text);
}

static void json_names_no_first_bad_one_that_was_not_found(void **state)
{
    struct fixture *f = *state;
    char *text;
    json_t *json;

    tell(f, 0, HB_CANDIDATE_GOOD, 1.01);
    tell(f, 2, HB_CANDIDATE_BAD, 1.2);
    text = printed(f, hb_bisect_print_json);
    json = json_loads(text, 0, NULL);
    assert_true(json_is_null(json_object_get(json, "first_bad")));
    assert_int_equal(json_array_size(json_object_get(json, "suspects")), 2);
    json_decref(json);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_bad_one_is_named_with_what_to_type_next),
        TEST(those_that_were_passed_over_are_suspects),
        TEST(json_tells_of_every_try),
        TEST(json_names_no_first_bad_one_that_was_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
