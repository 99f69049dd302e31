/*
 * strtol and strtod accept blanks, hexadecimal, infinities and trailing garbage; what comes from a
 * URL is checked character by character first.
 */
#include "servers/builtin/number.h"

#include <math.h>
#include <stdlib.h>

enum { REAL_CHARACTERS_MAX = 32 };

bool hb_number_unsigned(struct hb_span text, uint64_t *ret_value)
{
    uint64_t value = 0;
    bool too_large = false;

    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        too_large |= __builtin_mul_overflow(value, 10u, &value);
        too_large |= __builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value);
    }
    *ret_value = too_large ? UINT64_MAX : value;
    return text.length > 0;
}

bool hb_number_signed(struct hb_span text, int64_t *ret_value)
{
    bool negative = text.length > 0 && text.data[0] == '-';
    bool has_sign = negative || (text.length > 0 && text.data[0] == '+');
    uint64_t magnitude;

    if (!hb_number_unsigned(has_sign ? hb_span_from(text, 1) : text, &magnitude) ||
        magnitude > INT64_MAX)
        return false;
    *ret_value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

bool hb_number_real(struct hb_span text, double *ret_value)
{
    char copy[REAL_CHARACTERS_MAX + 1];
    char *end;
    double value;

    if (text.length == 0 || text.length > REAL_CHARACTERS_MAX)
        return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    if (strspn(copy, "0123456789+-.eE") != text.length)
        return false;
    value = strtod(copy, &end);
    if (*end != '\0' || !isfinite(value))
        return false;
    *ret_value = value;
    return true;
}
