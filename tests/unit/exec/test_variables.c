/* Environments out of two lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/macros.h"
#include "exec/variables.h"

static const char *const minimal[] = {"PATH=/bin", "LANG=C.UTF-8", "HOME=/nonexistent", NULL};

static void assert_variables(const char *const *own, const char *const *expected)
{
    char **joined = hb_variables_join(own, minimal);
    size_t i = 0;

    for (; expected[i] != NULL; i++)
        assert_string_equal(joined[i], expected[i]);
    assert_null(joined[i]);
    free(joined);
}

static void without_own_ones_all_others_stay(void **state HB_UNUSED)
{
    assert_variables(NULL, minimal);
    assert_variables((const char *const[]){NULL}, minimal);
}

static void own_ones_take_the_place_of_equal_names_only(void **state HB_UNUSED)
{
    assert_variables((const char *const[]){"HOME=/tmp", "LANGUAGE=de", "PAT=x", NULL},
                     (const char *const[]){"HOME=/tmp", "LANGUAGE=de", "PAT=x", "PATH=/bin",
                                           "LANG=C.UTF-8", NULL});
}

static void an_empty_value_is_a_value(void **state HB_UNUSED)
{
    assert_variables((const char *const[]){"LANG=", NULL},
                     (const char *const[]){"LANG=", "PATH=/bin", "HOME=/nonexistent", NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_own_ones_all_others_stay),
        cmocka_unit_test(own_ones_take_the_place_of_equal_names_only),
        cmocka_unit_test(an_empty_value_is_a_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
