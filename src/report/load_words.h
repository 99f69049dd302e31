/* The load that an open loop was given, in words and in JSON: one wording for all outputs. */
#ifndef HB_REPORT_LOAD_WORDS_H
#define HB_REPORT_LOAD_WORDS_H

#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"

/* What became due: ", 500 requests/s due", ", bursts of 64 every 6 s" (`burst` above 0); nothing
 * for a closed loop (`rate` 0). */
void hb_rate_put(double rate, uint32_t burst, int64_t every_ns, struct hb_buf *ret);

/* `, "burst": 64, "every_s": 6` behind another member; nothing where there are no bursts. */
void hb_bursts_write_json(uint32_t burst, int64_t every_ns, FILE *out);

#endif
