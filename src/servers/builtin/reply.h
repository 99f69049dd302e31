/* What an endpoint answers, and how it is handed to libmicrohttpd. */
#ifndef HB_SERVERS_BUILTIN_REPLY_H
#define HB_SERVERS_BUILTIN_REPLY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "servers/builtin/span.h"

#define HB_TYPE_JSON "application/json"
#define HB_TYPE_HTML "text/html; charset=utf-8"
#define HB_TYPE_TEXT "text/plain; charset=utf-8"
#define HB_TYPE_BYTES "application/octet-stream"

#define HB_SIZE_UNKNOWN UINT64_MAX /* sent in chunks */

enum { HB_READ_END = -1, HB_READ_WAIT = -2 };

struct hb_exchange;

/*
 * Produce up to `max` body bytes from `offset` on. Returns their number (> 0), HB_READ_END, or
 * HB_READ_WAIT after setting reply.resume_ns: nothing to send before that instant.
 */
typedef ssize_t hb_read_fn(struct hb_exchange *exchange, uint64_t offset, char *data, size_t max);

struct hb_reply {
    unsigned status;
    const char *content_type; /* NULL: none */
    struct hb_span body;      /* stays valid until the exchange ends; unused with `read` */
    uint64_t size;            /* when greater than the body, the body is repeated */
    hb_read_fn *read;
    int64_t delay_ns;      /* send nothing before this has passed */
    int64_t resume_ns;     /* see hb_read_fn */
    struct hb_buf headers; /* name NUL value NUL …: use hb_reply_header() */
};

/* Answer with a body that outlives the exchange or lies in its buffers. */
void hb_reply_body(struct hb_exchange *exchange, unsigned status, const char *content_type,
                   struct hb_span body);

/* Answer with what was written to exchange->out. */
void hb_reply_out(struct hb_exchange *exchange, unsigned status, const char *content_type);

/* Answer with bytes from a function; `size` may be HB_SIZE_UNKNOWN. */
void hb_reply_stream(struct hb_exchange *exchange, unsigned status, const char *content_type,
                     uint64_t size, hb_read_fn *read);

/* One of Flask's error pages. */
void hb_reply_error(struct hb_exchange *exchange, unsigned status);

/* 400 with a line that says what is wrong. */
void hb_reply_bad_request(struct hb_exchange *exchange, const char *why);

/* Add a header. False, and nothing is added, when the value holds control characters. */
bool hb_reply_header(struct hb_exchange *exchange, const char *name, struct hb_span value);

/* Hand the reply to libmicrohttpd, and count it. False: the connection has to be closed. */
bool hb_reply_send(struct hb_exchange *exchange);

#endif
