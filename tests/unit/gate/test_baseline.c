/* Baselines: made of a sweep, written, read back, and held against another. */
#include "../store/fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "gate/baseline.h"

/* A sweep of which run `missing` failed and the others went well. */
static int64_t make_sweep(struct fixture *f, struct hb_store *store, size_t missing)
{
    int64_t sweep = fixture_begin(f, store);
    struct hb_run_result result;
    struct hb_error err = {0};

    for (size_t run = 0; run < FIXTURE_RUNS; run++) {
        if (run != missing) {
            fixture_save(f, store, sweep, run);
            continue;
        }
        hb_run_result_init(&result, &f->plan, run);
        result.status = HB_RUN_FAILED;
        result.purpose = HB_PURPOSE_MEASURED;
        result.started_wall_ns = result.ended_wall_ns = 1767225600000000000;
        snprintf(result.failure, sizeof result.failure, "the worker ended with signal 11");
        assert_int_equal(hb_store_save_run(store, sweep, &result, &err), 0);
        hb_run_result_release(&result);
    }
    return sweep;
}

static struct hb_baseline baseline_of(struct fixture *f, struct hb_store *store,
                                      const char *selector)
{
    struct hb_baseline baseline;
    struct hb_error err = {0};

    if (hb_baseline_of_sweep(store, selector, "", &f->arena, &baseline, &err) != 0)
        fail_msg("%s", err.message);
    return baseline;
}

static const char *text_of(struct fixture *f, const struct hb_baseline *baseline)
{
    struct hb_error err = {0};
    struct hb_buf text;
    const char *copy;

    hb_buf_init(&text, HB_BASELINE_MAX_BYTES);
    assert_int_equal(hb_baseline_put(baseline, &text, &err), 0);
    copy = hb_arena_strdup(&f->arena, hb_buf_text(&text));
    hb_buf_release(&text);
    return copy;
}

static int read_text(struct fixture *f, const char *text, struct hb_baseline *ret,
                     struct hb_error *err)
{
    const char *path = hb_arena_printf(&f->arena, "%s/x.baseline", f->folder);
    FILE *file = fopen(path, "w");
    int result;

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    result = hb_baseline_read(path, &f->arena, ret, err);
    unlink(path);
    return result;
}

static void assert_same_runs(const struct hb_baseline_cell *a, const struct hb_baseline_cell *b)
{
    assert_string_equal(a->label.cell_id, b->label.cell_id);
    assert_string_equal(a->label.client_version, b->label.client_version);
    assert_int_equal(a->label.concurrency, b->label.concurrency);
    assert_int_equal(a->label.duration_ns, b->label.duration_ns);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->runs[i].state, b->runs[i].state);
        assert_int_equal(a->runs[i].errors, b->runs[i].errors);
        assert_int_equal(a->runs[i].flags, b->runs[i].flags);
        assert_string_equal(a->runs[i].failure, b->runs[i].failure);
        for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
            double left = a->runs[i].values[metric], right = b->runs[i].values[metric];

            assert_true((isnan(left) && isnan(right)) || !(left < right || left > right));
        }
    }
}

static void what_is_read_back_is_what_was_observed(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_baseline saved, read;
    struct hb_error err = {0};

    make_sweep(f, store, 4);
    saved = baseline_of(f, store, "latest");
    if (read_text(f, text_of(f, &saved), &read, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(read.cells_count, FIXTURE_CELLS);
    for (size_t i = 0; i < FIXTURE_CELLS; i++)
        assert_same_runs(&saved.cells[i], &read.cells[i]);
    assert_string_equal(read.scenario, "selection");
    assert_string_equal(read.fingerprint, "fedcba9876543210");
    assert_string_equal(read.settings_json, saved.settings_json);
    assert_string_equal(text_of(f, &read), text_of(f, &saved));
    hb_store_close(store);
}

static void figures_are_those_of_the_runs(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_baseline baseline;
    size_t failed = 0;

    make_sweep(f, store, 4);
    baseline = baseline_of(f, store, "latest");
    for (size_t i = 0; i < baseline.cells_count; i++) {
        const struct hb_observation *first = &baseline.cells[i].runs[0];

        assert_int_equal(baseline.cells[i].count, FIXTURE_ROUNDS);
        assert_int_equal(first->state, HB_OBSERVED_OK);
        assert_true(first->values[HB_GATE_THROUGHPUT] >= 500); /* over 1,000 in two seconds */
        assert_true(first->values[HB_GATE_THROUGHPUT] < 510);
        assert_true(first->values[HB_GATE_RSS] > 41.9e6);
        assert_int_equal(first->errors, 1);
        for (size_t run = 0; run < baseline.cells[i].count; run++)
            failed += baseline.cells[i].runs[run].state == HB_OBSERVED_FAILED;
    }
    assert_int_equal(failed, 1);
    hb_store_close(store);
}

static void a_file_has_a_line_for_each_cell_and_is_small(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_baseline baseline;
    const char *text;
    size_t lines = 0;

    make_sweep(f, store, FIXTURE_RUNS);
    baseline = baseline_of(f, store, "latest");
    text = text_of(f, &baseline);
    for (const char *at = text; (at = strstr(at, "\n{\"cell\":")) != NULL; at++)
        lines++;
    assert_int_equal(lines, FIXTURE_CELLS);
    assert_true(strlen(text) < 600 * FIXTURE_CELLS + 600);
    hb_store_close(store);
}

static void smoke_and_empty_sweeps_are_no_baselines(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_baseline baseline;
    struct hb_error err = {0};

    fixture_begin(f, store);
    assert_int_equal(hb_baseline_of_sweep(store, "latest", "", &f->arena, &baseline, &err), -1);
    assert_int_equal(err.code, HB_ERR_RUN);
    make_sweep(f, store, FIXTURE_RUNS);
    assert_int_equal(hb_baseline_of_sweep(store, "latest", "head", &f->arena, &baseline, &err), -1);
    assert_non_null(strstr(err.message, "no subject 'head'"));
    hb_store_close(store);
}

/* ---- hostile files ---- */

#define HEAD "{\"schema_version\":1,\"scenario\":\"s\",\"fingerprint\":\"f\",\n\"cells\":["
#define CELL                                                                                       \
    "{\"cell\":\"c\",\"client\":\"x\",\"server\":\"y\",\"method\":\"GET\",\"url\":\"/\","          \
    "\"concurrency\":1,\"duration_ns\":1,\"runs\":2,\"metrics\":{\"cpu\":[1,2]}}"

static void files_that_are_not_baselines_are_refused_with_the_place(void **state)
{
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"", "x.baseline"},
        {"[1, 2]", "x.baseline:1:1:"},
        {"{\"schema_version\":1", "x.baseline:1:"},
        {"\x80\x81", "x.baseline"},
        {"{\"schema_version\":2,\"anything\":1}", "newer version of http-benchmark (schema 2"},
        {"{\"schema_version\":0}", "from 1 to 1"},
        {"{\"schema_version\":1,\"scenario\":\"s\",\"fingerprint\":\"f\",\"cells\":[]}",
         "at least one"},
        {HEAD "{\"cell\":\"c\"}]}", "x.baseline:2:10:"},
        {HEAD CELL ",\n" CELL "]}", "x.baseline:3:1: cell 'c' is there twice"},
        {HEAD "{\"cell\":\"c\",\"client\":\"x\",\"server\":\"y\",\"method\":\"GET\",\"url\":\"/\","
              "\"concurrency\":1,\"duration_ns\":1,\"runs\":3,\"metrics\":{\"cpu\":[1,2]}}]}",
         "'cpu': 2 values for 3 runs"},
        {HEAD "{\"cell\":\"c\",\"client\":\"x\",\"server\":\"y\",\"method\":\"GET\",\"url\":\"/\","
              "\"concurrency\":1,\"duration_ns\":1,\"runs\":1,\"metrics\":{\"cpu\":[-1]}}]}",
         "a number from 0, or null"},
        {HEAD "{\"cell\":\"c\",\"client\":\"x\",\"server\":\"y\",\"method\":\"GET\",\"url\":\"/\","
              "\"concurrency\":1,\"duration_ns\":1,\"runs\":1,\"metrics\":{\"cpu\":[.inf]}}]}",
         "a number from 0, or null"},
        {HEAD "{\"cell\":\"c\",\"client\":\"x\",\"server\":\"y\",\"method\":\"GET\",\"url\":\"/\","
              "\"concurrency\":1,\"duration_ns\":1,\"runs\":1,\"metrics\":{\"cpux\":[1]}}]}",
         "cpux"},
        {HEAD "{\"cell\":\"c\",\"client\":\"x\",\"server\":\"y\",\"method\":\"GET\",\"url\":\"/\","
              "\"concurrency\":1,\"duration_ns\":1,\"runs\":9999999,\"metrics\":{}}]}",
         "from 0 to 1024"},
        {HEAD "{\"cell\":\"c\",\"client\":\"x\",\"server\":\"y\",\"method\":\"GET\",\"url\":\"/\","
              "\"concurrency\":1,\"duration_ns\":1,\"runs\":0,\"failed\":9223372036854775807,"
              "\"skipped\":9223372036854775807}]}",
         "2 problems, the first: "},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < HB_ARRAY_LEN(bad); i++) {
        struct hb_baseline baseline;
        struct hb_error err = {0};

        assert_int_equal(read_text(f, bad[i].text, &baseline, &err), -1);
        if (err.code != HB_ERR_BASELINE || strstr(err.message, bad[i].part) == NULL)
            fail_msg("%zu: code %d, \"%s\" lacks \"%s\"", i, err.code, err.message, bad[i].part);
    }
}

static void a_smallest_file_is_read(void **state)
{
    struct fixture *f = *state;
    struct hb_baseline baseline;
    struct hb_error err = {0};

    if (read_text(f, HEAD CELL "]}", &baseline, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(baseline.cells[0].count, 2);
    assert_true(isnan(baseline.cells[0].runs[1].values[HB_GATE_RSS]));
    assert_true(baseline.cells[0].runs[1].values[HB_GATE_CPU] > 1.9);
    assert_string_equal(baseline.cells[0].label.subject, "");
}

static void a_file_that_is_not_there_is_said_so(void **state)
{
    struct fixture *f = *state;
    struct hb_baseline baseline;
    struct hb_error err = {0};

    assert_int_equal(hb_baseline_read("/nowhere/x.baseline", &f->arena, &baseline, &err), -1);
    assert_int_equal(err.code, HB_ERR_BASELINE);
    assert_non_null(strstr(err.message, "/nowhere/x.baseline"));
}

/* ---- held against another ---- */

static struct hb_baseline with(const char *fingerprint, const char *machine, const char *settings)
{
    return (struct hb_baseline){.scenario = "s",
                                .scenario_hash = "h",
                                .tool_version = "1",
                                .fingerprint = fingerprint,
                                .machine_json = machine,
                                .settings_json = settings};
}

static void another_machine_is_refused_with_what_differs(void **state)
{
    struct hb_baseline base = with("a", "{\"kernel\":\"6.1\",\"smt\":\"on\"}", "{}");
    struct hb_baseline head = with("b", "{\"kernel\":\"6.5\",\"smt\":\"on\"}", "{}");
    struct hb_error err = {0};

    (void)state;
    assert_int_equal(hb_baseline_check(&base, &head, &err), -1);
    assert_int_equal(err.code, HB_ERR_BASELINE);
    assert_non_null(strstr(err.message, "kernel \"6.1\" against \"6.5\""));
    assert_null(strstr(err.message, "smt"));
    assert_non_null(strstr(err.message, "save a baseline on this one"));
    assert_int_equal(hb_baseline_check(&base, &base, &err), 0);
}

static void other_settings_are_refused_and_unknown_ones_are_not(void **state)
{
    struct hb_baseline base = with("a", "{}", "{\"processes\":1,\"warmup_ns\":1000}");
    struct hb_baseline head = with("a", "{}", "{\"processes\":1,\"warmup_ns\":2000}");
    struct hb_baseline older = with("a", "{}", "{}");
    struct hb_error err = {0};

    (void)state;
    assert_int_equal(hb_baseline_check(&base, &head, &err), -1);
    assert_non_null(strstr(err.message, "warmup_ns 1000 against 2000"));
    assert_int_equal(hb_baseline_check(&older, &head, &err), 0);
    assert_int_equal(hb_baseline_check(&base, &older, &err), 0);
}

static void cells_of_one_side_only_stay_unpaired(void **state)
{
    static const struct hb_run_row rows[] = {{.cell_id = "a"}, {.cell_id = "b"}, {.cell_id = "c"}};
    struct hb_observation runs[1] = {{.state = HB_OBSERVED_OK}};
    const struct hb_baseline_cell before[] = {{rows[0], runs, 1}, {rows[1], runs, 1}};
    const struct hb_baseline_cell now[] = {{rows[1], runs, 1}, {rows[2], runs, 1}};
    struct hb_baseline base = {.cells = before, .cells_count = 2};
    struct hb_baseline head = {.cells = now, .cells_count = 2};
    struct fixture *f = *state;
    struct hb_unpaired_cells cells = hb_baseline_match(&base, &head, &f->arena);

    assert_int_equal(cells.count, 3);
    assert_string_equal(cells.cells[0].labels[HB_SIDE_BASE]->cell_id, "b");
    assert_string_equal(cells.cells[0].labels[HB_SIDE_HEAD]->cell_id, "b");
    assert_null(cells.cells[1].labels[HB_SIDE_BASE]); /* renamed: new */
    assert_string_equal(cells.cells[1].labels[HB_SIDE_HEAD]->cell_id, "c");
    assert_int_equal(cells.cells[1].counts[HB_SIDE_BASE], 0);
    assert_string_equal(cells.cells[2].labels[HB_SIDE_BASE]->cell_id, "a"); /* and missing */
    assert_null(cells.cells[2].labels[HB_SIDE_HEAD]);
}

static void versions_that_differ_are_told_once(void **state)
{
    const struct hb_baseline_cell before[] = {
        {{.cell_id = "a", .client = "httpx", .client_version = "0.28"}, NULL, 0},
        {{.cell_id = "b", .client = "httpx", .client_version = "0.28"}, NULL, 0}};
    const struct hb_baseline_cell now[] = {
        {{.cell_id = "a", .client = "httpx", .client_version = "0.29"}, NULL, 0},
        {{.cell_id = "b", .client = "httpx", .client_version = "0.29"}, NULL, 0}};
    struct hb_baseline base = with("a", "{}", "{}"), head = base;
    struct fixture *f = *state;
    const char *const *notices;

    base.cells = before;
    head.cells = now;
    base.cells_count = head.cells_count = 2;
    head.scenario_hash = "i";
    notices = hb_baseline_notices(&base, &head, &f->arena);
    assert_non_null(strstr(notices[0], "the scenario has changed"));
    assert_string_equal(notices[1], "httpx was 0.28 in the baseline and is 0.29");
    assert_null(notices[2]);
}

static void paths_are_told_from_sweeps(void **state)
{
    (void)state;
    assert_true(hb_baseline_is_path("baselines/x.baseline"));
    assert_false(hb_baseline_is_path(".baseline"));
    assert_false(hb_baseline_is_path("latest"));
    assert_false(hb_baseline_is_path("baseline"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_read_back_is_what_was_observed),
        TEST(figures_are_those_of_the_runs),
        TEST(a_file_has_a_line_for_each_cell_and_is_small),
        TEST(smoke_and_empty_sweeps_are_no_baselines),
        TEST(files_that_are_not_baselines_are_refused_with_the_place),
        TEST(a_smallest_file_is_read),
        TEST(a_file_that_is_not_there_is_said_so),
        TEST(another_machine_is_refused_with_what_differs),
        TEST(other_settings_are_refused_and_unknown_ones_are_not),
        TEST(cells_of_one_side_only_stay_unpaired),
        TEST(versions_that_differ_are_told_once),
        cmocka_unit_test(paths_are_told_from_sweeps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
