/* UTF-8 decoding, strict: what people write goes to terminals, JSON and databases later. */
#include "config/utf8.h"

/* The number of bytes a first byte announces, 0 when it cannot begin a character. */
static size_t announced(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first < 0xE0)
        return 2;
    if (first >= 0xE0 && first < 0xF0)
        return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

size_t hb_utf8_decode(const char *text, size_t length, uint32_t *ret_character)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t count = length > 0 ? announced(bytes[0]) : 0;
    uint32_t character;

    if (count == 0 || count > length)
        return 0;
    character = count == 1 ? bytes[0] : bytes[0] & (0x7Fu >> count);
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        character = character << 6 | (bytes[i] & 0x3F);
    }
    if (character < smallest[count] || character > 0x10FFFF ||
        (character >= 0xD800 && character < 0xE000))
        return 0;
    *ret_character = character;
    return count;
}

size_t hb_utf8_valid_prefix(const char *text, size_t length)
{
    size_t offset = 0;
    uint32_t ignored;

    while (offset < length) {
        size_t count = hb_utf8_decode(text + offset, length - offset, &ignored);

        if (count == 0)
            break;
        offset += count;
    }
    return offset;
}
