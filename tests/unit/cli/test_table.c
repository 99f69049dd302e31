/* Text tables. */
#include "../test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/table.h"

static void columns_are_as_wide_as_their_widest_cell(HB_UNUSED void **state)
{
    static const char *const headers[] = {"name", ">count", "note"};
    struct hb_text_table table;
    struct hb_arena arena;
    char text[512] = "";
    FILE *out = fmemopen(text, sizeof text, "w");

    hb_arena_init(&arena);
    hb_text_table_init(&table, &arena, headers, HB_ARRAY_LEN(headers));
    hb_text_table_add(&table, "µ");
    hb_text_table_addf(&table, "%d", 1234567);
    hb_text_table_add(&table, "last");
    hb_text_table_add(&table, "longer");
    hb_text_table_add(&table, "1");
    hb_text_table_add(&table, "");
    hb_text_table_print(&table, out);
    fclose(out);
    assert_string_equal(text, "name      count  note\n"
                              "µ       1234567  last\n"
                              "longer        1  \n");
    hb_arena_release(&arena);
}

enum { END_OF_TEXT = 3 };

/* What a table looks like on a terminal of so many columns. */
static void print_on_terminal(const struct hb_text_table *table, unsigned short columns,
                              char *ret_text, size_t capacity)
{
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    int controller = posix_openpt(O_RDWR | O_NOCTTY), terminal;
    struct termios modes;
    size_t length = 0;
    FILE *out;

    assert_true(controller >= 0 && grantpt(controller) == 0 && unlockpt(controller) == 0);
    terminal = open(ptsname(controller), O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(tcgetattr(terminal, &modes), 0);
    cfmakeraw(&modes); /* line ends stay what they are */
    assert_int_equal(tcsetattr(terminal, TCSANOW, &modes), 0);
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    out = fdopen(terminal, "w");
    hb_text_table_print(table, out);
    fputc(END_OF_TEXT, out);
    fflush(out);
    do { /* a terminal hands on what it has at the moment */
        ssize_t got = read(controller, ret_text + length, capacity - length);

        assert_true(got > 0);
        length += (size_t)got;
    } while (ret_text[length - 1] != END_OF_TEXT);
    ret_text[length - 1] = '\0';
    fclose(out);
    close(controller);
}

static void long_texts_are_broken_to_fit_a_terminal(HB_UNUSED void **state)
{
    static const char *const headers[] = {"name", ">count", "path", "note"};
    static const char *const cells[] = {
        "a", "1", "/a/path/without/any/space", "few words", "b", "20", "short", "many µords in it"};
    struct hb_text_table table;
    struct hb_arena arena;
    char text[1024];

    hb_arena_init(&arena);
    hb_text_table_init(&table, &arena, headers, HB_ARRAY_LEN(headers));
    for (size_t i = 0; i < HB_ARRAY_LEN(cells); i++)
        hb_text_table_add(&table, cells[i]);
    print_on_terminal(&table, 42, text, sizeof text);
    assert_string_equal(text, "name  count  path           note\n"
                              "a         1  /a/path/witho  few words\n"
                              "             ut/any/space   \n"
                              "b        20  short          many µords in\n"
                              "                            it\n");
    print_on_terminal(&table, 10, text, sizeof text);
    assert_non_null(strstr(text, "/a/path/with  few words\n")); /* no narrower than can be read */
    print_on_terminal(&table, 200, text, sizeof text);
    assert_non_null(strstr(text, "/a/path/without/any/space  few words\n"));
    hb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(long_texts_are_broken_to_fit_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
