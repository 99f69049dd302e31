/* Parsing of urlencoded text and cookies into one kind of list. */
#include "servers/builtin/fields.h"

#include <stdlib.h>

#include "servers/builtin/percent.h"

void hb_fields_reserve(struct hb_fields *fields, struct hb_arena *arena, size_t capacity)
{
    fields->items = hb_arena_calloc(arena, capacity, sizeof *fields->items);
    fields->count = 0;
}

void hb_fields_add(struct hb_fields *fields, struct hb_field field)
{
    field.place = fields->count;
    fields->items[fields->count++] = field;
}

size_t hb_fields_count_pieces(struct hb_span text, char separator)
{
    size_t count = 1;

    for (size_t i = 0; i < text.length; i++)
        count += text.data[i] == separator;
    return count;
}

void hb_fields_parse_urlencoded(struct hb_fields *ret_fields, struct hb_arena *arena,
                                struct hb_span text)
{
    struct hb_span piece, name;

    *ret_fields = (struct hb_fields){0};
    if (text.length == 0)
        return;
    hb_fields_reserve(ret_fields, arena, hb_fields_count_pieces(text, '&'));
    while (hb_span_split(&text, '&', &piece)) {
        if (piece.length == 0)
            continue;
        hb_span_split(&piece, '=', &name);
        hb_fields_add(ret_fields, (struct hb_field){.name = hb_percent_field(arena, name),
                                                    .value = hb_percent_field(arena, piece)});
    }
}

static bool is_octal_escape(struct hb_span text)
{
    return text.length >= 4 && text.data[1] >= '0' && text.data[1] <= '3' && text.data[2] >= '0' &&
           text.data[2] <= '7' && text.data[3] >= '0' && text.data[3] <= '7';
}

/* "\073" and "\"" within quotes. */
static struct hb_span unquote(struct hb_arena *arena, struct hb_span text)
{
    char *plain;
    size_t length = 0;

    if (text.length < 2 || text.data[0] != '"' || text.data[text.length - 1] != '"')
        return text;
    text = (struct hb_span){text.data + 1, text.length - 2};
    plain = hb_arena_alloc(arena, text.length);
    while (text.length > 0) {
        size_t taken = 1;

        plain[length] = text.data[0];
        if (text.data[0] == '\\' && is_octal_escape(text)) {
            plain[length] =
                (char)((text.data[1] - '0') * 64 + (text.data[2] - '0') * 8 + (text.data[3] - '0'));
            taken = 4;
        } else if (text.data[0] == '\\' && text.length > 1) {
            plain[length] = text.data[1];
            taken = 2;
        }
        length++;
        text = hb_span_from(text, taken);
    }
    return (struct hb_span){plain, length};
}

void hb_fields_parse_cookies(struct hb_fields *ret_fields, struct hb_arena *arena,
                             struct hb_span text)
{
    struct hb_span piece, name;

    *ret_fields = (struct hb_fields){0};
    if (text.length == 0)
        return;
    hb_fields_reserve(ret_fields, arena, hb_fields_count_pieces(text, ';'));
    while (hb_span_split(&text, ';', &piece)) {
        hb_span_split(&piece, '=', &name);
        name = hb_span_trim(name);
        if (name.length == 0 && piece.length == 0)
            continue;
        hb_fields_add(ret_fields, (struct hb_field){.name = name,
                                                    .value = unquote(arena, hb_span_trim(piece))});
    }
}

const struct hb_field *hb_fields_find(const struct hb_fields *fields, struct hb_span name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (hb_span_equal(fields->items[i].name, name))
            return &fields->items[i];
    return NULL;
}

const struct hb_field *hb_fields_find_nocase(const struct hb_fields *fields, struct hb_span name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (hb_span_equal_nocase(fields->items[i].name, name))
            return &fields->items[i];
    return NULL;
}

/* qsort is not stable: the place in the list breaks ties. */
static int compare_fields(const void *left, const void *right)
{
    const struct hb_field *a = left, *b = right;
    int order = hb_span_compare(a->name, b->name);

    return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

void hb_fields_sort(struct hb_fields *fields)
{
    if (fields->count > 1)
        qsort(fields->items, fields->count, sizeof *fields->items, compare_fields);
}

void hb_fields_keep_first(struct hb_fields *fields)
{
    size_t kept = 0;

    for (size_t i = 0; i < fields->count; i++)
        if (kept == 0 || !hb_span_equal(fields->items[kept - 1].name, fields->items[i].name))
            fields->items[kept++] = fields->items[i];
    fields->count = kept;
}
