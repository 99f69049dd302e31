/*
 * The sample stream: bytes from the workers' descriptor 3 become tallies, histograms and the
 * per-second series of a result. One pass, no allocation, at most 40 ns a sample.
 *
 * Which requests count is decided here: in a closed loop a request belongs to the window in which
 * it ended, in an open loop to the one in which it was due. The window's two instants are given as
 * they pass, while samples flow: until hb_judge_open_window() everything is warm-up, and from
 * hb_judge_close_window() on nothing later counts. A sample that is read before such a call ended
 * (was due) before it.
 */
#ifndef HB_EXEC_SAMPLES_H
#define HB_EXEC_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "exec/result.h"

#define HB_CLOCK_SLACK_NS HB_NS_PER_MS /* runtimes that round their clock */

/* What the samples of a run are held against. */
struct hb_judge_rules {
    int64_t start_ns; /* the go line's: no request starts before it */
    int64_t span_ns;  /* longest that the run may take from start_ns: sizes the series */
    bool open_loop;
    struct hb_expect expect;
    int64_t *ends_ns; /* where the instants go at which the first requests ended, in the order of */
    size_t ends_max;  /* their samples; no more than so many. None: NULL, 0 */
};

/* One run's judge; all its workers' streams go through it. */
struct hb_judge {
    struct hb_judge_rules rules;
    unsigned status_first, status_last;
    uint64_t window_start_ns, window_end_ns;
    struct hb_run_result *result; /* borrowed */
    size_t seconds_capacity;
    uint32_t bytes_min, bytes_max; /* of verified responses in the window */
    uint64_t verified, failed;     /* of the whole run so far, for progress */
    uint64_t refused;              /* of the failed: those that did get a response */
};

/* One worker's stream. */
struct hb_sample_stream {
    unsigned char partial[sizeof(struct hb_sample)]; /* a record cut by the end of a read */
    size_t partial_bytes;
    uint64_t records, requests, connects, bytes; /* read so far; bytes of request records */
};

/* Allocates result->seconds. */
void hb_judge_init(struct hb_judge *judge, const struct hb_judge_rules *rules,
                   struct hb_run_result *result);

void hb_judge_open_window(struct hb_judge *judge, int64_t now_ns);
void hb_judge_close_window(struct hb_judge *judge, int64_t now_ns);

/*
 * Take bytes as they were read, cut anywhere. `now_ns` is a clock reading after the read. Fails
 * with HB_ERR_RUN on a record that cannot be true; the stream is then not to be used further.
 */
int hb_judge_take(struct hb_judge *judge, struct hb_sample_stream *stream, const void *bytes,
                  size_t length, int64_t now_ns, struct hb_error *err) HB_MUST_CHECK;

/* After the last stream's end, or when a run is given up: completes the result. Idempotent. */
void hb_judge_finish(struct hb_judge *judge);

/* Reads a descriptor into memory of its own and passes it on; one serves all streams of a run. */
struct hb_sample_reader {
    unsigned char *buffer; /* HB_SAMPLE_READ_BYTES */
};

#define HB_SAMPLE_READ_BYTES (1u << 20) /* what the pipe holds */

void hb_sample_reader_init(struct hb_sample_reader *reader);
void hb_sample_reader_release(struct hb_sample_reader *reader);

/* One read from a non-blocking descriptor: the number of bytes, 0 at the end (which fails when a
 * record is cut), -1 on failure, -2 when nothing is there now. */
#define HB_READ_NOTHING (-2)
ssize_t hb_sample_reader_read(struct hb_sample_reader *reader, struct hb_judge *judge,
                              struct hb_sample_stream *stream, int fd,
                              struct hb_error *err) HB_MUST_CHECK;

#endif
