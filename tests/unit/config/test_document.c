/* Variables, overrides, extends, and the way back to YAML. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int set_environment(void **state)
{
    (void)state;
    setenv("HB_A", "alpha", 1);
    setenv("HB_N", "42", 1);
    setenv("HB_EMPTY", "", 1);
    setenv("HB_YAML", "x: [1", 1);
    unsetenv("HB_NONE");
    return 0;
}

static void variables_are_expanded_in_values_and_typed_by_what_they_become(void **state)
{
    (void)state;
    assert_means("{a: \"${HB_A}\", b: \"x-${HB_A}-${HB_N}\", c: $$x, d: $x, e: \"$${HB_A}\"}",
                 "{\"a\":\"alpha\",\"b\":\"x-alpha-42\",\"c\":\"$x\",\"d\":\"$x\","
                 "\"e\":\"${HB_A}\"}");
    assert_means("n: ${HB_N}", "{\"n\":42}");
    assert_means("n: \"${HB_N}\"", "{\"n\":\"42\"}");
    assert_means("${HB_N}: 1", "{\"${HB_N}\":1}");      /* keys are not touched */
    assert_means("a: ${HB_YAML}", "{\"a\":\"x: [1\"}"); /* never parsed again */
}

static void defaults_stand_in_for_unset_and_empty(void **state)
{
    (void)state;
    assert_means("a: ${HB_NONE:-5}", "{\"a\":5}");
    assert_means("a: ${HB_EMPTY:-x}", "{\"a\":\"x\"}");
    assert_means("a: ${HB_A:-x}", "{\"a\":\"alpha\"}");
    assert_means("a: \"${HB_NONE:-}\"", "{\"a\":\"\"}");
    assert_means("a: \"${HB_EMPTY}\"", "{\"a\":\"\"}");
}

static void every_unset_variable_is_told_in_one_pass(void **state)
{
    struct parsed parsed;

    (void)state;
    parse(&parsed, "a: ${HB_NONE}\nb: ${HB_EMPTY:?say more}\nc: ${HB-NONE}\nd: ${\n");
    assert_int_equal(parsed.diags.count, 4);
    assert_string_equal(parsed.diags.items[0].message, "environment variable 'HB_NONE' is not set");
    assert_string_equal(parsed.diags.items[1].message,
                        "environment variable 'HB_EMPTY' is not set: say more");
    assert_string_equal(parsed.diags.items[2].message, "'${HB-NONE}' is not a variable");
    assert_int_equal(parsed.diags.items[3].line, 4);
    parsed_release(&parsed);
}

static void what_is_expanded_stays_unexpanded_for_those_who_show_it(void **state)
{
    struct parsed parsed;

    (void)state;
    parse(&parsed, "{secret: 'a ${HB_A}', open: '${HB_NONE:-x}'}");
    assert_string_equal(hb_node_canonical(&parsed.diags.arena, parsed.document.root, true),
                        "{\"open\":\"x\",\"secret\":\"a ${HB_A}\"}");
    assert_string_equal(hb_node_canonical(&parsed.diags.arena, parsed.document.root, false),
                        "{\"open\":\"x\",\"secret\":\"a alpha\"}");
    parsed_release(&parsed);
}

/* The tree with overrides, as canonical JSON; NULL when one was refused. */
static const char *overridden(struct parsed *parsed, const char *text, const char *const *sets,
                              size_t count)
{
    parsed_init(parsed);
    if (hb_document_parse(&parsed->document, "t.yaml", text, strlen(text), HB_DOCUMENT_ENVIRONMENT,
                          sets, count, &parsed->diags) != 0)
        return NULL;
    return hb_node_canonical(&parsed->diags.arena, parsed->document.root, false);
}

static void overrides_set_dotted_paths(void **state)
{
    static const char *const sets[] = {"run.rounds=3", "m.c=[1, {x: y}]", "m.l.1=z",
                                       "t=",           "v=${HB_A}",       "q='5'"};
    struct parsed parsed;

    (void)state;
    assert_string_equal(
        overridden(&parsed, "{m: {c: 1, l: [a, b]}, run: {seed: 1}}", sets, HB_ARRAY_LEN(sets)),
        "{\"m\":{\"c\":[1,{\"x\":\"y\"}],\"l\":[\"a\",\"z\"]},\"q\":\"5\","
        "\"run\":{\"rounds\":3,\"seed\":1},\"t\":null,\"v\":\"alpha\"}");
    parsed_release(&parsed);
}

static void wrong_overrides_are_told_with_their_column(void **state)
{
    static const struct {
        const char *set;
        unsigned column;
        const char *message;
    } wrong[] = {
        {"noequals", 1, "expected KEY=VALUE, got 'noequals'"},
        {"=5", 1, "expected KEY=VALUE, got '=5'"},
        {"a..b=5", 3, "an empty name in the key"},
        {"n.x=5", 3, "there is nothing below an integer to set"},
        {"l.9=5", 3, "'9' is not an item of the list; it has 1, counted from 0"},
        {"a=[1", 3, "while parsing a flow sequence: did not find expected ',' or ']'"},
        {"a=*x", 3, "alias 'x' has no anchor before it"},
    };

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(wrong); i++) {
        struct parsed parsed;

        assert_null(overridden(&parsed, "{n: 1, l: [1]}", &wrong[i].set, 1));
        assert_string_equal(parsed.diags.items[0].message, wrong[i].message);
        assert_string_equal(parsed.diags.items[0].file, "--set");
        assert_int_equal(parsed.diags.items[0].column, wrong[i].column);
        parsed_release(&parsed);
    }
}

/* A folder of files for one test, removed after it. */
struct folder {
    char path[64];
};

static void put_file(const struct folder *folder, const char *name, const char *text)
{
    char path[160];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void folder_make(struct folder *folder)
{
    char deeper[80];

    strcpy(folder->path, "/tmp/hb-document-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    snprintf(deeper, sizeof deeper, "%s/deeper", folder->path);
    assert_int_equal(mkdir(deeper, 0700), 0);
}

static void folder_remove(const struct folder *folder, const char *const *names, size_t count)
{
    char path[160];

    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder->path, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    snprintf(path, sizeof path, "%s/deeper", folder->path);
    rmdir(path);
    rmdir(folder->path);
}

static void load(struct parsed *ret, const struct folder *folder, const char *name)
{
    char path[160];

    parsed_init(ret);
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    ret->result = hb_document_load(
        &ret->document, path, HB_DOCUMENT_EXTENDS | HB_DOCUMENT_ENVIRONMENT, NULL, 0, &ret->diags);
}

static void extends_merges_mappings_and_replaces_lists(void **state)
{
    static const char *const names[] = {"a.yaml", "deeper/b.yaml", "deeper/c.yaml"};
    struct folder folder;
    struct parsed parsed;

    (void)state;
    folder_make(&folder);
    put_file(&folder, "a.yaml", "extends: deeper/b.yaml\nm: {x: 1, l: [1]}\n");
    put_file(&folder, "deeper/b.yaml", "extends: c.yaml\nm: {x: 2, y: 2}\nb: ${HB_N}\n");
    put_file(&folder, "deeper/c.yaml", "m: {x: 3, l: [3, 3], d: {e: 3}}\nb: ${HB_NONE}\nc: {}\n");
    load(&parsed, &folder, "a.yaml");
    assert_int_equal(parsed.result, 0); /* an unset variable that is replaced is no error */
    assert_string_equal(hb_node_canonical(&parsed.diags.arena, parsed.document.root, false),
                        "{\"b\":42,\"c\":{},\"m\":{\"d\":{\"e\":3},\"l\":[1],\"x\":1,\"y\":2}}");
    assert_non_null(
        strstr(hb_node_get(hb_node_get(parsed.document.root, "m"), "y")->place.file, "deeper/b"));
    parsed_release(&parsed);
    folder_remove(&folder, names, HB_ARRAY_LEN(names));
}

static void circles_of_extends_are_told_with_the_whole_chain(void **state)
{
    static const char *const names[] = {"a.yaml", "b.yaml"};
    struct folder folder;
    struct parsed parsed;
    char chain[400];

    (void)state;
    folder_make(&folder);
    put_file(&folder, "a.yaml", "extends: b.yaml\n");
    put_file(&folder, "b.yaml", "extends: ./a.yaml\n");
    load(&parsed, &folder, "a.yaml");
    assert_int_equal(parsed.result, -1);
    snprintf(chain, sizeof chain, "'extends' goes in a circle: %s/a.yaml → %s/b.yaml → %s/./a.yaml",
             folder.path, folder.path, folder.path);
    assert_string_equal(parsed.diags.items[0].message, chain);
    parsed_release(&parsed);
    folder_remove(&folder, names, HB_ARRAY_LEN(names));
}

static void only_regular_files_are_read(void **state)
{
    static const char *const paths[] = {"/dev/zero", "/dev/stdin", "/", "/nowhere/x.yaml"};

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(paths); i++) {
        struct parsed parsed;

        parsed_init(&parsed);
        assert_int_equal(hb_document_load(&parsed.document, paths[i], HB_DOCUMENT_EXTENDS, NULL, 0,
                                          &parsed.diags),
                         -1);
        assert_int_equal(parsed.diags.count, 1);
        parsed_release(&parsed);
    }
}

static void assert_survives_printing(const char *text)
{
    struct parsed parsed, again;
    struct hb_buf yaml;

    parse(&parsed, text);
    assert_int_equal(parsed.result, 0);
    hb_buf_init(&yaml, 1 << 20);
    hb_node_print_yaml(parsed.document.root, &yaml);
    parse(&again, hb_buf_text(&yaml));
    if (again.result != 0)
        print_error("%s\n%s\n", hb_buf_text(&yaml), again.diags.items[0].message);
    assert_int_equal(again.result, 0);
    assert_string_equal(hb_node_canonical(&parsed.diags.arena, parsed.document.root, false),
                        hb_node_canonical(&again.diags.arena, again.document.root, false));
    assert_null(strstr(hb_buf_text(&yaml), "alpha"));
    hb_buf_release(&yaml);
    parsed_release(&parsed);
    parsed_release(&again);
}

static void a_printed_tree_reads_back_as_the_same_and_shows_no_secret(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{a: [], b: {}, c: [[], [1, [2]], {d: e}]}",
        "{a: '', b: 'true', c: '5', d: ' x ', e: \"l1\\nl2\", f: '- x', g: 'a: b', h: '#'}",
        "{'': 1, 'a b': 2, '- x': 3, 'true': 4}",
        "{a: '${HB_A}', b: 'x ${HB_A} $$y', c: \"${HB_A}\\n\", d: $$, e: '$${HB_A}', f: a$$$$b}",
        "{a: 0x10, b: 1.50, c: ~, d: \"\\e[31m\\u202e\"}",
        "a: |\n  one\n  two\nb: >\n  folded\n  text\n",
    };

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++)
        assert_survives_printing(texts[i]);
}

static void printed_yaml_reads_well(void **state)
{
    struct parsed parsed;
    struct hb_buf yaml;

    (void)state;
    parse(&parsed, "{a: [1, {b: c, d: [e, []]}, [f, g]], h: {i: 'true', j: {}}}");
    hb_buf_init(&yaml, 1000);
    hb_node_print_yaml(parsed.document.root, &yaml);
    assert_string_equal(hb_buf_text(&yaml), "a:\n"
                                            "  - 1\n"
                                            "  - b: c\n"
                                            "    d:\n"
                                            "      - e\n"
                                            "      - []\n"
                                            "  - - f\n"
                                            "    - g\n"
                                            "h:\n"
                                            "  i: \"true\"\n"
                                            "  j: {}\n");
    hb_buf_release(&yaml);
    parsed_release(&parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_are_expanded_in_values_and_typed_by_what_they_become),
        cmocka_unit_test(defaults_stand_in_for_unset_and_empty),
        cmocka_unit_test(every_unset_variable_is_told_in_one_pass),
        cmocka_unit_test(what_is_expanded_stays_unexpanded_for_those_who_show_it),
        cmocka_unit_test(overrides_set_dotted_paths),
        cmocka_unit_test(wrong_overrides_are_told_with_their_column),
        cmocka_unit_test(extends_merges_mappings_and_replaces_lists),
        cmocka_unit_test(circles_of_extends_are_told_with_the_whole_chain),
        cmocka_unit_test(only_regular_files_are_read),
        cmocka_unit_test(a_printed_tree_reads_back_as_the_same_and_shows_no_secret),
        cmocka_unit_test(printed_yaml_reads_well),
    };

    return cmocka_run_group_tests(tests, set_environment, NULL);
}
