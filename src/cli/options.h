/*
 * Option tables: one table a command feeds the parser, the range checks, the nearest-name hint and
 * the help text, so that they cannot disagree.
 */
#ifndef HB_CLI_OPTIONS_H
#define HB_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"

/* Repeatable options collect their values here; `items` is NULL-terminated once anything was given.
 */
struct hb_strings {
    const char **items;
    size_t count;
};

enum hb_option_value {
    HB_VALUE_FLAG,     /* bool */
    HB_VALUE_STRING,   /* const char * */
    HB_VALUE_STRINGS,  /* struct hb_strings; may be repeated */
    HB_VALUE_WORDS,    /* struct hb_strings; takes all words up to the next option */
    HB_VALUE_INTEGER,  /* int64_t, minimum … maximum */
    HB_VALUE_DURATION, /* int64_t ns; "5s" */
    HB_VALUE_SECONDS,  /* int64_t ns; "5s" or bare seconds */
    HB_VALUE_CHOICE,   /* const char *: one of `choices` */
};

struct hb_option {
    const char *name; /* without dashes; NULL for a heading in the help (text in `help`) */
    char letter;      /* short form; 0: none */
    enum hb_option_value value;
    size_t offset; /* of the member in the command's options struct */
    const char *placeholder;
    int64_t minimum, maximum;             /* of integers */
    const char *(*choices)(size_t index); /* of choices: the index-th, or NULL */
    const char *help;
};

struct hb_cli;

/* A command is one file ending in one of these, listed in commands.c. */
struct hb_command {
    const char *name;
    const char *arguments;   /* "FILE…" in the usage line; "" when there are none */
    const char *summary;     /* one line, in the list of commands */
    const char *description; /* paragraphs for --help; may be NULL */
    const struct hb_option *options;
    size_t options_count;
    size_t options_bytes;             /* of its options struct, zeroed before parsing */
    int arguments_min, arguments_max; /* -1: no maximum */
    /* Returns 0 or -1; *exit_code may be set beside 0 for outcomes that are no errors of ours. */
    int (*run)(struct hb_cli *cli, const void *options, char *const *arguments, int count,
               int *exit_code, struct hb_error *err);
};

/*
 * Parse argv[0…argc) (without program and command name) into `ret_options`; what is left goes to
 * ret_arguments (NULL-terminated, in `arena`). *ret_help is set when --help or -h was given.
 */
int hb_options_parse(const struct hb_command *command, int argc, char *const *argv,
                     struct hb_arena *arena, void *ret_options, char ***ret_arguments,
                     int *ret_count, bool *ret_help, struct hb_error *err) HB_MUST_CHECK;

/* The whole --help page of a command, at most 80 columns wide. */
void hb_options_help(const struct hb_command *command, FILE *out);

/* Write `text` wrapped at 80 columns, every line after the first indented by `indent`. */
void hb_print_wrapped(FILE *out, const char *text, int column, int indent);

#endif
