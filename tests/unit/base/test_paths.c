/* Where our parts are. */
#include "../test.h"

#include "base/paths.h"

static void parts_lie_beside_the_program(HB_UNUSED void **state)
{
    struct hb_paths paths;
    struct hb_error err = {0};

    assert_int_equal(hb_paths_find(&paths, &err), 0);
    assert_non_null(strstr(paths.program, "test_base_paths"));
    assert_string_equal(strrchr(paths.libexec, '/'), "/http-benchmark");
    assert_non_null(strstr(paths.share, "/share/http-benchmark"));
}

static void a_path_that_does_not_fit_is_refused(HB_UNUSED void **state)
{
    char dest[PATH_MAX], name[PATH_MAX + 10];
    struct hb_error err = {0};

    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(hb_path_join(dest, "/x", name, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    assert_int_equal(hb_path_join(dest, "/x", "y", &err), 0);
    assert_string_equal(dest, "/x/y");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_lie_beside_the_program),
        cmocka_unit_test(a_path_that_does_not_fit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
