/*
 * System calls of a program and its descendants, counted by strace(1) where that is installed. The
 * words that hb_strace_prefix() gives go before the program's own; in the log that strace then
 * writes, the calls of a span of time are counted here.
 */
#ifndef HB_EXEC_STRACE_H
#define HB_EXEC_STRACE_H

#include <linux/limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"

#define HB_STRACE_MAX_CALLS 512 /* kinds of calls; Linux has fewer */
#define HB_STRACE_WORDS 11

struct hb_call_count {
    const char *name; /* "epoll_wait" */
    uint64_t calls;
};

struct hb_call_counts {
    uint64_t total;
    struct hb_call_count *calls; /* as they first came */
    size_t count;
};

/* The path of strace; HB_ERR_UNAVAILABLE with the remedy when it is not in PATH. */
int hb_strace_find(char ret_path[PATH_MAX], struct hb_error *err) HB_MUST_CHECK;

/* HB_STRACE_WORDS words, borrowed from the arguments. */
void hb_strace_prefix(const char *strace, const char *log, const char *ret_words[]);

/* The calls that began at `from_wall_ns` or later and before `to_wall_ns`; microseconds are what a
 * log knows. In `arena`. HB_ERR_RUN when there is none. */
int hb_strace_count(FILE *log, int64_t from_wall_ns, int64_t to_wall_ns, struct hb_arena *arena,
                    struct hb_call_counts *ret_counts, struct hb_error *err) HB_MUST_CHECK;

#endif
