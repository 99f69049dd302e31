/*
 * Plain text tables for terminals and pipes: columns as wide as their content, numbers to the
 * right, nothing fancy that would break cut and awk. On a terminal long texts are broken to fit.
 * Widths count UTF-8 characters. Cells may hold a stranger's text: control characters are shown
 * escaped.
 */
#ifndef HB_CLI_TABLE_H
#define HB_CLI_TABLE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/macros.h"

struct hb_text_table {
    struct hb_arena *arena;
    const char *const *headers; /* a leading '>' means: align right */
    size_t columns;
    const char **cells; /* row after row */
    size_t cells_count, capacity;
};

void hb_text_table_init(struct hb_text_table *table, struct hb_arena *arena,
                        const char *const *headers, size_t columns);
void hb_text_table_add(struct hb_text_table *table, const char *text); /* copied; next cell */
void hb_text_table_addf(struct hb_text_table *table, const char *format, ...) HB_PRINTF(2, 3);
void hb_text_table_print(const struct hb_text_table *table, FILE *out);

#endif
