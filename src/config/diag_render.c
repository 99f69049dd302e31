/* Diagnostics as text for people: the place, the message, the line with a caret, the remedy. */
#include <stdlib.h>
#include <string.h>

#include "config/diag.h"

enum { RENDERED_LINE_BYTES = 2048 };

static int compare(const void *left, const void *right)
{
    const struct hb_diag *a = left, *b = right;
    int by_file = strcmp(a->file != NULL ? a->file : "", b->file != NULL ? b->file : "");

    if (by_file != 0)
        return by_file;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return strcmp(a->message, b->message);
}

/* Mask, then escape: an escaped secret would no longer be recognised. */
static void put_safely(const struct hb_secrets *secrets, const char *text, struct hb_buf *ret)
{
    char *masked = hb_secrets_masked(secrets, text);

    hb_escape(ret, masked, strlen(masked), RENDERED_LINE_BYTES);
    free(masked);
}

/* How many characters a text takes on a terminal, near enough: one each. */
static unsigned width(const char *text)
{
    unsigned characters = 0;

    for (; *text != '\0'; text++)
        characters += ((unsigned char)*text & 0xC0) != 0x80;
    return characters;
}

/* Tabs become spaces, so that the caret stands right whatever the terminal's tab stops. */
static char *without_tabs(const char *text, size_t length)
{
    struct hb_buf buf;

    hb_buf_init(&buf, RENDERED_LINE_BYTES);
    hb_buf_puts(&buf, "");
    for (size_t i = 0; i < length; i++)
        hb_buf_putc(&buf, (char)(text[i] == '\t' ? ' ' : text[i]));
    return buf.data;
}

static void put_source_line(const struct hb_diag *diag, const struct hb_secrets *secrets,
                            struct hb_buf *ret)
{
    char *before = without_tabs(diag->source_line, diag->caret);
    char *after =
        without_tabs(diag->source_line + diag->caret, strlen(diag->source_line) - diag->caret);
    struct hb_buf prefix;

    hb_buf_init(&prefix, RENDERED_LINE_BYTES);
    put_safely(secrets, before, &prefix);
    hb_buf_printf(ret, "%5u | %s", diag->line, hb_buf_text(&prefix));
    put_safely(secrets, after, ret);
    hb_buf_printf(ret, "\n      | %*s^\n", (int)width(hb_buf_text(&prefix)), "");
    hb_buf_release(&prefix);
    free(before);
    free(after);
}

static void put_diag(const struct hb_diag *diag, const struct hb_secrets *secrets,
                     struct hb_buf *ret)
{
    if (diag->file != NULL) {
        put_safely(secrets, diag->file, ret);
        if (diag->line > 0)
            hb_buf_printf(ret, ":%u:%u", diag->line, diag->column);
        hb_buf_puts(ret, ": ");
    }
    hb_buf_puts(ret, "error: ");
    put_safely(secrets, diag->message, ret);
    hb_buf_putc(ret, '\n');
    if (diag->source_line != NULL)
        put_source_line(diag, secrets, ret);
    if (diag->hint != NULL) {
        hb_buf_puts(ret, "hint: ");
        put_safely(secrets, diag->hint, ret);
        hb_buf_putc(ret, '\n');
    }
}

void hb_diags_render(struct hb_diags *diags, const struct hb_secrets *secrets, struct hb_buf *ret)
{
    if (diags->count > 0)
        qsort(diags->items, diags->count, sizeof *diags->items, compare);
    for (size_t i = 0; i < diags->count; i++)
        put_diag(&diags->items[i], secrets, ret);
    if (diags->dropped > 0)
        hb_buf_printf(ret, "and %zu more\n", diags->dropped);
}

int hb_diags_fail(const struct hb_diags *diags, struct hb_error *err)
{
    const struct hb_diag *first = diags->items;
    size_t others = hb_diags_total(diags) - 1;

    hb_fail(err, HB_ERR_INPUT, "%s", first->message);
    if (err != NULL) {
        err->line = first->line;
        err->column = first->column;
    }
    if (first->file != NULL && first->line > 0)
        hb_wrap(err, "%s:%u:%u", first->file, first->line, first->column);
    else if (first->file != NULL)
        hb_wrap(err, "%s", first->file);
    if (others > 0)
        hb_wrap(err, "%zu problems, the first", others + 1);
    return -1;
}
