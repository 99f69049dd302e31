/*
 * Instructions of a program and its descendants, counted by valgrind's tool callgrind where that is
 * installed: exact in user space, and some fifty times as slow as without. The words that
 * hb_callgrind_words() gives go before the program's own; the files that it then leaves in its
 * working directory are read here.
 */
#ifndef HB_EXEC_CALLGRIND_H
#define HB_EXEC_CALLGRIND_H

#include <linux/limits.h>
#include <stdint.h>

#include "base/error.h"

#define HB_CALLGRIND_WORDS 5

/* The path of valgrind; HB_ERR_UNAVAILABLE with the remedy when it is not in PATH. */
int hb_callgrind_find(char ret_path[PATH_MAX], struct hb_error *err) HB_MUST_CHECK;

/* HB_CALLGRIND_WORDS words and a NULL; the first is borrowed. */
void hb_callgrind_words(const char *valgrind, const char *ret_words[HB_CALLGRIND_WORDS + 1]);

/* The sum over all processes that ran in a folder; their files are removed. HB_ERR_RUN when there
 * is none, or one without a total. */
int hb_callgrind_take(const char *folder, uint64_t *ret_instructions,
                      struct hb_error *err) HB_MUST_CHECK;

#endif
