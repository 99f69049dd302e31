/*
 * An arena holds everything that lives and dies together: a scenario and its
 * plan, a report. Nothing in it is freed alone.
 */
#ifndef HB_BASE_ARENA_H
#define HB_BASE_ARENA_H

#include <stddef.h>

#include "base/macros.h"

struct hb_arena {
    struct hb_arena_block *newest;
    size_t total_bytes; /* asked for so far, for callers that set themselves a limit */
};

void hb_arena_init(struct hb_arena *arena);
void hb_arena_release(struct hb_arena *arena);

/* Zeroed memory, aligned for any type; never NULL. */
void *hb_arena_alloc(struct hb_arena *arena, size_t bytes);
void *hb_arena_calloc(struct hb_arena *arena, size_t count, size_t item_bytes);
char *hb_arena_strdup(struct hb_arena *arena, const char *text);
char *hb_arena_strndup(struct hb_arena *arena, const char *text, size_t length);
char *hb_arena_printf(struct hb_arena *arena, const char *format, ...) HB_PRINTF(2, 3);
void *hb_arena_memdup(struct hb_arena *arena, const void *data, size_t bytes);

#endif
