/* UTF-8 as Unicode defines it: no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef HB_SERVERS_BUILTIN_UTF8_H
#define HB_SERVERS_BUILTIN_UTF8_H

#include <stdint.h>

#include "servers/builtin/span.h"

/* Decode the first character of a span that is not empty. Returns its length in bytes, 0 when it is
 * invalid. */
size_t hb_utf8_decode(struct hb_span text, uint32_t *ret_code_point);

bool hb_utf8_valid(struct hb_span text);

#endif
