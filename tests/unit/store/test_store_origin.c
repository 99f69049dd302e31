/* What a sweep was made of, to JSON and back. */
#include "fixture.h"

#include "base/macros.h"
#include "base/memory.h"
#include "store/origin.h"

static void what_went_in_comes_back(void **state)
{
    static const char *const folders[] = {"mine", "/their s", NULL};
    static const char *const sets[] = {"run.rounds=3", "name=\"x\"", NULL};
    static const struct hb_subject_override subjects[] = {
        {"base", "base", NULL, "{}"}, {"head-install", "head", "install", "git:\xc3\xa4"}};
    const struct hb_origin origin = {.directory = "/some where",
                                     .client_folders = folders,
                                     .overrides = {sets, subjects, HB_ARRAY_LEN(subjects), 4}};
    HB_CLEANUP(hb_free_ptr) char *json = hb_origin_json(&origin);
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_origin back;

    (void)state;
    hb_arena_init(&arena);
    hb_origin_read(json, &arena, &back);
    assert_string_equal(back.directory, origin.directory);
    assert_string_equal(back.client_folders[1], folders[1]);
    assert_null(back.client_folders[2]);
    assert_string_equal(back.overrides.sets[1], sets[1]);
    assert_null(back.overrides.sets[2]);
    assert_int_equal(back.overrides.control_cells, 4);
    assert_int_equal(back.overrides.subjects_count, 2);
    assert_null(back.overrides.subjects[0].key);
    assert_string_equal(back.overrides.subjects[1].key, "install");
    assert_string_equal(back.overrides.subjects[1].value, subjects[1].value);
}

/* An older sweep, or a file that somebody else wrote. */
static void texts_of_no_use_make_an_empty_one(void **state)
{
    static const char *const texts[] = {"", "{", "[]", "{\"set\": 5, \"subjects\": [{}, 3, null]}"};

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++) {
        HB_CLEANUP(hb_arena_release) struct hb_arena arena;
        struct hb_origin origin;

        hb_arena_init(&arena);
        hb_origin_read(texts[i], &arena, &origin);
        assert_null(origin.directory);
        assert_null(origin.client_folders[0]);
        assert_null(origin.overrides.sets[0]);
        assert_int_equal(origin.overrides.subjects_count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_went_in_comes_back),
        cmocka_unit_test(texts_of_no_use_make_an_empty_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
