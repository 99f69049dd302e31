/* Requirement files as pip-compile writes them: a pin and its hashes on continued lines. */
#include "registry/requirements.h"

#include <ctype.h>
#include <string.h>

enum { FILE_MAX_BYTES = 4 << 20 };

static bool is_separator(char c)
{
    return c == '-' || c == '_' || c == '.';
}

/* The next character of a normalised name; '\0' at its end. Runs of separators are one dash. */
static char next_of_name(const char **at)
{
    char c = **at;

    if (is_separator(c)) {
        while (is_separator(**at))
            ++*at;
        return '-';
    }
    if (!isalnum((unsigned char)c))
        return '\0';
    ++*at;
    return (char)tolower((unsigned char)c);
}

bool hb_requirements_same_project(const char *a, const char *b)
{
    char x, y;

    do {
        x = next_of_name(&a);
        y = next_of_name(&b);
    } while (x == y && x != '\0');
    return x == y;
}

static bool is_among(const char *line, const char *const *requirements)
{
    for (; *requirements != NULL; requirements++) {
        if (hb_requirements_same_project(line, *requirements))
            return true;
    }
    return false;
}

/* A pin begins with a name at the margin; options, comments and hashes do not. */
static void take_line(const char *line, size_t length, const char *const *left_out,
                      struct hb_buf *ret_pins)
{
    static const char *const ends[] = {" --", " #", " \\", "\t--", "\t#"};

    if (length == 0 || !isalnum((unsigned char)line[0]) || is_among(line, left_out))
        return;
    for (size_t i = 0; i < HB_ARRAY_LEN(ends); i++) {
        const char *end = memmem(line, length, ends[i], strlen(ends[i]));

        length = end != NULL ? (size_t)(end - line) : length;
    }
    while (length > 0 && (isspace((unsigned char)line[length - 1]) || line[length - 1] == '\\'))
        length--;
    hb_buf_append(ret_pins, line, length);
    hb_buf_putc(ret_pins, '\n');
}

int hb_requirements_pins(const char *path, const char *const *left_out, struct hb_buf *ret_pins,
                         struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *line;

    hb_buf_init(&text, FILE_MAX_BYTES);
    if (hb_buf_read_file(&text, path, err) != 0)
        return -1;
    for (line = hb_buf_text(&text); *line != '\0';) {
        size_t length = strcspn(line, "\n");

        take_line(line, length, left_out, ret_pins);
        line += length + (line[length] == '\n');
    }
    return 0;
}
