/* Padding and breaking of lines. */
#include "report/columns.h"

#include <string.h>

int hb_text_width(const char *text, size_t length)
{
    int width = 0;

    for (size_t i = 0; i < length; i++)
        width += ((unsigned char)text[i] & 0xC0) != 0x80;
    return width;
}

void hb_print_padded(FILE *out, const char *text, int columns, bool right)
{
    int width = hb_text_width(text, strlen(text));

    if (right)
        fprintf(out, "%*s%s", columns > width ? columns - width : 0, "", text);
    else
        fprintf(out, "%s%*s", text, columns > width ? columns - width : 0, "");
}

/* A figure and its "%" stay together. */
static size_t word_length(const char *text)
{
    size_t length = strcspn(text, " ");

    return strncmp(text + length, " %", 2) == 0 ? length + 1 + strcspn(text + length + 1, " ")
                                                : length;
}

void hb_print_words(FILE *out, const char *text, int column, int indent)
{
    while (*text != '\0') {
        size_t length = word_length(text);
        int width = hb_text_width(text, length);

        if (column + 1 + width > HB_TEXT_COLUMNS) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else {
            fputc(' ', out);
            column++;
        }
        fwrite(text, 1, length, out);
        column += width;
        text += length + (text[length] != '\0');
    }
    fputc('\n', out);
}
