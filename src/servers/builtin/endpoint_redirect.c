/* Redirections. Where a location comes from the request, hb_reply_header() keeps control characters
 * out. */
#include <inttypes.h>
#include <microhttpd.h>

#include "servers/builtin/endpoints.h"
#include "servers/builtin/number.h"
#include "servers/builtin/percent.h"
#include "servers/builtin/request.h"

static void append_html(struct hb_buf *out, struct hb_span text)
{
    static const char *const entities[128] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&#34;", ['\''] = "&#39;"};

    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];

        if (byte < 128 && entities[byte] != NULL)
            hb_buf_puts(out, entities[byte]);
        else
            hb_buf_putc(out, text.data[i]);
    }
}

void hb_reply_redirect(struct hb_exchange *exchange, struct hb_span location)
{
    struct hb_buf *out = &exchange->out;

    hb_buf_puts(out, "<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n"
                     "<h1>Redirecting...</h1>\n<p>You should be redirected automatically to the "
                     "target URL: <a href=\"");
    append_html(out, location);
    hb_buf_puts(out, "\">");
    append_html(out, location);
    hb_buf_puts(out, "</a>. If not, click the link.\n");
    hb_reply_out(exchange, MHD_HTTP_FOUND, HB_TYPE_HTML);
    hb_reply_header(exchange, "Location", location);
}

/* How often to redirect; false, and answered, when it is not a number from 1 to INT32_MAX. */
static bool count_capture(struct hb_exchange *exchange, uint64_t *ret_count)
{
    if (hb_number_unsigned(exchange->captures[0], ret_count) && *ret_count > 0 &&
        *ret_count <= INT32_MAX)
        return true;
    hb_reply_bad_request(exchange, "the number of redirections must be positive");
    return false;
}

/* "/get" at the end, else "/KIND-redirect/N-1"; with scheme and host when `absolute`. */
static struct hb_span next_location(struct hb_exchange *exchange, uint64_t count, bool absolute)
{
    struct hb_arena *arena = &exchange->arena;
    const char *path = count == 1 ? "/get"
                                  : hb_arena_printf(arena, "/%s-redirect/%" PRIu64,
                                                    absolute ? "absolute" : "relative", count - 1);
    struct hb_span host;

    if (!absolute)
        return hb_span_of(path);
    host = hb_request_host(exchange);
    return hb_span_of(hb_arena_printf(arena, "%s://%.*s%s", hb_request_scheme(exchange),
                                      (int)host.length, host.data, path));
}

void hb_endpoint_redirect(struct hb_exchange *exchange)
{
    struct hb_span text = {0};
    uint64_t count;
    bool absolute;

    if (!count_capture(exchange, &count))
        return;
    absolute = hb_request_arg(exchange, HB_SPAN("absolute"), &text) &&
               hb_span_equal_nocase(text, HB_SPAN("true"));
    hb_reply_redirect(exchange, next_location(exchange, count, absolute));
}

void hb_endpoint_absolute_redirect(struct hb_exchange *exchange)
{
    uint64_t count;

    if (count_capture(exchange, &count))
        hb_reply_redirect(exchange, next_location(exchange, count, true));
}

void hb_endpoint_relative_redirect(struct hb_exchange *exchange)
{
    uint64_t count;

    if (!count_capture(exchange, &count))
        return;
    hb_reply_body(exchange, MHD_HTTP_FOUND, HB_TYPE_HTML, HB_SPAN(""));
    hb_reply_header(exchange, "Location", next_location(exchange, count, false));
}

void hb_endpoint_redirect_to(struct hb_exchange *exchange)
{
    struct hb_span url, text;
    int64_t status = MHD_HTTP_FOUND;
    struct hb_buf *out = &exchange->out;

    if (!hb_request_arg_nocase(exchange, HB_SPAN("url"), &url)) {
        hb_reply_bad_request(exchange, "url is missing");
        return;
    }
    if (hb_request_arg_nocase(exchange, HB_SPAN("status_code"), &text) &&
        !hb_number_signed(text, &status)) {
        hb_reply_bad_request(exchange, "status_code is not a number");
        return;
    }
    if (status < 300 || status > 399)
        status = MHD_HTTP_FOUND;
    hb_percent_append_location(out, url);
    hb_reply_body(exchange, (unsigned)status, HB_TYPE_HTML, HB_SPAN(""));
    hb_reply_header(exchange, "Location", (struct hb_span){hb_buf_text(out), out->length});
}
