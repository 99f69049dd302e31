/*
 * Where libcurl's memory lies while thousands of its transfers are in flight. A transfer is some
 * sixty blocks; taken one by one from a heap that all transfers share they end up far apart, and
 * each touch of one is a cache miss. Here every transfer has a home, an own stretch of memory that
 * its blocks are cut from, and the home of the transfer that is next can be fetched ahead.
 *
 * One set of homes a process, for the thread that made it: libcurl takes functions for memory once
 * and for all (curl_global_init_mem), and they get no context. Other threads of libcurl (its
 * resolver) and blocks that no home has room for use malloc.
 */
#ifndef HB_CLIENTS_NATIVE_CURL_MEMORY_H
#define HB_CLIENTS_NATIVE_CURL_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define HB_CURL_NO_TRANSFER SIZE_MAX

/*
 * Initialises libcurl to use homes, `transfers` of them; to be called before any other function of
 * libcurl. Where the address space does not allow it (ulimit -v), libcurl keeps malloc, and the
 * functions below do nothing.
 */
void hb_curl_memory_init(size_t transfers);

/* What libcurl allocates from here on is for this transfer; HB_CURL_NO_TRANSFER: for several. */
void hb_curl_memory_enter(size_t transfer);

/* This transfer is next: begins to fetch its home into the cache. */
void hb_curl_memory_expect(size_t transfer);

/* After the last handle's release. Nothing happens without an init before. */
void hb_curl_memory_release(void);

/* What libcurl is given: like malloc and its kin. */
void *hb_curl_malloc(size_t bytes);
void *hb_curl_calloc(size_t count, size_t item_bytes);
void *hb_curl_realloc(void *memory, size_t bytes);
char *hb_curl_strdup(const char *text);
void hb_curl_free(void *memory);

#endif
