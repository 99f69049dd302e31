/*
 * A ring of the last bytes of a log. What it hands out may end on a terminal, in the store and in a
 * report, so it is made harmless here, once.
 */
#include "exec/tail.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "config/utf8.h"

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
    for (size_t i = 0; i < length; i++)
        text[i] = tail->ring[(first + i) % HB_TAIL_BYTES];
    hb_make_printable_bytes(text, length);
    newline = first > 0 ? strchr(text, '\n') : NULL;
    if (newline != NULL && newline[1] != '\0')
        memmove(text, newline + 1, strlen(newline + 1) + 1);
    return text;
}

/* C1 controls (U+0080 to U+009F) steer terminals as well as C0 ones do. */
static bool is_control(uint32_t character)
{
    return (character < 0x20 && character != '\n' && character != '\t') ||
           (character >= 0x7F && character < 0xA0);
}

void hb_make_printable(char *text)
{
    hb_make_printable_bytes(text, strlen(text));
}

void hb_make_printable_bytes(char *text, size_t length)
{
    uint32_t character;

    for (size_t at = 0, step; at < length; at += step) {
        size_t valid = hb_utf8_decode(text + at, length - at, &character);

        step = valid > 0 ? valid : 1;
        if (valid == 0 || is_control(character))
            memset(text + at, '?', step);
    }
}
