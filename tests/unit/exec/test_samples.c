/*
 * The judge of samples against a slow one: the oracle keeps every record, sorts, and counts by the
 * words of docs/worker-protocol.md.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/rng.h"
#include "exec/samples.h"

#define SAMPLES 20000
#define START_NS                                                                                   \
    HB_NS_PER_S /* as early as any machine: one that was just started is in the past of none */
#define OPEN_NS (START_NS + 1 * HB_NS_PER_S)
#define CLOSE_NS (START_NS + 4 * HB_NS_PER_S)
#define NOW_NS (START_NS + 10 * HB_NS_PER_S)
#define LENGTH 100

struct fixture {
    struct hb_run_result result;
    struct hb_judge judge;
    struct hb_sample_stream stream;
    struct hb_error err;
};

static void set_up(struct fixture *fixture, bool open_loop, struct hb_expect expect)
{
    struct hb_judge_rules rules = {
        .start_ns = START_NS,
        .span_ns = 10 * HB_NS_PER_S,
        .open_loop = open_loop,
        .expect = expect,
    };

    memset(fixture, 0, sizeof(*fixture));
    hb_run_result_init(&fixture->result, NULL, 0);
    hb_judge_init(&fixture->judge, &rules, &fixture->result);
}

static void tear_down(struct fixture *fixture)
{
    hb_run_result_release(&fixture->result);
}

static int take(struct fixture *fixture, const void *bytes, size_t length)
{
    return hb_judge_take(&fixture->judge, &fixture->stream, bytes, length, NOW_NS, &fixture->err);
}

static const struct hb_expect any_2xx = {.status = 0, .length_bytes = -1};

/* ---- the oracle ---- */

struct oracle {
    struct hb_tally warmup, window;
    int64_t *response, *service, *failed;
    size_t response_count, service_count, failed_count;
    uint64_t connects_in_window, ttfb_count, connect_count, lag_count;
    uint32_t verified_second[16], failed_second[16];
};

static unsigned oracle_outcome(const struct hb_sample *sample, struct hb_expect expect)
{
    if (sample->outcome != 0)
        return sample->outcome;
    if (expect.status == 0 ? sample->status / 100 != 2 : sample->status != expect.status)
        return HB_OUTCOME_STATUS;
    if (expect.length_bytes != -1 && (int64_t)sample->bytes != expect.length_bytes)
        return HB_OUTCOME_LENGTH;
    return HB_OUTCOME_OK;
}

static void oracle_request(struct oracle *oracle, const struct hb_sample *sample, bool open_loop,
                           struct hb_expect expect)
{
    int64_t start = (int64_t)sample->start_ns, end = (int64_t)sample->end_ns;
    int64_t due = start - (int64_t)sample->lag_us * 1000;
    int64_t belongs = open_loop ? due : end;
    unsigned outcome = oracle_outcome(sample, expect);
    bool in_window = belongs >= OPEN_NS && belongs < CLOSE_NS;
    struct hb_tally *tally = in_window ? &oracle->window : &oracle->warmup;

    if (outcome == HB_OUTCOME_OK)
        oracle->verified_second[(belongs - START_NS) / HB_NS_PER_S]++;
    else
        oracle->failed_second[(belongs - START_NS) / HB_NS_PER_S]++;
    if (belongs >= CLOSE_NS)
        return;
    tally->outcomes[outcome]++;
    if (outcome == HB_OUTCOME_OK)
        tally->bytes += sample->bytes;
    if (!in_window)
        return;
    if (outcome != HB_OUTCOME_OK) {
        oracle->failed[oracle->failed_count++] = end - due;
        return;
    }
    oracle->response[oracle->response_count++] = end - due;
    oracle->service[oracle->service_count++] = end - start;
    oracle->ttfb_count += sample->ttfb_us != 0;
}

static void oracle_take(struct oracle *oracle, const struct hb_sample *sample, bool open_loop,
                        struct hb_expect expect)
{
    bool in_window = (int64_t)sample->end_ns >= OPEN_NS && (int64_t)sample->end_ns < CLOSE_NS;

    switch (sample->kind) {
    case HB_SAMPLE_REQUEST:
        oracle_request(oracle, sample, open_loop, expect);
        return;
    case HB_SAMPLE_CONNECT:
        oracle->connects_in_window += in_window;
        oracle->connect_count += sample->outcome == HB_OUTCOME_OK;
        return;
    default:
        oracle->lag_count += in_window;
    }
}

static int compare_values(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static void expect_hist(const struct hb_hist *hist, int64_t *values, size_t count)
{
    static const double quantiles[] = {0, 0.5, 0.9, 0.99, 0.999, 1};
    double sum = 0;

    assert_int_equal(hist->count, count);
    if (count == 0)
        return;
    qsort(values, count, sizeof(*values), compare_values);
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i];
    assert_int_equal(hist->min_ns, values[0]);
    assert_int_equal(hist->max_ns, values[count - 1]);
    assert_true(hist->sum_ns == sum);
    for (size_t i = 0; i < HB_ARRAY_LEN(quantiles); i++) {
        size_t rank = (size_t)(quantiles[i] * (double)count + 0.999999);
        int64_t exact = values[rank > 0 ? rank - 1 : 0];
        int64_t found = hb_hist_quantile(hist, quantiles[i]);

        assert_true(found >= exact && found <= exact + exact / 1000 + 1);
    }
}

/* ---- random streams ---- */

static struct hb_sample random_sample(struct hb_rng *rng, bool open_loop)
{
    static const uint16_t statuses[] = {200, 200, 200, 200, 204, 404, 500, 0};
    struct hb_sample sample = {0};
    uint64_t dice = hb_rng_below(rng, 20);

    sample.kind = dice == 0 ? HB_SAMPLE_CONNECT : dice == 1 ? HB_SAMPLE_TICK : HB_SAMPLE_REQUEST;
    sample.start_ns = START_NS + hb_rng_below(rng, 5 * HB_NS_PER_S);
    sample.end_ns = sample.start_ns + hb_rng_below(rng, 300 * HB_NS_PER_MS);
    if (open_loop && sample.kind == HB_SAMPLE_REQUEST)
        sample.lag_us = (uint32_t)hb_rng_below(rng, (sample.start_ns - START_NS) / 1000 + 1);
    sample.ttfb_us = hb_rng_below(rng, 2) ? (uint32_t)hb_rng_below(rng, 1000) : 0;
    sample.status = statuses[hb_rng_below(rng, HB_ARRAY_LEN(statuses))];
    sample.bytes = hb_rng_below(rng, 4) ? LENGTH : (uint32_t)hb_rng_below(rng, 1000);
    if (hb_rng_below(rng, 10) == 0)
        sample.outcome = (uint8_t)hb_rng_below(rng, HB_OUTCOME_COUNT);
    if (sample.outcome == HB_OUTCOME_STATUS)
        sample.outcome = HB_OUTCOME_RESET;
    return sample;
}

/* Feed all bytes in pieces of random sizes, so that records are cut anywhere. */
static void feed_in_pieces(struct fixture *fixture, const struct hb_sample *samples, size_t count,
                           struct hb_rng *rng)
{
    const char *next = (const char *)samples;
    size_t left = count * sizeof(*samples);

    while (left > 0) {
        size_t piece = 1 + hb_rng_below(rng, 700);

        piece = piece < left ? piece : left;
        assert_int_equal(take(fixture, next, piece), 0);
        next += piece;
        left -= piece;
    }
}

static void expect_tally(const struct hb_tally *found, const struct hb_tally *expected)
{
    assert_memory_equal(found, expected, sizeof(*found));
}

static void expect_oracle(struct fixture *fixture, struct oracle *oracle)
{
    struct hb_run_result *result = &fixture->result;

    expect_tally(&result->warmup, &oracle->warmup);
    expect_tally(&result->window, &oracle->window);
    expect_hist(&result->response, oracle->response, oracle->response_count);
    expect_hist(&result->service, oracle->service, oracle->service_count);
    expect_hist(&result->failed, oracle->failed, oracle->failed_count);
    assert_int_equal(result->ttfb.count, oracle->ttfb_count);
    assert_int_equal(result->connect.count, oracle->connect_count);
    assert_int_equal(result->lag.count, oracle->lag_count);
    assert_int_equal(result->connects_in_window, oracle->connects_in_window);
    for (size_t i = 0; i < result->seconds_count; i++) {
        assert_int_equal(result->seconds[i].verified, oracle->verified_second[i]);
        assert_int_equal(result->seconds[i].failed, oracle->failed_second[i]);
    }
}

static void compare_with_oracle(uint64_t seed, bool open_loop, struct hb_expect expect)
{
    struct hb_sample *samples = hb_calloc(SAMPLES, sizeof(*samples));
    struct oracle oracle = {
        .response = hb_calloc(SAMPLES, sizeof(int64_t)),
        .service = hb_calloc(SAMPLES, sizeof(int64_t)),
        .failed = hb_calloc(SAMPLES, sizeof(int64_t)),
    };
    struct hb_rng rng = {seed};
    struct fixture fixture;

    set_up(&fixture, open_loop, expect);
    hb_judge_open_window(&fixture.judge, OPEN_NS);
    hb_judge_close_window(&fixture.judge, CLOSE_NS);
    for (size_t i = 0; i < SAMPLES; i++) {
        samples[i] = random_sample(&rng, open_loop);
        oracle_take(&oracle, &samples[i], open_loop, expect);
    }
    feed_in_pieces(&fixture, samples, SAMPLES, &rng);
    hb_judge_finish(&fixture.judge);
    assert_int_equal(fixture.stream.records, SAMPLES);
    assert_true(oracle.response_count > 1000 && oracle.failed_count > 500);
    expect_oracle(&fixture, &oracle);
    free(oracle.response);
    free(oracle.service);
    free(oracle.failed);
    free(samples);
    tear_down(&fixture);
}

static void a_closed_loop_is_judged_as_the_oracle_does(void **state HB_UNUSED)
{
    compare_with_oracle(1, false, any_2xx);
    compare_with_oracle(2, false, (struct hb_expect){.status = 200, .length_bytes = LENGTH});
}

static void an_open_loop_is_judged_as_the_oracle_does(void **state HB_UNUSED)
{
    compare_with_oracle(3, true, any_2xx);
    compare_with_oracle(4, true, (struct hb_expect){.status = 200, .length_bytes = LENGTH});
}

/* ---- single rules ---- */

static struct hb_sample good_sample(void)
{
    return (struct hb_sample){
        .start_ns = START_NS + HB_NS_PER_S,
        .end_ns = START_NS + HB_NS_PER_S + HB_NS_PER_MS,
        .status = 200,
    };
}

static void everything_read_before_the_window_opens_is_warm_up(void **state HB_UNUSED)
{
    struct hb_sample sample = good_sample();
    struct fixture fixture;

    set_up(&fixture, false, any_2xx);
    assert_int_equal(take(&fixture, &sample, sizeof(sample)), 0);
    hb_judge_open_window(&fixture.judge, (int64_t)sample.end_ns + 1);
    sample.start_ns = sample.end_ns + 1;
    sample.end_ns = sample.start_ns + 1;
    assert_int_equal(take(&fixture, &sample, sizeof(sample)), 0);
    assert_int_equal(hb_tally_verified(&fixture.result.warmup), 1);
    assert_int_equal(hb_tally_verified(&fixture.result.window), 1);
    tear_down(&fixture);
}

static void what_ends_after_the_window_is_read_but_not_counted(void **state HB_UNUSED)
{
    struct hb_sample sample = good_sample();
    struct fixture fixture;

    set_up(&fixture, false, any_2xx);
    hb_judge_open_window(&fixture.judge, START_NS);
    hb_judge_close_window(&fixture.judge, (int64_t)sample.end_ns);
    assert_int_equal(take(&fixture, &sample, sizeof(sample)), 0);
    assert_int_equal(fixture.stream.requests, 1);
    assert_int_equal(hb_tally_verified(&fixture.result.window), 0);
    assert_int_equal(hb_tally_verified(&fixture.result.warmup), 0);
    assert_int_equal(fixture.judge.verified, 1);
    tear_down(&fixture);
}

static void the_ends_of_the_first_requests_are_noted_where_somebody_asks(void **state HB_UNUSED)
{
    const struct hb_sample good = good_sample();
    struct fixture fixture;
    int64_t ends_ns[3] = {0};

    set_up(&fixture, false, any_2xx);
    fixture.judge.rules.ends_ns = ends_ns;
    fixture.judge.rules.ends_max = 2;
    for (unsigned i = 0; i < 3; i++) {
        struct hb_sample request = good, tick = {.start_ns = 1, .end_ns = 1};

        request.end_ns += i;
        request.status = i == 0 ? 500 : 200;
        tick.kind = HB_SAMPLE_TICK;
        assert_int_equal(take(&fixture, &tick, sizeof tick), 0);
        assert_int_equal(take(&fixture, &request, sizeof request), 0);
    }
    assert_int_equal(ends_ns[0], good.end_ns);
    assert_int_equal(ends_ns[1], good.end_ns + 1);
    assert_int_equal(ends_ns[2], 0);
    tear_down(&fixture);
}

static void lengths_of_verified_bodies_are_bounded_by_what_was_seen(void **state HB_UNUSED)
{
    static const uint32_t lengths[] = {500, 20, 700};
    struct hb_sample sample = good_sample();
    struct fixture fixture;

    set_up(&fixture, false, any_2xx);
    hb_judge_open_window(&fixture.judge, START_NS);
    for (size_t i = 0; i < HB_ARRAY_LEN(lengths); i++) {
        sample.bytes = lengths[i];
        assert_int_equal(take(&fixture, &sample, sizeof(sample)), 0);
    }
    hb_judge_finish(&fixture.judge);
    assert_int_equal(fixture.result.body_bytes_min, 20);
    assert_int_equal(fixture.result.body_bytes_max, 700);
    tear_down(&fixture);
}

static void a_record_that_cannot_be_true_is_refused(void **state HB_UNUSED)
{
    const uint64_t start = START_NS + HB_NS_PER_S;
    const struct {
        struct hb_sample sample;
        const char *why;
    } lies[] = {
        {{start, start + 1, .kind = 3}, "unknown kind"},
        {{start, start + 1, .outcome = HB_OUTCOME_COUNT}, "not a worker's to give"},
        {{start, start + 1, .outcome = HB_OUTCOME_STATUS}, "not a worker's to give"},
        {{start, start - 1}, "ends before it starts"},
        {{start, NOW_NS + 2 * HB_NS_PER_MS}, "ends in the future"},
        {{start, UINT64_MAX}, "ends in the future"},
        {{START_NS - 2 * HB_NS_PER_MS, start}, "starts before the run"},
        {{0, start}, "starts before the run"},
        {{start, start + 1, .lag_us = 1}, "late in a closed loop"},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(lies); i++) {
        struct fixture fixture;

        set_up(&fixture, false, any_2xx);
        assert_int_equal(take(&fixture, &lies[i].sample, sizeof(lies[i].sample)), -1);
        assert_int_equal(fixture.err.code, HB_ERR_RUN);
        assert_non_null(strstr(fixture.err.message, lies[i].why));
        tear_down(&fixture);
    }
}

static void a_request_due_before_the_run_is_refused(void **state HB_UNUSED)
{
    struct hb_sample sample = good_sample();
    struct fixture fixture;

    set_up(&fixture, true, any_2xx);
    sample.lag_us = 1000000;
    assert_int_equal(take(&fixture, &sample, sizeof(sample)), 0);
    sample.lag_us = 1002000;
    assert_int_equal(take(&fixture, &sample, sizeof(sample)), -1);
    assert_non_null(strstr(fixture.err.message, "due before the run"));
    tear_down(&fixture);
}

static void a_stream_that_ends_within_a_record_is_refused(void **state HB_UNUSED)
{
    struct hb_sample sample = good_sample();
    struct hb_sample_reader reader;
    struct fixture fixture;
    int ends[2];

    set_up(&fixture, false, any_2xx);
    hb_sample_reader_init(&reader);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], &sample, sizeof(sample)), sizeof(sample));
    assert_int_equal(write(ends[1], &sample, 7), 7);
    close(ends[1]);
    assert_int_equal(
        hb_sample_reader_read(&reader, &fixture.judge, &fixture.stream, ends[0], &fixture.err), 39);
    assert_int_equal(
        hb_sample_reader_read(&reader, &fixture.judge, &fixture.stream, ends[0], &fixture.err), -1);
    assert_non_null(strstr(fixture.err.message, "cut off after 7 bytes"));
    close(ends[0]);
    hb_sample_reader_release(&reader);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_loop_is_judged_as_the_oracle_does),
        cmocka_unit_test(an_open_loop_is_judged_as_the_oracle_does),
        cmocka_unit_test(everything_read_before_the_window_opens_is_warm_up),
        cmocka_unit_test(what_ends_after_the_window_is_read_but_not_counted),
        cmocka_unit_test(the_ends_of_the_first_requests_are_noted_where_somebody_asks),
        cmocka_unit_test(lengths_of_verified_bodies_are_bounded_by_what_was_seen),
        cmocka_unit_test(a_record_that_cannot_be_true_is_refused),
        cmocka_unit_test(a_request_due_before_the_run_is_refused),
        cmocka_unit_test(a_stream_that_ends_within_a_record_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
