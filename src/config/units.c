/* Numbers with units. One scanner splits number and unit; a table of units does the rest. */
#include "config/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double factor;
};

static const struct unit durations[] = {{"ns", 1},   {"us", 1e3},   {"ms", 1e6}, {"s", 1e9},
                                        {"m", 6e10}, {"h", 3.6e12}, {NULL, 0}};
static const struct unit sizes[] = {{"B", 1},        {"KB", 1e3},     {"MB", 1e6},     {"GB", 1e9},
                                    {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {NULL, 0}};
static const struct unit rates[] = {{"/s", 1}, {"k/s", 1e3}, {"/m", 1 / 60.0}, {NULL, 0}};
static const struct unit percents[] = {{"%", 0.01}, {NULL, 0}};

/* How many bytes of `text` are digits with at most one point among them. */
static size_t decimal_length(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    size_t fraction;

    if (whole == 0 || text[whole] != '.')
        return whole;
    fraction = strspn(text + whole + 1, "0123456789");
    return fraction > 0 ? whole + 1 + fraction : 0;
}

static int parse_with_unit(const char *text, const struct unit *units, double *ret_value)
{
    size_t length = decimal_length(text);
    double number;

    if (length == 0)
        return -1;
    number = strtod(text, NULL);
    for (; units->name != NULL; units++) {
        if (strcmp(text + length, units->name) == 0) {
            *ret_value = number * units->factor;
            return isfinite(*ret_value) ? 0 : -1;
        }
    }
    return -1;
}

static int parse_whole(const char *text, const struct unit *units, int64_t *ret_value)
{
    double value;

    if (parse_with_unit(text, units, &value) != 0 || value >= 0x1p63)
        return -1;
    *ret_value = llround(value);
    return 0;
}

int hb_parse_duration(const char *text, int64_t *ret_ns)
{
    return parse_whole(text, durations, ret_ns);
}

int hb_parse_size(const char *text, int64_t *ret_bytes)
{
    return parse_whole(text, sizes, ret_bytes);
}

int hb_parse_rate(const char *text, double *ret_per_s)
{
    return parse_with_unit(text, rates, ret_per_s);
}

int hb_parse_percent(const char *text, double *ret_fraction)
{
    return parse_with_unit(text, percents, ret_fraction);
}

int hb_parse_integer(const char *text, int64_t *ret_value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    char *end;
    long long value;

    if (!isdigit((unsigned char)*digits))
        return -1;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0')
        return -1;
    *ret_value = value;
    return 0;
}

int hb_parse_number(const char *text, double *ret_value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    char *end;
    double value;

    if (!isdigit((unsigned char)digits[0]) &&
        !(digits[0] == '.' && isdigit((unsigned char)digits[1])))
        return -1;
    if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) /* strtod reads hexadecimal */
        return -1;
    value = strtod(text, &end);
    if (*end != '\0' || !isfinite(value))
        return -1;
    *ret_value = value;
    return 0;
}

void hb_format_duration(char text[HB_DURATION_TEXT_BYTES], int64_t ns)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000},
                 {"ms", 1000000},      {"us", 1000},       {"ns", 1}};

    for (size_t i = 0; i < HB_ARRAY_LEN(units); i++) {
        if (ns != 0 && ns % units[i].ns == 0) {
            snprintf(text, HB_DURATION_TEXT_BYTES, "%lld%s", (long long)(ns / units[i].ns),
                     units[i].name);
            return;
        }
    }
    snprintf(text, HB_DURATION_TEXT_BYTES, "0s");
}
