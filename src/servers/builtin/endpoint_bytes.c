/*
 * Bodies of a given size. Without a seed they are cut from one block of random bytes made at the
 * start, so that a byte costs nothing but its sending; with a seed they are what Python's generator
 * gives.
 */
#include <inttypes.h>
#include <microhttpd.h>

#include "servers/builtin/endpoints.h"
#include "servers/builtin/members.h"
#include "servers/builtin/mt19937.h"
#include "servers/builtin/number.h"
#include "servers/builtin/request.h"
#include "servers/builtin/server.h"

enum {
    BYTES_MAX = 1 << 30, /* of /bytes without a seed */
    SMALL_BYTES_MAX = 100 << 10,
    LINES_MAX = 100,
    CHUNK_BYTES = 10 << 10,
};

static uint64_t size_capture(const struct hb_exchange *exchange, uint64_t maximum)
{
    uint64_t size = 0;

    /* The route matches digits only, so this cannot fail. */
    return hb_number_unsigned(exchange->captures[0], &size) && size < maximum ? size : maximum;
}

/* ?seed=S: false when it is absent, or when it is no number and the request has been answered so.
 */
static bool has_seed(struct hb_exchange *exchange, uint64_t *ret_seed)
{
    struct hb_span text;
    int64_t value;

    if (!hb_request_arg_nocase(exchange, HB_SPAN("seed"), &text))
        return false;
    if (!hb_number_signed(text, &value)) {
        hb_reply_bad_request(exchange, "the seed is not a number of 64 bits");
        return false;
    }
    *ret_seed = (uint64_t)(value < 0 ? -value : value); /* Python drops the sign, too */
    return true;
}

static struct hb_span seeded_bytes(struct hb_exchange *exchange, uint64_t seed, size_t count)
{
    struct hb_mt19937 twister;
    char *bytes = hb_arena_alloc(&exchange->arena, count);

    hb_mt19937_seed(&twister, seed);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)hb_mt19937_byte(&twister);
    return (struct hb_span){bytes, count};
}

void hb_endpoint_bytes(struct hb_exchange *exchange)
{
    uint64_t count = size_capture(exchange, BYTES_MAX), seed;
    struct hb_span bytes = {exchange->server->random_block, HB_RANDOM_BLOCK_BYTES};

    if (has_seed(exchange, &seed)) {
        count = size_capture(exchange, SMALL_BYTES_MAX);
        bytes = seeded_bytes(exchange, seed, (size_t)count);
    } else if (exchange->reply.status != 0) {
        return;
    }
    if (bytes.length > count)
        bytes.length = (size_t)count;
    hb_reply_body(exchange, MHD_HTTP_OK, HB_TYPE_BYTES, bytes);
    exchange->reply.size = count;
}

static ssize_t read_chunk(struct hb_exchange *exchange, uint64_t offset, char *data, size_t max)
{
    struct hb_span rest = exchange->reply.body;

    if (offset >= rest.length)
        return HB_READ_END;
    rest = hb_span_from(rest, (size_t)offset);
    if (rest.length > exchange->stream.chunk_bytes)
        rest.length = exchange->stream.chunk_bytes;
    if (rest.length > max)
        rest.length = max;
    memcpy(data, rest.data, rest.length);
    return (ssize_t)rest.length;
}

void hb_endpoint_stream_bytes(struct hb_exchange *exchange)
{
    size_t count = (size_t)size_capture(exchange, SMALL_BYTES_MAX);
    int64_t chunk_bytes = CHUNK_BYTES;
    uint64_t seed;
    struct hb_span text, bytes = {exchange->server->random_block, count};

    if (hb_request_arg_nocase(exchange, HB_SPAN("chunk_size"), &text) &&
        !hb_number_signed(text, &chunk_bytes)) {
        hb_reply_bad_request(exchange, "chunk_size is not a number of 64 bits");
        return;
    }
    if (has_seed(exchange, &seed))
        bytes = seeded_bytes(exchange, seed, count);
    else if (exchange->reply.status != 0)
        return;
    exchange->stream.chunk_bytes = chunk_bytes > 1 ? (size_t)chunk_bytes : 1;
    hb_reply_stream(exchange, MHD_HTTP_OK, HB_TYPE_BYTES, HB_SIZE_UNKNOWN, read_chunk);
    exchange->reply.body = bytes;
}

/* Complete the line whose beginning is in `out`. */
static void write_line(struct hb_exchange *exchange)
{
    exchange->out.length = exchange->stream.lines.prefix_bytes;
    hb_buf_printf(&exchange->out, ", \"id\": %" PRIu64 "}\n", exchange->stream.lines.next_id++);
    exchange->stream.lines.sent_bytes = 0;
}

static ssize_t read_lines(struct hb_exchange *exchange, uint64_t offset, char *data, size_t max)
{
    size_t sent = exchange->stream.lines.sent_bytes, count;

    if (offset == 0 || sent == exchange->out.length) {
        if (exchange->stream.lines.next_id == exchange->stream.lines.count)
            return HB_READ_END;
        write_line(exchange);
        sent = 0;
    }
    count = exchange->out.length - sent < max ? exchange->out.length - sent : max;
    memcpy(data, exchange->out.data + sent, count);
    exchange->stream.lines.sent_bytes = sent + count;
    return (ssize_t)count;
}

void hb_endpoint_stream(struct hb_exchange *exchange)
{
    struct hb_json json;

    hb_json_init(&json, &exchange->out, true);
    hb_json_open(&json, NULL);
    if (!hb_members_write(exchange, &json, HB_MEMBERS_GET)) {
        hb_reply_error(exchange, MHD_HTTP_CONTENT_TOO_LARGE);
        return;
    }
    exchange->stream.lines.prefix_bytes = exchange->out.length;
    exchange->stream.lines.sent_bytes = exchange->out.length;
    exchange->stream.lines.next_id = 0;
    exchange->stream.lines.count = size_capture(exchange, LINES_MAX);
    hb_reply_stream(exchange, MHD_HTTP_OK, HB_TYPE_JSON, HB_SIZE_UNKNOWN, read_lines);
}
