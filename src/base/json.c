/* JSON output, escaped by default. */
#include "base/json.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Bytes in a sequence that begins with `lead`; 0 for a byte that begins none. */
static size_t utf8_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Whether the second byte rules out overlong forms, surrogates and code points beyond U+10FFFF. */
static bool second_is_valid(unsigned char lead, unsigned char second)
{
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;

    return second >= low && second <= high;
}

/* Length of the valid UTF-8 sequence at `text` (NUL-terminated), or 0. */
static size_t utf8_sequence(const unsigned char *text)
{
    size_t length = utf8_length(text[0]);

    if (length > 1 && !second_is_valid(text[0], text[1]))
        return 0;
    for (size_t at = 2; at < length; at++) {
        if ((text[at] & 0xC0) != 0x80)
            return 0;
    }
    return length;
}

static void write_character(FILE *out, unsigned char character)
{
    switch (character) {
    case '"':
        fputs("\\\"", out);
        return;
    case '\\':
        fputs("\\\\", out);
        return;
    case '\n':
        fputs("\\n", out);
        return;
    default:
        if (character < 0x20 || character == 0x7F)
            fprintf(out, "\\u%04x", character);
        else
            fputc(character, out);
    }
}

void hb_json_write_string(FILE *out, const char *text)
{
    const unsigned char *next = (const unsigned char *)text;

    if (text == NULL) {
        fputs("null", out);
        return;
    }
    fputc('"', out);
    while (*next != '\0') {
        size_t length = utf8_sequence(next);

        if (length == 1)
            write_character(out, *next);
        else if (length == 0)
            fputs("\xEF\xBF\xBD", out);
        else
            fwrite(next, 1, length, out);
        next += length > 0 ? length : 1;
    }
    fputc('"', out);
}

void hb_json_write_number(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, "%.17g", value);
    else
        fputs("null", out);
}
