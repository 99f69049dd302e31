/* The option parser, driven by a table of its own; and every command's help page. */
#include "../test.h"

#include "cli/cli.h"

struct sample_options {
    bool loud;
    const char *name, *kind;
    struct hb_strings tags, words;
    int64_t count, time_ns, seconds_ns;
};

static const char *kind_choice(size_t index)
{
    static const char *const kinds[] = {"round", "square", NULL};

    return kinds[index];
}

#define AT(member) offsetof(struct sample_options, member)

static const struct hb_option sample_table[] = {
    {"loud", 'l', HB_VALUE_FLAG, AT(loud), NULL, 0, 0, NULL, "Be loud"},
    {"name", 'n', HB_VALUE_STRING, AT(name), "NAME", 0, 0, NULL, "A name"},
    {"tag", 't', HB_VALUE_STRINGS, AT(tags), "TAG", 0, 0, NULL, "A tag"},
    {"words", 0, HB_VALUE_WORDS, AT(words), "WORD", 0, 0, NULL, "Words"},
    {"count", 'c', HB_VALUE_INTEGER, AT(count), "N", 1, 10, NULL, "A number"},
    {"time", 0, HB_VALUE_DURATION, AT(time_ns), "TIME", 0, 0, NULL, "A time"},
    {"seconds", 0, HB_VALUE_SECONDS, AT(seconds_ns), "TIME", 0, 0, NULL, "A time"},
    {"kind", 0, HB_VALUE_CHOICE, AT(kind), "KIND", 0, 0, kind_choice, "A kind"},
};

static const struct hb_command sample_command = {
    .name = "sample",
    .arguments = "[FILE]",
    .summary = "Nothing",
    .options = sample_table,
    .options_count = HB_ARRAY_LEN(sample_table),
    .options_bytes = sizeof(struct sample_options),
    .arguments_max = 1,
};

/* One parse; what it allocates lives until the next. */
static struct hb_arena arena;
static struct sample_options options;
static struct hb_error err;
static char **rest;
static int rest_count;
static bool help;

static int parse(const char *line)
{
    char *copy, *word, *position = NULL;
    char *argv[32];
    int argc = 0;

    hb_arena_release(&arena);
    memset(&err, 0, sizeof err);
    copy = hb_arena_strdup(&arena, line);
    for (word = strtok_r(copy, " ", &position); word != NULL; word = strtok_r(NULL, " ", &position))
        argv[argc++] = word;
    return hb_options_parse(&sample_command, argc, argv, &arena, &options, &rest, &rest_count,
                            &help, &err);
}

static void values_are_taken_in_every_spelling(HB_UNUSED void **state)
{
    assert_int_equal(parse("--name=a --count 7 -l file"), 0);
    assert_string_equal(options.name, "a");
    assert_int_equal(options.count, 7);
    assert_true(options.loud);
    assert_int_equal(rest_count, 1);
    assert_string_equal(rest[0], "file");
    assert_int_equal(parse("-nb -lc3"), 0);
    assert_string_equal(options.name, "b");
    assert_int_equal(options.count, 3);
    assert_true(options.loud);
}

static void repeated_options_are_collected(HB_UNUSED void **state)
{
    assert_int_equal(parse("-t one --tag two --tag=three"), 0);
    assert_int_equal(options.tags.count, 3);
    assert_string_equal(options.tags.items[2], "three");
    assert_null(options.tags.items[3]);
    assert_int_equal(parse("--words a b c --loud"), 0);
    assert_int_equal(options.words.count, 3);
    assert_true(options.loud);
}

static void two_dashes_end_the_options(HB_UNUSED void **state)
{
    assert_int_equal(parse("-- --loud"), 0);
    assert_false(options.loud);
    assert_string_equal(rest[0], "--loud");
    assert_int_equal(parse("-"), 0);
    assert_string_equal(rest[0], "-");
}

static void times_have_units_and_seconds_may_be_bare(HB_UNUSED void **state)
{
    assert_int_equal(parse("--time 250ms --seconds 30"), 0);
    assert_int_equal(options.time_ns, 250000000);
    assert_int_equal(options.seconds_ns, 30000000000);
    assert_int_equal(parse("--time 30"), -1);
    assert_non_null(strstr(err.message, "not a duration"));
}

static void mistakes_name_the_remedy(HB_UNUSED void **state)
{
    static const struct {
        const char *line, *message;
    } mistakes[] = {
        {"--nam=x", "did you mean '--name'?"},
        {"--zzzzz", "see 'http-benchmark sample --help'"},
        {"-z", "unknown option '-z'"},
        {"--count 11", "from 1 to 10"},
        {"--count x", "from 1 to 10"},
        {"--kind oval", "one of round, square"},
        {"--name", "--name NAME"},
        {"--loud=yes", "takes no value"},
        {"--words --loud", "needs at least one WORD"},
        {"a b", "unexpected argument 'b'"},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(mistakes); i++) {
        assert_int_equal(parse(mistakes[i].line), -1);
        assert_int_equal(err.code, HB_ERR_INPUT);
        if (strstr(err.message, mistakes[i].message) == NULL)
            fail_msg("'%s': '%s' does not say '%s'", mistakes[i].line, err.message,
                     mistakes[i].message);
    }
}

static void help_is_seen_anywhere(HB_UNUSED void **state)
{
    assert_int_equal(parse("--loud --help"), 0);
    assert_true(help);
    assert_int_equal(parse("-lh a b c"), 0);
    assert_true(help);
}

/* Every line of every page fits a terminal, and every option is on its command's page. */
static void help_pages_fit_80_columns_and_are_complete(HB_UNUSED void **state)
{
    for (size_t i = 0; hb_commands[i] != NULL; i++) {
        const struct hb_command *command = hb_commands[i];
        char *page = NULL, *position = NULL;
        size_t length = 0;
        FILE *out = open_memstream(&page, &length);

        hb_options_help(command, out);
        fclose(out);
        for (size_t j = 0; j < command->options_count; j++) {
            char name[64];

            snprintf(name, sizeof name, "--%s", command->options[j].name);
            if (strstr(page, name) == NULL)
                fail_msg("%s: %s is not in the help", command->name, name);
        }
        for (char *line = strtok_r(page, "\n", &position); line != NULL;
             line = strtok_r(NULL, "\n", &position)) {
            int columns = 0;

            for (const char *c = line; *c != '\0'; c++)
                columns += ((unsigned char)*c & 0xC0) != 0x80;
            if (columns > 80)
                fail_msg("%s: %d columns: %s", command->name, columns, line);
        }
        free(page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_taken_in_every_spelling),
        cmocka_unit_test(repeated_options_are_collected),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(times_have_units_and_seconds_may_be_bare),
        cmocka_unit_test(mistakes_name_the_remedy),
        cmocka_unit_test(help_is_seen_anywhere),
        cmocka_unit_test(help_pages_fit_80_columns_and_are_complete),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    hb_arena_release(&arena);
    return failed;
}
