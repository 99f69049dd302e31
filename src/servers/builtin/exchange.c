/*
 * The life of an exchange. Limits are checked here, once, so that no endpoint has to: length of the
 * target, number of headers, size of the body and of all bodies together.
 */
#include "servers/builtin/exchange.h"

#include <microhttpd.h>
#include <stdlib.h>

#include "base/memory.h"
#include "servers/builtin/number.h"
#include "servers/builtin/percent.h"
#include "servers/builtin/request.h"
#include "servers/builtin/server.h"

/* What a buffer may hold on to between requests. */
enum { KEPT_BYTES = 64 << 10 };

struct hb_exchange *hb_exchange_new(struct hb_server *server)
{
    struct hb_exchange *exchange = server->free_exchanges;

    if (exchange != NULL) {
        server->free_exchanges = exchange->next_free;
        return exchange;
    }
    exchange = hb_alloc(sizeof *exchange);
    exchange->server = server;
    hb_arena_init(&exchange->arena);
    hb_buf_init(&exchange->target, HB_TARGET_BYTES_MAX);
    hb_buf_init(&exchange->path, HB_TARGET_BYTES_MAX);
    hb_buf_init(&exchange->body, HB_BODY_BYTES_MAX);
    hb_buf_init(&exchange->out, HB_OUT_BYTES_MAX);
    hb_buf_init(&exchange->scratch, HB_SCRATCH_BYTES_MAX);
    return exchange;
}

static void empty(struct hb_buf *buf)
{
    if (buf->capacity > KEPT_BYTES)
        hb_buf_release(buf);
    else
        hb_buf_clear(buf);
}

void hb_exchange_recycle(struct hb_exchange *exchange)
{
    struct hb_server *server;
    struct hb_buf headers;

    if (exchange == NULL)
        return;
    server = exchange->server;
    server->bodies_bytes -= exchange->body.length;
    hb_arena_release(&exchange->arena);
    empty(&exchange->target);
    empty(&exchange->path);
    empty(&exchange->body);
    empty(&exchange->out);
    empty(&exchange->scratch);
    empty(&exchange->reply.headers);
    headers = exchange->reply.headers;
    exchange->reply = (struct hb_reply){.headers = headers};
    exchange->route = NULL;
    exchange->args_parsed = false;
    exchange->refused_status = 0;
    exchange->begun = false;
    exchange->answered = false;
    exchange->next_free = server->free_exchanges;
    server->free_exchanges = exchange;
}

void hb_exchange_free(struct hb_exchange *exchange)
{
    hb_arena_release(&exchange->arena);
    hb_buf_release(&exchange->target);
    hb_buf_release(&exchange->path);
    hb_buf_release(&exchange->body);
    hb_buf_release(&exchange->out);
    hb_buf_release(&exchange->scratch);
    hb_buf_release(&exchange->reply.headers);
    free(exchange);
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind HB_UNUSED, const char *name,
                                  size_t name_length, const char *value, size_t value_length)
{
    struct hb_exchange *exchange = cls;

    if (exchange->header_count == HB_HEADERS_MAX) {
        exchange->refused_status = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
        return MHD_NO;
    }
    exchange->headers[exchange->header_count++] =
        (struct hb_header){{name, name_length}, {value != NULL ? value : "", value_length}};
    return MHD_YES;
}

/* "/a%20b?c=d" into a decoded path and a raw query; "http://host/a" is a target too. */
static void split_target(struct hb_exchange *exchange)
{
    struct hb_span query = {hb_buf_text(&exchange->target), exchange->target.length};
    struct hb_span path;

    if (hb_span_split(&query, '?', &path) && query.data == NULL)
        query = HB_SPAN("");
    exchange->query = query;
    if (path.length > 7 && memcmp(path.data, "http://", 7) == 0) {
        const char *slash = memchr(path.data + 7, '/', path.length - 7);

        path = slash != NULL ? hb_span_from(path, (size_t)(slash - path.data)) : HB_SPAN("/");
    }
    hb_percent_decode(&exchange->path, path);
}

/* libmicrohttpd takes the first of two lengths, and a length beside chunks: what others on the way
 * may end elsewhere. Whoever sends that is told. */
static void check_framing(struct hb_exchange *exchange)
{
    size_t lengths = 0, encodings = 0;

    for (size_t i = 0; i < exchange->header_count; i++) {
        lengths += hb_span_equal_nocase(exchange->headers[i].name, HB_SPAN("Content-Length"));
        encodings += hb_span_equal_nocase(exchange->headers[i].name, HB_SPAN("Transfer-Encoding"));
    }
    if (lengths + encodings > 1)
        exchange->refused_status = MHD_HTTP_BAD_REQUEST;
}

static void check_announced_length(struct hb_exchange *exchange)
{
    const struct hb_header *header = hb_request_header(exchange, HB_SPAN("Content-Length"));
    uint64_t length;

    if (header != NULL && hb_number_unsigned(header->value, &length) && length > HB_BODY_BYTES_MAX)
        exchange->refused_status = MHD_HTTP_CONTENT_TOO_LARGE;
}

static bool keeps_body(const struct hb_exchange *exchange)
{
    return exchange->refused_status == 0 && exchange->route != NULL &&
           exchange->route->reads_body && (exchange->route->methods & exchange->method) != 0;
}

void hb_exchange_begin(struct hb_exchange *exchange, struct MHD_Connection *connection,
                       const char *method)
{
    exchange->begun = true;
    exchange->connection = connection;
    exchange->method_name = method;
    exchange->method = hb_method_parse(method);
    exchange->header_count = 0;
    if (exchange->target.overflowed)
        exchange->refused_status = MHD_HTTP_URI_TOO_LONG;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, add_header, exchange);
    check_framing(exchange);
    split_target(exchange);
    exchange->route = hb_route_find(
        (struct hb_span){hb_buf_text(&exchange->path), exchange->path.length}, exchange->captures);
    if (keeps_body(exchange))
        check_announced_length(exchange);
}

void hb_exchange_take_body(struct hb_exchange *exchange, struct hb_span data)
{
    struct hb_server *server = exchange->server;

    hb_count(&server->counts.bytes_in, data.length);
    if (!keeps_body(exchange))
        return;
    if (server->bodies_bytes + data.length > HB_BODIES_BYTES_MAX) {
        exchange->refused_status = MHD_HTTP_SERVICE_UNAVAILABLE;
        return;
    }
    server->bodies_bytes -= exchange->body.length;
    hb_buf_append(&exchange->body, data.data, data.length);
    server->bodies_bytes += exchange->body.length;
    if (exchange->body.overflowed)
        exchange->refused_status = MHD_HTTP_CONTENT_TOO_LARGE;
}

static void add_allow(struct hb_exchange *exchange)
{
    char text[HB_ALLOW_BYTES];

    hb_route_allow(exchange->route, text);
    hb_reply_header(exchange, "Allow", hb_span_of(text));
}

void hb_exchange_answer(struct hb_exchange *exchange)
{
    const struct hb_route *route = exchange->route;

    exchange->answered = true;
    if (exchange->refused_status != 0) {
        hb_reply_error(exchange, exchange->refused_status);
    } else if (route == NULL) {
        hb_reply_error(exchange, MHD_HTTP_NOT_FOUND);
    } else if (exchange->method == HB_OPTIONS) {
        hb_reply_body(exchange, MHD_HTTP_OK, HB_TYPE_HTML, HB_SPAN(""));
        add_allow(exchange);
    } else if ((route->methods & exchange->method) == 0) {
        hb_reply_error(exchange, MHD_HTTP_METHOD_NOT_ALLOWED);
        add_allow(exchange);
    } else {
        route->handle(exchange);
    }
}
