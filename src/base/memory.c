/* malloc and friends with one policy: out of memory aborts, with a word on standard error. */
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
    if (memory == NULL) {
        fputs("http-benchmark: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *hb_alloc(size_t bytes)
{
    return checked(calloc(1, bytes > 0 ? bytes : 1));
}

void *hb_realloc(void *memory, size_t bytes)
{
    return checked(realloc(memory, bytes > 0 ? bytes : 1));
}

void *hb_calloc(size_t count, size_t item_bytes)
{
    return checked(calloc(count > 0 ? count : 1, item_bytes > 0 ? item_bytes : 1));
}

char *hb_strdup(const char *text)
{
    return checked(strdup(text));
}

char *hb_strndup(const char *text, size_t length)
{
    return checked(strndup(text, length));
}

char *hb_asprintf(const char *format, ...)
{
    va_list args;
    char *text = NULL;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    return checked(text);
}

void hb_free_ptr(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}

void *hb_grow(void *items, size_t *capacity, size_t count, size_t item_bytes)
{
    size_t bytes;

    if (count < *capacity)
        return items;
    *capacity = *capacity > 0 ? *capacity * 2 : 8;
    if (__builtin_mul_overflow(*capacity, item_bytes, &bytes))
        checked(NULL);
    return hb_realloc(items, bytes);
}
