/* Wire profiles side by side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "report/html_wire.h"
#include "report/wire_json.h"
#include "report/wire_rows.h"

#define MOST 4

static struct hb_arena arena;
static struct hb_wire_row rows[MOST];
static struct hb_wire_request requests[MOST];
static const struct hb_wire_row *const wires[MOST] = {&rows[0], &rows[1], &rows[2], &rows[3]};

static int set_up(void **state HB_UNUSED)
{
    static const char *const names[MOST] = {"epoll/async", "libcurl/sync", "httpx/sync", "mine"};

    hb_arena_init(&arena);
    for (size_t i = 0; i < MOST; i++) {
        requests[i] = (struct hb_wire_request){
            .line = "GET /get HTTP/1.1", .framing = "none", .body_as_given = true, .count = 5};
        rows[i] = (struct hb_wire_row){
            .client = names[i],
            .cell_id = "0123",
            .server = "builtin",
            .method = "GET",
            .url = "/get",
            .protocol = "http/1.1",
            .subject = "",
            .failure = "",
            .profile_json = "{}",
            .sent = {.client_version = "1",
                     .requests = 5,
                     .verified = 5,
                     .connections = 1,
                     .bytes_sent = 100,
                     .bytes_received = 300,
                     .seen = &requests[i],
                     .seen_count = 1,
                     .seen_why = "",
                     .seen_note = "",
                     .system_calls = -1,
                     .system_calls_why = "",
                     .instructions = -1,
                     .instructions_why = "",
                     .instructions_how = ""},
        };
    }
    return 0;
}

static int tear_down(void **state HB_UNUSED)
{
    hb_arena_release(&arena);
    return 0;
}

static void set_headers(size_t row, const struct hb_wire_header *headers, size_t count)
{
    requests[row].headers = headers;
    requests[row].headers_count = count;
}

static void set_calls(size_t row, const struct hb_wire_call *calls, size_t count)
{
    rows[row].sent.calls = calls;
    rows[row].sent.calls_count = count;
    rows[row].sent.system_calls = 0;
    for (size_t i = 0; i < count; i++)
        rows[row].sent.system_calls += calls[i].per_request;
}

/* The fact of that label among `count` profiles; NULL when there is none. */
static const struct hb_wire_fact *fact_of(const char *label, size_t count)
{
    struct hb_wire_fact *facts;
    size_t facts_count;

    hb_wire_facts(wires, count, &arena, &facts, &facts_count);
    for (size_t i = 0; i < facts_count; i++)
        if (strcmp(facts[i].label, label) == 0)
            return &facts[i];
    return NULL;
}

static void a_header_that_one_leaves_out_or_spells_its_own_way_shows(void **state HB_UNUSED)
{
    static const struct hb_wire_header first[] = {{"Host", "{server}"}, {"User-Agent", "a"}};
    static const struct hb_wire_header second[] = {{"host", "{server}"}};
    const struct hb_wire_fact *fact;

    set_headers(0, first, 2);
    set_headers(1, second, 1);
    fact = fact_of("Host", 2);
    assert_non_null(fact);
    assert_true(fact->differs);
    assert_string_equal(fact->cells[0], "{server}");
    assert_string_equal(fact->cells[1], "host: {server}");
    fact = fact_of("User-Agent", 2);
    assert_true(fact->differs);
    assert_string_equal(fact->cells[1], HB_WIRE_ABSENT);
    assert_null(fact_of("host", 2)); /* one row whatever the spelling */
}

static void the_order_is_a_fact_of_its_own_only_where_it_differs(void **state HB_UNUSED)
{
    static const struct hb_wire_header one[] = {{"A", "1"}, {"B", "2"}};
    static const struct hb_wire_header other[] = {{"B", "2"}, {"A", "1"}};

    set_headers(0, one, 2);
    set_headers(1, one, 2);
    assert_null(fact_of("order of headers", 2));
    set_headers(1, other, 2);
    assert_true(fact_of("order of headers", 2)->differs);
    assert_false(fact_of("A", 2)->differs);
}

static void a_header_sent_twice_has_two_rows(void **state HB_UNUSED)
{
    static const struct hb_wire_header twice[] = {{"X", "1"}, {"x", "2"}};
    static const struct hb_wire_header once[] = {{"X", "1"}};
    struct hb_wire_fact *facts;
    size_t count, named = 0;

    set_headers(0, once, 1);
    set_headers(1, twice, 2);
    hb_wire_facts(wires, 2, &arena, &facts, &count);
    for (size_t i = 0; i < count; i++)
        named += strcasecmp(facts[i].label, "X") == 0;
    assert_int_equal(named, 2);
}

/* Sixty-four kilobytes of headers, as a hostile client may send them. */
static void more_headers_than_anyone_reads_are_cut_and_counted(void **state HB_UNUSED)
{
    static struct hb_wire_header many[16000];
    struct hb_wire_fact *facts;
    size_t count;

    for (size_t i = 0; i < HB_ARRAY_LEN(many); i++)
        many[i] = (struct hb_wire_header){hb_arena_printf(&arena, "h%zu", i), "1"};
    set_headers(0, many, HB_ARRAY_LEN(many));
    set_headers(1, many + 100, HB_ARRAY_LEN(many) - 100);
    hb_wire_facts(wires, 2, &arena, &facts, &count);
    assert_true(count > 300 && count < 400);
    assert_string_equal(fact_of("headers", 2)->cells[0], "16000, the first 200 are shown");
    assert_string_equal(fact_of("h150", 2)->cells[1], "1");
}

static void calls_agree_within_noise_and_waiting_within_one(void **state HB_UNUSED)
{
    static const struct hb_wire_call first[] = {{"sendto", 1.0}, {"poll", 3.0}};
    static const struct hb_wire_call near[] = {{"sendto", 1.05}, {"poll", 3.9}};
    static const struct hb_wire_call other[] = {{"sendto", 1.0}, {"epoll_wait", 1.0}};
    static const struct hb_wire_call more[] = {{"sendto", 2.0}, {"poll", 3.0}};

    set_calls(0, first, 2);
    set_calls(1, near, 2);
    assert_false(fact_of("system calls a request", 2)->differs);
    assert_false(fact_of("calls of sendto", 2)->differs);
    assert_false(fact_of("calls of poll", 2)->differs);
    set_calls(1, other, 2);
    assert_true(fact_of("calls of poll", 2)->differs); /* it waits by another call */
    set_calls(1, more, 2);
    assert_true(fact_of("calls of sendto", 2)->differs);
    assert_true(fact_of("system calls a request", 2)->differs);
}

static void encrypted_bytes_agree_nearly_and_plain_ones_exactly(void **state HB_UNUSED)
{
    rows[1].sent.bytes_sent = 101;
    assert_true(fact_of("bytes sent a request", 2)->differs);
    assert_null(fact_of("bytes sent to set up", 2));
    rows[0].sent.setup_sent = 600;
    rows[1].sent.setup_sent = 601;
    assert_false(fact_of("bytes sent a request", 2)->differs);
    assert_false(fact_of("bytes sent to set up", 2)->differs);
    rows[1].sent.bytes_sent = 120;
    assert_true(fact_of("bytes sent a request", 2)->differs);
}

static void what_is_unknown_is_not_different(void **state HB_UNUSED)
{
    static const struct hb_wire_call calls[] = {{"sendto", 1.0}};

    set_calls(0, calls, 1);
    rows[1].sent.system_calls_why = "strace is not installed";
    rows[1].sent.bytes_sent = -1;
    assert_false(fact_of("system calls a request", 2)->differs);
    assert_string_equal(fact_of("system calls a request", 2)->cells[1], "");
    assert_string_equal(fact_of("system calls unknown", 2)->cells[1], "strace is not installed");
    assert_false(fact_of("bytes sent a request", 2)->differs);
}

static void instructions_agree_within_a_hundredth_and_say_what_counted_them(void **state HB_UNUSED)
{
    rows[0].sent.instructions = 70000;
    rows[0].sent.instructions_how = "callgrind";
    rows[1].sent.instructions = 70600;
    rows[1].sent.instructions_how = "callgrind";
    assert_false(fact_of("instructions a request", 2)->differs);
    assert_string_equal(fact_of("instructions a request", 2)->cells[0], "70000");
    assert_string_equal(fact_of("instructions counted by", 2)->cells[1], "callgrind");
    rows[1].sent.instructions = 70800;
    assert_true(fact_of("instructions a request", 2)->differs);
}

static void instructions_that_are_unknown_say_why(void **state HB_UNUSED)
{
    assert_null(fact_of("instructions a request", 2)); /* nobody asked */
    assert_null(fact_of("instructions unknown", 2));
    rows[1].sent.instructions_why = "they repeat only for native clients and for CPython";
    assert_string_equal(fact_of("instructions unknown", 2)->cells[1],
                        rows[1].sent.instructions_why);
}

static void versions_count_as_different_for_one_client_only(void **state HB_UNUSED)
{
    rows[1].sent.client_version = "2";
    assert_false(fact_of("version of the client", 2)->differs);
    rows[1].client = rows[0].client;
    assert_true(fact_of("version of the client", 2)->differs);
}

static void a_failure_stands_beside_what_the_others_sent(void **state HB_UNUSED)
{
    rows[1].failure = "it did not start";
    rows[1].sent = (struct hb_wire_profile){.client_version = "",
                                            .bytes_sent = -1,
                                            .bytes_received = -1,
                                            .seen_why = "",
                                            .seen_note = "",
                                            .system_calls = -1,
                                            .system_calls_why = "",
                                            .instructions = -1,
                                            .instructions_why = "",
                                            .instructions_how = ""};
    assert_string_equal(fact_of("could not be looked at", 2)->cells[1], "it did not start");
    assert_string_equal(fact_of("connections", 2)->cells[1], "");
    assert_false(fact_of("request line", 2)->differs);
}

static char *written(void (*write)(FILE *out))
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    write(out);
    fclose(out);
    return text;
}

static void write_html(FILE *out)
{
    const struct hb_report report = {.wires = rows, .wires_count = 2, .arena = &arena};

    hb_html_wire(&report, out);
}

static void write_array(FILE *out)
{
    hb_wire_write_json(rows, 2, out);
}

static void hostile_headers_stay_text_in_html(void **state HB_UNUSED)
{
    static const struct hb_wire_header hostile[] = {{"X-<b>", "\"><script>alert(1)</script>"}};
    char *text;

    set_headers(0, hostile, 1);
    rows[1].client = "<i>";
    text = written(write_html);
    assert_null(strstr(text, "<script>"));
    assert_null(strstr(text, "<i>"));
    assert_non_null(strstr(text, "X-&lt;b&gt;"));
    assert_non_null(strstr(text, "≠")); /* not only by its colour */
    free(text);
}

static void json_holds_what_was_stored_or_why_it_was_not(void **state HB_UNUSED)
{
    char *text;

    rows[1].failure = "it \"failed\"";
    rows[1].profile_json = "";
    text = written(write_array);
    assert_string_equal(
        text,
        "[\n  {\"cell\": \"0123\", \"client\": \"epoll/async\", \"subject\": null, \"server\": "
        "\"builtin\", \"method\": \"GET\", \"url\": \"/get\", \"protocol\": "
        "\"http/1.1\", \"failure\": null, \"profile\": {}},\n  {\"cell\": "
        "\"0123\", \"client\": \"libcurl/sync\", \"subject\": null, \"server\": \"builtin\", "
        "\"method\": \"GET\", \"url\": \"/get\", \"protocol\": \"http/1.1\", "
        "\"failure\": \"it \\\"failed\\\"\", \"profile\": null}]");
    free(text);
}

#define ROWS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROWS_TEST(a_header_that_one_leaves_out_or_spells_its_own_way_shows),
        ROWS_TEST(the_order_is_a_fact_of_its_own_only_where_it_differs),
        ROWS_TEST(a_header_sent_twice_has_two_rows),
        ROWS_TEST(more_headers_than_anyone_reads_are_cut_and_counted),
        ROWS_TEST(calls_agree_within_noise_and_waiting_within_one),
        ROWS_TEST(encrypted_bytes_agree_nearly_and_plain_ones_exactly),
        ROWS_TEST(what_is_unknown_is_not_different),
        ROWS_TEST(instructions_agree_within_a_hundredth_and_say_what_counted_them),
        ROWS_TEST(instructions_that_are_unknown_say_why),
        ROWS_TEST(versions_count_as_different_for_one_client_only),
        ROWS_TEST(a_failure_stands_beside_what_the_others_sent),
        ROWS_TEST(hostile_headers_stay_text_in_html),
        ROWS_TEST(json_holds_what_was_stored_or_why_it_was_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
