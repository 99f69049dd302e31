/* A bump allocator in blocks that double up to a megabyte; larger objects get a block of their own.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

enum { FIRST_BLOCK_BYTES = 4096, LARGEST_BLOCK_BYTES = 1 << 20 };

struct hb_arena_block {
    struct hb_arena_block *older;
    size_t used, capacity;
    alignas(max_align_t) unsigned char data[];
};

void hb_arena_init(struct hb_arena *arena)
{
    *arena = (struct hb_arena){0};
}

void hb_arena_release(struct hb_arena *arena)
{
    struct hb_arena_block *block = arena->newest;

    while (block != NULL) {
        struct hb_arena_block *older = block->older;

        free(block);
        block = older;
    }
    hb_arena_init(arena);
}

static struct hb_arena_block *add_block(struct hb_arena *arena, size_t at_least)
{
    size_t capacity = arena->newest != NULL ? arena->newest->capacity * 2 : FIRST_BLOCK_BYTES;
    struct hb_arena_block *block;

    if (capacity > LARGEST_BLOCK_BYTES)
        capacity = LARGEST_BLOCK_BYTES;
    if (capacity < at_least)
        capacity = at_least;
    block = hb_alloc(sizeof *block + capacity);
    block->capacity = capacity;
    block->older = arena->newest;
    arena->newest = block;
    return block;
}

void *hb_arena_alloc(struct hb_arena *arena, size_t bytes)
{
    const size_t align = alignof(max_align_t);
    struct hb_arena_block *block = arena->newest;
    void *memory;

    HB_ASSERT(bytes < SIZE_MAX / 2);
    bytes = bytes > 0 ? (bytes + align - 1) & ~(align - 1) : align;
    if (block == NULL || block->capacity - block->used < bytes)
        block = add_block(arena, bytes);
    memory = block->data + block->used;
    block->used += bytes;
    arena->total_bytes += bytes;
    return memory;
}

void *hb_arena_calloc(struct hb_arena *arena, size_t count, size_t item_bytes)
{
    size_t bytes;

    HB_ASSERT(!__builtin_mul_overflow(count, item_bytes, &bytes));
    return hb_arena_alloc(arena, bytes);
}

void *hb_arena_memdup(struct hb_arena *arena, const void *data, size_t bytes)
{
    void *copy = hb_arena_alloc(arena, bytes);

    if (bytes > 0)
        memcpy(copy, data, bytes);
    return copy;
}

char *hb_arena_strndup(struct hb_arena *arena, const char *text, size_t length)
{
    char *copy = hb_arena_alloc(arena, length + 1);

    memcpy(copy, text, length);
    return copy;
}

char *hb_arena_strdup(struct hb_arena *arena, const char *text)
{
    return hb_arena_strndup(arena, text, strlen(text));
}

char *hb_arena_printf(struct hb_arena *arena, const char *format, ...)
{
    va_list args;
    char *text;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    HB_ASSERT(length >= 0);
    text = hb_arena_alloc(arena, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}
