/* UTF-8, one character at a time. */
#ifndef HB_CONFIG_UTF8_H
#define HB_CONFIG_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decode the character at `text`. Returns its length in bytes, or 0 when the bytes are not valid
 * UTF-8 (overlong forms and surrogates included) or `length` is 0.
 */
size_t hb_utf8_decode(const char *text, size_t length, uint32_t *ret_character);

/* The offset of the first byte that is not valid UTF-8; `length` when all of it is. */
size_t hb_utf8_valid_prefix(const char *text, size_t length);

#endif
