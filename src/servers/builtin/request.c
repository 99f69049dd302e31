/* Derived facts of a request, by httpbin's rules. */
#include "servers/builtin/request.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include "servers/builtin/percent.h"
#include "servers/builtin/server.h"

const struct hb_header *hb_request_header(const struct hb_exchange *exchange, struct hb_span name)
{
    for (size_t i = 0; i < exchange->header_count; i++)
        if (hb_span_equal_nocase(exchange->headers[i].name, name))
            return &exchange->headers[i];
    return NULL;
}

struct hb_fields *hb_request_args(struct hb_exchange *exchange)
{
    if (!exchange->args_parsed)
        hb_fields_parse_urlencoded(&exchange->args, &exchange->arena, exchange->query);
    exchange->args_parsed = true;
    return &exchange->args;
}

static bool take_value(const struct hb_field *field, struct hb_span *ret_value)
{
    if (field != NULL)
        *ret_value = field->value;
    return field != NULL;
}

bool hb_request_arg(struct hb_exchange *exchange, struct hb_span name, struct hb_span *ret_value)
{
    return take_value(hb_fields_find(hb_request_args(exchange), name), ret_value);
}

bool hb_request_arg_nocase(struct hb_exchange *exchange, struct hb_span name,
                           struct hb_span *ret_value)
{
    return take_value(hb_fields_find_nocase(hb_request_args(exchange), name), ret_value);
}

static bool header_is(const struct hb_exchange *exchange, struct hb_span name, struct hb_span value)
{
    const struct hb_header *header = hb_request_header(exchange, name);

    return header != NULL && hb_span_equal(header->value, value);
}

const char *hb_request_scheme(const struct hb_exchange *exchange)
{
    bool secure = exchange->server->tls ||
                  header_is(exchange, HB_SPAN("X-Forwarded-Proto"), HB_SPAN("https")) ||
                  header_is(exchange, HB_SPAN("X-Forwarded-Protocol"), HB_SPAN("https")) ||
                  header_is(exchange, HB_SPAN("X-Forwarded-Ssl"), HB_SPAN("on"));

    return secure ? "https" : "http";
}

struct hb_span hb_request_host(struct hb_exchange *exchange)
{
    const struct hb_header *header = hb_request_header(exchange, HB_SPAN("Host"));
    const struct hb_listener *listener = &exchange->server->listener;

    if (header != NULL)
        return header->value;
    return hb_span_of(
        hb_arena_printf(&exchange->arena, "%s:%u", listener->host, (unsigned)listener->port));
}

void hb_request_append_url(struct hb_exchange *exchange, struct hb_buf *out)
{
    struct hb_span host = hb_request_host(exchange);

    hb_buf_puts(out, hb_request_scheme(exchange));
    hb_buf_puts(out, "://");
    hb_buf_append(out, host.data, host.length);
    hb_percent_append_path(out,
                           (struct hb_span){hb_buf_text(&exchange->path), exchange->path.length});
    if (exchange->query.length == 0)
        return;
    hb_buf_putc(out, '?');
    hb_percent_append_query(out, exchange->query);
}

struct hb_span hb_request_origin(struct hb_exchange *exchange)
{
    const struct hb_header *forwarded = hb_request_header(exchange, HB_SPAN("X-Forwarded-For"));
    const union MHD_ConnectionInfo *info;
    char *text = exchange->address;

    if (forwarded != NULL)
        return forwarded->value;
    info = MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    text[0] = '\0';
    if (info != NULL && info->client_addr->sa_family == AF_INET6)
        inet_ntop(AF_INET6,
                  &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr, text,
                  INET6_ADDRSTRLEN);
    else if (info != NULL)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr,
                  text, INET6_ADDRSTRLEN);
    return hb_span_of(text);
}
