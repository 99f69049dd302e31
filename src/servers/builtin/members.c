/* One small writer a member, in a table in the order that Flask sorts them into. */
#include "servers/builtin/members.h"

#include <ctype.h>
#include <microhttpd.h>
#include <stdlib.h>

#include "base/macros.h"
#include "servers/builtin/request.h"

struct source {
    struct hb_exchange *exchange;
    struct hb_payload payload;
};

/* What proxies add is hidden unless ?show_env is given. */
static bool is_from_proxy(struct hb_span name)
{
    static const char *const names[] = {
        "X-Varnish",
        "X-Request-Start",
        "X-Real-Ip",
        "X-Heroku-Queue-Depth",
        "X-Forwarded-Proto",
        "X-Heroku-Queue-Wait-Time",
        "X-Forwarded-Ssl",
        "X-Heroku-Dynos-In-Use",
        "X-Forwarded-For",
        "X-Forwarded-Protocol",
        "X-Forwarded-Port",
        "Total-Route-Time",
        "X-Request-Id",
        "Connect-Time",
        "Via",
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(names); i++)
        if (hb_span_equal_nocase(name, hb_span_of(names[i])))
            return true;
    return false;
}

/* Names with an underscore do not pass through WSGI, where they would look like those with a
 * hyphen. */
static size_t choose_headers(struct hb_exchange *exchange, const struct hb_header **ret_chosen)
{
    bool show_all = hb_fields_find(hb_request_args(exchange), HB_SPAN("show_env")) != NULL;
    size_t count = 0;

    for (size_t i = 0; i < exchange->header_count; i++) {
        const struct hb_header *header = &exchange->headers[i];

        if (memchr(header->name.data, '_', header->name.length) == NULL &&
            (show_all || !is_from_proxy(header->name)))
            ret_chosen[count++] = header;
    }
    return count;
}

static int compare_names(struct hb_span a, struct hb_span b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = strncasecmp(a.data, b.data, common);

    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* Insertion sort: a handful of headers, already in place as often as not, and stable. */
static void sort_headers(const struct hb_header **headers, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct hb_header *moving = headers[i];
        size_t place = i;

        for (; place > 0 && compare_names(headers[place - 1]->name, moving->name) > 0; place--)
            headers[place] = headers[place - 1];
        headers[place] = moving;
    }
}

/* "x-my-header" as "X-My-Header". */
static void write_header_name(struct hb_json *json, struct hb_span name)
{
    char title[256];
    bool in_word = false;

    if (name.length > sizeof title)
        name.length = sizeof title;
    for (size_t i = 0; i < name.length; i++) {
        unsigned char letter = (unsigned char)name.data[i];

        title[i] = (char)(in_word ? tolower(letter) : toupper(letter));
        in_word = isalpha(letter) != 0;
    }
    hb_json_key(json, (struct hb_span){title, name.length});
}

static void write_header_values(struct hb_json *json, struct hb_buf *joined,
                                const struct hb_header **headers, size_t count)
{
    hb_buf_clear(joined);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            hb_buf_putc(joined, ',');
        hb_buf_append(joined, headers[i]->value.data, headers[i]->value.length);
    }
    hb_json_latin1(json, (struct hb_span){hb_buf_text(joined), joined->length});
}

static void write_headers(struct source *source, struct hb_json *json)
{
    const struct hb_header *headers[HB_HEADERS_MAX];
    size_t count = choose_headers(source->exchange, headers), same;

    sort_headers(headers, count);
    hb_json_open(json, "headers");
    for (size_t i = 0; i < count; i += same) {
        for (same = 1; i + same < count; same++)
            if (!hb_span_equal_nocase(headers[i]->name, headers[i + same]->name))
                break;
        write_header_name(json, headers[i]->name);
        write_header_values(json, &source->exchange->scratch, headers + i, same);
    }
    hb_json_close(json);
}

static void write_args(struct source *source, struct hb_json *json)
{
    hb_json_fields(json, "args", hb_request_args(source->exchange));
}

static void write_data(struct source *source, struct hb_json *json)
{
    hb_payload_write_data(&source->payload, json);
}

static void write_files(struct source *source, struct hb_json *json)
{
    hb_payload_write_files(&source->payload, json);
}

static void write_form(struct source *source, struct hb_json *json)
{
    hb_json_fields(json, "form", &source->payload.form);
}

static void write_json(struct source *source, struct hb_json *json)
{
    hb_payload_write_json(&source->payload, json);
}

static void write_gzipped(struct source *source HB_UNUSED, struct hb_json *json)
{
    hb_json_literal(json, "gzipped", "true");
}

static void write_method(struct source *source, struct hb_json *json)
{
    hb_json_string(json, "method", hb_span_of(source->exchange->method_name));
}

static void write_origin(struct source *source, struct hb_json *json)
{
    hb_json_key(json, HB_SPAN("origin"));
    hb_json_latin1(json, hb_request_origin(source->exchange));
}

static void write_url(struct source *source, struct hb_json *json)
{
    struct hb_buf *url = &source->exchange->scratch;

    hb_buf_clear(url);
    hb_request_append_url(source->exchange, url);
    hb_json_string(json, "url", (struct hb_span){hb_buf_text(url), url->length});
}

static const struct {
    enum hb_member member;
    void (*write)(struct source *source, struct hb_json *json);
} writers[] = {
    {HB_MEMBER_ARGS, write_args},       {HB_MEMBER_DATA, write_data},
    {HB_MEMBER_FILES, write_files},     {HB_MEMBER_FORM, write_form},
    {HB_MEMBER_GZIPPED, write_gzipped}, {HB_MEMBER_HEADERS, write_headers},
    {HB_MEMBER_JSON, write_json},       {HB_MEMBER_METHOD, write_method},
    {HB_MEMBER_ORIGIN, write_origin},   {HB_MEMBER_URL, write_url},
};

static bool parse_payload(struct source *source)
{
    struct hb_exchange *exchange = source->exchange;
    const struct hb_header *type = hb_request_header(exchange, HB_SPAN("Content-Type"));
    struct hb_span body = {hb_buf_text(&exchange->body), exchange->body.length};

    return hb_payload_parse(&source->payload, &exchange->arena,
                            type != NULL ? type->value : HB_SPAN(""), body);
}

bool hb_members_write(struct hb_exchange *exchange, struct hb_json *json, unsigned members)
{
    struct source source = {.exchange = exchange};

    if ((members & HB_MEMBERS_BODY) != 0 && !parse_payload(&source))
        return false;
    for (size_t i = 0; i < HB_ARRAY_LEN(writers); i++)
        if ((members & writers[i].member) != 0)
            writers[i].write(&source, json);
    return true;
}

void hb_reply_members(struct hb_exchange *exchange, unsigned members)
{
    struct hb_json json;

    hb_json_init(&json, &exchange->out, false);
    hb_json_open(&json, NULL);
    if (!hb_members_write(exchange, &json, members)) {
        hb_reply_error(exchange, MHD_HTTP_CONTENT_TOO_LARGE);
        return;
    }
    hb_json_close(&json);
    hb_buf_putc(&exchange->out, '\n');
    hb_reply_out(exchange, MHD_HTTP_OK, HB_TYPE_JSON);
}
