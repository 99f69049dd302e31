/*
 * The corpus of scenarios, tests/corpus/scenarios: every file in `valid` is accepted, every file in
 * `invalid` is refused with the one diagnostic that its first line announces:
 *
 *     # what it shows => LINE:COLUMN GLOB
 *
 * "(semantic)" before the arrow marks what a JSON Schema cannot see
 * (tests/contract/scenario_schema).
 */
#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define CORPUS HB_SOURCE_DIR "/tests/corpus/scenarios"

static int is_scenario(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".yaml") == 0;
}

/* Run `check` on each scenario of a folder; returns how many there were. */
static int for_each(const char *folder, bool (*check)(const char *path))
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_scenario, alphasort), failures = 0;

    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];

        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        failures += !check(path);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(failures, 0);
    return count;
}

static bool is_accepted(const char *path)
{
    struct loaded loaded;
    bool accepted;

    load_file(&loaded, path, NULL);
    accepted = loaded.scenario != NULL && loaded.diags.count == 0;
    if (!accepted) {
        char *text = rendered(&loaded);

        print_error("%s\n%s", path, text);
        free(text);
    }
    loaded_release(&loaded);
    return accepted;
}

/* What the first line of a file announces. */
static void read_expectation(const char *path, unsigned *ret_line, unsigned *ret_column,
                             char glob[256])
{
    char first[512] = "";
    FILE *file = fopen(path, "r");
    const char *arrow;
    int taken = 0;

    assert_non_null(file);
    assert_non_null(fgets(first, sizeof first, file));
    fclose(file);
    first[strcspn(first, "\n")] = '\0';
    arrow = strstr(first, "=> ");
    assert_non_null(arrow);
    assert_int_equal(sscanf(arrow, "=> %u:%u %n", ret_line, ret_column, &taken), 2);
    snprintf(glob, 256, "%s", arrow + taken);
}

static bool is_refused_as_announced(const char *path)
{
    unsigned line, column;
    struct loaded loaded;
    char glob[256], escaped[512];
    size_t length = 0;
    bool right;

    read_expectation(path, &line, &column, glob);
    for (const char *c = glob; *c != '\0'; c++) { /* only * and ? are special here */
        if (*c == '[' || *c == '\\')
            escaped[length++] = '\\';
        escaped[length++] = *c;
    }
    escaped[length] = '\0';
    load_file(&loaded, path, NULL);
    right = loaded.scenario == NULL && loaded.diags.count == 1 &&
            loaded.diags.items[0].line == line && loaded.diags.items[0].column == column &&
            fnmatch(escaped, loaded.diags.items[0].message, 0) == 0;
    if (!right) {
        char *text = rendered(&loaded);

        print_error("%s\nexpected %u:%u %s\ngot      %s\n", path, line, column, glob, text);
        free(text);
    }
    loaded_release(&loaded);
    return right;
}

static void valid_scenarios_are_accepted(void **state)
{
    (void)state;
    for_each(CORPUS "/valid", is_accepted);
}

static void invalid_scenarios_are_refused_where_and_why_they_are_wrong(void **state)
{
    (void)state;
    for_each(CORPUS "/invalid", is_refused_as_announced);
}

/* No secret of the corpus shows in any diagnostic. */
static bool hides_the_token(const char *path)
{
    struct loaded loaded;
    bool hidden;
    char *text;

    load_file(&loaded, path, NULL);
    text = rendered(&loaded);
    hidden = strstr(text, "s3cret-token") == NULL;
    free(text);
    loaded_release(&loaded);
    return hidden;
}

static void no_diagnostic_shows_what_the_environment_holds(void **state)
{
    (void)state;
    for_each(CORPUS "/invalid", hides_the_token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_scenarios_are_accepted),
        cmocka_unit_test(invalid_scenarios_are_refused_where_and_why_they_are_wrong),
        cmocka_unit_test(no_diagnostic_shows_what_the_environment_holds),
    };

    return cmocka_run_group_tests(tests, fixture_environment, NULL);
}
