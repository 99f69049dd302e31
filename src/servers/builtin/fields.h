/*
 * Lists of names and values: query arguments, form fields, uploaded files, cookies. Order is as
 * sent, and a name may occur more than once. Everything lives in the arena or in the text that was
 * parsed.
 */
#ifndef HB_SERVERS_BUILTIN_FIELDS_H
#define HB_SERVERS_BUILTIN_FIELDS_H

#include "base/arena.h"
#include "servers/builtin/span.h"

struct hb_field {
    struct hb_span name, value;
    struct hb_span content_type; /* of an uploaded file; else empty */
    size_t place;                /* set by hb_fields_add(): position as sent */
};

struct hb_fields {
    struct hb_field *items;
    size_t count;
};

/* An array in `arena` for at most `capacity` fields, for hb_fields_add(). */
void hb_fields_reserve(struct hb_fields *fields, struct hb_arena *arena, size_t capacity);
void hb_fields_add(struct hb_fields *fields,
                   struct hb_field field); /* within the reserved capacity */

/* How many fields a text can hold at most, before it is parsed. */
size_t hb_fields_count_pieces(struct hb_span text, char separator);

/* Parse "a=1&b=2", decoded; an empty piece is skipped, a missing = means an empty value. */
void hb_fields_parse_urlencoded(struct hb_fields *ret_fields, struct hb_arena *arena,
                                struct hb_span text);

/* Parse a Cookie header, values unquoted. */
void hb_fields_parse_cookies(struct hb_fields *ret_fields, struct hb_arena *arena,
                             struct hb_span text);

/* The first field of that name, NULL when there is none. */
const struct hb_field *hb_fields_find(const struct hb_fields *fields, struct hb_span name);
const struct hb_field *hb_fields_find_nocase(const struct hb_fields *fields, struct hb_span name);

/* Sort by name; equal names keep their order. */
void hb_fields_sort(struct hb_fields *fields);

/* Keep only the first field of each name; needs sorted fields. */
void hb_fields_keep_first(struct hb_fields *fields);

#endif
