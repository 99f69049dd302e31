/*
 * Writing JSON text where building a tree first would cost memory without bounds (run lists,
 * reports). Reading and small messages use jansson.
 */
#ifndef HB_BASE_JSON_H
#define HB_BASE_JSON_H

#include <stdio.h>

/* `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. NULL is written
 * as null. */
void hb_json_write_string(FILE *out, const char *text);

/* A number; null for NaN and infinities, which JSON does not have. */
void hb_json_write_number(FILE *out, double value);

#endif
