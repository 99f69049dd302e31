/* A piece of text that somebody else owns: not NUL-terminated, may hold any byte. */
#ifndef HB_SERVERS_BUILTIN_SPAN_H
#define HB_SERVERS_BUILTIN_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct hb_span {
    const char *data;
    size_t length;
};

/* A span of a string literal. */
#define HB_SPAN(literal) ((struct hb_span){(literal), sizeof(literal) - 1})

static inline struct hb_span hb_span_of(const char *text)
{
    return (struct hb_span){text, strlen(text)};
}

static inline bool hb_span_equal(struct hb_span a, struct hb_span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline bool hb_span_equal_nocase(struct hb_span a, struct hb_span b)
{
    return a.length == b.length && (a.length == 0 || strncasecmp(a.data, b.data, a.length) == 0);
}

/* Byte order, which for UTF-8 is the order of code points. */
static inline int hb_span_compare(struct hb_span a, struct hb_span b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;

    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static inline struct hb_span hb_span_from(struct hb_span span, size_t offset)
{
    return (struct hb_span){span.data + offset, span.length - offset};
}

/* Take what stands before `separator` off the front of `*rest`; false, and an empty piece,
 * once nothing is left. */
static inline bool hb_span_split(struct hb_span *rest, char separator, struct hb_span *ret_piece)
{
    const char *end;

    *ret_piece = (struct hb_span){0};
    if (rest->data == NULL)
        return false;
    end = rest->length > 0 ? memchr(rest->data, separator, rest->length) : NULL;
    if (end == NULL) {
        *ret_piece = *rest;
        *rest = (struct hb_span){0};
        return true;
    }
    *ret_piece = (struct hb_span){rest->data, (size_t)(end - rest->data)};
    *rest = hb_span_from(*rest, ret_piece->length + 1);
    return true;
}

/* Without the spaces and tabs at both ends. */
static inline struct hb_span hb_span_trim(struct hb_span span)
{
    while (span.length > 0 && (*span.data == ' ' || *span.data == '\t'))
        span = hb_span_from(span, 1);
    while (span.length > 0 &&
           (span.data[span.length - 1] == ' ' || span.data[span.length - 1] == '\t'))
        span.length--;
    return span;
}

#endif
