/* Authentication and cookies. */
#include <microhttpd.h>

#include "servers/builtin/base64.h"
#include "servers/builtin/endpoints.h"
#include "servers/builtin/json_writer.h"
#include "servers/builtin/request.h"
#include "servers/builtin/utf8.h"

enum { CREDENTIALS_BYTES_MAX = 8 << 10 };

static bool credentials_match(const struct hb_header *header, const struct hb_span wanted[2])
{
    struct hb_buf decoded HB_CLEANUP(hb_buf_release);
    struct hb_span text = header->value, scheme, user;

    hb_buf_init(&decoded, CREDENTIALS_BYTES_MAX);
    hb_span_split(&text, ' ', &scheme);
    if (!hb_span_equal_nocase(scheme, HB_SPAN("basic")) ||
        !hb_base64_decode(&decoded, hb_span_trim(text)))
        return false;
    text = (struct hb_span){hb_buf_text(&decoded), decoded.length};
    return hb_span_split(&text, ':', &user) && text.data != NULL &&
           hb_span_equal(user, wanted[0]) && hb_span_equal(text, wanted[1]);
}

void hb_endpoint_basic_auth(struct hb_exchange *exchange)
{
    const struct hb_header *header = hb_request_header(exchange, HB_SPAN("Authorization"));
    struct hb_json json;

    if (header == NULL || !credentials_match(header, exchange->captures)) {
        hb_reply_body(exchange, MHD_HTTP_UNAUTHORIZED, NULL, HB_SPAN(""));
        hb_reply_header(exchange, "WWW-Authenticate", HB_SPAN("Basic realm=\"Fake Realm\""));
        return;
    }
    hb_json_init(&json, &exchange->out, false);
    hb_json_open(&json, NULL);
    hb_json_literal(&json, "authenticated", "true");
    hb_json_string(&json, "user", exchange->captures[0]);
    hb_json_close(&json);
    hb_buf_putc(&exchange->out, '\n');
    hb_reply_out(exchange, MHD_HTTP_OK, HB_TYPE_JSON);
}

/* What analytics scripts set is hidden unless ?show_env is given. */
static bool is_from_analytics(struct hb_span name)
{
    static const char *const names[] = {
        "_gauges_unique",
        "_gauges_unique_year",
        "_gauges_unique_month",
        "_gauges_unique_day",
        "_gauges_unique_hour",
        "__utmz",
        "__utma",
        "__utmb",
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(names); i++)
        if (hb_span_equal(name, hb_span_of(names[i])))
            return true;
    return false;
}

static void hide_analytics(struct hb_fields *cookies)
{
    size_t kept = 0;

    for (size_t i = 0; i < cookies->count; i++)
        if (!is_from_analytics(cookies->items[i].name))
            cookies->items[kept++] = cookies->items[i];
    cookies->count = kept;
}

void hb_endpoint_cookies(struct hb_exchange *exchange)
{
    const struct hb_header *header = hb_request_header(exchange, HB_SPAN("Cookie"));
    struct hb_fields cookies;
    struct hb_json json;

    hb_fields_parse_cookies(&cookies, &exchange->arena,
                            header != NULL ? header->value : HB_SPAN(""));
    if (hb_fields_find(hb_request_args(exchange), HB_SPAN("show_env")) == NULL)
        hide_analytics(&cookies);
    hb_fields_sort(&cookies);
    hb_fields_keep_first(&cookies);
    hb_json_init(&json, &exchange->out, false);
    hb_json_open(&json, NULL);
    hb_json_fields(&json, "cookies", &cookies);
    hb_json_close(&json);
    hb_buf_putc(&exchange->out, '\n');
    hb_reply_out(exchange, MHD_HTTP_OK, HB_TYPE_JSON);
}

static bool is_cookie_character(unsigned char byte)
{
    return byte > 0x20 && byte < 0x7F && strchr("\",;\\", byte) == NULL;
}

/* A value with anything unusual in it is quoted, with octal escapes, as Python's http.cookies does
 * it. */
static void append_cookie_value(struct hb_buf *out, struct hb_span value)
{
    bool plain = true;

    for (size_t i = 0; i < value.length; i++)
        plain &= is_cookie_character((unsigned char)value.data[i]);
    if (plain) {
        hb_buf_append(out, value.data, value.length);
        return;
    }
    hb_buf_putc(out, '"');
    for (size_t i = 0; i < value.length; i++) {
        unsigned char byte = (unsigned char)value.data[i];

        if (byte == ' ' || is_cookie_character(byte))
            hb_buf_putc(out, value.data[i]);
        else if (byte == '"' || byte == '\\')
            hb_buf_append(out, (char[]){'\\', value.data[i]}, 2);
        else
            hb_buf_printf(out, "\\%03o", byte);
    }
    hb_buf_putc(out, '"');
}

/* Set-Cookie: name=VALUE; Path=/. False when the name holds what no header may hold. */
static bool add_cookie(struct hb_exchange *exchange, struct hb_span name, struct hb_span value,
                       const char *attributes)
{
    struct hb_buf text HB_CLEANUP(hb_buf_release);

    hb_buf_init(&text, (size_t)4 * HB_TARGET_BYTES_MAX);
    hb_buf_append(&text, name.data, name.length);
    hb_buf_putc(&text, '=');
    append_cookie_value(&text, value);
    hb_buf_puts(&text, attributes);
    return hb_reply_header(exchange, "Set-Cookie",
                           (struct hb_span){hb_buf_text(&text), text.length});
}

static const char *path_attribute(const struct hb_exchange *exchange)
{
    return strcmp(hb_request_scheme(exchange), "https") == 0 ? "; Secure; Path=/" : "; Path=/";
}

static void reply_bad_cookie(struct hb_exchange *exchange)
{
    hb_buf_clear(&exchange->reply.headers);
    hb_reply_bad_request(exchange, "a cookie's name holds control characters");
}

void hb_endpoint_set_cookie(struct hb_exchange *exchange)
{
    hb_reply_redirect(exchange, HB_SPAN("/cookies"));
    if (!add_cookie(exchange, exchange->captures[0], exchange->captures[1],
                    path_attribute(exchange)))
        reply_bad_cookie(exchange);
}

/* The arguments, each name once: the last of several wins in a dict, but Flask hands over the first
 * only. */
static const struct hb_fields *cookie_args(struct hb_exchange *exchange)
{
    struct hb_fields *args = hb_request_args(exchange);

    hb_fields_sort(args);
    hb_fields_keep_first(args);
    return args;
}

void hb_endpoint_set_cookies(struct hb_exchange *exchange)
{
    const struct hb_fields *args = cookie_args(exchange);

    hb_reply_redirect(exchange, HB_SPAN("/cookies"));
    for (size_t i = 0; i < args->count; i++)
        if (!add_cookie(exchange, args->items[i].name, args->items[i].value,
                        path_attribute(exchange))) {
            reply_bad_cookie(exchange);
            return;
        }
}

void hb_endpoint_delete_cookies(struct hb_exchange *exchange)
{
    static const char expired[] = "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/";
    const struct hb_fields *args = cookie_args(exchange);

    hb_reply_redirect(exchange, HB_SPAN("/cookies"));
    for (size_t i = 0; i < args->count; i++)
        if (!add_cookie(exchange, args->items[i].name, HB_SPAN(""), expired)) {
            reply_bad_cookie(exchange);
            return;
        }
}
