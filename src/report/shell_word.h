/* Words of commands that people are told to type. */
#ifndef HB_REPORT_SHELL_WORD_H
#define HB_REPORT_SHELL_WORD_H

#include "base/buf.h"

/* As a shell takes it for one word: in quotes unless it needs none. */
void hb_shell_word_put(struct hb_buf *ret, const char *word);

#endif
