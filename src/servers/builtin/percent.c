/* Decoding and encoding of URL parts. Bytes are looked at one by one; URLs are at most a few
 * kilobytes. */
#include "servers/builtin/percent.h"

#include <stdint.h>

#include "base/memory.h"
#include "servers/builtin/utf8.h"

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The byte that the escape at the start of `text` stands for, or -1 when there is no escape. */
static int escaped_byte(struct hb_span text)
{
    int high, low;

    if (text.length < 3 || text.data[0] != '%')
        return -1;
    high = hex_value(text.data[1]);
    low = hex_value(text.data[2]);
    return high >= 0 && low >= 0 ? high * 16 + low : -1;
}

static void append_escape(struct hb_buf *out, unsigned char byte)
{
    static const char hex[] = "0123456789ABCDEF";

    hb_buf_append(out, (char[]){'%', hex[byte >> 4], hex[byte & 15]}, 3);
}

/* Bytes that never stand for themselves in a readable URL; `more` adds some. NUL is among them. */
static bool must_stay_escaped(unsigned char byte, const char *more)
{
    return byte <= 0x20 || byte == 0x7F || strchr(more, byte) != NULL;
}

void hb_percent_decode(struct hb_buf *out, struct hb_span text)
{
    while (text.length > 0) {
        int byte = escaped_byte(text);
        char plain = text.data[0];

        if (byte >= 0)
            plain = (char)byte;
        hb_buf_putc(out, plain);
        text = hb_span_from(text, byte >= 0 ? 3 : 1);
    }
}

/* What becomes of a byte that is not UTF-8: an escape, or U+FFFD. */
enum invalid { ESCAPED, REPLACED };

/* Append `text`, with the bytes of `escape` (NULL: none) as %XX. */
static void append_readable(struct hb_buf *out, struct hb_span text, const char *escape,
                            enum invalid invalid)
{
    while (text.length > 0) {
        unsigned char byte = (unsigned char)text.data[0];
        uint32_t ignored;
        size_t length = hb_utf8_decode(text, &ignored);

        if (length == 0 && invalid == REPLACED)
            hb_buf_puts(out, "\xEF\xBF\xBD");
        else if (length == 0 || (escape != NULL && must_stay_escaped(byte, escape)))
            append_escape(out, byte);
        else
            hb_buf_append(out, text.data, length);
        text = hb_span_from(text, length > 0 ? length : 1);
    }
}

/* Decoding never lengthens, re-escaping an invalid byte gives back its three characters or, where
 * it was raw, adds two. */
static void field_into(struct hb_buf *out, struct hb_span text)
{
    struct hb_buf decoded HB_CLEANUP(hb_buf_release);

    hb_buf_init(&decoded, text.length);
    hb_percent_decode(&decoded, text);
    append_readable(out, (struct hb_span){hb_buf_text(&decoded), decoded.length}, NULL, ESCAPED);
}

static bool is_plain(struct hb_span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == '%' || text.data[i] == '+' || (text.data[i] & 0x80) != 0)
            return false;
    return true;
}

struct hb_span hb_percent_field(struct hb_arena *arena, struct hb_span text)
{
    struct hb_buf value HB_CLEANUP(hb_buf_release);
    char *spaced;

    hb_buf_init(&value, 3 * text.length);
    if (is_plain(text))
        return text;
    spaced = hb_arena_memdup(arena, text.data, text.length);
    for (size_t i = 0; i < text.length; i++)
        if (spaced[i] == '+')
            spaced[i] = ' ';
    field_into(&value, (struct hb_span){spaced, text.length});
    return (struct hb_span){hb_arena_memdup(arena, hb_buf_text(&value), value.length),
                            value.length};
}

void hb_percent_append_path(struct hb_buf *out, struct hb_span decoded_path)
{
    append_readable(out, decoded_path, "?#", REPLACED);
}

void hb_percent_append_query(struct hb_buf *out, struct hb_span raw_query)
{
    struct hb_buf partly HB_CLEANUP(hb_buf_release);

    hb_buf_init(&partly, raw_query.length);
    if (memchr(raw_query.data, '%', raw_query.length) == NULL) {
        append_readable(out, raw_query, "#", ESCAPED);
        return;
    }
    while (raw_query.length > 0) {
        int byte = escaped_byte(raw_query);
        size_t taken = byte >= 0 ? 3 : 1;

        if (byte < 0 || must_stay_escaped((unsigned char)byte, "%&=+#"))
            hb_buf_append(&partly, raw_query.data, taken);
        else
            hb_buf_putc(&partly, (char)byte);
        raw_query = hb_span_from(raw_query, taken);
    }
    append_readable(out, (struct hb_span){hb_buf_text(&partly), partly.length}, "#", ESCAPED);
}

void hb_percent_append_location(struct hb_buf *out, struct hb_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];

        if (byte >= 0x80 || must_stay_escaped(byte, "\"<>\\^`{|}"))
            append_escape(out, byte);
        else
            hb_buf_putc(out, text.data[i]);
    }
}
