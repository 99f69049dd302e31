/*
 * The two lines a worker is given (docs/worker-protocol.md): the job, with its bodies read into
 * memory, and go. Whatever passes here is bounded and safe to put on the wire.
 */
#ifndef HB_CLIENTS_NATIVE_JOB_H
#define HB_CLIENTS_NATIVE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define HB_JOB_BODY_MAX (256u << 20)
#define HB_JOB_CONCURRENCY_MAX 1000000
#define HB_JOB_NS_MAX (INT64_MAX / 4) /* so that sums of two durations cannot overflow */

struct hb_header {
    const char *name, *value;
};

struct hb_request {
    const char *method; /* one of the seven */
    const char *url;    /* http:// or https://, printable ASCII without blanks */
    struct hb_header *headers;
    size_t header_count;
    const char *body; /* NULL: none */
    size_t body_bytes;
};

struct hb_tls {
    bool verify;
    const char *ca, *cert, *key, *server_name; /* NULL: not given */
};

struct hb_job {
    struct hb_arena arena; /* holds everything below */
    const char *client, *mode;
    const char *profile; /* NULL: tuned */
    struct hb_request *requests;
    size_t request_count; /* at least 1 */
    int64_t concurrency;  /* at least 1 */
    int64_t ramp_ns;
    int64_t process_index, process_count;
    bool http2;
    struct hb_tls tls;
    int64_t timeout_ns, connect_timeout_ns;
    bool keepalive;
    const char *schedule_path; /* NULL: closed loop */
    int64_t schedule_count;
    int64_t max_requests; /* 0: no limit */
    int64_t tick_ns;      /* 0: none */
};

struct hb_go {
    int64_t start_ns, stop_ns, drain_ns;
};

/* Fills `job`, which the caller releases also after a failure. */
int hb_job_parse(struct hb_job *job, const char *line, size_t length,
                 struct hb_error *err) HB_MUST_CHECK;
void hb_job_release(struct hb_job *job);

int hb_go_parse(struct hb_go *ret_go, const char *line, size_t length,
                struct hb_error *err) HB_MUST_CHECK;

/* Whether the library is to be taken as it comes. */
bool hb_job_is_stock(const struct hb_job *job);

/* Whether any request has an https URL. */
bool hb_job_needs_tls(const struct hb_job *job);
/* Whether any has an http URL. */
bool hb_job_has_cleartext(const struct hb_job *job);

/* Whether a header of this name (in any case) is given. */
bool hb_request_has_header(const struct hb_request *request, const char *name);

/* POST, PUT and PATCH carry a body even when it is empty: they announce its length. */
bool hb_request_sends_body(const struct hb_request *request);

#endif
