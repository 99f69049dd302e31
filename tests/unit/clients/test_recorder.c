/* What goes down the sample pipe, and when. */
#include "clients/native/recorder.h"

#include "base/fd.h"
#include "test_support.h"

struct channel {
    int read_fd, write_fd;
    struct hb_recorder recorder;
};

static void open_channel(struct channel *channel, int64_t now_ns)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(hb_fd_set_nonblocking(ends[0], NULL), 0);
    channel->read_fd = ends[0];
    channel->write_fd = ends[1];
    hb_recorder_init(&channel->recorder, ends[1], now_ns);
}

static void close_channel(struct channel *channel)
{
    close(channel->read_fd);
    close(channel->write_fd);
}

/* Bytes written so far; -1: none. */
static ssize_t take(struct channel *channel, struct hb_sample *samples, size_t count)
{
    return read(channel->read_fd, samples, count * sizeof(*samples));
}

static void record(struct channel *channel, int64_t end_ns)
{
    static const struct hb_reply reply = {.status = 200, .bytes = 3};

    hb_recorder_request(&channel->recorder, end_ns - 10, end_ns, 0, &reply);
}

static void a_batch_is_written_when_it_is_full(void **state HB_UNUSED)
{
    struct hb_sample samples[2 * HB_RECORDER_BATCH];
    struct channel channel;

    open_channel(&channel, 1000);
    for (size_t i = 0; i < HB_RECORDER_BATCH - 1; i++)
        record(&channel, 1000 + (int64_t)i);
    assert_int_equal(take(&channel, samples, HB_ARRAY_LEN(samples)), -1);
    record(&channel, 5000);
    assert_int_equal(take(&channel, samples, HB_ARRAY_LEN(samples)), HB_SAMPLE_BATCH_BYTES);
    assert_int_equal(samples[HB_RECORDER_BATCH - 1].end_ns, 5000);
    close_channel(&channel);
}

static void a_batch_is_written_a_quarter_of_a_second_after_the_last(void **state HB_UNUSED)
{
    struct hb_sample samples[8];
    struct channel channel;

    open_channel(&channel, 0);
    record(&channel, HB_SAMPLE_FLUSH_NS - 1);
    assert_int_equal(take(&channel, samples, HB_ARRAY_LEN(samples)), -1);
    record(&channel, HB_SAMPLE_FLUSH_NS);
    assert_int_equal(take(&channel, samples, HB_ARRAY_LEN(samples)), 2 * sizeof(samples[0]));
    record(&channel, HB_SAMPLE_FLUSH_NS + 1);
    assert_int_equal(take(&channel, samples, HB_ARRAY_LEN(samples)), -1);
    close_channel(&channel);
}

static void the_drain_writes_what_is_left_and_nothing_when_there_is_nothing(void **state HB_UNUSED)
{
    struct hb_sample samples[8];
    struct channel channel;

    open_channel(&channel, 0);
    hb_recorder_flush(&channel.recorder, 1);
    assert_int_equal(take(&channel, samples, HB_ARRAY_LEN(samples)), -1);
    record(&channel, 2);
    hb_recorder_flush(&channel.recorder, 3);
    assert_int_equal(take(&channel, samples, HB_ARRAY_LEN(samples)), sizeof(samples[0]));
    close_channel(&channel);
}

static void fields_arrive_as_they_are_and_saturate(void **state HB_UNUSED)
{
    const struct hb_reply reply = {.status = 503,
                                   .bytes = UINT64_MAX,
                                   .ttfb_ns = INT64_MAX,
                                   .connect_ns = 25000,
                                   .outcome = HB_OUTCOME_LENGTH};
    struct hb_sample samples[8];
    struct channel channel;

    open_channel(&channel, 0);
    hb_recorder_request(&channel.recorder, 1000, 90000, 7999, &reply);
    hb_recorder_tick(&channel.recorder, 500, 600);
    hb_recorder_flush(&channel.recorder, 0);
    assert_int_equal(take(&channel, samples, HB_ARRAY_LEN(samples)), 3 * sizeof(samples[0]));
    assert_memory_equal(&samples[0],
                        (&(struct hb_sample){1000, 26000, 0, 0, 0, 0, HB_SAMPLE_CONNECT, 0}), 32);
    assert_memory_equal(&samples[1],
                        (&(struct hb_sample){1000, 90000, 7, UINT32_MAX, UINT32_MAX, 503,
                                             HB_SAMPLE_REQUEST, HB_OUTCOME_LENGTH}),
                        32);
    assert_memory_equal(&samples[2], (&(struct hb_sample){500, 600, 0, 0, 0, 0, HB_SAMPLE_TICK, 0}),
                        32);
    assert_int_equal(channel.recorder.totals.requests, 1);
    assert_int_equal(channel.recorder.totals.connections, 1);
    assert_int_equal(channel.recorder.totals.bytes, UINT32_MAX);
    close_channel(&channel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_written_when_it_is_full),
        cmocka_unit_test(a_batch_is_written_a_quarter_of_a_second_after_the_last),
        cmocka_unit_test(the_drain_writes_what_is_left_and_nothing_when_there_is_nothing),
        cmocka_unit_test(fields_arrive_as_they_are_and_saturate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
