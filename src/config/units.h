/* Numbers with units, as people write them. Each returns 0, or -1 when the text is not one. */
#ifndef HB_CONFIG_UNITS_H
#define HB_CONFIG_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

/* "500ms", "1.5s", "2m", "1h", "250us", "10ns": nanoseconds, at most about 292 years. */
int hb_parse_duration(const char *text, int64_t *ret_ns) HB_MUST_CHECK;

/* "512B", "64KB" (of 1000), "1MiB" (of 1024²): bytes. */
int hb_parse_size(const char *text, int64_t *ret_bytes) HB_MUST_CHECK;

/* "500/s", "30/m", "1.5k/s": events a second. */
int hb_parse_rate(const char *text, double *ret_per_s) HB_MUST_CHECK;

/* "0.1%": the fraction 0.001. */
int hb_parse_percent(const char *text, double *ret_fraction) HB_MUST_CHECK;

/* A whole decimal number, all of the text. */
int hb_parse_integer(const char *text, int64_t *ret_value) HB_MUST_CHECK;

/* A finite decimal number, all of the text, in the C locale. */
int hb_parse_number(const char *text, double *ret_value) HB_MUST_CHECK;

/* Exact text of a duration in the largest unit that divides it: "5s", "1500ms", "2m". */
#define HB_DURATION_TEXT_BYTES 32
void hb_format_duration(char text[HB_DURATION_TEXT_BYTES], int64_t ns);

#endif
