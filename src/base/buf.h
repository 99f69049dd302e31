/*
 * A growing byte string with a mandatory maximum: what comes from outside
 * (a worker's output, a file, a response) can never take the machine's memory.
 *
 * Appending beyond the maximum sets `overflowed` and drops the excess; the text
 * stays valid and NUL-terminated. Callers check once, at the end.
 */
#ifndef HB_BASE_BUF_H
#define HB_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "base/macros.h"

struct hb_buf {
    char *data;    /* NUL-terminated once anything was appended; else NULL */
    size_t length; /* without the NUL */
    size_t capacity;
    size_t maximum; /* `length` never exceeds it */
    bool overflowed;
};

void hb_buf_init(struct hb_buf *buf, size_t maximum);
void hb_buf_release(struct hb_buf *buf); /* frees; the buffer may be used again */
void hb_buf_clear(struct hb_buf *buf);   /* length 0; keeps the memory */

void hb_buf_append(struct hb_buf *buf, const void *data, size_t length);
void hb_buf_puts(struct hb_buf *buf, const char *text);
void hb_buf_putc(struct hb_buf *buf, char character);
void hb_buf_printf(struct hb_buf *buf, const char *format, ...) HB_PRINTF(2, 3);

/* Drop the first `count` bytes. */
void hb_buf_consume(struct hb_buf *buf, size_t count);

/* The text; "" when nothing was appended. */
const char *hb_buf_text(const struct hb_buf *buf);

/* Read a whole regular file; HB_ERR_LIMIT when it is larger than buf->maximum. */
int hb_buf_read_file(struct hb_buf *buf, const char *path, struct hb_error *err) HB_MUST_CHECK;

#endif
