/*
 * A ring of the last bytes of a log. What it hands out may end on a terminal, in the store and in a
 * report, so it is made harmless here, once.
 */
#include "exec/tail.h"

#include <string.h>

#include "base/memory.h"

void hb_tail_add(struct hb_tail *tail, const void *data, size_t length)
{
    const char *bytes = data;

    if (length > HB_TAIL_BYTES) {
        tail->total_bytes += length - HB_TAIL_BYTES;
        bytes += length - HB_TAIL_BYTES;
        length = HB_TAIL_BYTES;
    }
    for (size_t i = 0; i < length; i++)
        tail->ring[(tail->total_bytes + i) % HB_TAIL_BYTES] = bytes[i];
    tail->total_bytes += length;
}

char *hb_tail_text(const struct hb_tail *tail)
{
    size_t length = tail->total_bytes < HB_TAIL_BYTES ? tail->total_bytes : HB_TAIL_BYTES;
    uint64_t first = tail->total_bytes - length;
    char *text, *newline;

    if (length == 0)
        return NULL;
    text = hb_alloc(length + 1);
    for (size_t i = 0; i < length; i++) {
        char character = tail->ring[(first + i) % HB_TAIL_BYTES];

        text[i] = character == '\0' ? '?' : character;
    }
    newline = first > 0 ? strchr(text, '\n') : NULL;
    if (newline != NULL && newline[1] != '\0')
        memmove(text, newline + 1, strlen(newline + 1) + 1);
    hb_make_printable(text);
    return text;
}

/* Bytes in the well-formed UTF-8 sequence at `text` (NUL-terminated), or 0. Lead bytes that could
 * only begin overlong or too large code points count as malformed. */
static size_t sequence_length(const unsigned char *text)
{
    size_t length = text[0] < 0x80                      ? 1
                    : text[0] >= 0xC2 && text[0] < 0xE0 ? 2
                    : text[0] >= 0xE0 && text[0] < 0xF0 ? 3
                    : text[0] >= 0xF0 && text[0] < 0xF5 ? 4
                                                        : 0;

    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] > 0x9F) ||
        (text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] > 0x8F))
        return 0;
    return length;
}

void hb_make_printable(char *text)
{
    unsigned char *next = (unsigned char *)text;

    while (*next != '\0') {
        size_t length = sequence_length(next);
        /* C1 controls (U+0080 to U+009F) steer terminals as well as C0 ones do. */
        int is_control =
            (length == 1 && (*next < 0x20 || *next == 0x7F) && *next != '\n' && *next != '\t') ||
            (length == 2 && next[0] == 0xC2 && next[1] < 0xA0);

        if (length == 0 || is_control)
            memset(next, '?', length > 0 ? length : 1);
        next += length > 0 ? length : 1;
    }
}
