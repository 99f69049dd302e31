/* The last lines of an endless text in fixed memory: what a worker wrote on its standard error. */
#ifndef HB_EXEC_TAIL_H
#define HB_EXEC_TAIL_H

#include <stddef.h>
#include <stdint.h>

#define HB_TAIL_BYTES 8192

struct hb_tail {
    char ring[HB_TAIL_BYTES];
    uint64_t total_bytes; /* ever added */
};

void hb_tail_add(struct hb_tail *tail, const void *data, size_t length);

/*
 * The text as printable UTF-8, from the first line that is whole: control characters and bytes that
 * are not UTF-8 become '?'. Malloc'd; NULL when nothing was added.
 */
char *hb_tail_text(const struct hb_tail *tail);

/* Make any text of foreign origin printable, in place, in the same way; '\n' and '\t' stay. */
void hb_make_printable(char *text);
void hb_make_printable_bytes(char *text, size_t length); /* of `length` bytes; NULs too */

#endif
