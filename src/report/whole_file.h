/* Writing a file whole or not at all: nobody reads half a report, and an old one stays when a new
 * one cannot be made. */
#ifndef HB_REPORT_WHOLE_FILE_H
#define HB_REPORT_WHOLE_FILE_H

#include <stdio.h>

#include "base/error.h"

/* Writes `what` to `out`; errors of the stream are checked by the caller. */
typedef int hb_write_fn(const void *what, FILE *out, struct hb_error *err);

/* Into a temporary file beside `path`, then renamed over it; a device or a pipe is written to; "-"
 * is standard output. */
int hb_write_whole(const char *path, hb_write_fn *write, const void *what,
                   struct hb_error *err) HB_MUST_CHECK;

#endif
