/* Encoding goes through a small block, so that a large upload is not appended four bytes at a time.
 */
#include "servers/builtin/base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { BLOCK_GROUPS = 256 };

static void encode_group(char text[4], const unsigned char *bytes, size_t count)
{
    uint32_t bits = (uint32_t)bytes[0] << 16;

    if (count > 1)
        bits |= (uint32_t)bytes[1] << 8;
    if (count > 2)
        bits |= bytes[2];
    text[0] = alphabet[bits >> 18];
    text[1] = alphabet[bits >> 12 & 63];
    text[2] = '=';
    text[3] = '=';
    if (count > 1)
        text[2] = alphabet[bits >> 6 & 63];
    if (count > 2)
        text[3] = alphabet[bits & 63];
}

void hb_base64_append(struct hb_buf *out, struct hb_span bytes)
{
    const unsigned char *input = (const unsigned char *)bytes.data;
    char block[BLOCK_GROUPS * 4];
    size_t filled = 0;

    for (size_t i = 0; i < bytes.length; i += 3) {
        encode_group(block + filled, input + i, bytes.length - i < 3 ? bytes.length - i : 3);
        filled += 4;
        if (filled == sizeof block) {
            hb_buf_append(out, block, filled);
            filled = 0;
        }
    }
    hb_buf_append(out, block, filled);
}

static int digit_value(char digit)
{
    const char *place = digit != '\0' ? strchr(alphabet, digit) : NULL;

    return place != NULL ? (int)(place - alphabet) : -1;
}

bool hb_base64_decode(struct hb_buf *out, struct hb_span text)
{
    uint32_t bits = 0;
    size_t digits = 0;

    if (text.length % 4 != 0)
        return false;
    while (text.length > 0 && digits < 2 && text.data[text.length - 1] == '=') {
        text.length--;
        digits++;
    }
    digits = 0;
    for (size_t i = 0; i < text.length; i++) {
        int value = digit_value(text.data[i]);

        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        digits++;
        if (digits % 4 != 1)
            hb_buf_putc(out, (char)(bits >> (6 - 2 * ((digits - 1) % 4)) & 0xFF));
    }
    return true;
}
