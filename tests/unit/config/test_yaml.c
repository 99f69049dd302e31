/* YAML to tree: what a text means, and which texts are refused, where, and how cheaply. */
#include "../sanitized.h"
#include "support.h"

#include <sys/resource.h>
#include <time.h>

#include "config/yaml.h"

static void plain_scalars_are_typed_as_yaml_1_2_says(void **state)
{
    (void)state;
    assert_means("{a: 1, b: -7, c: 0x1f, d: 0o17, e: 010}",
                 "{\"a\":1,\"b\":-7,\"c\":31,\"d\":15,\"e\":10}");
    assert_means("{a: 0.5, b: 1e3, c: -.5}", "{\"a\":0.5,\"b\":1000.0,\"c\":-0.5}");
    assert_means("{a: true, b: False, c: ~, d: null, e: }",
                 "{\"a\":true,\"b\":false,\"c\":null,\"d\":null,\"e\":null}");
    assert_means("{a: yes, b: off, c: 12:30, d: 1_000, e: 1.2.3, f: 0x, g: '1'}",
                 "{\"a\":\"yes\",\"b\":\"off\",\"c\":\"12:30\",\"d\":\"1_000\",\"e\":\"1.2.3\","
                 "\"f\":\"0x\",\"g\":\"1\"}");
}

static void aliases_are_copies(void **state)
{
    (void)state;
    assert_means("{a: &x [1, {b: 2}], c: *x, d: [*x]}",
                 "{\"a\":[1,{\"b\":2}],\"c\":[1,{\"b\":2}],\"d\":[[1,{\"b\":2}]]}");
    assert_means("{a: &x 1, b: *x, c: &x 2, d: *x}", "{\"a\":1,\"b\":1,\"c\":2,\"d\":2}");
}

static void own_keys_come_before_merged_ones_and_early_sources_before_late(void **state)
{
    (void)state;
    assert_means("{x: &x {a: 1, b: 1}, y: &y {a: 2, c: 2}, z: {<<: [*x, *y], b: 3}}",
                 "{\"x\":{\"a\":1,\"b\":1},\"y\":{\"a\":2,\"c\":2},"
                 "\"z\":{\"a\":1,\"b\":3,\"c\":2}}");
}

static void nodes_know_where_they_were_written(void **state)
{
    struct parsed parsed;
    const struct hb_node *node;

    (void)state;
    parse(&parsed, "a: 1\nb:\n  - x\n  - {ü: y, k: z}\n");
    node = hb_node_get(parsed.document.root, "b");
    assert_int_equal(node->items[0]->place.line, 3);
    assert_int_equal(node->items[0]->place.column, 5);
    node = hb_node_get(node->items[1], "k");
    assert_int_equal(node->place.line, 4);
    assert_int_equal(node->place.column, 15); /* characters, not bytes */
    assert_string_equal(node->place.file, "t.yaml");
    parsed_release(&parsed);
}

static void bytes_that_are_no_text_are_refused_with_their_place(void **state)
{
    (void)state;
    assert_refused("a: 1\nb: \xff\n", 10, 2, 4, "invalid UTF-8 (byte 0xff)");
    assert_refused("a: \xc3\xa9\xc0\xaf\n", 8, 1, 5, "invalid UTF-8 (byte 0xc0)");
    assert_refused("a: 1\nb\0: 2\n", 11, 2, 2, "a NUL byte is not allowed");
    assert_refused("\xff\xfe"
                   "a\0",
                   4, 1, 1, "invalid UTF-8");
    assert_refused("a: \"\\0\"\n", 8, 1, 4, "a NUL character");
    assert_refused("a: 1\nb: x\xe2\x80\xa8y\n", 13, 2, 5, "a line separator beyond ASCII");
    assert_refused("", 0, 1, 1, "the file is empty");
    assert_refused("# only this\n", 12, 1, 1, "the file is empty");
}

static void every_kind_of_line_end_counts_as_one_line(void **state)
{
    struct parsed parsed;

    (void)state;
    parse(&parsed, "a: 1\r\nb: 2\rc: 3\nc: 4\n");
    assert_int_equal(parsed.diags.count, 1);
    assert_int_equal(parsed.diags.items[0].line, 4);
    assert_string_equal(parsed.diags.items[0].source_line, "c: 4");
    parsed_release(&parsed);
}

static void an_anchor_may_not_hold_itself(void **state)
{
    (void)state;
    assert_refused("a: &a [1, *a]", 13, 1, 11, "alias 'a' stands within its own anchor");
    assert_refused("&a {b: *a}", 10, 1, 8, "alias 'a' stands within its own anchor");
}

static void all_duplicate_keys_are_found_in_one_pass(void **state)
{
    struct parsed parsed;

    (void)state;
    parse(&parsed, "{a: 1, a: 2, b: {c: 1, c: 1}}");
    assert_int_equal(parsed.diags.count, 2);
    assert_string_equal(parsed.diags.items[1].message, "duplicate key 'c'");
    assert_non_null(strstr(parsed.diags.items[0].hint, "line 1"));
    parsed_release(&parsed);
}

#if SANITIZED
#define LIMIT_NS (10 * HB_NS_PER_S)
#else
#define LIMIT_NS HB_NS_PER_S
#endif

enum { MANY_KEYS = 45000 };

/* CPU time, so that a busy machine fails no test. */
static int64_t cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * HB_NS_PER_S + now.tv_nsec;
}

/* A text that is hostile by its size must be refused within a second and a hundred megabytes. */
static void assert_refused_cheaply(const struct hb_buf *text, const char *message)
{
    int64_t start = cpu_ns();
    struct parsed parsed;
    struct rusage usage;

    parse_bytes(&parsed, hb_buf_text(text), text->length, HB_DOCUMENT_ENVIRONMENT);
    assert_int_equal(parsed.result, -1);
    assert_non_null(strstr(parsed.diags.items[0].message, message));
    assert_true(parsed.diags.items[0].line > 0 || parsed.diags.items[0].file != NULL);
    assert_true(cpu_ns() - start < LIMIT_NS);
    getrusage(RUSAGE_SELF, &usage);
#if !SANITIZED
    assert_true(usage.ru_maxrss < 100 * 1024);
#endif
    parsed_release(&parsed);
}

/* `repeated`, many times between a beginning and an end. */
static void assert_many_refused(const char *begin, const char *repeated, size_t times,
                                const char *end, const char *message)
{
    struct hb_buf text;

    hb_buf_init(&text, 16 << 20);
    hb_buf_puts(&text, begin);
    for (size_t i = 0; i < times; i++)
        hb_buf_puts(&text, repeated);
    hb_buf_puts(&text, end);
    assert_refused_cheaply(&text, message);
    hb_buf_release(&text);
}

static void size_depth_and_number_are_limited(void **state)
{
    (void)state;
    assert_many_refused("a: [", "1,", 10 << 19, "]", "larger than the limit of 1048576 bytes");
    assert_many_refused("a: ", "[", 500000, "", "nested deeper than the limit of 32 levels");
    assert_many_refused("a: ", "{a: ", 5000, "", "nested deeper than the limit of 32 levels");
    assert_many_refused("", "- ", 400000, "", "nested deeper than the limit of 32 levels");
    assert_many_refused("a: [", "1,", 300000, "]", "more than the limit of 200000 nodes");
    assert_many_refused("a: \"", "xxxxxxxx", 40000, "\"", "the limit is 262144");
    assert_many_refused("a: [", "&a 1,", 2000, "]", "more than the limit of 1000 anchors");
}

/* About as many keys as a document can hold, merged into another: no step looks at all of them. */
static void a_mapping_of_many_keys_is_read_cheaply(void **state)
{
    int64_t start = cpu_ns();
    struct parsed parsed;
    struct hb_buf text;
    char key[20];

    (void)state;
    hb_buf_init(&text, 1 << 20);
    hb_buf_puts(&text, "all: &all\n");
    for (int i = 0; i < MANY_KEYS; i++)
        hb_buf_printf(&text, "  K%d: %d\n", i, i);
    hb_buf_puts(&text, "merged: {<<: *all, K7: own}\n");
    parse_bytes(&parsed, hb_buf_text(&text), text.length, HB_DOCUMENT_ENVIRONMENT);
    assert_int_equal(parsed.result, 0);
    assert_int_equal(hb_node_get(parsed.document.root, "merged")->count, MANY_KEYS);
    for (int i = 0; i < MANY_KEYS; i++) {
        snprintf(key, sizeof key, "K%d", i);
        assert_string_equal(hb_node_get(hb_node_get(parsed.document.root, "merged"), key)->text,
                            i == 7 ? "own" : key + 1);
    }
    assert_true(cpu_ns() - start < LIMIT_NS);
    parsed_release(&parsed);
    hb_buf_release(&text);
}

static void duplicates_among_many_keys_are_found(void **state)
{
    struct hb_buf text;

    (void)state;
    hb_buf_init(&text, 1 << 20);
    for (int i = 0; i < MANY_KEYS; i++)
        hb_buf_printf(&text, "K%d: %d\n", i, i);
    hb_buf_puts(&text, "K77: again\n");
    assert_refused_cheaply(&text, "duplicate key 'K77'");
    hb_buf_release(&text);
}

/* Ten aliases of ten aliases of …: 10^9 nodes from 300 bytes. */
static void alias_bombs_stop_at_the_limit(void **state)
{
    struct hb_buf text;

    (void)state;
    hb_buf_init(&text, 1 << 20);
    hb_buf_puts(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++) {
        hb_buf_printf(&text, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++)
            hb_buf_printf(&text, "*a%d%s", i - 1, j < 9 ? "," : "]\n");
    }
    assert_refused_cheaply(&text, "more than the limit of 200000 nodes, aliases expanded");
    hb_buf_release(&text);
}

static void merge_bombs_stop_at_the_limit(void **state)
{
    struct hb_buf text;

    (void)state;
    hb_buf_init(&text, 1 << 20);
    hb_buf_puts(&text, "m: &m {");
    for (int i = 0; i < 490; i++)
        hb_buf_printf(&text, "k%d: 1,", i);
    hb_buf_puts(&text, "}\nl: [");
    for (int i = 0; i < 20000; i++)
        hb_buf_puts(&text, "{<<: *m},");
    hb_buf_puts(&text, "]");
    assert_refused_cheaply(&text, "more than the limit of 200000 nodes");
    hb_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_scalars_are_typed_as_yaml_1_2_says),
        cmocka_unit_test(aliases_are_copies),
        cmocka_unit_test(own_keys_come_before_merged_ones_and_early_sources_before_late),
        cmocka_unit_test(nodes_know_where_they_were_written),
        cmocka_unit_test(bytes_that_are_no_text_are_refused_with_their_place),
        cmocka_unit_test(every_kind_of_line_end_counts_as_one_line),
        cmocka_unit_test(an_anchor_may_not_hold_itself),
        cmocka_unit_test(all_duplicate_keys_are_found_in_one_pass),
        cmocka_unit_test(size_depth_and_number_are_limited),
        cmocka_unit_test(a_mapping_of_many_keys_is_read_cheaply),
        cmocka_unit_test(duplicates_among_many_keys_are_found),
        cmocka_unit_test(alias_bombs_stop_at_the_limit),
        cmocka_unit_test(merge_bombs_stop_at_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
