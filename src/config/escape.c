/*
 * Text of unknown origin made safe to print: a terminal must not obey what a scenario says, and
 * no character may hide or reorder what stands beside it.
 */
#include "config/diag.h"
#include "config/utf8.h"

/* Controls (C0, DEL, C1), line separators, marks that change the direction of text, and two
 * numbers that are no characters: XML refuses them. */
static bool is_printable(uint32_t character)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {{0, 0x1F},        {0x7F, 0x9F},     {0x200B, 0x200F}, {0x2028, 0x202E},
                  {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF}};

    for (size_t i = 0; i < HB_ARRAY_LEN(hidden); i++) {
        if (character >= hidden[i].first && character <= hidden[i].last)
            return false;
    }
    return true;
}

static void put_hex(struct hb_buf *ret, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hb_buf_printf(ret, "\\x%02x", (unsigned char)bytes[i]);
}

void hb_escape(struct hb_buf *ret, const char *text, size_t length, size_t max)
{
    size_t offset = 0;

    while (offset < length) {
        uint32_t character = 0;
        size_t count = hb_utf8_decode(text + offset, length - offset, &character);

        if (offset + (count > 0 ? count : 1) > max) {
            hb_buf_puts(ret, "…");
            return;
        }
        if (count == 0)
            put_hex(ret, text + offset, 1);
        else if (character == '\n' || character == '\t')
            hb_buf_puts(ret, character == '\n' ? "\\n" : "\\t");
        else if (!is_printable(character))
            put_hex(ret, text + offset, count);
        else
            hb_buf_append(ret, text + offset, count);
        offset += count > 0 ? count : 1;
    }
}
