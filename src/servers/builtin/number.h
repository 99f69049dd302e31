/* Numbers in paths and queries: the whole text must be one, and no value escapes its limits. */
#ifndef HB_SERVERS_BUILTIN_NUMBER_H
#define HB_SERVERS_BUILTIN_NUMBER_H

#include <stdint.h>

#include "servers/builtin/span.h"

/* Decimal digits only. A value beyond 64 bits becomes UINT64_MAX. */
bool hb_number_unsigned(struct hb_span text, uint64_t *ret_value);

/* Digits with an optional sign; values that do not fit are refused. */
bool hb_number_signed(struct hb_span text, int64_t *ret_value);

/* A finite decimal number such as 0.5 or 1e-1, of at most 32 characters; no "inf", "nan" or
 * hexadecimal. */
bool hb_number_real(struct hb_span text, double *ret_value);

#endif
