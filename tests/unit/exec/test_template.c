/* Templates: what they become, and that a slip never becomes a configuration. */
#include "../test.h"

#include "base/memory.h"
#include "exec/template.h"

struct fixture {
    struct hb_arena arena;
    struct hb_template_values values;
    struct hb_buf text;
};

static int set_up(void **state)
{
    static const char *const upstreams[] = {"127.0.0.1:81", "127.0.0.1:82"};
    static const char *const ports[] = {"81", "82"};
    struct fixture *f = hb_alloc(sizeof *f);

    hb_arena_init(&f->arena);
    f->values.arena = &f->arena;
    hb_buf_init(&f->text, HB_TEMPLATE_MAX_BYTES);
    assert_int_equal(hb_template_set(&f->values, "http", "8080", NULL), 0);
    assert_int_equal(hb_template_set(&f->values, "run", "/tmp/run-1", NULL), 0);
    assert_int_equal(hb_template_set_list(&f->values, "upstream", upstreams, 2, NULL), 0);
    assert_int_equal(hb_template_set_list(&f->values, "upstream_port", ports, 2, NULL), 0);
    assert_int_equal(hb_template_set_list(&f->values, "nothing", NULL, 0, NULL), 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    hb_buf_release(&f->text);
    hb_arena_release(&f->arena);
    free(f);
    return 0;
}

static void check(struct fixture *f, const char *template, const char *expected)
{
    struct hb_error err = {0};

    hb_buf_clear(&f->text);
    if (hb_template_expand(&f->values, template, &f->text, &err) != 0)
        fail_msg("%s", err.message);
    assert_string_equal(hb_buf_text(&f->text), expected);
}

static void words_are_replaced_and_other_signs_stay(void **state)
{
    check(*state, "listen @http@; pid @run@/p;", "listen 8080; pid /tmp/run-1/p;");
    check(*state, "@http@@http@", "80808080");
    check(*state, "location @fallback { a@b.example @ @@ }",
          "location @fallback { a@b.example @ @@ }");
    check(*state, "", "");
    check(*state, "no end of line", "no end of line");
}

static void a_block_appears_once_for_each_value(void **state)
{
    check(*state,
          "a\n"
          "  @each upstream@\n"
          "  server u@upstream_number@ @upstream@ @http@;\n"
          "  @end@\n"
          "b\n",
          "a\n"
          "  server u1 127.0.0.1:81 8080;\n"
          "  server u2 127.0.0.1:82 8080;\n"
          "b\n");
    check(*state, "a\n@each nothing@\nx @unknown@\n@end@\nb", "a\nb");
    check(*state, "@each upstream@\n@end@\n@each upstream@\n@upstream_port@\n@end@", "81\n82\n");
}

static void a_slip_is_told_with_its_line(void **state)
{
    static const struct {
        const char *template, *message;
    } cases[] = {
        {"a\n@htp@\n", "line 2: unknown word: htp"},
        {"@upstream@", "line 1: a list is used outside of an @each of its length: upstream"},
        {"@each http@\n@end@", "line 1: not a list: http"},
        {"@each upstreams@\n@end@", "line 1: not a list: upstreams"},
        {"\n@end@\n", "line 2: nothing to end: @end@"},
        {"a\n@each upstream@\nb\n", "line 2: no @end@ for: upstream"},
        {"@each upstream@\n@each upstream@\n@end@\n", "line 2: a block within a block: upstream"},
        {"@each upstream@\n@nothing@\n@end@\n",
         "line 2: a list is used outside of an @each of its length: nothing"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_error err = {0};

        hb_buf_clear(&f->text);
        assert_int_equal(hb_template_expand(&f->values, cases[i].template, &f->text, &err), -1);
        assert_int_equal(err.code, HB_ERR_INPUT);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void values_cannot_carry_syntax(void **state)
{
    static const char *const hostile[] = {"a b", "a;b", "a\"b", "a\nb", "{a}", "$a", "a'", "\x1b"};
    struct fixture *f = *state;

    for (size_t i = 0; i < HB_ARRAY_LEN(hostile); i++) {
        struct hb_error err = {0};

        assert_int_equal(hb_template_set(&f->values, "http", hostile[i], &err), -1);
        assert_int_equal(err.code, HB_ERR_INPUT);
    }
    check(f, "@http@", "8080");
}

static void what_was_asked_for_is_known(void **state)
{
    struct fixture *f = *state;

    assert_false(hb_template_used(&f->values, "http"));
    check(f, "@http@", "8080");
    assert_true(hb_template_used(&f->values, "http"));
    assert_false(hb_template_used(&f->values, "run"));
    assert_false(hb_template_used(&f->values, "absent"));
}

static void what_grows_too_long_is_refused(void **state)
{
    struct fixture *f = *state;
    struct hb_error err = {0};

    hb_buf_release(&f->text);
    hb_buf_init(&f->text, 20);
    assert_int_equal(hb_template_expand(&f->values,
                                        "@each upstream@\n@upstream@ @upstream@\n@end@\n", &f->text,
                                        &err),
                     -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
}

static void words_are_limited_in_number(void **state)
{
    struct fixture *f = *state;
    struct hb_error err = {0};
    int result = 0;

    for (int i = 0; i <= HB_TEMPLATE_MAX_VARIABLES && result == 0; i++)
        result = hb_template_set(&f->values, hb_arena_printf(&f->arena, "w%d", i), "1", &err);
    assert_int_equal(result, -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_are_replaced_and_other_signs_stay),
        TEST(a_block_appears_once_for_each_value),
        TEST(a_slip_is_told_with_its_line),
        TEST(values_cannot_carry_syntax),
        TEST(what_was_asked_for_is_known),
        TEST(what_grows_too_long_is_refused),
        TEST(words_are_limited_in_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
