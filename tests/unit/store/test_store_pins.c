/* Sweeps with names, and what people say of a trend's points. */
#include "fixture.h"

#include <string.h>

#include "base/macros.h"

static void check_message(const struct hb_error *err, const char *part)
{
    if (strstr(err->message, part) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", err->message, part);
}

static int64_t find(struct fixture *f, struct hb_store *store, const char *selector)
{
    struct hb_sweep_row row = {0};
    struct hb_error err = {0};

    return hb_store_find_sweep(store, selector, &f->arena, &row, &err) == 0 ? row.id : -1;
}

static void a_pinned_sweep_is_found_by_its_name_while_others_follow(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_pin_row *pins;
    struct hb_error err = {0};
    size_t count;
    int64_t first = fixture_begin(f, store);

    assert_int_equal(hb_store_pin(store, "v1.0", first, &err), 0);
    fixture_begin(f, store);
    assert_int_equal(find(f, store, "v1.0"), first);
    assert_int_equal(find(f, store, "latest"), first + 1);
    assert_int_equal(find(f, store, "v1.1"), -1);
    assert_int_equal(hb_store_load_pins(store, &f->arena, &pins, &count, &err), 0);
    assert_int_equal(count, 1);
    assert_string_equal(pins[0].name, "v1.0");
    assert_int_equal(pins[0].sweep_id, first);
    assert_true(pins[0].pinned_wall_ns > 0);
    hb_store_close(store);
}

static void a_pin_does_not_move_until_it_is_let_go(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    int64_t first = fixture_begin(f, store), second = fixture_begin(f, store);

    assert_int_equal(hb_store_pin(store, "release", first, &err), 0);
    assert_int_equal(hb_store_pin(store, "release", second, &err), -1);
    check_message(&err, "'release' is pinned to sweep 1");
    assert_int_equal(hb_store_unpin(store, "release", &err), 0);
    assert_int_equal(hb_store_pin(store, "release", second, &err), 0);
    assert_int_equal(find(f, store, "release"), second);
    assert_int_equal(hb_store_unpin(store, "other", &err), -1);
    assert_int_equal(err.code, HB_ERR_NOT_FOUND);
    hb_store_close(store);
}

static void names_that_could_be_taken_for_something_else_are_refused(void **state)
{
    static const char *const bad[] = {"",       "latest", "7",   "-x",  "a b", "a/b",
                                      "x;DROP", "é",      "1.0", "a~1", "a\n"};
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    int64_t sweep = fixture_begin(f, store);

    for (size_t i = 0; i < HB_ARRAY_LEN(bad); i++) {
        assert_int_equal(hb_store_pin(store, bad[i], sweep, &err), -1);
        assert_int_equal(err.code, HB_ERR_INPUT);
    }
    hb_store_close(store);
}

static void pinned_sweeps_are_neither_removed_nor_pruned(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    size_t removed = 0;
    int64_t first = fixture_begin(f, store);

    for (unsigned i = 0; i < 3; i++)
        fixture_begin(f, store);
    assert_int_equal(hb_store_pin(store, "base", first, &err), 0);
    assert_int_equal(hb_store_remove_sweep(store, first, &err), -1);
    check_message(&err, "baseline unpin base");
    assert_int_equal(hb_store_prune(store, 1, &removed, &err), 0);
    assert_int_equal(removed, 2);
    assert_int_equal(find(f, store, "base"), first);
    assert_int_equal(hb_store_unpin(store, "base", &err), 0);
    assert_int_equal(hb_store_remove_sweep(store, first, &err), 0);
    hb_store_close(store);
}

static void settings_of_runs_are_kept_with_the_sweep(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_sweep_row row = {0};
    struct hb_error err = {0};

    f->scenario.run.warmup_ns = 1500000000;
    f->scenario.run.client_cpus = "0-1";
    fixture_begin(f, store);
    assert_int_equal(hb_store_find_sweep(store, "latest", &f->arena, &row, &err), 0);
    assert_string_equal(row.settings_json,
                        "{\"client_cpus\":\"0-1\",\"processes\":1,\"server_cpus\":null,"
                        "\"warmup_ns\":1500000000}");
    hb_store_close(store);
}

static void cells_that_differ_in_duration_only_are_one_series(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_run_row *rows, *longer;
    struct hb_error err = {0};
    size_t count;
    int64_t first = fixture_begin(f, store), second;

    f->duration_ns *= 2;
    fixture_plan(f);
    second = fixture_begin(f, store);
    assert_int_equal(hb_store_load_runs(store, first, &f->arena, &rows, &count, &err), 0);
    assert_int_equal(hb_store_load_runs(store, second, &f->arena, &longer, &count, &err), 0);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(rows[i].series, longer[i].series);
        assert_string_not_equal(rows[i].cell_id, longer[i].cell_id);
        assert_null(strstr(rows[i].series, "duration"));
        assert_non_null(strstr(rows[i].series, rows[i].client));
    }
    hb_store_close(store);
}

static void an_annotation_is_replaced_cleared_and_removed_with_its_sweep(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_annotation_row *rows, said = {.series = "{}",
                                            .metric = "cpu",
                                            .fingerprint = "f",
                                            .sweep_id = fixture_begin(f, store),
                                            .state = "accepted",
                                            .note = "new TLS library"};
    struct hb_error err = {0};
    size_t count;

    assert_int_equal(hb_store_annotate(store, &said, &err), 0);
    said.state = "fixed";
    assert_int_equal(hb_store_annotate(store, &said, &err), 0);
    said.metric = "p50";
    assert_int_equal(hb_store_annotate(store, &said, &err), 0);
    assert_int_equal(hb_store_clear_annotation(store, &said, &err), 0);
    assert_int_equal(hb_store_load_annotations(store, &f->arena, &rows, &count, &err), 0);
    assert_int_equal(count, 1);
    assert_string_equal(rows[0].state, "fixed");
    assert_string_equal(rows[0].metric, "cpu");
    assert_string_equal(rows[0].note, "new TLS library");
    assert_int_equal(hb_store_remove_sweep(store, said.sweep_id, &err), 0);
    assert_int_equal(hb_store_load_annotations(store, &f->arena, &rows, &count, &err), 0);
    assert_int_equal(count, 0);
    hb_store_close(store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_pinned_sweep_is_found_by_its_name_while_others_follow),
        TEST(a_pin_does_not_move_until_it_is_let_go),
        TEST(names_that_could_be_taken_for_something_else_are_refused),
        TEST(pinned_sweeps_are_neither_removed_nor_pruned),
        TEST(settings_of_runs_are_kept_with_the_sweep),
        TEST(cells_that_differ_in_duration_only_are_one_series),
        TEST(an_annotation_is_replaced_cleared_and_removed_with_its_sweep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
