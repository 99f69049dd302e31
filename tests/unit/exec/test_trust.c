/* Each flag: provoked by the smallest change to a clean result that must provoke it, and silent on
 * the clean one. The steady-state test has its own cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/rng.h"
#include "exec/steady.h"
#include "exec/trust.h"

#define SECONDS 10
#define RATE 1000

struct fixture {
    struct hb_run_result result;
    struct hb_trust_facts facts;
};

/* Ten seconds of 1,000 requests a second, 8 ms each, 8 at a time, after one second of warm-up. */
static void set_up(struct fixture *fixture)
{
    struct hb_run_result *result = &fixture->result;

    hb_run_result_init(result, NULL, 0);
    result->start_ns = 5 * HB_NS_PER_S;
    result->window_start_ns = result->start_ns + HB_NS_PER_S;
    result->window_end_ns = result->window_start_ns + SECONDS * HB_NS_PER_S;
    result->seconds = hb_calloc(SECONDS + 2, sizeof(*result->seconds));
    result->seconds_count = SECONDS + 2;
    for (size_t i = 0; i < SECONDS + 2; i++)
        result->seconds[i] = (struct hb_second){.verified = RATE + (uint32_t)(i % 3),
                                                .response_sum_ns = RATE * 8 * HB_NS_PER_MS};
    for (size_t i = 0; i < SECONDS * RATE; i++)
        hb_hist_add(&result->response, 8 * HB_NS_PER_MS + (int64_t)(i % 1000) * 100);
    result->window.outcomes[HB_OUTCOME_OK] = SECONDS * RATE;
    result->body_bytes_min = result->body_bytes_max = 100;
    result->client = (struct hb_usage){.known = true, .cpu_ns = 4 * HB_NS_PER_S, .threads = 1};
    result->server = (struct hb_usage){.known = true, .cpu_ns = 5 * HB_NS_PER_S, .threads = 2};
    result->server_counts = (struct hb_server_counts){true, true, 11000, 8, 0, 0};
    result->server_window = (struct hb_server_counts){true, true, 10000, 0, 0, 0};
    result->host_busy_ns = 9 * HB_NS_PER_S;
    result->host_steal_ns = 0;
    fixture->facts = (struct hb_trust_facts){
        .concurrency = 8,
        .keepalive = true,
        .planned_window_ns = SECONDS * HB_NS_PER_S,
        .requests_count = 1,
        .client_cores = 1,
        .server_cores = 1,
        .host_cores = 2,
        .requests = 11000,
        .answered = 11000,
    };
}

static unsigned flags_after(void (*change)(struct fixture *fixture))
{
    struct fixture fixture;
    unsigned flags;

    set_up(&fixture);
    if (change != NULL)
        change(&fixture);
    flags = hb_trust_flags(&fixture.result, &fixture.facts);
    hb_run_result_release(&fixture.result);
    return flags;
}

static void a_clean_result_has_no_flags(void **state HB_UNUSED)
{
    assert_int_equal(flags_after(NULL), 0);
}

static void one_fails(struct fixture *fixture)
{
    fixture->result.window.outcomes[HB_OUTCOME_TIMEOUT] = 1;
}

static void hardly_any_samples(struct fixture *fixture)
{
    hb_hist_clear(&fixture->result.response);
    for (size_t i = 0; i < 40; i++)
        hb_hist_add(&fixture->result.response, (int64_t)(i + 1) * HB_NS_PER_MS);
}

static void client_busy(struct fixture *fixture)
{
    fixture->result.client.cpu_ns = 96 * HB_NS_PER_S / 10;
    fixture->result.host_busy_ns += 6 * HB_NS_PER_S;
}

static void single_loop_busy_on_many_cores(struct fixture *fixture)
{
    client_busy(fixture);
    fixture->facts.client_cores = 16;
}

/* 1,000 requests a second of the 1,100 that the yardstick gets. */
static void waits_near_the_yardstick(struct fixture *fixture)
{
    fixture->facts.ceiling = 1100;
    fixture->result.client.cpu_ns -= 3 * HB_NS_PER_S;
    fixture->result.host_busy_ns -= 3 * HB_NS_PER_S;
}

static void works_near_the_yardstick(struct fixture *fixture)
{
    fixture->facts.ceiling = 1100;
}

static void waits_far_below_the_yardstick(struct fixture *fixture)
{
    fixture->facts.ceiling = 1500;
    fixture->result.client.cpu_ns -= 3 * HB_NS_PER_S;
    fixture->result.host_busy_ns -= 3 * HB_NS_PER_S;
}

static void server_busy(struct fixture *fixture)
{
    fixture->result.server.cpu_ns = 91 * HB_NS_PER_S / 10;
    fixture->result.host_busy_ns += 4 * HB_NS_PER_S;
}

static void late(struct fixture *fixture)
{
    fixture->facts.open_loop = true;
    fixture->result.scheduled = 10000;
    fixture->result.unsent = 101;
}

static void slowing_down(struct fixture *fixture)
{
    for (size_t i = 0; i < SECONDS + 2; i++)
        fixture->result.seconds[i].verified = RATE + 200 - 40 * (uint32_t)i;
}

static void latency_growing_at_a_fixed_rate(struct fixture *fixture)
{
    fixture->facts.open_loop = true;
    for (size_t i = 0; i < SECONDS + 2; i++)
        fixture->result.seconds[i].response_sum_ns *= (int64_t)(i + 5);
}

static void server_saw_fewer(struct fixture *fixture)
{
    fixture->result.server_counts.requests = 10999;
}

static void server_saw_more(struct fixture *fixture)
{
    fixture->result.server_counts.requests = 11001;
}

static void more_connections(struct fixture *fixture)
{
    fixture->result.server_counts.connections = 9;
}

static void connects_in_window(struct fixture *fixture)
{
    fixture->result.connects_in_window = 1;
}

static void server_accepts_in_window(struct fixture *fixture)
{
    fixture->result.server_window.connections = 1;
}

static void half_the_concurrency(struct fixture *fixture)
{
    fixture->facts.concurrency = 16;
}

static void latencies_too_long(struct fixture *fixture)
{
    fixture->facts.concurrency = 6;
    fixture->result.server_counts.connections = 6;
}

static void others_busy(struct fixture *fixture)
{
    fixture->result.host_busy_ns += 11 * HB_NS_PER_S / 10;
}

static void stolen(struct fixture *fixture)
{
    fixture->result.host_steal_ns = HB_NS_PER_S / 2;
}

static void waiting_for_the_core(struct fixture *fixture)
{
    fixture->result.client.runqueue_wait_ns = 6 * HB_NS_PER_S / 10;
}

static void runner_late(struct fixture *fixture)
{
    fixture->facts.planned_window_ns = 11 * HB_NS_PER_S;
}

static void lengths_differ(struct fixture *fixture)
{
    fixture->result.body_bytes_max = 101;
}

static void an_instance_ended(struct fixture *fixture)
{
    fixture->result.hops = hb_calloc(2, sizeof *fixture->result.hops);
    fixture->result.hops_count = 2;
    fixture->result.hops[1].ended = true;
}

static void each_flag_is_raised_by_its_own_cause_alone(void **state HB_UNUSED)
{
    static const struct {
        void (*change)(struct fixture *fixture);
        unsigned flags;
    } cases[] = {
        {one_fails, HB_FLAG_ERRORS},
        {hardly_any_samples, HB_FLAG_TOO_FEW_SAMPLES},
        {client_busy, HB_FLAG_CLIENT_SATURATED},
        {single_loop_busy_on_many_cores, HB_FLAG_CLIENT_SATURATED},
        {server_busy, HB_FLAG_SERVER_LIMITED},
        {waits_near_the_yardstick, HB_FLAG_SERVER_LIMITED},
        {works_near_the_yardstick, 0},
        {waits_far_below_the_yardstick, 0},
        {late, HB_FLAG_GENERATOR_LATE},
        {slowing_down, HB_FLAG_NOT_STEADY},
        {latency_growing_at_a_fixed_rate, HB_FLAG_NOT_STEADY},
        {server_saw_fewer, HB_FLAG_COUNT_MISMATCH},
        {server_saw_more, HB_FLAG_COUNT_MISMATCH},
        {more_connections, HB_FLAG_CONNECTION_CHURN},
        {connects_in_window, HB_FLAG_CONNECTION_CHURN},
        {server_accepts_in_window, HB_FLAG_CONNECTION_CHURN},
        {half_the_concurrency, HB_FLAG_LITTLES_LAW},
        {latencies_too_long, HB_FLAG_LITTLES_LAW},
        {others_busy, HB_FLAG_HOST_CONTENDED},
        {stolen, HB_FLAG_HOST_CONTENDED},
        {waiting_for_the_core, HB_FLAG_HOST_CONTENDED},
        {runner_late, HB_FLAG_HOST_CONTENDED},
        {lengths_differ, HB_FLAG_VARYING_LENGTH},
        {an_instance_ended, HB_FLAG_SERVER_DEGRADED},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++)
        if (flags_after(cases[i].change) != cases[i].flags)
            fail_msg("case %zu: flags 0x%x, expected 0x%x", i, flags_after(cases[i].change),
                     cases[i].flags);
}

/* ---- what must not be flagged ---- */

static void foreign_server(struct fixture *fixture)
{
    fixture->result.server = (struct hb_usage){.known = false};
    fixture->result.server_counts.known = false;
    fixture->result.server_window.known = false;
}

static void one_timed_out_at_the_server(struct fixture *fixture)
{
    fixture->facts.answered--; /* counted by the server or not: both are true */
    fixture->result.server_counts.requests--;
}

static void new_connections_as_asked(struct fixture *fixture)
{
    fixture->facts.keepalive = false;
    fixture->result.server_counts.connections = 11000;
    fixture->result.connects_in_window = 10000;
}

static void lengths_of_different_requests(struct fixture *fixture)
{
    fixture->facts.requests_count = 2;
    fixture->result.body_bytes_max = 101;
}

static void threads_waiting_for_each_other(struct fixture *fixture)
{
    fixture->result.client.threads = 8;
    fixture->result.client.runqueue_wait_ns = 30 * HB_NS_PER_S;
}

static void smoke(struct fixture *fixture)
{
    fixture->result.purpose = HB_PURPOSE_SMOKE;
    hardly_any_samples(fixture);
    half_the_concurrency(fixture);
}

static void what_is_unknown_or_asked_for_is_not_flagged(void **state HB_UNUSED)
{
    void (*const changes[])(struct fixture *) = {
        foreign_server,
        one_timed_out_at_the_server,
        new_connections_as_asked,
        lengths_of_different_requests,
        threads_waiting_for_each_other,
        smoke,
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(changes); i++)
        if (flags_after(changes[i]) != 0)
            fail_msg("case %zu: flags 0x%x", i, flags_after(changes[i]));
}

static void every_flag_has_a_name_and_a_meaning(void **state HB_UNUSED)
{
    for (unsigned i = 0; i < HB_FLAG_COUNT; i++) {
        assert_true(strlen(hb_flag_name(i)) > 3);
        assert_true(strlen(hb_flag_meaning(i)) > 10);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(hb_flag_name(i), hb_flag_name(k));
    }
    assert_string_equal(hb_flag_name(HB_FLAG_COUNT), "?");
}

/* ---- the steady-state test ---- */

/* Share of 1,000 random series that are called drifting. */
static double drifting_share(size_t count, double scatter, double slope)
{
    struct hb_rng rng = {11};
    double values[200];
    size_t drifting = 0;

    for (size_t n = 0; n < 1000; n++) {
        for (size_t i = 0; i < count; i++)
            values[i] = 1000 * (1 + scatter * (hb_rng_unit(&rng) - 0.5) +
                                slope * (double)i / (double)count);
        drifting += hb_series_drifts(values, count);
    }
    return (double)drifting / 1000;
}

static void scatter_is_hardly_ever_called_drift(void **state HB_UNUSED)
{
    static const size_t counts[] = {5, 10, 30, 64, 65, 200};

    for (size_t i = 0; i < HB_ARRAY_LEN(counts); i++) {
        assert_true(drifting_share(counts[i], 0.1, 0) == 0);
        assert_true(drifting_share(counts[i], 0.6, 0) < 0.05);
    }
}

static void a_strong_drift_is_nearly_always_found(void **state HB_UNUSED)
{
    assert_true(drifting_share(10, 0.1, 0.5) > 0.95);
    assert_true(drifting_share(10, 0.1, -0.5) > 0.95);
    assert_true(drifting_share(200, 0.5, 0.5) > 0.95);
}

static void a_drift_of_little_size_is_none(void **state HB_UNUSED)
{
    assert_true(drifting_share(60, 0.01, 0.05) == 0);
}

static void only_seconds_within_the_window_are_whole(void **state HB_UNUSED)
{
    static const struct {
        int64_t from_ms, to_ms;
        size_t first, last;
    } cases[] = {
        {1000, 6000, 1, 6}, {200, 6200, 1, 6}, {1040, 5960, 1, 6},
        {1060, 5940, 2, 5}, {200, 700, 1, 1},  {0, 900, 0, 0},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        size_t first, last;

        hb_whole_seconds(cases[i].from_ms * HB_NS_PER_MS, cases[i].to_ms * HB_NS_PER_MS, &first,
                         &last);
        assert_int_equal(first, cases[i].first);
        assert_int_equal(last, cases[i].last);
    }
}

static void few_or_equal_points_never_drift(void **state HB_UNUSED)
{
    const double falling[] = {900, 500, 200, 1}, zeros[20] = {0};

    assert_false(hb_series_drifts(falling, 4));
    assert_false(hb_series_drifts(zeros, 20));
    assert_false(hb_series_drifts(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_result_has_no_flags),
        cmocka_unit_test(each_flag_is_raised_by_its_own_cause_alone),
        cmocka_unit_test(what_is_unknown_or_asked_for_is_not_flagged),
        cmocka_unit_test(every_flag_has_a_name_and_a_meaning),
        cmocka_unit_test(scatter_is_hardly_ever_called_drift),
        cmocka_unit_test(a_strong_drift_is_nearly_always_found),
        cmocka_unit_test(a_drift_of_little_size_is_none),
        cmocka_unit_test(only_seconds_within_the_window_are_whole),
        cmocka_unit_test(few_or_equal_points_never_drift),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
