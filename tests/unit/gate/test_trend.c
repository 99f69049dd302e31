/* Trends over nights that were made up: what is a series, what is a change, and what is said of it.
 */
#include "../store/fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "gate/trend.h"

#define DAY_NS (86400 * HB_NS_PER_S)
#define FIRST_NS (1790000000 * HB_NS_PER_S)
#define CPU_NS 20000.0 /* a request */

struct made_night {
    double drift;      /* of the machine: all figures of that night */
    double slower;     /* the client httpx/async: CPU a request */
    uint64_t timeouts; /* of each of its runs */
};

static void save_run(struct fixture *f, struct hb_store *store, int64_t sweep, size_t run,
                     const struct made_night *night)
{
    const struct hb_cell *cell = &f->plan.cells[f->plan.runs[run].cell];
    bool is_httpx = strcmp(f->clients[cell->client].label, "httpx/async") == 0;
    struct hb_run_result result;
    struct hb_error err = {0};
    double scatter = 1 + 0.002 * (double)((sweep * 7 + (int64_t)run * 3) % 5);

    fixture_result(f, run, &result);
    result.flags = 0;
    result.window.outcomes[HB_OUTCOME_TIMEOUT] = is_httpx ? night->timeouts : 0;
    hb_hist_clear(&result.failed);
    for (uint64_t i = 0; i < result.window.outcomes[HB_OUTCOME_TIMEOUT]; i++)
        hb_hist_add(&result.failed, HB_NS_PER_S);
    result.client.cpu_ns =
        (int64_t)(CPU_NS * night->drift * scatter * (is_httpx ? night->slower : 1) *
                  (double)result.window.outcomes[HB_OUTCOME_OK]);
    if (hb_store_save_run(store, sweep, &result, &err) != 0)
        fail_msg("%s", err.message);
    hb_run_result_release(&result);
}

static int64_t add_night(struct fixture *f, struct hb_store *store, unsigned day,
                         const struct made_night *night)
{
    int64_t sweep = fixture_begin(f, store);
    char sql[200];

    for (size_t run = 0; run < f->plan.runs_count; run++)
        save_run(f, store, sweep, run, night);
    snprintf(sql, sizeof sql,
             "UPDATE sweeps SET status = 'complete', started_wall_ns = %lld, revision = 'r%u' "
             "WHERE id = %lld",
             (long long)(FIRST_NS + day * DAY_NS), day, (long long)sweep);
    fixture_sql(f, sql);
    return sweep;
}

/* The machine drifts from night to night; from night `step` on httpx takes `factor` times the CPU.
 */
static struct hb_store *make_nights(struct fixture *f, unsigned count, unsigned step, double factor)
{
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);

    f->scenario.run.rounds = 1;
    fixture_plan(f);
    for (unsigned day = 0; day < count; day++) {
        struct made_night night = {.drift = 1 + 0.05 * (double)(day * 5 % 7) / 7,
                                   .slower = day >= step ? factor : 1};

        add_night(f, store, day, &night);
    }
    return store;
}

static struct hb_trend load(struct fixture *f, struct hb_store *store,
                            const struct hb_trend_options *options)
{
    struct hb_trend trend;
    struct hb_error err = {0};

    if (hb_trend_load(store, options, &f->arena, &trend, &err) != 0)
        fail_msg("%s", err.message);
    return trend;
}

static const struct hb_trend_options relative = {.pinned = "requests"};

static const struct hb_trend_series *find(const struct hb_trend *trend, bool rollup,
                                          const char *client, enum hb_gate_metric metric)
{
    for (size_t i = 0; i < trend->series_count; i++) {
        const struct hb_trend_series *series = &trend->series[i];

        if (series->rollup == rollup && series->metric == metric &&
            strcmp(series->client, client) == 0)
            return series;
    }
    return NULL;
}

static void a_step_is_a_change_of_the_roll_up_to_which_its_cells_belong(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 14, 8, 1.1);
    struct hb_trend trend = load(f, store, &relative);
    const struct hb_trend_series *rollup = find(&trend, true, "httpx/async", HB_GATE_CPU);
    const struct hb_trend_series *cell = find(&trend, false, "httpx/async", HB_GATE_CPU);
    const struct hb_trend_point *point = &rollup->points[0];

    assert_int_equal(trend.nights_count, 14);
    assert_int_equal(rollup->cells, 2);
    assert_int_equal(rollup->points_count, 1);
    assert_int_equal(point->at, 8);
    assert_true(fabs(point->change - 0.1) < 0.01);
    assert_true(point->worse);
    assert_true(point->p < HB_TREND_ALPHA);
    assert_int_equal(point->cells, 2);
    assert_int_equal(hb_trend_before(&trend, rollup, point)->sweep_id, 8);
    assert_int_equal(hb_trend_after(&trend, rollup, point)->sweep_id, 9);
    assert_string_equal(hb_trend_after(&trend, rollup, point)->revision, "r8");
    assert_int_equal(cell->points_count, 1);
    assert_string_equal(cell->points[0].of, point->id);
    assert_int_equal(find(&trend, true, "httpx/async", HB_GATE_RSS)->points_count, 0);
    hb_store_close(store);
}

static void the_pinned_client_takes_the_drift_out(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 8, 100, 1);
    struct hb_trend as_it_is = load(f, store, &(struct hb_trend_options){0});
    struct hb_trend trend = load(f, store, &relative);
    const struct hb_trend_series *absolute = find(&as_it_is, true, "httpx/async", HB_GATE_CPU);
    const struct hb_trend_series *ratio = find(&trend, true, "httpx/async", HB_GATE_CPU);

    assert_true(absolute->values[0] > 19e3 && absolute->values[0] < 22e3);
    assert_true(fabs(absolute->values[3] / absolute->values[0] - 1) > 0.005);
    for (size_t i = 0; i < ratio->count; i++)
        assert_true(fabs(ratio->values[i] - 1) < 0.012);
    assert_non_null(find(&as_it_is, true, "requests", HB_GATE_CPU));
    assert_null(find(&trend, true, "requests", HB_GATE_CPU)); /* it would be 1 every night */
    assert_int_equal(trend.unpaired, 0);
    hb_store_close(store);
}

static void what_is_better_is_no_worse(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 14, 7, 0.9);
    struct hb_trend trend = load(f, store, &relative);
    const struct hb_trend_series *rollup = find(&trend, true, "httpx/async", HB_GATE_CPU);

    assert_int_equal(rollup->points_count, 1);
    assert_false(rollup->points[0].worse);
    assert_true(rollup->points[0].change < -0.09);
    hb_store_close(store);
}

static void a_night_of_failed_requests_is_a_gap(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 4, 100, 1);
    struct hb_trend trend;

    add_night(f, store, 4, &(struct made_night){1, 1, 3});
    add_night(f, store, 5, &(struct made_night){1, 1, 0});
    trend = load(f, store, &relative);
    assert_int_equal(trend.nights_count, 6);
    assert_int_equal(find(&trend, false, "httpx/async", HB_GATE_CPU)->count, 5);
    assert_int_equal(find(&trend, false, "httpx/async", HB_GATE_CPU)->nights[4], 5);
    hb_store_close(store);
}

static void another_machine_has_series_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 12, 6, 2);
    struct hb_trend trend;
    size_t rollups = 0;

    fixture_sql(f, "INSERT INTO environments (fingerprint, facts) VALUES ('other', '{}');"
                   "UPDATE sweeps SET environment_id = 2 WHERE id > 6");
    trend = load(f, store,
                 &(struct hb_trend_options){.pinned = "requests", .metrics = 1u << HB_GATE_CPU});
    for (size_t i = 0; i < trend.series_count; i++) {
        rollups += trend.series[i].rollup;
        assert_int_equal(trend.series[i].count, 6);
        assert_int_equal(trend.series[i].points_count, 0);
    }
    assert_int_equal(rollups, 2);
    hb_store_close(store);
}

static void a_longer_window_goes_on_with_the_series(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 3, 100, 1);
    struct hb_trend trend;

    f->duration_ns *= 2;
    fixture_plan(f);
    add_night(f, store, 3, &(struct made_night){1, 1, 0});
    trend = load(f, store, &relative);
    assert_int_equal(find(&trend, false, "httpx/async", HB_GATE_CPU)->count, 4);
    hb_store_close(store);
}

static void other_scenarios_and_older_nights_are_left_out(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 5, 100, 1);
    struct hb_trend_options since = {.since_wall_ns = FIRST_NS + 2 * DAY_NS};
    struct hb_trend_options other = {.scenario = "nightly"};
    struct hb_error err = {0};
    struct hb_trend trend;

    assert_int_equal(load(f, store, &since).nights_count, 3);
    assert_int_equal(hb_trend_load(store, &other, &f->arena, &trend, &err), -1);
    assert_int_equal(err.code, HB_ERR_NOT_FOUND);
    fixture_sql(f, "UPDATE sweeps SET scenario_name = 'nightly' WHERE id = 2");
    assert_int_equal(load(f, store, &other).nights_count, 1);
    assert_int_equal(load(f, store, &(struct hb_trend_options){0}).nights_count, 4);
    fixture_sql(f, "UPDATE sweeps SET tags = '{\"bisect\": \"5c45\"}' WHERE id > 3");
    assert_int_equal(load(f, store, &(struct hb_trend_options){0}).nights_count, 2);
    hb_store_close(store);
}

static void subjects_are_shown_one_by_one_and_never_among_plain_sweeps(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 8, 4, 1.3);
    struct hb_trend_options head = {.subject = "head"}, none = {.subject = "old"};
    struct hb_trend_options any = {0};
    const char *plain_key;
    struct hb_error err = {0};
    struct hb_trend trend;

    trend = load(f, store, &any);
    plain_key = find(&trend, false, "httpx/async", HB_GATE_CPU)->key;
    fixture_sql(f, "UPDATE runs SET subject = 'head' WHERE sweep_id > 2");
    trend = load(f, store, &any);
    assert_int_equal(find(&trend, false, "httpx/async", HB_GATE_CPU)->count, 2);
    trend = load(f, store, &head);
    assert_int_equal(find(&trend, false, "httpx/async", HB_GATE_CPU)->count, 6);
    assert_string_not_equal(find(&trend, false, "httpx/async", HB_GATE_CPU)->key, plain_key);
    assert_int_equal(hb_trend_load(store, &none, &f->arena, &trend, &err), -1);
    assert_int_equal(err.code, HB_ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "there are head"));
    fixture_sql(f, "UPDATE runs SET subject = 'head'");
    assert_int_equal(hb_trend_load(store, &any, &f->arena, &trend, &err), -1);
    assert_non_null(strstr(err.message, "--subject NAME shows how one of them went (head)"));
    hb_store_close(store);
}

static void a_pinned_client_that_did_not_run_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 1, 100, 1);
    struct hb_trend_options options = {.pinned = "httpx"};
    struct hb_error err = {0};
    struct hb_trend trend;

    assert_int_equal(hb_trend_load(store, &options, &f->arena, &trend, &err), -1);
    assert_non_null(strstr(err.message, "'httpx' has no figures"));
    hb_store_close(store);
}

static void say(struct hb_store *store, const struct hb_trend_series *series, int64_t sweep,
                const char *what)
{
    struct hb_annotation_row row = {.series = series->key,
                                    .metric = hb_gate_metric_name(series->metric),
                                    .fingerprint = series->fingerprint,
                                    .sweep_id = sweep,
                                    .state = what,
                                    .note = "why"};
    struct hb_error err = {0};

    assert_int_equal(hb_store_annotate(store, &row, &err), 0);
}

static void what_was_said_stays_with_a_point_that_moves_a_little(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 14, 8, 1.1);
    struct hb_trend trend = load(f, store, &relative);
    const struct hb_trend_series *rollup = find(&trend, true, "httpx/async", HB_GATE_CPU);

    assert_string_equal(rollup->points[0].state, "");
    say(store, rollup, 4, "ignored"); /* five nights away */
    trend = load(f, store, &relative);
    assert_string_equal(find(&trend, true, "httpx/async", HB_GATE_CPU)->points[0].state, "");
    say(store, rollup, 8, "accepted"); /* one */
    trend = load(f, store, &relative);
    rollup = find(&trend, true, "httpx/async", HB_GATE_CPU);
    assert_string_equal(rollup->points[0].state, "accepted");
    assert_string_equal(rollup->points[0].note, "why");
    say(store, rollup, 9, "fixed"); /* none */
    trend = load(f, store, &relative);
    assert_string_equal(find(&trend, true, "httpx/async", HB_GATE_CPU)->points[0].state, "fixed");
    hb_store_close(store);
}

static void points_are_found_by_their_ids(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = make_nights(f, 14, 8, 1.1);
    struct hb_trend trend = load(f, store, &relative);
    const struct hb_trend_series *rollup = find(&trend, true, "httpx/async", HB_GATE_CPU), *found;

    assert_ptr_equal(hb_trend_find(&trend, rollup->points[0].id, &found), &rollup->points[0]);
    assert_ptr_equal(found, rollup);
    assert_null(hb_trend_find(&trend, "00000000", &found));
    hb_store_close(store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_step_is_a_change_of_the_roll_up_to_which_its_cells_belong),
        TEST(the_pinned_client_takes_the_drift_out),
        TEST(what_is_better_is_no_worse),
        TEST(a_night_of_failed_requests_is_a_gap),
        TEST(another_machine_has_series_of_its_own),
        TEST(a_longer_window_goes_on_with_the_series),
        TEST(other_scenarios_and_older_nights_are_left_out),
        TEST(subjects_are_shown_one_by_one_and_never_among_plain_sweeps),
        TEST(a_pinned_client_that_did_not_run_is_an_error),
        TEST(what_was_said_stays_with_a_point_that_moves_a_little),
        TEST(points_are_found_by_their_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
