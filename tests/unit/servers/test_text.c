/* The pure parts that read text: numbers, UTF-8, percent-encoding, fields, multipart, base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"
#include "servers/builtin/base64.h"
#include "servers/builtin/fields.h"
#include "servers/builtin/multipart.h"
#include "servers/builtin/number.h"
#include "servers/builtin/percent.h"
#include "servers/builtin/utf8.h"

static void assert_span(struct hb_span span, const char *expected)
{
    assert_int_equal(span.length, strlen(expected));
    assert_memory_equal(span.data, expected, span.length);
}

static void unsigned_numbers_are_digits_only_and_saturate(void **state HB_UNUSED)
{
    static const char *const refused[] = {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "1e3"};
    uint64_t value;

    assert_true(hb_number_unsigned(HB_SPAN("0042"), &value));
    assert_int_equal(value, 42);
    assert_true(hb_number_unsigned(HB_SPAN("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    assert_true(hb_number_unsigned(HB_SPAN("18446744073709551616"), &value));
    assert_true(value == UINT64_MAX);
    assert_true(hb_number_unsigned(HB_SPAN("99999999999999999999999"), &value));
    assert_true(value == UINT64_MAX);
    for (size_t i = 0; i < HB_ARRAY_LEN(refused); i++)
        assert_false(hb_number_unsigned(hb_span_of(refused[i]), &value));
}

static void signed_numbers_stay_within_64_bits(void **state HB_UNUSED)
{
    static const char *const refused[] = {"", "-", "+", "--1", "9223372036854775808"};
    int64_t value;

    assert_true(hb_number_signed(HB_SPAN("-17"), &value));
    assert_int_equal(value, -17);
    assert_true(hb_number_signed(HB_SPAN("+9223372036854775807"), &value));
    assert_true(value == INT64_MAX);
    for (size_t i = 0; i < HB_ARRAY_LEN(refused); i++)
        assert_false(hb_number_signed(hb_span_of(refused[i]), &value));
}

static void real_numbers_are_finite_decimals(void **state HB_UNUSED)
{
    static const char *const refused[] = {
        "",   "nan", "inf", "1e999", "0x1", " 1",
        "1 ", "1,5", "1e",  ".",     "-",   "1.00000000000000000000000000000000000000"};
    double value;

    assert_true(hb_number_real(HB_SPAN("0.25"), &value));
    assert_true(value == 0.25);
    assert_true(hb_number_real(HB_SPAN("-1e-1"), &value));
    assert_true(value == -0.1);
    for (size_t i = 0; i < HB_ARRAY_LEN(refused); i++)
        assert_false(hb_number_real(hb_span_of(refused[i]), &value));
}

/* The oracle: an encoder. Every code point must come back, and only these sequences are valid. */
static size_t encode(uint32_t point, char *bytes)
{
    if (point < 0x80)
        return bytes[0] = (char)point, 1;
    if (point < 0x800)
        return bytes[0] = (char)(0xC0 | point >> 6), bytes[1] = (char)(0x80 | (point & 63)), 2;
    if (point < 0x10000)
        return bytes[0] = (char)(0xE0 | point >> 12), bytes[1] = (char)(0x80 | (point >> 6 & 63)),
               bytes[2] = (char)(0x80 | (point & 63)), 3;
    return bytes[0] = (char)(0xF0 | point >> 18), bytes[1] = (char)(0x80 | (point >> 12 & 63)),
           bytes[2] = (char)(0x80 | (point >> 6 & 63)), bytes[3] = (char)(0x80 | (point & 63)), 4;
}

static void every_code_point_is_decoded_and_surrogates_are_not(void **state HB_UNUSED)
{
    for (uint32_t point = 0; point < 0x110100; point++) {
        char bytes[4];
        size_t length = encode(point, bytes);
        bool valid = point < 0xD800 || (point > 0xDFFF && point <= 0x10FFFF);
        uint32_t decoded = UINT32_MAX;

        assert_int_equal(hb_utf8_decode((struct hb_span){bytes, length}, &decoded),
                         valid ? length : 0);
        assert_true(!valid || decoded == point);
        assert_int_equal(
            hb_utf8_decode((struct hb_span){bytes, length - 1 + (length == 1)}, &decoded),
            length == 1 ? 1 : 0);
    }
}

static void overlong_and_broken_utf8_is_invalid_wherever_it_stands(void **state HB_UNUSED)
{
    static const char *const broken[] = {
        "\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\x80",
        "\xC3",     "\xC3(",        "\xE2\x82"};
    char text[40];

    assert_true(hb_utf8_valid(HB_SPAN("plain ascii, longer than eight bytes \xC3\xA9")));
    for (size_t i = 0; i < HB_ARRAY_LEN(broken); i++)
        for (size_t place = 0; place < 20; place++) {
            memset(text, 'a', sizeof text);
            memcpy(text + place, broken[i], strlen(broken[i]));
            assert_false(hb_utf8_valid((struct hb_span){text, sizeof text}));
        }
}

static void a_field_is_decoded_and_always_valid(void **state HB_UNUSED)
{
    static const struct {
        const char *sent, *meant;
    } cases[] = {{"plain", "plain"},     {"a+b%20c", "a b c"},   {"%2B", "+"},
                 {"%C3%A9", "\xC3\xA9"}, {"%ff", "%FF"},         {"\xFE", "%FE"},
                 {"%zz%4", "%zz%4"},     {"%e2%82", "%E2%82"},   {"%", "%"},
                 {"%2525", "%25"},       {"\xC3%A9", "\xC3\xA9"}};
    struct hb_arena arena;

    hb_arena_init(&arena);
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++)
        assert_span(hb_percent_field(&arena, hb_span_of(cases[i].sent)), cases[i].meant);
    hb_arena_release(&arena);
}

static void a_location_holds_printable_ascii_only(void **state HB_UNUSED)
{
    struct hb_buf out;
    char all[256];

    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)i;
    hb_buf_init(&out, 4096);
    hb_percent_append_location(&out, (struct hb_span){all, sizeof all});
    for (size_t i = 0; i < out.length; i++)
        assert_true(out.data[i] > 0x20 && out.data[i] < 0x7F);
    hb_buf_release(&out);
}

static void urlencoded_fields_keep_order_blanks_and_repeats(void **state HB_UNUSED)
{
    struct hb_arena arena;
    struct hb_fields fields;

    hb_arena_init(&arena);
    hb_fields_parse_urlencoded(&fields, &arena, HB_SPAN("b=1&a=2&&c&=x&a=%33=4"));
    assert_int_equal(fields.count, 5);
    assert_span(fields.items[2].name, "c");
    assert_span(fields.items[2].value, "");
    assert_span(fields.items[3].name, "");
    assert_span(fields.items[4].value, "3=4");
    assert_span(hb_fields_find(&fields, HB_SPAN("a"))->value, "2");
    assert_null(hb_fields_find(&fields, HB_SPAN("A")));
    assert_non_null(hb_fields_find_nocase(&fields, HB_SPAN("A")));
    hb_fields_sort(&fields);
    assert_span(fields.items[0].value, "x");
    assert_span(fields.items[1].value, "2");
    assert_span(fields.items[2].value, "3=4");
    hb_fields_keep_first(&fields);
    assert_int_equal(fields.count, 4);
    hb_arena_release(&arena);
}

static void cookies_are_unquoted(void **state HB_UNUSED)
{
    struct hb_arena arena;
    struct hb_fields fields;

    hb_arena_init(&arena);
    hb_fields_parse_cookies(&fields, &arena, HB_SPAN("a=1; b=\"x\\\"\\073\\\\\" ;c;; d=\"\\7\\\""));
    assert_int_equal(fields.count, 4);
    assert_span(fields.items[1].value, "x\";\\");
    assert_span(fields.items[2].name, "c");
    assert_span(fields.items[3].value, "7\\");
    hb_arena_release(&arena);
}

static void multipart_tells_fields_from_files(void **state HB_UNUSED)
{
    static const char body[] =
        "preamble\r\n--X\r\nContent-Disposition: form-data; name=\"a;b\"\r\n\r\nv\r\n--not\r\n"
        "--X\r\ncontent-disposition: form-data; filename=\"\"; name=f\r\n"
        "Content-Type: text/x\r\n\r\n\r\n--X\r\nno headers\r\n--X--\r\n";
    struct hb_arena arena;
    struct hb_fields form, files;

    hb_arena_init(&arena);
    assert_true(hb_multipart_parse(&arena, HB_SPAN("multipart/form-data; boundary=\"X\""),
                                   HB_SPAN(body), &form, &files));
    assert_int_equal(form.count, 1);
    assert_span(form.items[0].name, "a;b");
    assert_span(form.items[0].value, "v\r\n--not");
    assert_int_equal(files.count, 1);
    assert_span(files.items[0].name, "f");
    assert_span(files.items[0].content_type, "text/x");
    assert_span(files.items[0].value, "");
    hb_arena_release(&arena);
}

static void multipart_survives_being_cut_anywhere(void **state HB_UNUSED)
{
    static const char type[] = "multipart/form-data; boundary=X";
    static const char body[] =
        "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X--";
    struct hb_fields form, files;

    for (size_t length = 0; length < sizeof body; length++) {
        struct hb_arena arena;
        char *copy; /* of exactly this length, so that a sanitizer sees a read behind it */

        hb_arena_init(&arena);
        copy = test_malloc(length + 1);
        memcpy(copy, body, length);
        assert_true(hb_multipart_parse(&arena, HB_SPAN(type), (struct hb_span){copy, length}, &form,
                                       &files));
        assert_int_equal(form.count, length >= sizeof body - 3 ? 1 : 0);
        test_free(copy);
        hb_arena_release(&arena);
    }
    for (size_t length = 0; length < sizeof type; length++) {
        struct hb_arena arena;

        hb_arena_init(&arena);
        assert_int_equal(hb_multipart_parse(&arena, (struct hb_span){type, length}, HB_SPAN(body),
                                            &form, &files),
                         length >= sizeof type - 1);
        hb_arena_release(&arena);
    }
}

static void multipart_limits_the_number_of_parts(void **state HB_UNUSED)
{
    struct hb_arena arena;
    struct hb_fields form, files;
    struct hb_buf body;

    hb_arena_init(&arena);
    hb_buf_init(&body, 1 << 20);
    for (size_t i = 0; i <= HB_MULTIPART_PARTS_MAX; i++)
        hb_buf_puts(&body, "\r\n--X\r\nContent-Disposition: form-data; name=a\r\n\r\n");
    hb_buf_puts(&body, "\r\n--X--");
    assert_false(hb_multipart_parse(&arena, HB_SPAN("multipart/form-data; boundary=X"),
                                    (struct hb_span){body.data, body.length}, &form, &files));
    hb_buf_release(&body);
    hb_arena_release(&arena);
}

static void base64_agrees_with_rfc_4648_and_comes_back(void **state HB_UNUSED)
{
    static const struct {
        const char *plain, *encoded;
    } vectors[] = {{"", ""},
                   {"f", "Zg=="},
                   {"fo", "Zm8="},
                   {"foo", "Zm9v"},
                   {"foob", "Zm9vYg=="},
                   {"fooba", "Zm9vYmE="},
                   {"foobar", "Zm9vYmFy"}};
    static const char *const refused[] = {"Zg", "Zg=", "Zm9v!", "Zm!v", "Zg==Zg=="};
    struct hb_buf out;

    hb_buf_init(&out, 4096);
    for (size_t i = 0; i < HB_ARRAY_LEN(vectors); i++) {
        hb_buf_clear(&out);
        hb_base64_append(&out, hb_span_of(vectors[i].plain));
        assert_string_equal(hb_buf_text(&out), vectors[i].encoded);
        hb_buf_clear(&out);
        assert_true(hb_base64_decode(&out, hb_span_of(vectors[i].encoded)));
        assert_span((struct hb_span){hb_buf_text(&out), out.length}, vectors[i].plain);
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(refused); i++)
        assert_false(hb_base64_decode(&out, hb_span_of(refused[i])));
    hb_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsigned_numbers_are_digits_only_and_saturate),
        cmocka_unit_test(signed_numbers_stay_within_64_bits),
        cmocka_unit_test(real_numbers_are_finite_decimals),
        cmocka_unit_test(every_code_point_is_decoded_and_surrogates_are_not),
        cmocka_unit_test(overlong_and_broken_utf8_is_invalid_wherever_it_stands),
        cmocka_unit_test(a_field_is_decoded_and_always_valid),
        cmocka_unit_test(a_location_holds_printable_ascii_only),
        cmocka_unit_test(urlencoded_fields_keep_order_blanks_and_repeats),
        cmocka_unit_test(cookies_are_unquoted),
        cmocka_unit_test(multipart_tells_fields_from_files),
        cmocka_unit_test(multipart_survives_being_cut_anywhere),
        cmocka_unit_test(multipart_limits_the_number_of_parts),
        cmocka_unit_test(base64_agrees_with_rfc_4648_and_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
