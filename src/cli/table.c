/* Text tables. The last column is never padded, so that lines end where their text ends. For a pipe
 * a row is a line; on a terminal it takes several where it would not fit. */
#include "cli/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/buf.h"
#include "config/diag.h"

enum {
    GAP = 2,
    USUAL_COLUMNS = 80, /* of a terminal that does not tell */
    NARROWEST = 12,     /* a column of texts is made no narrower */
};

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

static size_t columns_of_bytes(const char *text, size_t length)
{
    size_t columns = 0;

    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

static size_t columns_of(const char *text)
{
    return columns_of_bytes(text, strlen(text));
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

/* Columns of the terminal that a stream is; 0: it is none. */
static size_t columns_of_terminal(FILE *out)
{
    struct winsize size;

    if (!isatty(fileno(out)))
        return 0;
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                         : USUAL_COLUMNS;
}

/* The widest column of texts, behind the first, that names rows; or none. */
static size_t *find_widest(const struct hb_text_table *table, size_t *widths)
{
    size_t *widest = NULL;

    for (size_t column = 1; column < table->columns; column++) {
        if (!is_right(table, column) && widths[column] > NARROWEST &&
            (widest == NULL || widths[column] > *widest))
            widest = &widths[column];
    }
    return widest;
}

/* Narrow columns of texts, the widest first, until a line fits or nothing more can be done. */
static void fit(const struct hb_text_table *table, size_t *widths, size_t limit)
{
    size_t total = (table->columns - 1) * GAP, *widest;

    for (size_t column = 0; column < table->columns; column++)
        total += widths[column];
    for (; limit > 0 && total > limit; total--) {
        widest = find_widest(table, widths);
        if (widest == NULL)
            return;
        --*widest;
    }
}

/* Bytes of a text that go on a line of `width`: up to a space, or cut where there is none. */
static size_t line_length(const char *text, size_t width)
{
    size_t length = 0, columns = 0, space = 0;

    for (; text[length] != '\0'; length++) {
        columns += ((unsigned char)text[length] & 0xC0) != 0x80;
        if (columns > width)
            return space > 0 ? space : length;
        if (text[length] == ' ')
            space = length;
    }
    return length;
}

static void print_part(const struct hb_text_table *table, FILE *out, size_t column, size_t width,
                       const char *text, size_t length)
{
    bool is_last = column + 1 == table->columns;
    int padding = (int)(width - columns_of_bytes(text, length));

    if (is_right(table, column))
        fprintf(out, "%*s%.*s", padding, "", (int)length, text);
    else
        fprintf(out, "%.*s%*s", (int)length, text, is_last ? 0 : padding, "");
    fputs(is_last ? "\n" : "  ", out);
}

/* One row, on as many lines as its longest text takes. `texts` is used up. */
static void print_row(const struct hb_text_table *table, FILE *out, const size_t *widths,
                      const char **texts)
{
    bool more = true;

    while (more) {
        more = false;
        for (size_t column = 0; column < table->columns; column++) {
            size_t length = line_length(texts[column], widths[column]);

            print_part(table, out, column, widths[column], texts[column], length);
            texts[column] += length;
            texts[column] += strspn(texts[column], " ");
            more = more || *texts[column] != '\0';
        }
    }
}

void hb_text_table_print(const struct hb_text_table *table, FILE *out)
{
    size_t *widths = hb_arena_calloc(table->arena, table->columns, sizeof *widths);
    const char **texts = hb_arena_calloc(table->arena, table->columns, sizeof *texts);

    HB_ASSERT(table->cells_count % table->columns == 0);
    for (size_t column = 0; column < table->columns; column++) {
        widths[column] = column_width(table, column);
        texts[column] = header_text(table, column);
    }
    fit(table, widths, columns_of_terminal(out));
    print_row(table, out, widths, texts);
    for (size_t row = 0; row < table->cells_count; row += table->columns) {
        memcpy(texts, table->cells + row, table->columns * sizeof *texts);
        print_row(table, out, widths, texts);
    }
}
