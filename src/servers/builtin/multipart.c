/* A scanner for boundaries and the two headers that matter; it copies nothing. */
#include "servers/builtin/multipart.h"

/* Take what stands before the first of `stops` off the front of `*rest`. */
static struct hb_span take_until(struct hb_span *rest, const char *stops)
{
    size_t length = 0;
    struct hb_span taken;

    while (length < rest->length &&
           (rest->data[length] == '\0' || strchr(stops, rest->data[length]) == NULL))
        length++;
    taken = (struct hb_span){rest->data, length};
    *rest = hb_span_from(*rest, length);
    return taken;
}

static bool next_is(struct hb_span rest, char character)
{
    return rest.length > 0 && rest.data[0] == character;
}

/* One piece of `form-data; name="a;b"; filename=c`. */
static bool next_parameter(struct hb_span *rest, struct hb_span *ret_name,
                           struct hb_span *ret_value)
{
    while (next_is(*rest, ';') || next_is(*rest, ' '))
        *rest = hb_span_from(*rest, 1);
    if (rest->length == 0)
        return false;
    *ret_name = hb_span_trim(take_until(rest, "=;"));
    *ret_value = (struct hb_span){0};
    if (!next_is(*rest, '='))
        return true;
    *rest = hb_span_from(*rest, 1);
    if (!next_is(*rest, '"')) {
        *ret_value = hb_span_trim(take_until(rest, ";"));
        return true;
    }
    *rest = hb_span_from(*rest, 1);
    *ret_value = take_until(rest, "\"");
    take_until(rest, ";");
    return true;
}

static bool find_parameter(struct hb_span header, struct hb_span name, struct hb_span *ret_value)
{
    struct hb_span key, value;

    while (next_parameter(&header, &key, &value)) {
        if (!hb_span_equal_nocase(key, name))
            continue;
        *ret_value = value;
        return true;
    }
    return false;
}

/* Take everything before `mark`, and the mark, off the front of `*rest`. */
static bool take_to_mark(struct hb_span *rest, struct hb_span mark, struct hb_span *ret_before)
{
    const char *place =
        rest->length > 0 ? memmem(rest->data, rest->length, mark.data, mark.length) : NULL;

    if (place == NULL)
        return false;
    *ret_before = (struct hb_span){rest->data, (size_t)(place - rest->data)};
    *rest = hb_span_from(*rest, ret_before->length + mark.length);
    return true;
}

struct part {
    struct hb_field field;
    bool has_name, is_file;
};

static void read_part_header(struct part *part, struct hb_span line)
{
    struct hb_span name, ignored;

    if (!hb_span_split(&line, ':', &name))
        return;
    name = hb_span_trim(name);
    if (hb_span_equal_nocase(name, HB_SPAN("Content-Type")))
        part->field.content_type = hb_span_trim(line);
    if (!hb_span_equal_nocase(name, HB_SPAN("Content-Disposition")))
        return;
    part->has_name = find_parameter(line, HB_SPAN("name"), &part->field.name);
    part->is_file = find_parameter(line, HB_SPAN("filename"), &ignored);
}

/* `text` is what stands between two boundaries: CRLF, headers, an empty line, the content. */
static struct part read_part(struct hb_span text)
{
    struct part part = {0};
    struct hb_span line;

    if (!take_to_mark(&text, HB_SPAN("\r\n"), &line))
        return part;
    while (take_to_mark(&text, HB_SPAN("\r\n"), &line) && line.length > 0)
        read_part_header(&part, line);
    part.field.value = text;
    return part;
}

bool hb_multipart_parse(struct hb_arena *arena, struct hb_span content_type, struct hb_span body,
                        struct hb_fields *ret_form, struct hb_fields *ret_files)
{
    struct hb_span boundary, mark, between;

    if (!find_parameter(content_type, HB_SPAN("boundary"), &boundary) || boundary.length == 0)
        return false;
    mark = hb_span_of(hb_arena_printf(arena, "\r\n--%.*s", (int)boundary.length, boundary.data));
    hb_fields_reserve(ret_form, arena, HB_MULTIPART_PARTS_MAX);
    hb_fields_reserve(ret_files, arena, HB_MULTIPART_PARTS_MAX);
    /* The first boundary has no line break before it when it opens the body. */
    if (body.length >= mark.length - 2 && memcmp(body.data, mark.data + 2, mark.length - 2) == 0)
        body = hb_span_from(body, mark.length - 2);
    else if (!take_to_mark(&body, mark, &between))
        return true;
    while (take_to_mark(&body, mark, &between)) {
        struct part part = read_part(between);

        if (ret_form->count + ret_files->count == HB_MULTIPART_PARTS_MAX)
            return false;
        if (part.has_name)
            hb_fields_add(part.is_file ? ret_files : ret_form, part.field);
    }
    return true;
}
