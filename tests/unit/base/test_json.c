/* JSON output, read back by jansson: an independent reader is the oracle. */
#include "../test.h"

#include <jansson.h>
#include <math.h>

#include "base/json.h"
#include "base/rng.h"

static char *written(const char *text)
{
    char *json = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&json, &length);

    hb_json_write_string(out, text);
    fclose(out);
    return json;
}

static void any_text_can_be_read_back(HB_UNUSED void **state)
{
    static const char *const texts[] = {"", "plain", "\"quoted\" \\ and \t tab\n", "\x01\x1f\x7f",
                                        "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"};

    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++) {
        char *json = written(texts[i]);
        json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

        assert_non_null(value);
        assert_string_equal(json_string_value(value), texts[i]);
        json_decref(value);
        free(json);
    }
}

static void bytes_that_are_no_utf8_never_break_the_document(HB_UNUSED void **state)
{
    struct hb_rng rng = {7};

    for (int i = 0; i < 20000; i++) {
        char text[12];
        char *json;
        json_t *value;

        for (size_t at = 0; at + 1 < sizeof text; at++)
            text[at] = (char)(1 + hb_rng_below(&rng, 255));
        text[sizeof text - 1] = '\0';
        json = written(text);
        value = json_loads(json, JSON_DECODE_ANY, NULL);
        assert_true(json_is_string(value));
        json_decref(value);
        free(json);
    }
}

static void what_json_has_no_number_for_is_null(HB_UNUSED void **state)
{
    char text[64];
    FILE *out = fmemopen(text, sizeof text, "w");

    hb_json_write_number(out, NAN);
    hb_json_write_number(out, INFINITY);
    hb_json_write_number(out, 0.1);
    fclose(out);
    assert_string_equal(text, "nullnull0.10000000000000001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_text_can_be_read_back),
        cmocka_unit_test(bytes_that_are_no_utf8_never_break_the_document),
        cmocka_unit_test(what_json_has_no_number_for_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
