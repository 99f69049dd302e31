/* The writer keeps no stack: objects are all it opens, and lists occur only as repeated fields. */
#include "servers/builtin/json_writer.h"

#include <stdint.h>

#include "servers/builtin/utf8.h"

void hb_json_init(struct hb_json *json, struct hb_buf *out, bool one_line)
{
    *json = (struct hb_json){.out = out, .one_line = one_line};
}

static void new_line(struct hb_json *json)
{
    static const char spaces[] = "\n            ";

    hb_buf_append(json->out, spaces, 1 + 2 * (size_t)json->depth);
}

static void before_member(struct hb_json *json)
{
    if (json->after_value)
        hb_buf_append(json->out, ", ", json->one_line ? 2 : 1);
    if (!json->one_line && json->depth > 0)
        new_line(json);
    json->after_value = true;
}

static void literal_key(struct hb_json *json, const char *key)
{
    before_member(json);
    if (key == NULL)
        return;
    hb_buf_putc(json->out, '"');
    hb_buf_puts(json->out, key);
    hb_buf_append(json->out, "\": ", 3);
}

static void open_bracket(struct hb_json *json, char bracket)
{
    hb_buf_putc(json->out, bracket);
    json->depth++;
    json->after_value = false;
}

static void close_bracket(struct hb_json *json, char bracket)
{
    bool was_empty = !json->after_value;

    json->depth--;
    if (!was_empty && !json->one_line)
        new_line(json);
    hb_buf_putc(json->out, bracket);
    json->after_value = true;
}

void hb_json_open(struct hb_json *json, const char *key)
{
    literal_key(json, key);
    open_bracket(json, '{');
}

void hb_json_close(struct hb_json *json)
{
    close_bracket(json, '}');
}

void hb_json_key(struct hb_json *json, struct hb_span key)
{
    before_member(json);
    hb_json_utf8(json, key);
    hb_buf_append(json->out, ": ", 2);
}

void hb_json_literal(struct hb_json *json, const char *key, const char *text)
{
    literal_key(json, key);
    hb_buf_puts(json->out, text);
}

void hb_json_string(struct hb_json *json, const char *key, struct hb_span utf8)
{
    literal_key(json, key);
    hb_json_utf8(json, utf8);
}

static bool is_plain(char character)
{
    return character >= 0x20 && character != 0x7F && character != '"' && character != '\\';
}

static size_t plain_prefix(struct hb_span text)
{
    size_t length = 0;

    while (length < text.length && is_plain(text.data[length]))
        length++;
    return length;
}

static void append_u_escape(struct hb_buf *out, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";

    hb_buf_append(out,
                  (char[]){'\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15],
                           hex[unit >> 4 & 15], hex[unit & 15]},
                  6);
}

static void append_escaped(struct hb_buf *out, uint32_t code_point)
{
    static const char shorts[128] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
                                     ['\t'] = 't', ['"'] = '"',  ['\\'] = '\\'};

    if (code_point < sizeof shorts && shorts[code_point] != 0) {
        hb_buf_append(out, (char[]){'\\', shorts[code_point]}, 2);
    } else if (code_point < 0x10000) {
        append_u_escape(out, code_point);
    } else {
        append_u_escape(out, 0xD800 + ((code_point - 0x10000) >> 10));
        append_u_escape(out, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
    }
}

void hb_json_utf8_begin(struct hb_json *json)
{
    hb_buf_putc(json->out, '"');
}

void hb_json_utf8_end(struct hb_json *json)
{
    hb_buf_putc(json->out, '"');
}

void hb_json_utf8(struct hb_json *json, struct hb_span text)
{
    hb_json_utf8_begin(json);
    hb_json_utf8_more(json, text);
    hb_json_utf8_end(json);
}

void hb_json_utf8_more(struct hb_json *json, struct hb_span text)
{
    while (text.length > 0) {
        size_t length = plain_prefix(text);
        uint32_t code_point;

        if (length > 0) {
            hb_buf_append(json->out, text.data, length);
        } else {
            length = hb_utf8_decode(text, &code_point);
            append_escaped(json->out, length > 0 ? code_point : 0xFFFD);
        }
        text = hb_span_from(text, length > 0 ? length : 1);
    }
}

void hb_json_latin1(struct hb_json *json, struct hb_span text)
{
    hb_buf_putc(json->out, '"');
    while (text.length > 0) {
        size_t length = plain_prefix(text);

        hb_buf_append(json->out, text.data, length);
        if (length == 0)
            append_escaped(json->out, (unsigned char)text.data[0]);
        text = hb_span_from(text, length > 0 ? length : 1);
    }
    hb_buf_putc(json->out, '"');
}

static void append_values(struct hb_json *json, const struct hb_field *fields, size_t count)
{
    if (count == 1) {
        hb_json_utf8(json, fields[0].value);
        return;
    }
    open_bracket(json, '[');
    for (size_t i = 0; i < count; i++) {
        before_member(json);
        hb_json_utf8(json, fields[i].value);
    }
    close_bracket(json, ']');
}

void hb_json_fields(struct hb_json *json, const char *key, struct hb_fields *fields)
{
    size_t same = 1;

    hb_fields_sort(fields);
    hb_json_open(json, key);
    for (size_t i = 0; i < fields->count; i += same) {
        const struct hb_field *first = &fields->items[i];

        same = 1;
        while (i + same < fields->count && hb_span_equal(first->name, first[same].name))
            same++;
        hb_json_key(json, first->name);
        append_values(json, first, same);
    }
    hb_json_close(json);
}
