/*
 * The option parser and the help renderer. They know the table's shape and nothing of any
 * command.
 */
#include "cli/options.h"

#include <string.h>

#include "base/assert.h"
#include "base/buf.h"
#include "config/diag.h"
#include "config/units.h"

enum { HELP_WIDTH = 80, HELP_COLUMN = 28 };

/* The state of one pass over the arguments. */
struct parse {
    const struct hb_command *command;
    char *const *argv;
    int argc, next;
    struct hb_arena *arena;
    void *options;
    char **rest;
    int rest_count;
    bool help;
    struct hb_error *err;
};

static const struct hb_option *find_option(const struct hb_command *command, const char *name,
                                           size_t length)
{
    for (size_t i = 0; i < command->options_count; i++) {
        const struct hb_option *option = &command->options[i];

        if (option->name != NULL && strlen(option->name) == length &&
            memcmp(option->name, name, length) == 0)
            return option;
    }
    return NULL;
}

static const struct hb_option *find_letter(const struct hb_command *command, char letter)
{
    for (size_t i = 0; i < command->options_count; i++) {
        if (command->options[i].letter == letter)
            return &command->options[i];
    }
    return NULL;
}

static int fail_unknown(struct parse *parse, const char *word)
{
    const char *names[64];
    size_t count = 0;
    const char *name = word + strspn(word, "-");
    const char *near;
    char *bare = hb_arena_strndup(parse->arena, name, strcspn(name, "="));

    for (size_t i = 0; i < parse->command->options_count && count < HB_ARRAY_LEN(names); i++) {
        if (parse->command->options[i].name != NULL)
            names[count++] = parse->command->options[i].name;
    }
    near = hb_nearest(bare, names, count);
    if (near != NULL)
        return hb_fail(parse->err, HB_ERR_INPUT, "unknown option '%.100s'; did you mean '--%s'?",
                       word, near);
    return hb_fail(parse->err, HB_ERR_INPUT,
                   "unknown option '%.100s'; see 'http-benchmark %s --help'", word,
                   parse->command->name);
}

static void append_string(struct parse *parse, struct hb_strings *strings, const char *text)
{
    const char **items = hb_arena_calloc(parse->arena, strings->count + 2, sizeof *items);

    if (strings->count > 0)
        memcpy(items, strings->items, strings->count * sizeof *items);
    items[strings->count++] = text;
    strings->items = items;
}

static int store_integer(struct parse *parse, const struct hb_option *option, const char *text,
                         int64_t *ret_value)
{
    int64_t value;

    if (hb_parse_integer(text, &value) != 0 || value < option->minimum || value > option->maximum)
        return hb_fail(parse->err, HB_ERR_INPUT,
                       "--%s: '%.100s' is not a whole number from %lld to %lld", option->name, text,
                       (long long)option->minimum, (long long)option->maximum);
    *ret_value = value;
    return 0;
}

static int store_duration(struct parse *parse, const struct hb_option *option, const char *text,
                          int64_t *ret_ns)
{
    double seconds;

    if (hb_parse_duration(text, ret_ns) == 0 && *ret_ns > 0)
        return 0;
    if (option->value == HB_VALUE_SECONDS && hb_parse_number(text, &seconds) == 0 && seconds > 0 &&
        seconds < 1e9) {
        *ret_ns = (int64_t)(seconds * (double)HB_NS_PER_S);
        return 0;
    }
    return hb_fail(parse->err, HB_ERR_INPUT,
                   "--%s: '%.100s' is not a duration such as 500ms, 30s, 12m or 1h%s", option->name,
                   text, option->value == HB_VALUE_SECONDS ? ", nor a number of seconds" : "");
}

static int store_choice(struct parse *parse, const struct hb_option *option, const char *text,
                        const char **ret_value)
{
    struct hb_buf known;
    int result = -1;

    hb_buf_init(&known, 500);
    for (size_t i = 0; option->choices(i) != NULL; i++) {
        if (strcmp(option->choices(i), text) == 0) {
            *ret_value = text;
            result = 0;
        }
        hb_buf_printf(&known, "%s%s", i > 0 ? ", " : "", option->choices(i));
    }
    if (result != 0)
        hb_fail(parse->err, HB_ERR_INPUT, "--%s: '%.100s' is not one of %s", option->name, text,
                hb_buf_text(&known));
    hb_buf_release(&known);
    return result;
}

static int store_value(struct parse *parse, const struct hb_option *option, const char *text)
{
    void *member = (char *)parse->options + option->offset;

    switch (option->value) {
    case HB_VALUE_FLAG:
        *(bool *)member = true;
        return 0;
    case HB_VALUE_STRING:
        *(const char **)member = text;
        return 0;
    case HB_VALUE_STRINGS:
    case HB_VALUE_WORDS:
        append_string(parse, member, text);
        return 0;
    case HB_VALUE_INTEGER:
        return store_integer(parse, option, text, member);
    case HB_VALUE_DURATION:
    case HB_VALUE_SECONDS:
        return store_duration(parse, option, text, member);
    case HB_VALUE_CHOICE:
        return store_choice(parse, option, text, member);
    }
    HB_ASSERT(!"unknown kind of option");
    return -1;
}

/* `--compare a b c`: every word up to the next option. */
static int take_words(struct parse *parse, const struct hb_option *option, const char *attached)
{
    int taken = 0;

    if (attached != NULL)
        return store_value(parse, option, attached);
    for (; parse->next < parse->argc && parse->argv[parse->next][0] != '-'; taken++) {
        if (store_value(parse, option, parse->argv[parse->next++]) != 0)
            return -1;
    }
    if (taken == 0)
        return hb_fail(parse->err, HB_ERR_INPUT, "--%s needs at least one %s", option->name,
                       option->placeholder);
    return 0;
}

/* `attached` is the text after '=' or the letter; NULL when there is none. */
static int take_option(struct parse *parse, const struct hb_option *option, const char *attached)
{
    if (option->value == HB_VALUE_WORDS)
        return take_words(parse, option, attached);
    if (option->value == HB_VALUE_FLAG) {
        if (attached != NULL)
            return hb_fail(parse->err, HB_ERR_INPUT, "--%s takes no value", option->name);
        return store_value(parse, option, NULL);
    }
    if (attached == NULL) {
        if (parse->next >= parse->argc)
            return hb_fail(parse->err, HB_ERR_INPUT, "--%s needs a value: --%s %s", option->name,
                           option->name, option->placeholder);
        attached = parse->argv[parse->next++];
    }
    return store_value(parse, option, attached);
}

static int take_long(struct parse *parse, const char *word)
{
    const char *name = word + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct hb_option *option = find_option(parse->command, name, length);

    if (strcmp(name, "help") == 0) {
        parse->help = true;
        return 0;
    }
    if (option == NULL)
        return fail_unknown(parse, word);
    return take_option(parse, option, equals != NULL ? equals + 1 : NULL);
}

static int take_short(struct parse *parse, const char *word)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct hb_option *option = find_letter(parse->command, *letter);

        if (option == NULL && *letter == 'h') {
            parse->help = true;
            continue;
        }
        if (option == NULL)
            return fail_unknown(parse, word);
        if (option->value == HB_VALUE_FLAG) {
            if (store_value(parse, option, NULL) != 0)
                return -1;
            continue;
        }
        return take_option(parse, option, letter[1] != '\0' ? letter + 1 : NULL);
    }
    return 0;
}

static int take_word(struct parse *parse, bool *options_ended)
{
    char *word = parse->argv[parse->next++];

    if (!*options_ended && strcmp(word, "--") == 0) {
        *options_ended = true;
        return 0;
    }
    if (!*options_ended && word[0] == '-' && word[1] == '-')
        return take_long(parse, word);
    if (!*options_ended && word[0] == '-' && word[1] != '\0')
        return take_short(parse, word);
    parse->rest[parse->rest_count++] = word;
    return 0;
}

static int check_argument_count(const struct parse *parse)
{
    const struct hb_command *command = parse->command;

    if (parse->help)
        return 0;
    if (parse->rest_count < command->arguments_min)
        return hb_fail(parse->err, HB_ERR_INPUT, "missing argument: http-benchmark %s [OPTION]… %s",
                       command->name, command->arguments);
    if (command->arguments_max >= 0 && parse->rest_count > command->arguments_max)
        return hb_fail(parse->err, HB_ERR_INPUT,
                       "unexpected argument '%.100s': http-benchmark %s [OPTION]… %s",
                       parse->rest[command->arguments_max], command->name, command->arguments);
    return 0;
}

int hb_options_parse(const struct hb_command *command, int argc, char *const *argv,
                     struct hb_arena *arena, void *ret_options, char ***ret_arguments,
                     int *ret_count, bool *ret_help, struct hb_error *err)
{
    struct parse parse = {.command = command,
                          .argv = argv,
                          .argc = argc,
                          .arena = arena,
                          .options = ret_options,
                          .err = err};
    bool options_ended = false;

    parse.rest = hb_arena_calloc(arena, (size_t)argc + 1, sizeof *parse.rest);
    memset(ret_options, 0, command->options_bytes);
    while (parse.next < argc) {
        if (take_word(&parse, &options_ended) != 0)
            return -1;
    }
    if (check_argument_count(&parse) != 0)
        return -1;
    *ret_arguments = parse.rest;
    *ret_count = parse.rest_count;
    *ret_help = parse.help;
    return 0;
}

/* Columns a UTF-8 text takes; the project's own help has no wide characters. */
static int text_columns(const char *text, size_t length)
{
    int columns = 0;

    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

static int print_newline(FILE *out, int indent)
{
    fprintf(out, "\n%*s", indent, "");
    return indent;
}

void hb_print_wrapped(FILE *out, const char *text, int column, int indent)
{
    int at = column;
    bool line_start = true;

    while (*text != '\0') {
        size_t length = strcspn(text, " \n");
        int columns = text_columns(text, length);

        if (!line_start && at + 1 + columns > HELP_WIDTH) {
            at = print_newline(out, indent);
            line_start = true;
        }
        if (!line_start && length > 0) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, length, out);
        at += columns;
        line_start = line_start && length == 0;
        text += length;
        if (*text == '\n') {
            at = print_newline(out, indent);
            line_start = true;
        }
        if (*text != '\0')
            text++;
    }
    fputc('\n', out);
}

static void print_row(FILE *out, const char *left, const char *right)
{
    int column = text_columns(left, strlen(left)) + 2;

    fprintf(out, "  %s", left);
    if (column >= HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - column, "");
    hb_print_wrapped(out, right, HELP_COLUMN, HELP_COLUMN);
}

static void print_option(FILE *out, const struct hb_option *option)
{
    char left[128];
    char letter[8] = "    ";

    if (option->name == NULL) {
        fprintf(out, "\n%s:\n", option->help);
        return;
    }
    if (option->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(left, sizeof left, "%s--%s%s%s%s", letter, option->name,
             option->placeholder != NULL ? " " : "",
             option->placeholder != NULL ? option->placeholder : "",
             option->value == HB_VALUE_STRINGS || option->value == HB_VALUE_WORDS ? "…" : "");
    print_row(out, left, option->help);
}

void hb_options_help(const struct hb_command *command, FILE *out)
{
    fprintf(out, "Usage: http-benchmark %s [OPTION]…%s%s\n\n", command->name,
            command->arguments[0] != '\0' ? " " : "", command->arguments);
    hb_print_wrapped(out, command->description != NULL ? command->description : command->summary, 0,
                     0);
    fputs("\nOptions:\n", out);
    for (size_t i = 0; i < command->options_count; i++)
        print_option(out, &command->options[i]);
    print_row(out, "-h, --help", "Show this page");
}
