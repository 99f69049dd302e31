/*
 * Blocks of a few sizes, cut from the home of the transfer that needs them and, when they are free,
 * kept in a list of that home for their size. Nothing is joined or given back: after a few requests
 * a transfer finds at each of its requests the blocks of the one before.
 */
#include "clients/native/curl_memory.h"

#include <curl/curl.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HOME_BYTES ((size_t)64 << 10)

/*
 * Sizes, header included: steps of 32 bytes to 2 KiB, then of 1 KiB. The largest is a receive
 * buffer of 16 KiB; larger are the tables of a multi handle, which are not one transfer's.
 */
#define FINE_STEP ((size_t)32)
#define FINE_MAX ((size_t)2048)
#define COARSE_STEP ((size_t)1024)
#define BLOCK_MAX ((size_t)20 << 10)
#define FINE_CLASSES (FINE_MAX / FINE_STEP)
#define CLASSES (FINE_CLASSES + (BLOCK_MAX - FINE_MAX) / COARSE_STEP + 1)

/*
 * Between this and a buffer's size is the connection that libcurl makes up for each request, to
 * find that it has one and give it back. Such blocks are free for all homes alike: the last one
 * given back is still in the cache.
 */
#define PASSING_MIN ((size_t)1 << 10)

/* Buffers, of which a request touches the beginning, lie at a home's end, apart from the rest. */
#define BUFFER_MIN ((size_t)8 << 10)

#define CACHE_LINE ((size_t)64)
#define FETCH_MAX ((size_t)16 << 10)
#define FETCH_OF_BUFFER ((size_t)512)
#define CACHED_TRANSFERS ((size_t)128) /* so few stay in the cache by themselves */

/* What precedes the memory that libcurl gets. */
struct block {
    alignas(max_align_t) size_t size_class; /* 0: of malloc */
    struct block *next;                     /* while it is free */
};

/* At the beginning of each home; zeroed memory is an empty one. */
struct home {
    uint32_t begun;         /* bytes that are cut after this header */
    uint32_t ended;         /* and from the end */
    uint16_t free[CLASSES]; /* the first free block's offset, in fine steps; 0: none */
};

#define HEADER_BYTES ((sizeof(struct home) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE)

static struct {
    char *memory;
    size_t count;
    size_t current; /* a home's number; HB_CURL_NO_TRANSFER: none */
    struct block *passing[CLASSES];
} homes;

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

/* ---- homes ---- */

static struct home *home_at(size_t number)
{
    return (struct home *)(homes.memory + number * HOME_BYTES);
}

static struct home *home_of(const struct block *block)
{
    return home_at((size_t)((const char *)block - homes.memory) / HOME_BYTES);
}

/* NULL: the home has no room. */
static struct block *cut(struct home *home, size_t size_class)
{
    size_t bytes = class_bytes(size_class), offset = HEADER_BYTES + home->begun;
    struct block *block;

    if (bytes > HOME_BYTES - home->ended - offset)
        return NULL;
    if (bytes >= BUFFER_MIN)
        offset = HOME_BYTES - (home->ended += (uint32_t)bytes);
    else
        home->begun += (uint32_t)bytes;
    block = (struct block *)((char *)home + offset);
    block->size_class = size_class;
    return block;
}

/* The first free block of a size; NULL: none. */
static struct block *first_free(struct home *home, size_t size_class)
{
    size_t offset = home->free[size_class] * FINE_STEP;

    return offset == 0 ? NULL : (struct block *)((char *)home + offset);
}

static void set_first_free(struct home *home, size_t size_class, const struct block *block)
{
    home->free[size_class] =
        block == NULL ? 0 : (uint16_t)((size_t)((const char *)block - (char *)home) / FINE_STEP);
}

static bool is_passing(size_t size_class)
{
    return class_bytes(size_class) > PASSING_MIN && class_bytes(size_class) < BUFFER_MIN;
}

/* ---- blocks ---- */

static struct block *take(size_t size_class)
{
    struct home *home = home_at(homes.current);
    bool passing = is_passing(size_class);
    struct block *block = passing ? homes.passing[size_class] : first_free(home, size_class);

    if (block == NULL)
        return cut(home, size_class);
    if (passing)
        homes.passing[size_class] = block->next;
    else
        set_first_free(home, size_class, block->next);
    return block;
}

static void give_back(struct block *block)
{
    struct home *home = home_of(block);

    if (is_passing(block->size_class)) {
        block->next = homes.passing[block->size_class];
        homes.passing[block->size_class] = block;
    } else {
        block->next = first_free(home, block->size_class);
        set_first_free(home, block->size_class, block);
    }
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
    if (owns_homes && homes.current < homes.count && total <= BLOCK_MAX)
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
    if (block->size_class == 0)
        free(block);
    else if (owns_homes)
        give_back(block);
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

/* ---- all of them ---- */

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
    homes.memory = memory;
    homes.count = transfers;
    homes.current = HB_CURL_NO_TRANSFER;
    owns_homes = true;
}

void hb_curl_memory_enter(size_t transfer)
{
    if (owns_homes)
        homes.current = transfer;
}

static void fetch(const char *memory, size_t bytes)
{
    for (size_t offset = 0; offset < bytes; offset += CACHE_LINE) {
        __builtin_prefetch(memory + offset, 1, 2);
        __asm__ volatile(
            ""); /* or the compiler takes a loop of prefetches for one without effect */
    }
}

void hb_curl_memory_expect(size_t transfer)
{
    const struct home *home;
    size_t begun;

    if (!owns_homes || homes.count <= CACHED_TRANSFERS)
        return;
    home = home_at(transfer);
    begun = HEADER_BYTES + home->begun;
    fetch((const char *)home, begun < FETCH_MAX ? begun : FETCH_MAX);
    if (home->ended > 0)
        fetch((const char *)home + HOME_BYTES - home->ended, FETCH_OF_BUFFER);
}

void hb_curl_memory_release(void)
{
    if (!owns_homes)
        return;
    curl_global_cleanup();
    munmap(homes.memory, homes.count * HOME_BYTES);
    memset(&homes, 0, sizeof(homes));
    owns_homes = false;
}
