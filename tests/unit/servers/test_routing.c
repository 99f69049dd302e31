/* Routes, status lists, the seeded generator, the JSON writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>

#include "base/macros.h"
#include "base/rng.h"
#include "servers/builtin/json_writer.h"
#include "servers/builtin/mt19937.h"
#include "servers/builtin/route.h"
#include "servers/builtin/status_list.h"

static void patterns_match_whole_paths_only(void **state HB_UNUSED)
{
    static const struct {
        const char *pattern, *path, *first; /* the first capture; NULL: no match */
    } cases[] = {
        {"/get", "/get", ""},
        {"/get", "/get/", NULL},
        {"/get", "/ge", NULL},
        {"/get", "", NULL},
        {"/bytes/{int}", "/bytes/17", "17"},
        {"/bytes/{int}", "/bytes/", NULL},
        {"/bytes/{int}", "/bytes/1x", NULL},
        {"/bytes/{int}", "/bytes/-1", NULL},
        {"/bytes/{int}", "/bytes/1/", NULL},
        {"/status/{text}", "/status/200:1,300", "200:1,300"},
        {"/status/{text}", "/status/", NULL},
        {"/status/{text}", "/status/a/b", NULL},
        {"/basic-auth/{text}/{text}", "/basic-auth/u/p", "u"},
        {"/basic-auth/{text}/{text}", "/basic-auth/u", NULL},
        {"/basic-auth/{text}/{text}", "/basic-auth//p", NULL},
        {"/anything/{path}", "/anything/a/b/c", "a/b/c"},
        {"/anything/{path}", "/anything/", NULL},
        {"/anything/{path}", "/anything", NULL},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_span captures[HB_CAPTURES_MAX] = {{"", 0}, {"", 0}};
        bool matched = hb_route_match(cases[i].pattern, hb_span_of(cases[i].path), captures);

        assert_int_equal(matched, cases[i].first != NULL);
        if (matched)
            assert_true(hb_span_equal(captures[0], hb_span_of(cases[i].first)));
    }
}

static void the_table_finds_what_the_readme_promises(void **state HB_UNUSED)
{
    static const char *const paths[] = {"/get",
                                        "/post",
                                        "/put",
                                        "/patch",
                                        "/delete",
                                        "/anything",
                                        "/anything/x/y",
                                        "/headers",
                                        "/status/418",
                                        "/delay/0.5",
                                        "/bytes/10",
                                        "/stream/3",
                                        "/stream-bytes/10",
                                        "/drip",
                                        "/gzip",
                                        "/redirect/2",
                                        "/relative-redirect/2",
                                        "/absolute-redirect/2",
                                        "/redirect-to",
                                        "/basic-auth/u/p",
                                        "/cookies",
                                        "/cookies/set",
                                        "/cookies/set/a/b",
                                        "/cookies/delete",
                                        "/uuid",
                                        "/ip",
                                        "/user-agent"};
    struct hb_span captures[HB_CAPTURES_MAX];

    for (size_t i = 0; i < HB_ARRAY_LEN(paths); i++)
        assert_non_null(hb_route_find(hb_span_of(paths[i]), captures));
    assert_null(hb_route_find(HB_SPAN("/"), captures));
    assert_null(hb_route_find(HB_SPAN("/get\0"), captures));
    assert_null(hb_route_find(HB_SPAN(""), captures));
}

static void allow_lists_the_methods_of_a_route(void **state HB_UNUSED)
{
    struct hb_span captures[HB_CAPTURES_MAX];
    char allow[HB_ALLOW_BYTES];

    hb_route_allow(hb_route_find(HB_SPAN("/post"), captures), allow);
    assert_string_equal(allow, "POST, OPTIONS");
    hb_route_allow(hb_route_find(HB_SPAN("/status/1"), captures), allow);
    assert_string_equal(allow, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE");
    assert_int_equal(hb_method_parse("get"), HB_METHOD_OTHER);
    assert_int_equal(hb_method_parse("GETS"), HB_METHOD_OTHER);
    assert_int_equal(hb_method_parse("PATCH"), HB_PATCH);
}

static void status_lists_are_codes_with_weights(void **state HB_UNUSED)
{
    static const char *const refused[] = {
        "",        "abc",     "199",      "1000",
        "-200",    "200,",    ",200",     "200:x",
        "200:-1",  "200:nan", "200:inf,", "200:0,500:0",
        "200:1:2", "200:",    "200 ",     "0200000000000000000000"};
    struct hb_status_list list;

    assert_true(hb_status_list_parse(&list, HB_SPAN("200:0.9,500:0.1,404")));
    assert_int_equal(list.count, 3);
    assert_true(list.items[1].weight == 0.1 && list.items[2].weight == 1);
    for (size_t i = 0; i < HB_ARRAY_LEN(refused); i++)
        assert_false(hb_status_list_parse(&list, hb_span_of(refused[i])));
}

static void status_lists_have_a_longest_length(void **state HB_UNUSED)
{
    struct hb_status_list list;
    char text[4 * (HB_STATUS_CHOICES_MAX + 1)];

    for (size_t i = 0; i < sizeof text; i += 4)
        memcpy(text + i, "200,", 4);
    assert_true(hb_status_list_parse(&list, (struct hb_span){text, 4 * HB_STATUS_CHOICES_MAX - 1}));
    assert_false(hb_status_list_parse(&list, (struct hb_span){text, sizeof text - 1}));
}

static void statuses_are_chosen_in_proportion_to_their_weights(void **state HB_UNUSED)
{
    enum { DRAWS = 100000 };
    struct hb_status_list list;
    struct hb_rng rng = {7};
    size_t errors = 0;

    assert_true(hb_status_list_parse(&list, HB_SPAN("404:0,200:0.9,500:0.1,503:0")));
    for (size_t i = 0; i < DRAWS; i++) {
        unsigned status = hb_status_list_choose(&list, hb_rng_unit(&rng));

        assert_true(status == 200 || status == 500);
        errors += status == 500;
    }
    assert_in_range(errors, DRAWS / 10 - 500, DRAWS / 10 + 500); /* five standard deviations */
    assert_int_equal(hb_status_list_choose(&list, 1), 500);
}

/* From Python: random.seed(S); [random.randint(0, 255) for _ in range(8)] */
static void seeded_bytes_are_those_of_python(void **state HB_UNUSED)
{
    static const struct {
        uint64_t seed;
        unsigned char bytes[8];
    } vectors[] = {
        {0u, {197, 215, 20, 132, 248, 207, 155, 244}},
        {1u, {68, 32, 130, 60, 253, 230, 241, 194}},
        {4294967295u, {104, 110, 149, 174, 195, 143, 181, 254}},
        {4294967296u, {57, 179, 213, 8, 11, 169, 231, 7}},
        {123456789012345u, {112, 149, 210, 115, 58, 97, 236, 67}},
        {9223372036854775807u, {162, 67, 251, 232, 55, 244, 141, 85}},
    };
    static struct hb_mt19937 twister;

    for (size_t i = 0; i < HB_ARRAY_LEN(vectors); i++) {
        hb_mt19937_seed(&twister, vectors[i].seed);
        for (size_t k = 0; k < sizeof vectors[i].bytes; k++)
            assert_int_equal(hb_mt19937_byte(&twister), vectors[i].bytes[k]);
    }
}

/* The oracle: jansson reads the same text back. */
static void any_bytes_are_written_as_valid_ascii_json(void **state HB_UNUSED)
{
    struct hb_rng rng = {11};
    struct hb_buf out;

    hb_buf_init(&out, 1 << 16);
    for (size_t round = 0; round < 2000; round++) {
        char bytes[24];
        struct hb_span text = {bytes, hb_rng_below(&rng, sizeof bytes)};
        struct hb_json json;
        json_t *read;

        for (size_t i = 0; i < text.length; i++)
            bytes[i] = (char)hb_rng_next(&rng);
        hb_buf_clear(&out);
        hb_json_init(&json, &out, round % 2 == 0);
        hb_json_open(&json, NULL);
        hb_json_string(&json, "utf8", text);
        hb_json_key(&json, text);
        hb_json_latin1(&json, text);
        hb_json_close(&json);
        for (size_t i = 0; i < out.length; i++)
            assert_true(out.data[i] == '\n' || (out.data[i] >= 0x20 && out.data[i] < 0x7F));
        read = json_loadb(out.data, out.length, JSON_ALLOW_NUL, NULL);
        if (read == NULL) /* jansson refuses a NUL in a key only */
            assert_non_null(memchr(text.data, '\0', text.length));
        json_decref(read);
    }
    hb_buf_release(&out);
}

static void objects_are_laid_out_as_flask_does(void **state HB_UNUSED)
{
    struct hb_field items[] = {{.name = HB_SPAN("b"), .value = HB_SPAN("1")},
                               {.name = HB_SPAN("a"), .value = HB_SPAN("\xC3\xA9\xF0\x9F\x98\x80")},
                               {.name = HB_SPAN("b"), .value = HB_SPAN("2"), .place = 1}};
    struct hb_fields some = {items, HB_ARRAY_LEN(items)}, none = {0};
    struct hb_json json;
    struct hb_buf out;

    hb_buf_init(&out, 4096);
    hb_json_init(&json, &out, false);
    hb_json_open(&json, NULL);
    hb_json_fields(&json, "none", &none);
    hb_json_fields(&json, "some", &some);
    hb_json_literal(&json, "last", "null");
    hb_json_close(&json);
    assert_string_equal(
        out.data, "{\n  \"none\": {},\n  \"some\": {\n    \"a\": \"\\u00e9\\ud83d\\ude00\",\n"
                  "    \"b\": [\n      \"1\",\n      \"2\"\n    ]\n  },\n  \"last\": null\n}");
    hb_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_whole_paths_only),
        cmocka_unit_test(the_table_finds_what_the_readme_promises),
        cmocka_unit_test(allow_lists_the_methods_of_a_route),
        cmocka_unit_test(status_lists_are_codes_with_weights),
        cmocka_unit_test(status_lists_have_a_longest_length),
        cmocka_unit_test(statuses_are_chosen_in_proportion_to_their_weights),
        cmocka_unit_test(seeded_bytes_are_those_of_python),
        cmocka_unit_test(any_bytes_are_written_as_valid_ascii_json),
        cmocka_unit_test(objects_are_laid_out_as_flask_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
