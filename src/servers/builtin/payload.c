/* Recognising the kind of a body, and printing it. jansson reads the JSON that clients send. */
#include "servers/builtin/payload.h"

#include <jansson.h>

#include "servers/builtin/base64.h"
#include "servers/builtin/multipart.h"
#include "servers/builtin/utf8.h"

static bool is_type(struct hb_span content_type, struct hb_span wanted)
{
    struct hb_span type = {0};

    hb_span_split(&content_type, ';', &type);
    return hb_span_equal_nocase(hb_span_trim(type), wanted);
}

static bool has_long_value(const struct hb_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        if (fields->items[i].value.length > HB_FIELD_BYTES_MAX)
            return true;
    return false;
}

static bool parse_multipart(struct hb_payload *payload, struct hb_arena *arena,
                            struct hb_span content_type, struct hb_span body)
{
    if (!hb_multipart_parse(arena, content_type, body, &payload->form, &payload->files) ||
        has_long_value(&payload->form))
        return false;
    hb_fields_sort(&payload->files);
    hb_fields_keep_first(&payload->files); /* httpbin shows one file a name */
    return true;
}

/* A form that is not UTF-8 is dropped without a word, as werkzeug does. */
static bool parse_urlencoded(struct hb_payload *payload, struct hb_arena *arena,
                             struct hb_span body)
{
    if (hb_fields_count_pieces(body, '&') > HB_FORM_FIELDS_MAX)
        return false;
    if (hb_utf8_valid(body))
        hb_fields_parse_urlencoded(&payload->form, arena, body);
    return true;
}

bool hb_payload_parse(struct hb_payload *ret_payload, struct hb_arena *arena,
                      struct hb_span content_type, struct hb_span body)
{
    *ret_payload = (struct hb_payload){0};
    if (is_type(content_type, HB_SPAN("multipart/form-data")))
        return parse_multipart(ret_payload, arena, content_type, body);
    if (is_type(content_type, HB_SPAN("application/x-www-form-urlencoded")))
        return parse_urlencoded(ret_payload, arena, body);
    ret_payload->data = body;
    return true;
}

/* Text as it is, anything else as a data: URL. */
static void write_text_or_data_url(struct hb_json *json, struct hb_span bytes, struct hb_span type)
{
    if (hb_utf8_valid(bytes)) {
        hb_json_utf8(json, bytes);
        return;
    }
    hb_json_utf8_begin(json);
    hb_json_utf8_more(json, HB_SPAN("data:"));
    hb_json_utf8_more(json, type);
    hb_json_utf8_more(json, HB_SPAN(";base64,"));
    hb_base64_append(json->out, bytes);
    hb_json_utf8_end(json);
}

void hb_payload_write_data(const struct hb_payload *payload, struct hb_json *json)
{
    hb_json_key(json, HB_SPAN("data"));
    write_text_or_data_url(json, payload->data, HB_SPAN("application/octet-stream"));
}

void hb_payload_write_files(struct hb_payload *payload, struct hb_json *json)
{
    hb_json_open(json, "files");
    for (size_t i = 0; i < payload->files.count; i++) {
        const struct hb_field *file = &payload->files.items[i];

        hb_json_key(json, file->name);
        write_text_or_data_url(json, file->value,
                               file->content_type.length > 0 ? file->content_type
                                                             : HB_SPAN("application/octet-stream"));
    }
    hb_json_close(json);
}

/* jansson prints the value as if it stood at the left margin; shift its lines to where it stands.
 */
static int append_indented(const char *text, size_t length, void *cls)
{
    struct hb_json *json = cls;
    struct hb_span rest = {text, length}, line;

    hb_span_split(&rest, '\n', &line);
    hb_buf_append(json->out, line.data, line.length);
    while (hb_span_split(&rest, '\n', &line)) {
        hb_buf_append(json->out, "\n  ", 3);
        hb_buf_append(json->out, line.data, line.length);
    }
    return 0;
}

void hb_payload_write_json(const struct hb_payload *payload, struct hb_json *json)
{
    json_t *value = NULL;

    if (payload->data.length > 0 && payload->data.length <= HB_JSON_BYTES_MAX)
        value = json_loadb(payload->data.data, payload->data.length,
                           JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (value == NULL) {
        hb_json_literal(json, "json", "null");
        return;
    }
    hb_json_key(json, HB_SPAN("json"));
    json_dump_callback(value, append_indented, json,
                       JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
    json_decref(value);
}
