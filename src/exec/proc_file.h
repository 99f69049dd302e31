/* Small text files of /proc and /sys: reading one, and finding a word in it. */
#ifndef HB_EXEC_PROC_FILE_H
#define HB_EXEC_PROC_FILE_H

#include <stddef.h>

#include "base/macros.h"

/* The beginning of a file as text; -1 when it cannot be read or is empty. */
int hb_proc_read(const char *path, char *text, size_t capacity) HB_MUST_CHECK;

/* Where word number `index` (from 0) of a text begins; its end when there are fewer words. */
const char *hb_proc_word(const char *text, unsigned index);

#endif
