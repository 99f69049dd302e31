/* UTF-8, escaping, masking, and the nearest word. */
#include "support.h"

#include <iconv.h>
#include <stdio.h>

#include "config/utf8.h"

static void every_character_decodes_as_iconv_encodes_it(void **state)
{
    iconv_t codec = iconv_open("UTF-8", "UTF-32LE");

    (void)state;
    assert_true(codec != (iconv_t)-1);
    for (uint32_t character = 0; character <= 0x10FFFF; character++) {
        char bytes[8], *in = (char *)&character, *out = bytes;
        size_t in_left = 4, out_left = sizeof bytes;
        uint32_t decoded;

        if (character == 0xD800) /* surrogates are no characters */
            character = 0xE000;
        assert_int_equal(iconv(codec, &in, &in_left, &out, &out_left), 0);
        assert_int_equal(hb_utf8_decode(bytes, sizeof bytes - out_left, &decoded),
                         sizeof bytes - out_left);
        assert_int_equal(decoded, character);
    }
    iconv_close(codec);
}

static void every_pair_and_triple_of_bytes_is_judged_as_iconv_judges_it(void **state)
{
    iconv_t codec = iconv_open("UTF-32LE", "UTF-8");

    (void)state;
    for (uint32_t i = 0; i < 1 << 24; i += 61) { /* a prime step visits all lead bytes */
        char bytes[3] = {(char)(i >> 16), (char)(i >> 8), (char)i}, wide[16];
        char *in = bytes, *out = wide;
        size_t in_left = 3, out_left = sizeof wide;

        iconv(codec, NULL, NULL, NULL, NULL);
        iconv(codec, &in, &in_left, &out, &out_left);
        assert_int_equal(hb_utf8_valid_prefix(bytes, 3), 3 - in_left);
    }
    iconv_close(codec);
}

static void assert_escaped(const char *text, size_t max, const char *expected)
{
    struct hb_buf buf;

    hb_buf_init(&buf, 1000);
    hb_escape(&buf, text, strlen(text), max);
    assert_string_equal(hb_buf_text(&buf), expected);
    hb_buf_release(&buf);
}

static void nothing_a_terminal_obeys_survives_escaping(void **state)
{
    (void)state;
    assert_escaped("plain Ünïcödé", 100, "plain Ünïcödé");
    assert_escaped("\x1b[31mred\x07\r\n\t", 100, "\\x1b[31mred\\x07\\x0d\\n\\t");
    assert_escaped("a\xc2\x9b"
                   "b",
                   100, "a\\xc2\\x9bb"); /* C1: CSI */
    assert_escaped("a\xe2\x80\xae"
                   "b",
                   100, "a\\xe2\\x80\\xaeb");        /* right-to-left override */
    assert_escaped("a\xff\xc3", 100, "a\\xff\\xc3"); /* no UTF-8 */
    assert_escaped("abcdef", 3, "abc…");
    assert_escaped("aüü", 2, "a…"); /* never within a character */
}

static void assert_masked(const char *secret, const char *other, const char *text,
                          const char *expected)
{
    struct hb_secrets secrets;
    char *masked;

    hb_secrets_init(&secrets);
    hb_secrets_add(&secrets, secret);
    hb_secrets_add(&secrets, other);
    hb_secrets_add(&secrets, secret);
    assert_true(secrets.count <= 2);
    masked = hb_secrets_masked(&secrets, text);
    assert_string_equal(masked, expected);
    free(masked);
    hb_secrets_release(&secrets);
}

static void secrets_are_masked_wherever_they_stand(void **state)
{
    (void)state;
    assert_masked("token", "other", "token a token,other", "*** a ***,***");
    assert_masked("abcd", "abcdef", "xabcdefx abcd", "x***x ***"); /* the longer one first */
    assert_masked("abc", "", "abc stays", "abc stays");            /* too short to mask by value */
    assert_masked("aaaa", "aaaa", "aaaaaaaaa", "******a");
}

static void a_typo_finds_the_nearest_word(void **state)
{
    static const char *const words[] = {"concurrency", "clients", "duration", "urls", "rate"};
    static const struct {
        const char *wrong, *right;
    } pairs[] = {{"concurency", "concurrency"},
                 {"cilents", "clients"},
                 {"durations", "duration"},
                 {"url", "urls"},
                 {"rat", "rate"},
                 {"x", NULL},
                 {"something", NULL},
                 {"", NULL}};

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(pairs); i++) {
        const char *found = hb_nearest(pairs[i].wrong, words, HB_ARRAY_LEN(words));

        if (pairs[i].right == NULL)
            assert_null(found);
        else
            assert_string_equal(found, pairs[i].right);
    }
}

static void diagnostics_show_place_line_caret_and_remedy(void **state)
{
    const struct hb_source source = {".", "ok: 1\n\tbäd: \x1b[2J\n", 18};
    struct hb_diags diags;
    struct hb_buf text;

    (void)state;
    hb_diags_init(&diags);
    hb_diag(&diags, (struct hb_place){"f.yaml", &source, 2, 4}, "later %s", "one");
    hb_diag(&diags, (struct hb_place){"f.yaml", &source, 1, 5}, "earlier");
    hb_diag_hint(&diags, "do this");
    hb_buf_init(&text, 10000);
    hb_diags_render(&diags, NULL, &text);
    assert_string_equal(hb_buf_text(&text), "f.yaml:1:5: error: earlier\n"
                                            "    1 | ok: 1\n"
                                            "      |     ^\n"
                                            "hint: do this\n"
                                            "f.yaml:2:4: error: later one\n"
                                            "    2 |  bäd: \\x1b[2J\n"
                                            "      |    ^\n");
    hb_buf_release(&text);
    hb_diags_release(&diags);
}

static void long_lines_are_shown_around_the_caret(void **state)
{
    struct hb_source source = {".", NULL, 1000};
    char line[1001];
    struct hb_diags diags;
    struct hb_buf text;

    (void)state;
    memset(line, 'x', 1000);
    line[1000] = '\0';
    line[700] = '!';
    source.text = line;
    hb_diags_init(&diags);
    hb_diag(&diags, (struct hb_place){"f", &source, 1, 701}, "here");
    assert_true(strlen(diags.items[0].source_line) <= 120);
    assert_int_equal(diags.items[0].source_line[diags.items[0].caret], '!');
    hb_buf_init(&text, 10000);
    hb_diags_render(&diags, NULL, &text);
    assert_true(text.length < 400);
    hb_buf_release(&text);
    hb_diags_release(&diags);
}

static void the_list_is_bounded_and_says_how_many_more(void **state)
{
    struct hb_diags diags;
    struct hb_error err = {0};
    struct hb_buf text;

    (void)state;
    hb_diags_init(&diags);
    for (int i = 0; i < 1000; i++) {
        hb_diag(&diags, (struct hb_place){"f", NULL, 1, 1}, "number %d", i);
        hb_diag_hint(&diags, "hint %d", i);
    }
    assert_int_equal(diags.count, HB_DIAGS_MAX);
    assert_int_equal(hb_diags_total(&diags), 1000);
    assert_string_equal(diags.items[HB_DIAGS_MAX - 1].hint, "hint 99");
    hb_buf_init(&text, 1 << 20);
    hb_diags_render(&diags, NULL, &text);
    assert_non_null(strstr(hb_buf_text(&text), "and 900 more\n"));
    assert_int_equal(hb_diags_fail(&diags, &err), -1);
    assert_string_equal(err.message, "1000 problems, the first: f:1:1: number 0");
    hb_buf_release(&text);
    hb_diags_release(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_decodes_as_iconv_encodes_it),
        cmocka_unit_test(every_pair_and_triple_of_bytes_is_judged_as_iconv_judges_it),
        cmocka_unit_test(nothing_a_terminal_obeys_survives_escaping),
        cmocka_unit_test(secrets_are_masked_wherever_they_stand),
        cmocka_unit_test(a_typo_finds_the_nearest_word),
        cmocka_unit_test(diagnostics_show_place_line_caret_and_remedy),
        cmocka_unit_test(long_lines_are_shown_around_the_caret),
        cmocka_unit_test(the_list_is_bounded_and_says_how_many_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
