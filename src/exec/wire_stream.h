/*
 * What a client sends over one connection, told apart into HTTP/1.1 requests. Bytes come cut
 * anywhere; a body is counted and hashed, never kept, so the memory is bounded by the longest head.
 *
 * The bytes are hostile: a worker may send anything. What is not HTTP/1.1 makes the stream opaque,
 * with the reason, and is ignored from there on.
 */
#ifndef HB_EXEC_WIRE_STREAM_H
#define HB_EXEC_WIRE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XXH_STATIC_LINKING_ONLY /* for the size of the state */
#include <xxhash.h>

#include "base/buf.h"

#define HB_WIRE_HEAD_MAX (64u << 10)

enum hb_wire_framing {
    HB_WIRE_NO_BODY,
    HB_WIRE_CONTENT_LENGTH,
    HB_WIRE_CHUNKED,
};

const char *hb_wire_framing_name(enum hb_wire_framing framing); /* "none", "content-length", … */

/* One whole request. */
struct hb_wire_message {
    const char *head; /* from the request line to the empty line; not terminated */
    size_t head_bytes;
    enum hb_wire_framing framing;
    uint64_t body_bytes; /* without the framing of chunks */
    uint64_t body_hash;  /* XXH64 of them; of nothing when there are none */
    uint64_t bytes;      /* all that crossed the wire */
};

/* A line of a head, without its end. name_length 0: the request line, or no header at all; then
 * the value is the whole line. */
struct hb_wire_line {
    const char *name, *value;
    size_t name_length, value_length;
};

/* The next line of a head; *at begins at 0. False at its end. */
bool hb_wire_next_line(const char *head, size_t head_bytes, size_t *at,
                       struct hb_wire_line *ret_line);

/* Whether a line is the header of that name, in any spelling. */
bool hb_wire_line_is(const struct hb_wire_line *line, const char *name);

struct hb_wire_stream {
    /* Borrowed for the call. */
    void (*took)(void *context, const struct hb_wire_message *message);
    void *context;
    const char *opaque; /* why the rest is not read; NULL: it is */
    int state;
    struct hb_buf line; /* head, or line of a chunk, so far */
    uint64_t left;      /* of the body, or the chunk */
    struct hb_wire_message message;
    XXH64_state_t hash;
};

void hb_wire_stream_init(struct hb_wire_stream *stream,
                         void (*took)(void *context, const struct hb_wire_message *message),
                         void *context);
void hb_wire_stream_release(struct hb_wire_stream *stream);
void hb_wire_stream_feed(struct hb_wire_stream *stream, const char *data, size_t length);

#endif
