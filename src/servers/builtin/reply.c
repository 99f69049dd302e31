/*
 * Building of responses. A response refers to memory of its exchange instead of copying it:
 * libmicrohttpd is done with a response before it reports the request as completed, which is when
 * the exchange is recycled.
 */
#include "servers/builtin/reply.h"

#include <microhttpd.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/macros.h"
#include "servers/builtin/request.h"
#include "servers/builtin/server.h"

enum { HEADERS_BYTES_MAX = 8 << 10, STREAM_BLOCK_BYTES = 64 << 10 };

static void set_reply(struct hb_exchange *exchange, unsigned status, const char *content_type)
{
    struct hb_reply *reply = &exchange->reply;

    reply->status = status;
    reply->content_type = content_type;
    reply->headers.maximum = HEADERS_BYTES_MAX;
}

void hb_reply_body(struct hb_exchange *exchange, unsigned status, const char *content_type,
                   struct hb_span body)
{
    set_reply(exchange, status, content_type);
    exchange->reply.body = body;
    exchange->reply.size = body.length;
}

void hb_reply_out(struct hb_exchange *exchange, unsigned status, const char *content_type)
{
    if (exchange->out.overflowed)
        hb_reply_error(exchange, MHD_HTTP_CONTENT_TOO_LARGE);
    else
        hb_reply_body(exchange, status, content_type,
                      (struct hb_span){hb_buf_text(&exchange->out), exchange->out.length});
}

void hb_reply_stream(struct hb_exchange *exchange, unsigned status, const char *content_type,
                     uint64_t size, hb_read_fn *read)
{
    set_reply(exchange, status, content_type);
    exchange->reply.size = size;
    exchange->reply.read = read;
}

static const struct {
    unsigned status;
    const char *page;
} error_pages[] = {
#define PAGE(status, name, text)                                                                   \
    {                                                                                              \
        status, "<!doctype html>\n<html lang=en>\n<title>" #status " " name "</title>\n<h1>" name  \
                "</h1>\n<p>" text "</p>\n"                                                         \
    }
    PAGE(400, "Bad Request", "The length of the request's body is given more than once."),
    PAGE(404, "Not Found",
         "The requested URL was not found on the server. If you entered the URL manually please "
         "check your spelling and try again."),
    PAGE(405, "Method Not Allowed", "The method is not allowed for the requested URL."),
    PAGE(413, "Request Entity Too Large", "The data value transmitted exceeds the capacity limit."),
    PAGE(414, "Request URI Too Large",
         "The length of the requested URL exceeds the capacity limit for this server. The request "
         "cannot be processed."),
    PAGE(431, "Request Header Fields Too Large",
         "One or more header fields exceeds the maximum size."),
    PAGE(503, "Service Unavailable",
         "The server is temporarily unable to service your request due to maintenance downtime or "
         "capacity problems. Please try again later."),
#undef PAGE
};

void hb_reply_error(struct hb_exchange *exchange, unsigned status)
{
    const char *page = "";

    for (size_t i = 0; i < HB_ARRAY_LEN(error_pages); i++)
        if (error_pages[i].status == status)
            page = error_pages[i].page;
    hb_reply_body(exchange, status, HB_TYPE_HTML, hb_span_of(page));
}

void hb_reply_bad_request(struct hb_exchange *exchange, const char *why)
{
    hb_reply_body(exchange, MHD_HTTP_BAD_REQUEST, HB_TYPE_TEXT, hb_span_of(why));
}

bool hb_reply_header(struct hb_exchange *exchange, const char *name, struct hb_span value)
{
    for (size_t i = 0; i < value.length; i++)
        if ((unsigned char)value.data[i] < 0x20 || value.data[i] == 0x7F)
            return false;
    hb_buf_append(&exchange->reply.headers, name, strlen(name) + 1);
    hb_buf_append(&exchange->reply.headers, value.data, value.length);
    hb_buf_putc(&exchange->reply.headers, '\0');
    return true;
}

static ssize_t read_stream(void *cls, uint64_t offset, char *data, size_t max)
{
    struct hb_exchange *exchange = cls;
    struct hb_server *server = exchange->server;
    ssize_t count = exchange->reply.read(exchange, offset, data, max);

    if (count == HB_READ_END)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (count == HB_READ_WAIT) {
        hb_timers_suspend(&server->timers, exchange->connection, exchange->reply.resume_ns);
        return 0;
    }
    hb_count(&server->counts.bytes_out, (uint64_t)count);
    return count;
}

/* The same memory as often as needed: a gigabyte costs a kilobyte of vectors and no copy. */
static struct MHD_Response *repeated_response(struct hb_exchange *exchange)
{
    const struct hb_reply *reply = &exchange->reply;
    size_t count = (size_t)((reply->size + reply->body.length - 1) / reply->body.length);
    struct MHD_IoVec *vectors = hb_arena_calloc(&exchange->arena, count, sizeof *vectors);
    uint64_t left = reply->size;

    for (size_t i = 0; i < count; i++) {
        vectors[i].iov_base = reply->body.data;
        vectors[i].iov_len = left < reply->body.length ? (size_t)left : reply->body.length;
        left -= vectors[i].iov_len;
    }
    return MHD_create_response_from_iovec(vectors, (unsigned)count, NULL, NULL);
}

static struct MHD_Response *make_response(struct hb_exchange *exchange)
{
    const struct hb_reply *reply = &exchange->reply;
    void *body;

    if (reply->read != NULL)
        return MHD_create_response_from_callback(reply->size == HB_SIZE_UNKNOWN ? MHD_SIZE_UNKNOWN
                                                                                : reply->size,
                                                 STREAM_BLOCK_BYTES, read_stream, exchange, NULL);
    if (reply->size > reply->body.length)
        return repeated_response(exchange);
    /* Only read, but not const: NOLINTNEXTLINE(performance-no-int-to-ptr) */
    body = (void *)(uintptr_t)reply->body.data;
    return MHD_create_response_from_buffer(reply->body.length, body, MHD_RESPMEM_PERSISTENT);
}

static void add_cross_origin_headers(struct hb_exchange *exchange, struct MHD_Response *response)
{
    const struct hb_header *origin = hb_request_header(exchange, HB_SPAN("Origin"));
    const struct hb_header *wanted;

    MHD_add_response_header(response, "Access-Control-Allow-Origin",
                            origin != NULL ? origin->value.data : "*");
    MHD_add_response_header(response, "Access-Control-Allow-Credentials", "true");
    if (exchange->method != HB_OPTIONS)
        return;
    MHD_add_response_header(response, "Access-Control-Allow-Methods",
                            "GET, POST, PUT, DELETE, PATCH, OPTIONS");
    MHD_add_response_header(response, "Access-Control-Max-Age", "3600");
    wanted = hb_request_header(exchange, HB_SPAN("Access-Control-Request-Headers"));
    if (wanted != NULL)
        MHD_add_response_header(response, "Access-Control-Allow-Headers", wanted->value.data);
}

static void add_headers(struct hb_exchange *exchange, struct MHD_Response *response)
{
    const struct hb_buf *headers = &exchange->reply.headers;

    if (exchange->reply.content_type != NULL)
        MHD_add_response_header(response, "Content-Type", exchange->reply.content_type);
    for (size_t offset = 0; offset < headers->length;) {
        const char *name = headers->data + offset;
        const char *value = name + strlen(name) + 1;

        MHD_add_response_header(response, name, value);
        offset = (size_t)(value + strlen(value) + 1 - headers->data);
    }
    add_cross_origin_headers(exchange, response);
}

static bool has_no_body(const struct hb_exchange *exchange)
{
    return exchange->method == HB_HEAD || exchange->reply.status == MHD_HTTP_NO_CONTENT ||
           exchange->reply.status == MHD_HTTP_NOT_MODIFIED;
}

/* Before sending, so that a client that has its answer finds it counted. */
static void count_exchange(struct hb_exchange *exchange)
{
    struct hb_counts *counts = &exchange->server->counts;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    hb_count(&counts->requests, 1);
    if (info != NULL)
        hb_count(&counts->bytes_in, info->header_size);
    if (exchange->reply.read == NULL && !has_no_body(exchange))
        hb_count(&counts->bytes_out, exchange->reply.size);
}

bool hb_reply_send(struct hb_exchange *exchange)
{
    struct MHD_Response *response;
    enum MHD_Result result;

    if (exchange->reply.headers.overflowed) {
        hb_buf_clear(&exchange->reply.headers);
        hb_reply_bad_request(exchange, "too many response headers");
    }
    response = make_response(exchange);
    if (response == NULL)
        return false;
    add_headers(exchange, response);
    count_exchange(exchange);
    result = MHD_queue_response(exchange->connection, exchange->reply.status, response);
    MHD_destroy_response(response);
    return result == MHD_YES;
}
