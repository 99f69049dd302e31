/* Collecting diagnostics. What they look like is diag_render.c's affair. */
#include "config/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

enum {
    WINDOW_BYTES = 120, /* of a source line that is shown */
    QUOTED_BYTES = 80,  /* of an offending text in a message */
};

void hb_diags_init(struct hb_diags *diags)
{
    *diags = (struct hb_diags){0};
    hb_arena_init(&diags->arena);
}

void hb_diags_release(struct hb_diags *diags)
{
    hb_arena_release(&diags->arena);
    hb_diags_init(diags);
}

/* The start of the next line: after LF, CR LF or CR, as libyaml counts them; NULL at the end. */
static const char *next_line(const char *at)
{
    at = strpbrk(at, "\r\n");
    if (at == NULL)
        return NULL;
    return at + (at[0] == '\r' && at[1] == '\n' ? 2 : 1);
}

const char *hb_source_line(const struct hb_source *source, unsigned line)
{
    const char *at = source->text;

    for (; line > 1 && at != NULL; line--)
        at = next_line(at);
    return at;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The byte that a column of a line points at, or the line's end. */
static size_t column_offset(const char *line, size_t length, unsigned column)
{
    size_t offset = 0;

    for (unsigned at = 1; at < column && offset < length; at++) {
        offset++;
        while (offset < length && is_continuation(line[offset]))
            offset++;
    }
    return offset;
}

/* A character boundary at or a little before `offset`; text that is not UTF-8 may have none. */
static size_t boundary(const char *line, size_t offset)
{
    for (int i = 0; i < 3 && offset > 0 && is_continuation(line[offset]); i++)
        offset--;
    return offset;
}

/* Keep the line that a place points at; of a long one, a window around the column. */
static void keep_source_line(struct hb_diags *diags, struct hb_diag *diag,
                             const struct hb_source *source)
{
    const char *line = source != NULL ? hb_source_line(source, diag->line) : NULL;
    size_t length, offset, start = 0, end;

    if (line == NULL)
        return;
    length = strcspn(line, "\r\n");
    offset = column_offset(line, length, diag->column);
    if (offset > WINDOW_BYTES * 2 / 3)
        start = boundary(line, offset - WINDOW_BYTES / 2);
    end = length - start <= WINDOW_BYTES ? length : boundary(line, start + WINDOW_BYTES);
    diag->source_line = hb_arena_strndup(&diags->arena, line + start, end - start);
    diag->caret = (unsigned)(offset - start);
    HB_ASSERT(offset <= end);
}

/* A free slot, or NULL when the list is full. */
static struct hb_diag *new_diag(struct hb_diags *diags)
{
    if (diags->count == HB_DIAGS_MAX) {
        diags->dropped++;
        return NULL;
    }
    if (diags->items == NULL)
        diags->items = hb_arena_calloc(&diags->arena, HB_DIAGS_MAX, sizeof *diags->items);
    return &diags->items[diags->count++];
}

int hb_diag(struct hb_diags *diags, struct hb_place place, const char *format, ...)
{
    struct hb_diag *diag = new_diag(diags);
    char message[HB_DIAG_TEXT_BYTES];
    va_list args;

    if (diag == NULL)
        return -1;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    diag->message = hb_arena_strdup(&diags->arena, message);
    if (place.file != NULL) {
        diag->file = hb_arena_strdup(&diags->arena, place.file);
        diag->line = place.line;
        diag->column = place.column;
        keep_source_line(diags, diag, place.source);
    }
    return -1;
}

void hb_diag_hint(struct hb_diags *diags, const char *format, ...)
{
    char hint[HB_DIAG_TEXT_BYTES];
    va_list args;

    HB_ASSERT(diags->count > 0);
    if (diags->dropped > 0) /* the last one was not kept */
        return;
    va_start(args, format);
    vsnprintf(hint, sizeof hint, format, args);
    va_end(args);
    diags->items[diags->count - 1].hint = hb_arena_strdup(&diags->arena, hint);
}

void hb_diag_suggest(struct hb_diags *diags, const char *wrong, const char *const *candidates,
                     size_t count)
{
    const char *nearest = hb_nearest(wrong, candidates, count);

    if (nearest != NULL)
        hb_diag_hint(diags, "did you mean '%s'?", nearest);
}

size_t hb_diags_total(const struct hb_diags *diags)
{
    return diags->count + diags->dropped;
}

const char *hb_quote(struct hb_diags *diags, const char *text)
{
    struct hb_buf buf;
    const char *quoted;

    hb_buf_init(&buf, QUOTED_BYTES * 4 + 16);
    hb_buf_putc(&buf, '\'');
    hb_escape(&buf, text, strlen(text), QUOTED_BYTES);
    hb_buf_putc(&buf, '\'');
    quoted = hb_arena_strdup(&diags->arena, hb_buf_text(&buf));
    hb_buf_release(&buf);
    return quoted;
}
