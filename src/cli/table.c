/* Text tables. The last column is never padded, so that lines end where their text ends. */
#include "cli/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/buf.h"
#include "config/diag.h"

void hb_text_table_init(struct hb_text_table *table, struct hb_arena *arena,
                        const char *const *headers, size_t columns)
{
    *table = (struct hb_text_table){.arena = arena, .headers = headers, .columns = columns};
}

static void add_owned(struct hb_text_table *table, const char *text)
{
    if (table->cells_count == table->capacity) {
        size_t capacity = table->capacity > 0 ? table->capacity * 2 : 64;
        const char **cells = hb_arena_calloc(table->arena, capacity, sizeof *cells);

        if (table->cells_count > 0)
            memcpy(cells, table->cells, table->cells_count * sizeof *cells);
        table->cells = cells;
        table->capacity = capacity;
    }
    table->cells[table->cells_count++] = text;
}

void hb_text_table_add(struct hb_text_table *table, const char *text)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf shown;

    hb_buf_init(&shown, 1 << 15);
    hb_escape(&shown, text, strlen(text), shown.maximum / 4 - 4);
    add_owned(table, hb_arena_strdup(table->arena, hb_buf_text(&shown)));
}

void hb_text_table_addf(struct hb_text_table *table, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    hb_text_table_add(table, text);
}

static size_t columns_of(const char *text)
{
    size_t columns = 0;

    for (; *text != '\0'; text++)
        columns += ((unsigned char)*text & 0xC0) != 0x80;
    return columns;
}

static bool is_right(const struct hb_text_table *table, size_t column)
{
    return table->headers[column][0] == '>';
}

static const char *header_text(const struct hb_text_table *table, size_t column)
{
    return table->headers[column] + (is_right(table, column) ? 1 : 0);
}

static size_t column_width(const struct hb_text_table *table, size_t column)
{
    size_t width = columns_of(header_text(table, column));

    for (size_t i = column; i < table->cells_count; i += table->columns) {
        size_t cell = columns_of(table->cells[i]);

        if (cell > width)
            width = cell;
    }
    return width;
}

static void print_cell(const struct hb_text_table *table, FILE *out, size_t column, size_t width,
                       const char *text)
{
    int padding = (int)(width - columns_of(text));
    bool is_last = column + 1 == table->columns;

    if (is_right(table, column))
        fprintf(out, "%*s%s", padding, "", text);
    else
        fprintf(out, "%s%*s", text, is_last ? 0 : padding, "");
    fputs(is_last ? "\n" : "  ", out);
}

void hb_text_table_print(const struct hb_text_table *table, FILE *out)
{
    size_t *widths = hb_arena_calloc(table->arena, table->columns, sizeof *widths);

    HB_ASSERT(table->cells_count % table->columns == 0);
    for (size_t column = 0; column < table->columns; column++) {
        widths[column] = column_width(table, column);
        print_cell(table, out, column, widths[column], header_text(table, column));
    }
    for (size_t i = 0; i < table->cells_count; i++)
        print_cell(table, out, i % table->columns, widths[i % table->columns], table->cells[i]);
}
