/* Bounded byte strings. */
#include "../test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static void text_beyond_the_maximum_is_dropped_and_told(HB_UNUSED void **state)
{
    struct hb_buf buf;

    hb_buf_init(&buf, 5);
    hb_buf_puts(&buf, "abc");
    assert_false(buf.overflowed);
    hb_buf_puts(&buf, "defg");
    assert_true(buf.overflowed);
    assert_string_equal(hb_buf_text(&buf), "abcde");
    hb_buf_clear(&buf);
    assert_false(buf.overflowed);
    assert_string_equal(hb_buf_text(&buf), "");
    hb_buf_release(&buf);
}

static void an_untouched_buffer_reads_as_empty(HB_UNUSED void **state)
{
    struct hb_buf buf;

    hb_buf_init(&buf, 10);
    assert_string_equal(hb_buf_text(&buf), "");
    hb_buf_release(&buf);
}

static void consuming_drops_the_front(HB_UNUSED void **state)
{
    struct hb_buf buf;

    hb_buf_init(&buf, 100);
    hb_buf_puts(&buf, "line\nrest");
    hb_buf_consume(&buf, 5);
    assert_string_equal(hb_buf_text(&buf), "rest");
    hb_buf_consume(&buf, 4);
    assert_int_equal(buf.length, 0);
    hb_buf_release(&buf);
}

static void long_formatted_text_is_whole(HB_UNUSED void **state)
{
    struct hb_buf buf;

    hb_buf_init(&buf, 10000);
    hb_buf_printf(&buf, "%0*d", 3000, 7);
    assert_int_equal(buf.length, 3000);
    assert_int_equal(hb_buf_text(&buf)[2999], '7');
    hb_buf_release(&buf);
}

static void reading_a_file_refuses_what_is_too_large_or_no_file(HB_UNUSED void **state)
{
    char path[] = "/tmp/hb-buf-XXXXXX";
    int fd = mkstemp(path);
    struct hb_error err = {0};
    struct hb_buf buf;

    assert_int_equal(write(fd, "0123456789", 10), 10);
    close(fd);
    hb_buf_init(&buf, 10);
    assert_int_equal(hb_buf_read_file(&buf, path, &err), 0);
    assert_string_equal(hb_buf_text(&buf), "0123456789");
    hb_buf_release(&buf);

    hb_buf_init(&buf, 9);
    assert_int_equal(hb_buf_read_file(&buf, path, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    unlink(path);
    assert_int_equal(hb_buf_read_file(&buf, path, &err), -1);
    assert_int_equal(err.code, HB_ERR_SYSTEM);
    assert_int_equal(hb_buf_read_file(&buf, "/dev/zero", &err), -1);
    assert_int_equal(err.code, HB_ERR_INPUT);
    hb_buf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_beyond_the_maximum_is_dropped_and_told),
        cmocka_unit_test(an_untouched_buffer_reads_as_empty),
        cmocka_unit_test(consuming_drops_the_front),
        cmocka_unit_test(long_formatted_text_is_whole),
        cmocka_unit_test(reading_a_file_refuses_what_is_too_large_or_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
