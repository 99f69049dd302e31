/* Versions: their order, what package managers print, and which lie between two. */
#include "../test.h"

#include <string.h>

#include "base/macros.h"
#include "registry/versions.h"

static void versions_are_ordered_as_pep_440_says(void **state HB_UNUSED)
{
    static const char *const ordered[] = {
        "0.9",   "1.dev0", "1.0.dev1", "1.0a1.dev1",     "1.0a1",     "1.0a2",
        "1.0b1", "1.0rc1", "1.0",      "1.0.post1.dev2", "1.0.post1", "1.0.post2",
        "1.0.1", "1.2",    "1.10",     "2023.7",         "1!0.1",
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(ordered); i++) {
        for (size_t j = 0; j < HB_ARRAY_LEN(ordered); j++) {
            int order = hb_version_compare(ordered[i], ordered[j]);

            if ((i < j) != (order < 0) || (i > j) != (order > 0))
                fail_msg("%s against %s: %d", ordered[i], ordered[j], order);
        }
    }
}

static void what_is_written_otherwise_is_the_same_version(void **state HB_UNUSED)
{
    assert_int_equal(hb_version_compare("1.0", "1.0.0"), 0);
    assert_int_equal(hb_version_compare("v1.2.3", "1.2.3"), 0);
    assert_int_equal(hb_version_compare("1.0rc1", "1.0-rc.1"), 0);
    assert_int_equal(hb_version_compare("1.0alpha1", "1.0a1"), 0);
}

static void semantic_versions_keep_their_own_order(void **state HB_UNUSED)
{
    static const char *const ordered[] = {"6.0.0-alpha.1", "6.0.0-beta.2", "6.0.0-beta.11",
                                          "6.0.0-rc.1",    "6.0.0",        "6.0.1"};

    for (size_t i = 0; i + 1 < HB_ARRAY_LEN(ordered); i++)
        assert_true(hb_version_compare(ordered[i], ordered[i + 1]) < 0);
}

static void pre_releases_are_known(void **state HB_UNUSED)
{
    assert_true(hb_version_is_prerelease("1.0rc1"));
    assert_true(hb_version_is_prerelease("1.0.dev3"));
    assert_true(hb_version_is_prerelease("7.0.0-beta.1"));
    assert_false(hb_version_is_prerelease("1.0"));
    assert_false(hb_version_is_prerelease("1.0.post1"));
    assert_false(hb_version_is_prerelease("v0.30.0"));
}

/* ---- what package managers print ---- */

static void assert_versions(const struct hb_versions *found, const char *expected)
{
    char text[512] = "";

    for (size_t i = 0; i < found->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i == 0 ? "" : " ",
                 found->items[i]);
    assert_string_equal(text, expected);
}

static void lists_of_package_managers_are_read(void **state HB_UNUSED)
{
    static const struct {
        const char *kind, *output, *expected;
    } rows[] = {
        {"pip", "httpx (0.28.1)\nAvailable versions: 0.28.1, 0.28.0, 0.27.2\n  INSTALLED: 0.28.1\n",
         "0.28.1 0.28.0 0.27.2"},
        {"pip", "nothing of the kind\n", ""},
        {"npm", "[\"6.21.0\", \"7.0.0-alpha.1\", 5, \"--evil\"]", "6.21.0 7.0.0-alpha.1"},
        {"npm", "\"1.0.0\"\n", "1.0.0"},
        {"npm", "{broken", ""},
        {"go", "golang.org/x/net v0.1.0 v0.2.0\n", "v0.1.0 v0.2.0"},
        {"go", "golang.org/x/net\n", ""},
        {"apt", "1.0", ""},
    };
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;

    hb_arena_init(&arena);
    for (size_t i = 0; i < HB_ARRAY_LEN(rows); i++) {
        struct hb_versions found = hb_versions_parse(rows[i].kind, rows[i].output, &arena);

        assert_versions(&found, rows[i].expected);
    }
}

/* ---- choosing ---- */

static int between(const char *good, const char *bad, struct hb_arena *arena,
                   struct hb_versions *ret, struct hb_error *err)
{
    static const char *items[] = {"0.28.1",  "0.28.0", "0.28.0rc1", "0.27.2",
                                  "0.27.10", "0.27.1", "0.27.2.0",  "0.26.0"};
    const struct hb_versions all = {.items = items, .count = HB_ARRAY_LEN(items)};

    return hb_versions_between(&all, good, bad, arena, ret, err);
}

static void those_between_come_in_order_and_once_and_the_bad_one_last(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_error err = {0};
    struct hb_versions found;

    hb_arena_init(&arena);
    assert_int_equal(between("0.27.1", "0.28.1", &arena, &found, &err), 0);
    assert_int_equal(found.count, 4);
    assert_int_equal(hb_version_compare(found.items[0], "0.27.2"), 0);
    assert_string_equal(found.items[1], "0.27.10");
    assert_string_equal(found.items[2], "0.28.0");
    assert_string_equal(found.items[3], "0.28.1");
}

static void pre_releases_are_tried_only_when_an_end_is_one(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_error err = {0};
    struct hb_versions found;

    hb_arena_init(&arena);
    assert_int_equal(between("0.28.0rc1", "0.28.1", &arena, &found, &err), 0);
    assert_versions(&found, "0.28.0 0.28.1");
    assert_int_equal(between("0.28.0b1", "0.28.1", &arena, &found, &err), 0);
    assert_versions(&found, "0.28.0rc1 0.28.0 0.28.1");
}

static void a_good_one_that_does_not_come_first_is_refused(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_error err = {0};
    struct hb_versions found;

    hb_arena_init(&arena);
    assert_int_equal(between("0.28.1", "0.27.2", &arena, &found, &err), -1);
    assert_int_equal(err.code, HB_ERR_INPUT);
    assert_int_equal(between("0.28.1", "0.28.1", &arena, &found, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_ordered_as_pep_440_says),
        cmocka_unit_test(what_is_written_otherwise_is_the_same_version),
        cmocka_unit_test(semantic_versions_keep_their_own_order),
        cmocka_unit_test(pre_releases_are_known),
        cmocka_unit_test(lists_of_package_managers_are_read),
        cmocka_unit_test(those_between_come_in_order_and_once_and_the_bad_one_last),
        cmocka_unit_test(pre_releases_are_tried_only_when_an_end_is_one),
        cmocka_unit_test(a_good_one_that_does_not_come_first_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
