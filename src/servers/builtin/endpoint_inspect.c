/* Endpoints that say what the request was. */
#include <inttypes.h>
#include <microhttpd.h>
#define ZLIB_CONST
#include <zlib.h>

#include "servers/builtin/endpoints.h"
#include "servers/builtin/members.h"
#include "servers/builtin/request.h"
#include "servers/builtin/server.h"

void hb_endpoint_get(struct hb_exchange *exchange)
{
    hb_reply_members(exchange, HB_MEMBERS_GET);
}

void hb_endpoint_with_body(struct hb_exchange *exchange)
{
    hb_reply_members(exchange, HB_MEMBERS_GET | HB_MEMBERS_BODY | HB_MEMBER_JSON);
}

void hb_endpoint_anything(struct hb_exchange *exchange)
{
    hb_reply_members(exchange,
                     HB_MEMBERS_GET | HB_MEMBERS_BODY | HB_MEMBER_JSON | HB_MEMBER_METHOD);
}

void hb_endpoint_headers(struct hb_exchange *exchange)
{
    hb_reply_members(exchange, HB_MEMBER_HEADERS);
}

void hb_endpoint_ip(struct hb_exchange *exchange)
{
    hb_reply_members(exchange, HB_MEMBER_ORIGIN);
}

void hb_endpoint_user_agent(struct hb_exchange *exchange)
{
    const struct hb_header *agent = hb_request_header(exchange, HB_SPAN("User-Agent"));
    struct hb_json json;

    hb_json_init(&json, &exchange->out, false);
    hb_json_open(&json, NULL);
    if (agent != NULL) {
        hb_json_key(&json, HB_SPAN("user-agent"));
        hb_json_latin1(&json, agent->value);
    } else {
        hb_json_literal(&json, "user-agent", "null");
    }
    hb_json_close(&json);
    hb_buf_putc(&exchange->out, '\n');
    hb_reply_out(exchange, MHD_HTTP_OK, HB_TYPE_JSON);
}

/* Version 4, variant 1 (RFC 9562). */
void hb_endpoint_uuid(struct hb_exchange *exchange)
{
    uint64_t high = hb_rng_next(&exchange->server->rng);
    uint64_t low = hb_rng_next(&exchange->server->rng);

    high = (high & ~UINT64_C(0xF000)) | 0x4000;
    low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63;
    hb_buf_printf(&exchange->out,
                  "{\n  \"uuid\": \"%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64
                  "-%012" PRIx64 "\"\n}\n",
                  high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF, low >> 48,
                  low & UINT64_C(0xFFFFFFFFFFFF));
    hb_reply_out(exchange, MHD_HTTP_OK, HB_TYPE_JSON);
}

/* Compress `plain` into the arena, with httpbin's level. An empty span when zlib fails. */
static struct hb_span gzip(struct hb_arena *arena, struct hb_span plain)
{
    enum { LEVEL = 4, GZIP_WINDOW_BITS = 15 + 16, MEMORY_LEVEL = 8 };
    z_stream stream = {0};
    uLong bound;
    unsigned char *packed;
    int result;

    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return (struct hb_span){0};
    bound = deflateBound(&stream, plain.length);
    packed = hb_arena_alloc(arena, bound);
    stream.next_in = (const Bytef *)plain.data;
    stream.avail_in = (uInt)plain.length;
    stream.next_out = packed;
    stream.avail_out = (uInt)bound;
    result = deflate(&stream, Z_FINISH);
    deflateEnd(&stream);
    if (result != Z_STREAM_END)
        return (struct hb_span){0};
    return (struct hb_span){(const char *)packed, stream.total_out};
}

void hb_endpoint_gzip(struct hb_exchange *exchange)
{
    struct hb_span packed;

    hb_reply_members(exchange,
                     HB_MEMBER_GZIPPED | HB_MEMBER_HEADERS | HB_MEMBER_METHOD | HB_MEMBER_ORIGIN);
    packed = gzip(&exchange->arena, exchange->reply.body);
    if (packed.length == 0) {
        hb_reply_error(exchange, MHD_HTTP_SERVICE_UNAVAILABLE);
        return;
    }
    hb_reply_body(exchange, MHD_HTTP_OK, HB_TYPE_JSON, packed);
    hb_reply_header(exchange, "Content-Encoding", HB_SPAN("gzip"));
}
