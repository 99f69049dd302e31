/* Plain text in columns, 80 at most. Widths count UTF-8 characters; texts are safe to print. */
#ifndef HB_REPORT_COLUMNS_H
#define HB_REPORT_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

#define HB_TEXT_COLUMNS 80

int hb_text_width(const char *text, size_t length);

/* Filled up with spaces to `columns`; never cut. */
void hb_print_padded(FILE *out, const char *text, int columns, bool right);

/* A space and a word each, broken where they would pass the last column, and a newline. The line is
 * `column` long already; those that follow begin after `indent` spaces. */
void hb_print_words(FILE *out, const char *text, int column, int indent);

#endif
