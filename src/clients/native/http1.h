/*
 * An incremental parser of HTTP/1.1 responses (RFC 9112) that keeps no body: it finds where a
 * response ends and how many body bytes it had. Takes the input in pieces of any size, allocates
 * nothing, and treats it as hostile.
 */
#ifndef HB_CLIENTS_NATIVE_HTTP1_H
#define HB_CLIENTS_NATIVE_HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sample.h"

#define HB_HTTP1_LINE_MAX 256            /* kept of a line; framing headers must be shorter */
#define HB_HTTP1_HEADERS_MAX (64u << 10) /* status line, headers, interim responses, trailers */

enum hb_http1_state {
    HB_HTTP1_STATUS_LINE,
    HB_HTTP1_HEADERS,
    HB_HTTP1_CHUNK_SIZE,
    HB_HTTP1_CHUNK_END,
    HB_HTTP1_TRAILERS,
    HB_HTTP1_LINE_STATES,                 /* the ones above read lines, those below bytes */
    HB_HTTP1_BODY = HB_HTTP1_LINE_STATES, /* of a known length */
    HB_HTTP1_CHUNK,
    HB_HTTP1_BODY_TO_END, /* ends with the connection */
    HB_HTTP1_DONE,
    HB_HTTP1_INVALID,
};

struct hb_http1 {
    enum hb_http1_state state;
    uint16_t status; /* 0 until the status line was read */
    bool keep_alive; /* valid when done: the connection can carry another request */
    bool chunked, to_end, has_length;
    bool head;           /* the request was HEAD */
    bool truncated;      /* `line` lacks the rest of a long line */
    uint16_t line_bytes; /* of `line`: the beginning of a line that came in pieces */
    uint32_t header_bytes;
    uint64_t left; /* of the body or chunk */
    uint64_t body_bytes;
    char line[HB_HTTP1_LINE_MAX];
};

/* Expect a response; `head`: to a HEAD request. */
void hb_http1_begin(struct hb_http1 *parser, bool head);

/* Returns how many bytes were taken: all, unless the response is over (see hb_http1_over()). */
size_t hb_http1_feed(struct hb_http1 *parser, const char *data, size_t length);

/* The connection has ended: what that makes of the response (ok, reset, length or protocol). */
enum hb_outcome hb_http1_end(struct hb_http1 *parser);

static inline bool hb_http1_over(const struct hb_http1 *parser)
{
    return parser->state >= HB_HTTP1_DONE;
}

#endif
