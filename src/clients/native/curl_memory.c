/*
 * Blocks of a few sizes, cut from the home of the transfer that needs them and kept in one list a
 * size when they are free. Nothing is joined or given back: after a few requests a transfer finds
 * at each of its requests the blocks of the one before.
 */
#include "clients/native/curl_memory.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/macros.h"
#include "base/memory.h"

#define HOME_BYTES ((size_t)64 << 10)

/* Sizes, header included: steps of 32 bytes to 2 KiB, then of 1 KiB. */
#define FINE_STEP ((size_t)32)
#define FINE_MAX ((size_t)2048)
#define COARSE_STEP ((size_t)1024)
#define BLOCK_MAX ((size_t)32 << 10)
#define FINE_CLASSES (FINE_MAX / FINE_STEP)
#define CLASSES (FINE_CLASSES + (BLOCK_MAX - FINE_MAX) / COARSE_STEP + 1)

/* Buffers, of which a request touches little, lie at a home's end, apart from all the rest. */
#define BUFFER_MIN ((size_t)8 << 10)

#define CACHE_LINE ((size_t)64)
#define FETCH_MAX ((size_t)16 << 10)
#define CACHED_TRANSFERS ((size_t)128) /* so few stay in the cache by themselves */

struct block {
    size_t size_class;  /* 0: of malloc */
    struct block *next; /* while it is free */
};

struct home {
    uint32_t low, high; /* what lies between is not used yet; offsets */
};

static struct {
    char *memory;
    struct home *homes;
    size_t count;
    size_t current; /* a home's number; count: none */
    struct block *free[CLASSES];
} shared;

static _Thread_local bool owns_homes;

/* ---- sizes ---- */

static size_t class_of(size_t bytes)
{
    return bytes <= FINE_MAX ? (bytes + FINE_STEP - 1) / FINE_STEP
                             : FINE_CLASSES + (bytes - FINE_MAX + COARSE_STEP - 1) / COARSE_STEP;
}

static size_t class_bytes(size_t size_class)
{
    return size_class <= FINE_CLASSES ? size_class * FINE_STEP
                                      : FINE_MAX + (size_class - FINE_CLASSES) * COARSE_STEP;
}

/* ---- blocks ---- */

/* NULL: the home has no room. */
static struct block *cut(size_t size_class)
{
    struct home *home = &shared.homes[shared.current];
    size_t bytes = class_bytes(size_class), offset = home->low;
    struct block *block;

    if (bytes > home->high - home->low)
        return NULL;
    if (bytes >= BUFFER_MIN)
        offset = home->high -= (uint32_t)bytes;
    else
        home->low += (uint32_t)bytes;
    block = (struct block *)(shared.memory + shared.current * HOME_BYTES + offset);
    block->size_class = size_class;
    return block;
}

static struct block *take(size_t size_class)
{
    struct block *block = shared.free[size_class];

    if (block == NULL)
        return cut(size_class);
    shared.free[size_class] = block->next;
    return block;
}

static struct block *take_of_malloc(size_t bytes)
{
    struct block *block = malloc(bytes);

    if (block != NULL)
        block->size_class = 0;
    return block;
}

void *hb_curl_malloc(size_t bytes)
{
    struct block *block = NULL;
    size_t total;

    if (__builtin_add_overflow(bytes, sizeof(*block), &total))
        return NULL;
    if (owns_homes && shared.current < shared.count && total <= BLOCK_MAX)
        block = take(class_of(total));
    if (block == NULL)
        block = take_of_malloc(total);
    return block == NULL ? NULL : block + 1;
}

/* A block of a home that another thread is done with is lost to its home: one a resolved name. */
void hb_curl_free(void *memory)
{
    struct block *block = memory == NULL ? NULL : (struct block *)memory - 1;

    if (block == NULL)
        return;
    if (block->size_class == 0) {
        free(block);
    } else if (owns_homes) {
        block->next = shared.free[block->size_class];
        shared.free[block->size_class] = block;
    }
}

void *hb_curl_calloc(size_t count, size_t item_bytes)
{
    size_t bytes;
    void *memory;

    if (__builtin_mul_overflow(count, item_bytes, &bytes))
        return NULL;
    memory = hb_curl_malloc(bytes);
    return memory == NULL ? NULL : memset(memory, 0, bytes);
}

static void *grow_of_malloc(struct block *block, size_t bytes)
{
    size_t total;

    if (__builtin_add_overflow(bytes, sizeof(*block), &total))
        return NULL;
    block = realloc(block, total);
    return block == NULL ? NULL : block + 1;
}

void *hb_curl_realloc(void *memory, size_t bytes)
{
    struct block *block = memory == NULL ? NULL : (struct block *)memory - 1;
    size_t room;
    void *moved;

    if (block == NULL)
        return hb_curl_malloc(bytes);
    if (block->size_class == 0)
        return grow_of_malloc(block, bytes);
    room = class_bytes(block->size_class) - sizeof(*block);
    if (bytes <= room)
        return memory;
    moved = hb_curl_malloc(bytes);
    if (moved == NULL)
        return NULL;
    memcpy(moved, memory, room);
    hb_curl_free(memory);
    return moved;
}

char *hb_curl_strdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = hb_curl_malloc(bytes);

    return copy == NULL ? NULL : memcpy(copy, text, bytes);
}

/* ---- homes ---- */

/* No huge pages: they would make memory resident that no transfer uses. */
static char *reserve(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    (void)madvise(memory, bytes, MADV_NOHUGEPAGE);
    return memory;
}

void hb_curl_memory_init(size_t transfers)
{
    char *memory = reserve(transfers * HOME_BYTES);

    if (memory == NULL)
        return;
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, hb_curl_malloc, hb_curl_free, hb_curl_realloc,
                             hb_curl_strdup, hb_curl_calloc) != CURLE_OK) {
        munmap(memory, transfers * HOME_BYTES);
        return;
    }
    shared.memory = memory;
    shared.homes = hb_calloc(transfers, sizeof(*shared.homes));
    for (size_t i = 0; i < transfers; i++)
        shared.homes[i].high = HOME_BYTES;
    shared.count = transfers;
    shared.current = transfers;
    owns_homes = true;
}

void hb_curl_memory_enter(size_t transfer)
{
    if (owns_homes)
        shared.current = transfer;
}

void hb_curl_memory_expect(size_t transfer)
{
    const char *home = shared.memory + transfer * HOME_BYTES;
    size_t bytes;

    if (!owns_homes || shared.count <= CACHED_TRANSFERS)
        return;
    bytes = shared.homes[transfer].low < FETCH_MAX ? shared.homes[transfer].low : FETCH_MAX;
    for (size_t offset = 0; offset < bytes; offset += CACHE_LINE) {
        __builtin_prefetch(home + offset, 1);
        __asm__ volatile(
            ""); /* or the compiler takes a loop of prefetches for one without effect */
    }
}

void hb_curl_memory_release(void)
{
    if (!owns_homes)
        return;
    curl_global_cleanup();
    munmap(shared.memory, shared.count * HOME_BYTES);
    free(shared.homes);
    memset(&shared, 0, sizeof(shared));
    owns_homes = false;
}
