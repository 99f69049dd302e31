/* What is wrong with a text as YAML, said as people would, with a place that exists. */
#include "config/yaml_errors.h"

#include <string.h>

#include "config/utf8.h"

struct hb_place hb_yaml_place(const struct hb_yaml_input *input, yaml_mark_t mark)
{
    return (struct hb_place){input->file, input->source, (unsigned)mark.line + 1,
                             (unsigned)mark.column + 1};
}

/* How many characters a text has, as libyaml counts them. */
static size_t count_characters(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* Whether a line up to the place of an error holds "${": the usual reason in a flow collection. */
static bool has_variable_before(const struct hb_place *place)
{
    const char *line = hb_source_line(place->source, place->line);
    const char *variable = line != NULL ? strstr(line, "${") : NULL;

    return variable != NULL && variable < line + strcspn(line, "\n");
}

int hb_yaml_syntax_error(const struct hb_yaml_input *input, const yaml_parser_t *parser,
                         struct hb_diags *diags)
{
    bool at_end = parser->context != NULL &&
                  parser->problem_mark.index >= count_characters(input->text, input->length);
    struct hb_place place =
        hb_yaml_place(input, at_end ? parser->context_mark : parser->problem_mark);
    const char *problem = parser->problem != NULL ? parser->problem : "not valid YAML";

    if (parser->context != NULL)
        hb_diag(diags, place, "%s: %s", parser->context, problem);
    else
        hb_diag(diags, place, "%s", problem);
    if (strstr(problem, "cannot start any token") != NULL)
        hb_diag_hint(diags, "quote the value; indent with spaces, never with tabs");
    else if (has_variable_before(&place))
        hb_diag_hint(diags, "within [ ] and { } a variable needs quotes: \"${…}\"");
    else if (parser->context != NULL && parser->context_mark.line + 1 < place.line)
        hb_diag_hint(diags, "it began in line %zu", parser->context_mark.line + 1);
    return -1;
}

/* U+0085, U+2028, U+2029: a line's end to YAML 1.1, and so to libyaml; to 1.2 and editors not. */
static const char *find_odd_line_end(const char *text)
{
    static const char *const ends[] = {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    const char *first = NULL;

    for (size_t i = 0; i < HB_ARRAY_LEN(ends); i++) {
        const char *found = strstr(text, ends[i]);

        if (found != NULL && (first == NULL || found < first))
            first = found;
    }
    return first;
}

/* The first byte that may not be there; the length when all may. */
static size_t find_bad_byte(const char *text, size_t length)
{
    size_t bad = hb_utf8_valid_prefix(text, length);
    const char *nul = memchr(text, '\0', bad);
    const char *odd = find_odd_line_end(text);

    if (nul != NULL)
        bad = (size_t)(nul - text);
    if (odd != NULL && (size_t)(odd - text) < bad)
        bad = (size_t)(odd - text);
    return bad;
}

int hb_yaml_check_bytes(const struct hb_yaml_input *input, struct hb_diags *diags)
{
    struct hb_place place = {input->file, input->source, 1, 1};
    const char *text = input->text;
    size_t bad = find_bad_byte(text, input->length);

    if (bad == input->length)
        return 0;
    for (size_t i = 0; i < bad; i++) {
        place.column += ((unsigned char)text[i] & 0xC0) != 0x80;
        if (text[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    if (text[bad] == '\0')
        return hb_diag(diags, place, "a NUL byte is not allowed; the file must be UTF-8 text");
    if (hb_utf8_valid_prefix(text + bad, input->length - bad) > 0)
        return hb_diag(diags, place,
                       "a line separator beyond ASCII (U+0085, U+2028, U+2029) is not allowed");
    return hb_diag(diags, place, "invalid UTF-8 (byte 0x%02x); the file must be UTF-8 text",
                   (unsigned char)text[bad]);
}
