/*
 * Expanding templates, line by line. The only state beside the position is the block that is open:
 * its variable and where its text begins; at `@end@` the lines in between are played again for each
 * further value.
 */
#include "exec/template.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

#define WORD_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789_"
#define VALUE_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/+,=~@%-"
#define NUMBER_SUFFIX "_number"

/* A stretch of the template that is being expanded. */
struct expansion {
    struct hb_template_values *values;
    struct hb_buf *text;
    unsigned line;
    struct hb_template_variable *each; /* the open block's list; NULL: none is open */
    size_t item;                       /* its value at present */
    const char *block;                 /* where its first line begins */
    unsigned block_line;
};

/* ---- values ---- */

static struct hb_template_variable *find(struct hb_template_values *values, const char *name,
                                         size_t length)
{
    for (size_t i = 0; i < values->count; i++) {
        struct hb_template_variable *variable = &values->variables[i];

        if (strlen(variable->name) == length && memcmp(variable->name, name, length) == 0)
            return variable;
    }
    return NULL;
}

static int check_value(const char *name, const char *value, struct hb_error *err)
{
    if (value[strspn(value, VALUE_CHARACTERS)] == '\0')
        return 0;
    return hb_fail(err, HB_ERR_INPUT,
                   "%.100s: '%.200s' cannot be written into a configuration: only letters, digits "
                   "and ._:/+,=~@%%- can",
                   name, value);
}

static int set(struct hb_template_values *values, const char *name, const char *const *items,
               size_t count, bool is_list, struct hb_error *err)
{
    struct hb_template_variable *variable = find(values, name, strlen(name));
    const char **copy = hb_arena_calloc(values->arena, count + 1, sizeof *copy);

    for (size_t i = 0; i < count; i++) {
        if (check_value(name, items[i], err) != 0)
            return -1;
        copy[i] = hb_arena_strdup(values->arena, items[i]);
    }
    if (variable == NULL) {
        if (values->count == HB_TEMPLATE_MAX_VARIABLES)
            return hb_fail(err, HB_ERR_LIMIT, "more than %d words", HB_TEMPLATE_MAX_VARIABLES);
        variable = &values->variables[values->count++];
    }
    *variable =
        (struct hb_template_variable){hb_arena_strdup(values->arena, name), copy, count, is_list};
    return 0;
}

int hb_template_set(struct hb_template_values *values, const char *name, const char *value,
                    struct hb_error *err)
{
    return set(values, name, &value, 1, false, err);
}

int hb_template_set_list(struct hb_template_values *values, const char *name,
                         const char *const *items, size_t count, struct hb_error *err)
{
    return set(values, name, items, count, true, err);
}

bool hb_template_used(const struct hb_template_values *values, const char *name)
{
    for (size_t i = 0; i < values->count; i++) {
        if (strcmp(values->variables[i].name, name) == 0)
            return values->variables[i].used;
    }
    return false;
}

/* ---- words ---- */

/* Length of the word when `at` opens a placeholder, else 0. */
static size_t word_length(const char *at)
{
    size_t length = strspn(at + 1, WORD_CHARACTERS);

    return at[1 + length] == '@' ? length : 0;
}

static int fail_at(unsigned line, struct hb_error *err, const char *what, const char *word,
                   size_t length)
{
    return hb_fail(err, HB_ERR_INPUT, "line %u: %s: %.*s", line, what, (int)length, word);
}

/* "backend_number" within `@each backend@`. */
static bool is_number_of(const struct hb_template_variable *each, const char *word, size_t length)
{
    size_t name = each != NULL ? strlen(each->name) : 0;

    return each != NULL && length == name + strlen(NUMBER_SUFFIX) &&
           memcmp(word, each->name, name) == 0 &&
           memcmp(word + name, NUMBER_SUFFIX, strlen(NUMBER_SUFFIX)) == 0;
}

static int put_word(struct expansion *at, const char *word, size_t length, struct hb_error *err)
{
    struct hb_template_variable *variable = find(at->values, word, length);

    if (is_number_of(at->each, word, length)) {
        hb_buf_printf(at->text, "%zu", at->item + 1);
        return 0;
    }
    if (variable == NULL)
        return fail_at(at->line, err, "unknown word", word, length);
    if (variable->is_list && (at->each == NULL || variable->count != at->each->count))
        return fail_at(at->line, err, "a list is used outside of an @each of its length", word,
                       length);
    variable->used = true;
    hb_buf_puts(at->text, variable->values[variable->is_list ? at->item : 0]);
    return 0;
}

static int put_line(struct expansion *at, const char *line, size_t length, struct hb_error *err)
{
    const char *end = line + length;

    while (line < end) {
        const char *sign = memchr(line, '@', (size_t)(end - line));
        size_t word;

        if (sign == NULL)
            break;
        hb_buf_append(at->text, line, (size_t)(sign - line));
        word = word_length(sign);
        if (word == 0)
            hb_buf_putc(at->text, '@');
        else if (put_word(at, sign + 1, word, err) != 0)
            return -1;
        line = sign + (word == 0 ? 1 : word + 2);
    }
    hb_buf_append(at->text, line, (size_t)(end - line));
    return 0;
}

/* ---- blocks ---- */

/* A line without the blanks around it. */
static const char *trim(const char *line, size_t *length)
{
    static const char blanks[] = " \t\r\n";

    while (*length > 0 && strchr(blanks, line[*length - 1]) != NULL)
        --*length;
    while (*length > 0 && strchr(blanks, *line) != NULL) {
        ++line;
        --*length;
    }
    return line;
}

static bool is_end(const char *line, size_t length)
{
    const char *text = trim(line, &length);

    return length == strlen("@end@") && memcmp(text, "@end@", length) == 0;
}

/* The name in `@each NAME@`, or NULL. */
static const char *each_name(const char *line, size_t length, size_t *ret_length)
{
    static const char opening[] = "@each ";
    const char *text = trim(line, &length);

    if (length < sizeof opening || memcmp(text, opening, strlen(opening)) != 0 ||
        text[length - 1] != '@')
        return NULL;
    *ret_length = length - strlen(opening) - 1;
    return text + strlen(opening);
}

static int open_block(struct expansion *at, const char *name, size_t length, const char *next,
                      struct hb_error *err)
{
    if (at->each != NULL)
        return fail_at(at->line, err, "a block within a block", name, length);
    at->each = find(at->values, name, length);
    if (at->each == NULL || !at->each->is_list)
        return fail_at(at->line, err, "not a list", name, length);
    at->each->used = true;
    at->item = 0;
    at->block = next;
    at->block_line = at->line;
    return 0;
}

/* Where to go on after `@end@`: at the block's first line again, or behind it. */
static const char *next_item(struct expansion *at, const char *next)
{
    if (++at->item < at->each->count) {
        at->line = at->block_line;
        return at->block;
    }
    at->each = NULL;
    return next;
}

/* One line; *next is where to go on. */
static int expand_line(struct expansion *at, const char *line, size_t length, const char **next,
                       struct hb_error *err)
{
    size_t name_length;
    const char *name = each_name(line, length, &name_length);

    if (name != NULL)
        return open_block(at, name, name_length, *next, err);
    if (is_end(line, length)) {
        if (at->each == NULL)
            return fail_at(at->line, err, "nothing to end", "@end@", strlen("@end@"));
        *next = next_item(at, *next);
        return 0;
    }
    if (at->each != NULL && at->each->count == 0)
        return 0;
    return put_line(at, line, length, err);
}

int hb_template_expand(struct hb_template_values *values, const char *text, struct hb_buf *ret_text,
                       struct hb_error *err)
{
    struct expansion at = {.values = values, .text = ret_text};

    while (*text != '\0' && !ret_text->overflowed) {
        size_t length = strcspn(text, "\n");
        const char *line = text;

        length += line[length] == '\n';
        text += length;
        at.line++;
        if (expand_line(&at, line, length, &text, err) != 0)
            return -1;
    }
    if (ret_text->overflowed)
        return hb_fail(err, HB_ERR_LIMIT, "it becomes longer than %zu bytes", ret_text->maximum);
    if (at.each != NULL)
        return fail_at(at.block_line, err, "no @end@ for", at.each->name, strlen(at.each->name));
    return 0;
}
