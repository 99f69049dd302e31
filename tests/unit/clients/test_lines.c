/* Reading the runner's lines. */
#include "clients/native/lines.h"

#include "test_support.h"

struct pipes {
    int input[2], signal[2];
    struct hb_lines lines;
};

static void set_up(struct pipes *pipes, size_t line_max)
{
    assert_int_equal(pipe(pipes->input), 0);
    assert_int_equal(pipe(pipes->signal), 0);
    hb_lines_init(&pipes->lines, pipes->input[0], pipes->signal[0], line_max);
}

static void tear_down(struct pipes *pipes)
{
    hb_lines_release(&pipes->lines);
    close(pipes->input[0]);
    close(pipes->signal[0]);
    close(pipes->signal[1]);
}

static void put(struct pipes *pipes, const char *text)
{
    assert_int_equal(write(pipes->input[1], text, strlen(text)), (ssize_t)strlen(text));
}

static void expect_line(struct pipes *pipes, const char *expected)
{
    const char *line = NULL;
    size_t length = 0;

    assert_int_equal(hb_lines_next(&pipes->lines, &line, &length, NULL), HB_LINE_READ);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(line, expected, length);
}

static void expect_end(struct pipes *pipes)
{
    const char *line;
    size_t length;

    assert_int_equal(hb_lines_next(&pipes->lines, &line, &length, NULL), HB_LINE_END);
}

static void lines_that_arrive_together_come_one_by_one(void **state HB_UNUSED)
{
    struct pipes pipes;

    set_up(&pipes, 100);
    put(&pipes, "first\n\nthird\nunfinished");
    close(pipes.input[1]);
    expect_line(&pipes, "first");
    expect_line(&pipes, "");
    expect_line(&pipes, "third");
    expect_end(&pipes);
    tear_down(&pipes);
}

static void a_line_beyond_the_maximum_is_refused(void **state HB_UNUSED)
{
    struct pipes pipes;
    struct hb_error err = {0};
    const char *line;
    size_t length;

    set_up(&pipes, 8);
    put(&pipes, "123456789\n");
    assert_int_equal(hb_lines_next(&pipes.lines, &line, &length, &err), HB_LINE_FAILED);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    close(pipes.input[1]);
    tear_down(&pipes);
}

static void the_signal_ends_the_waiting(void **state HB_UNUSED)
{
    struct pipes pipes;

    set_up(&pipes, 8);
    put(&pipes, "half");
    assert_int_equal(write(pipes.signal[1], "x", 1), 1);
    expect_end(&pipes);
    close(pipes.input[1]);
    tear_down(&pipes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_arrive_together_come_one_by_one),
        cmocka_unit_test(a_line_beyond_the_maximum_is_refused),
        cmocka_unit_test(the_signal_ends_the_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
