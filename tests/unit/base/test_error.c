/* Errors as values. */
#include "../test.h"

#include <errno.h>

#include "base/error.h"

static void context_goes_in_front(HB_UNUSED void **state)
{
    struct hb_error err = {0};

    assert_int_equal(hb_fail_errno(&err, ENOENT, "open %s", "x.yaml"), -1);
    assert_int_equal(hb_wrap(&err, "load"), -1);
    assert_string_equal(err.message, "load: open x.yaml: No such file or directory");
    assert_int_equal(err.sys_errno, ENOENT);
    assert_int_equal(err.code, HB_ERR_SYSTEM);
}

static void a_message_that_is_too_long_is_cut(HB_UNUSED void **state)
{
    struct hb_error err = {0};

    hb_fail(&err, HB_ERR_INPUT, "%0*d", 5000, 1);
    hb_wrap(&err, "%0*d", 5000, 2);
    assert_int_equal(strlen(err.message), HB_ERROR_MESSAGE_BYTES - 1);
}

static void nobody_has_to_listen(HB_UNUSED void **state)
{
    assert_int_equal(hb_fail(NULL, HB_ERR_INPUT, "ignored"), -1);
    assert_int_equal(hb_wrap(NULL, "ignored"), -1);
}

static void every_code_has_its_exit_code(HB_UNUSED void **state)
{
    assert_int_equal(hb_error_exit_code(HB_OK), 0);
    assert_int_equal(hb_error_exit_code(HB_ERR_INTERNAL), 1);
    assert_int_equal(hb_error_exit_code(HB_ERR_INPUT), 2);
    assert_int_equal(hb_error_exit_code(HB_ERR_RUN), 6);
    assert_int_equal(hb_error_exit_code(HB_ERR_INTERRUPTED), 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_goes_in_front),
        cmocka_unit_test(a_message_that_is_too_long_is_cut),
        cmocka_unit_test(nobody_has_to_listen),
        cmocka_unit_test(every_code_has_its_exit_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
