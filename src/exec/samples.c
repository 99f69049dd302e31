/*
 * The measured loop of the runner itself: everything per sample happens in judge_request(), so that
 * a client that answers 100,000 times a second costs the runner a few milliseconds of it. Whether a
 * record can be true at all is checked first: a program under test may lie.
 */
#include "exec/samples.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"

#define RECORD_BYTES sizeof(struct hb_sample)

void hb_judge_init(struct hb_judge *judge, const struct hb_judge_rules *rules,
                   struct hb_run_result *result)
{
    int64_t seconds = rules->span_ns / HB_NS_PER_S + 2;

    *judge = (struct hb_judge){
        .rules = *rules,
        .status_first = rules->expect.status != 0 ? rules->expect.status : 200,
        .status_last = rules->expect.status != 0 ? rules->expect.status : 299,
        .window_start_ns = UINT64_MAX,
        .window_end_ns = UINT64_MAX,
        .result = result,
        .bytes_min = UINT32_MAX,
        .seconds_capacity = (size_t)(seconds < HB_RUN_MAX_SECONDS ? seconds : HB_RUN_MAX_SECONDS),
    };
    result->seconds = hb_calloc(judge->seconds_capacity, sizeof(*result->seconds));
    result->seconds_count = 0;
}

void hb_judge_open_window(struct hb_judge *judge, int64_t now_ns)
{
    judge->window_start_ns = (uint64_t)now_ns;
    judge->result->window_start_ns = now_ns;
}

void hb_judge_close_window(struct hb_judge *judge, int64_t now_ns)
{
    judge->window_end_ns = (uint64_t)now_ns;
    judge->result->window_end_ns = now_ns;
}

/* What the runner makes of an outcome: only what is left HB_OUTCOME_OK is verified. */
static inline unsigned judged_outcome(const struct hb_judge *judge, const struct hb_sample *sample)
{
    if (sample->outcome != HB_OUTCOME_OK)
        return sample->outcome;
    if (sample->status < judge->status_first || sample->status > judge->status_last)
        return HB_OUTCOME_STATUS;
    if (judge->rules.expect.length_bytes >= 0 &&
        sample->bytes != (uint64_t)judge->rules.expect.length_bytes)
        return HB_OUTCOME_LENGTH;
    return HB_OUTCOME_OK;
}

/* Why a record cannot be true; NULL when it can. */
static const char *find_lie(const struct hb_judge *judge, const struct hb_sample *sample,
                            uint64_t latest_ns)
{
    uint64_t earliest_ns = (uint64_t)(judge->rules.start_ns - HB_CLOCK_SLACK_NS);

    if (sample->kind > HB_SAMPLE_TICK)
        return "is of an unknown kind";
    if (sample->outcome >= HB_OUTCOME_COUNT || sample->outcome == HB_OUTCOME_STATUS)
        return "has an outcome that is not a worker's to give";
    if (sample->end_ns < sample->start_ns)
        return "ends before it starts";
    if (sample->end_ns > latest_ns)
        return "ends in the future";
    if (sample->kind != HB_SAMPLE_REQUEST)
        return NULL;
    if (sample->start_ns < earliest_ns)
        return "starts before the run";
    if (!judge->rules.open_loop && sample->lag_us != 0)
        return "is late in a closed loop";
    if (sample->start_ns - earliest_ns < sample->lag_us * 1000ULL)
        return "was due before the run";
    return NULL;
}

static struct hb_second *second_of(struct hb_judge *judge, uint64_t instant_ns)
{
    struct hb_run_result *result = judge->result;
    int64_t offset_ns = (int64_t)instant_ns - judge->rules.start_ns;
    size_t index = offset_ns > 0 ? (uint64_t)offset_ns / (uint64_t)HB_NS_PER_S : 0;

    if (index >= judge->seconds_capacity)
        index = judge->seconds_capacity - 1;
    if (index >= result->seconds_count)
        result->seconds_count = index + 1;
    return &result->seconds[index];
}

static void judge_failure(struct hb_judge *judge, unsigned outcome, int64_t response_ns,
                          uint64_t instant_ns, bool in_window)
{
    second_of(judge, instant_ns)->failed++;
    judge->failed++;
    judge->refused += outcome == HB_OUTCOME_STATUS || outcome == HB_OUTCOME_LENGTH ||
                      outcome == HB_OUTCOME_VERIFY;
    if (in_window)
        hb_hist_add(&judge->result->failed, response_ns);
}

static inline void judge_success(struct hb_judge *judge, const struct hb_sample *sample,
                                 int64_t response_ns, uint64_t instant_ns, bool in_window)
{
    struct hb_run_result *result = judge->result;
    struct hb_second *second = second_of(judge, instant_ns);

    second->verified++;
    second->response_sum_ns += response_ns;
    if (response_ns > second->response_max_ns)
        second->response_max_ns = response_ns;
    judge->verified++;
    if (!in_window)
        return;
    hb_hist_add(&result->response, response_ns);
    /* In a closed loop service time is response time: hb_judge_finish() copies it. */
    if (judge->rules.open_loop)
        hb_hist_add(&result->service, (int64_t)(sample->end_ns - sample->start_ns));
    if (sample->ttfb_us != 0)
        hb_hist_add(&result->ttfb, sample->ttfb_us * HB_NS_PER_US);
    if (sample->bytes < judge->bytes_min)
        judge->bytes_min = sample->bytes;
    if (sample->bytes > judge->bytes_max)
        judge->bytes_max = sample->bytes;
}

static inline void judge_request(struct hb_judge *judge, struct hb_sample_stream *stream,
                                 const struct hb_sample *sample)
{
    struct hb_run_result *result = judge->result;
    uint64_t due_ns = sample->start_ns - sample->lag_us * 1000ULL;
    uint64_t instant_ns = judge->rules.open_loop ? due_ns : sample->end_ns;
    int64_t response_ns = (int64_t)(sample->end_ns - due_ns);
    bool in_window = instant_ns >= judge->window_start_ns && instant_ns < judge->window_end_ns;
    unsigned outcome = judged_outcome(judge, sample);

    if (judge->verified + judge->failed < judge->rules.ends_max)
        judge->rules.ends_ns[judge->verified + judge->failed] = (int64_t)sample->end_ns;
    stream->requests++;
    stream->bytes += sample->bytes;
    if (outcome == HB_OUTCOME_OK)
        judge_success(judge, sample, response_ns, instant_ns, in_window);
    else
        judge_failure(judge, outcome, response_ns, instant_ns, in_window);
    if (instant_ns < judge->window_end_ns) {
        struct hb_tally *tally = in_window ? &result->window : &result->warmup;

        tally->outcomes[outcome]++;
        tally->bytes += outcome == HB_OUTCOME_OK ? sample->bytes : 0;
    }
}

/* Connections and ticks. */
static void judge_event(struct hb_judge *judge, struct hb_sample_stream *stream,
                        const struct hb_sample *sample)
{
    struct hb_run_result *result = judge->result;
    int64_t span_ns = (int64_t)(sample->end_ns - sample->start_ns);
    bool in_window =
        sample->end_ns >= judge->window_start_ns && sample->end_ns < judge->window_end_ns;

    if (sample->kind == HB_SAMPLE_CONNECT) {
        stream->connects++;
        result->connects_in_window += in_window;
        if (sample->outcome == HB_OUTCOME_OK)
            hb_hist_add(&result->connect, span_ns);
    } else if (in_window) {
        hb_hist_add(&result->lag, span_ns);
    }
}

static int judge_record(struct hb_judge *judge, struct hb_sample_stream *stream,
                        const struct hb_sample *sample, uint64_t latest_ns, struct hb_error *err)
{
    const char *lie = find_lie(judge, sample, latest_ns);

    if (lie != NULL)
        return hb_fail(err, HB_ERR_RUN, "the worker's sample %llu %s",
                       (unsigned long long)stream->records + 1, lie);
    stream->records++;
    if (sample->kind == HB_SAMPLE_REQUEST)
        judge_request(judge, stream, sample);
    else
        judge_event(judge, stream, sample);
    return 0;
}

/* Complete the record that the last read cut; returns how many bytes that took. */
static int take_partial(struct hb_judge *judge, struct hb_sample_stream *stream,
                        const unsigned char *bytes, size_t length, uint64_t latest_ns,
                        size_t *ret_taken, struct hb_error *err)
{
    size_t missing = RECORD_BYTES - stream->partial_bytes;
    size_t taken = length < missing ? length : missing;
    struct hb_sample sample;

    memcpy(stream->partial + stream->partial_bytes, bytes, taken);
    stream->partial_bytes += taken;
    *ret_taken = taken;
    if (stream->partial_bytes < RECORD_BYTES)
        return 0;
    stream->partial_bytes = 0;
    memcpy(&sample, stream->partial, RECORD_BYTES);
    return judge_record(judge, stream, &sample, latest_ns, err);
}

int hb_judge_take(struct hb_judge *judge, struct hb_sample_stream *stream, const void *bytes,
                  size_t length, int64_t now_ns, struct hb_error *err)
{
    const unsigned char *next = bytes;
    uint64_t latest_ns = (uint64_t)(now_ns + HB_CLOCK_SLACK_NS);
    size_t taken;

    if (stream->partial_bytes > 0) {
        if (take_partial(judge, stream, next, length, latest_ns, &taken, err) < 0)
            return -1;
        next += taken;
        length -= taken;
    }
    for (; length >= RECORD_BYTES; next += RECORD_BYTES, length -= RECORD_BYTES) {
        struct hb_sample sample;

        memcpy(&sample, next, RECORD_BYTES); /* the bytes may lie unaligned */
        if (judge_record(judge, stream, &sample, latest_ns, err) < 0)
            return -1;
    }
    if (length > 0) {
        memcpy(stream->partial, next, length);
        stream->partial_bytes = length;
    }
    return 0;
}

void hb_judge_finish(struct hb_judge *judge)
{
    struct hb_run_result *result = judge->result;

    if (!judge->rules.open_loop && result->service.count == 0)
        hb_hist_merge(&result->service, &result->response);
    if (result->response.count > 0) {
        result->body_bytes_min = judge->bytes_min;
        result->body_bytes_max = judge->bytes_max;
    }
}

void hb_sample_reader_init(struct hb_sample_reader *reader)
{
    reader->buffer = hb_alloc(HB_SAMPLE_READ_BYTES);
}

void hb_sample_reader_release(struct hb_sample_reader *reader)
{
    free(reader->buffer);
    reader->buffer = NULL;
}

ssize_t hb_sample_reader_read(struct hb_sample_reader *reader, struct hb_judge *judge,
                              struct hb_sample_stream *stream, int fd, struct hb_error *err)
{
    ssize_t count;

    do
        count = read(fd, reader->buffer, HB_SAMPLE_READ_BYTES);
    while (count < 0 && errno == EINTR);
    if (count < 0 && errno == EAGAIN)
        return HB_READ_NOTHING;
    if (count < 0)
        return hb_fail_errno(err, errno, "read samples");
    if (count == 0 && stream->partial_bytes > 0)
        return hb_fail(err, HB_ERR_RUN, "the worker's last sample is cut off after %zu bytes",
                       stream->partial_bytes);
    if (hb_judge_take(judge, stream, reader->buffer, (size_t)count, hb_now_ns(), err) < 0)
        return -1;
    return count;
}
