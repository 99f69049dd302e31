/*
 * What a worker may send: its lines and its sample stream. The first byte chooses which; for a
 * stream the second one chooses the kind of loop and how the bytes are cut into reads. Beyond not
 * crashing, what was accepted must add up.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "exec/message.h"
#include "exec/samples.h"

#define START_NS HB_NS_PER_S
#define NOW_NS (100 * HB_NS_PER_S)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_ready(const uint8_t *data, size_t size)
{
    struct hb_ready ready;
    struct hb_error err = {0};

    if (hb_ready_parse((const char *)data, size, &ready, &err) == 0) {
        HB_ASSERT(ready.http != NULL && ready.clock_ns >= 0);
        hb_ready_release(&ready);
    } else {
        HB_ASSERT(err.message[0] != '\0');
    }
}

static void take_done(const uint8_t *data, size_t size)
{
    struct hb_done done;
    struct hb_error err = {0};

    if (hb_done_parse((const char *)data, size, &done, &err) == 0)
        HB_ASSERT(done.connections >= -1);
    else
        HB_ASSERT(err.message[0] != '\0');
}

static void check_sums(const struct hb_run_result *result, const struct hb_judge *judge,
                       const struct hb_sample_stream *stream)
{
    uint64_t seconds = 0;

    for (size_t i = 0; i < result->seconds_count; i++)
        seconds += result->seconds[i].verified + result->seconds[i].failed;
    HB_ASSERT(seconds == stream->requests);
    HB_ASSERT(judge->verified + judge->failed == stream->requests);
    HB_ASSERT(result->response.count == hb_tally_verified(&result->window));
    HB_ASSERT(result->service.count == result->response.count);
    HB_ASSERT(result->failed.count == hb_tally_failed(&result->window));
    HB_ASSERT(result->response.count == 0 || result->response.min_ns >= 0);
    HB_ASSERT(result->seconds_count <= judge->seconds_capacity);
}

static void take_samples(const uint8_t *data, size_t size, bool open_loop, size_t piece)
{
    struct hb_judge_rules rules = {START_NS, 10 * HB_NS_PER_S, open_loop, {200, -1}};
    struct hb_sample_stream stream = {0};
    struct hb_run_result result;
    struct hb_judge judge;
    struct hb_error err = {0};
    size_t at = 0;

    hb_run_result_init(&result, NULL, 0);
    hb_judge_init(&judge, &rules, &result);
    while (at < size) {
        size_t part = piece < size - at ? piece : size - at;

        if (at > size / 3 && at - part <= size / 3)
            hb_judge_open_window(&judge, 2 * HB_NS_PER_S);
        if (hb_judge_take(&judge, &stream, data + at, part, NOW_NS, &err) < 0)
            break;
        at += part;
    }
    hb_judge_finish(&judge);
    check_sums(&result, &judge, &stream);
    hb_run_result_release(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (data[0] == 'r')
        take_ready(data + 1, size - 1);
    else if (data[0] == 'd')
        take_done(data + 1, size - 1);
    else
        take_samples(data + 2, size - 2, (data[1] & 1) != 0, 1 + data[1] / 2);
    return 0;
}
