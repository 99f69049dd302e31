/* Allocation that aborts when the machine is out of memory, so no caller has to test for it. */
#ifndef HB_BASE_MEMORY_H
#define HB_BASE_MEMORY_H

#include <stddef.h>

#include "base/macros.h"

void *hb_alloc(size_t bytes);                      /* zeroed; never NULL */
void *hb_realloc(void *memory, size_t bytes);      /* never NULL */
void *hb_calloc(size_t count, size_t item_bytes);  /* zeroed, overflow-checked; never NULL */
char *hb_strdup(const char *text);                 /* never NULL */
char *hb_strndup(const char *text, size_t length); /* never NULL */
char *hb_asprintf(const char *format, ...) HB_PRINTF(1, 2); /* never NULL; caller frees */

/* For HB_CLEANUP(hb_free_ptr) on any `T *` variable. */
void hb_free_ptr(void *pointer_to_pointer);

/*
 * Grow a dynamic array so that one more item fits: doubles `*capacity`.
 * Returns the (possibly moved) array.
 */
void *hb_grow(void *items, size_t *capacity, size_t count, size_t item_bytes);

#endif
