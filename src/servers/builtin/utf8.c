/* A table of sequence lengths and their smallest code points: a smaller value is an overlong form.
 */
#include "servers/builtin/utf8.h"

static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2)
        return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
}

size_t hb_utf8_decode(struct hb_span text, uint32_t *ret_code_point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    static const unsigned char lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t length = sequence_length((unsigned char)text.data[0]);
    uint32_t value;

    if (length == 0 || length > text.length)
        return 0;
    value = (unsigned char)text.data[0] & lead_mask[length];
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)text.data[i];

        if ((next & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (next & 0x3F);
    }
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *ret_code_point = value;
    return length;
}

/* Eight bytes at a time: uploads of a hundred megabytes pass through here. */
static size_t ascii_prefix(struct hb_span text)
{
    size_t done = 0;

    while (done + sizeof(uint64_t) <= text.length) {
        uint64_t word;

        memcpy(&word, text.data + done, sizeof word);
        if ((word & 0x8080808080808080u) != 0)
            break;
        done += sizeof word;
    }
    return done;
}

bool hb_utf8_valid(struct hb_span text)
{
    while (text.length > 0) {
        uint32_t ignored;
        size_t length = ascii_prefix(text);

        if (length == 0)
            length = hb_utf8_decode(text, &ignored);
        if (length == 0)
            return false;
        text = hb_span_from(text, length);
    }
    return true;
}
