/* Bytes of a client, told apart into requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "exec/wire_stream.h"

#define MOST 8

struct seen {
    char line[64];
    enum hb_wire_framing framing;
    uint64_t body_bytes, body_hash, bytes;
    size_t headers;
};

struct taken {
    struct seen seen[MOST];
    size_t count;
    const char *opaque;
};

static void take(void *context, const struct hb_wire_message *message)
{
    struct taken *taken = context;
    struct seen *seen = &taken->seen[taken->count++];
    struct hb_wire_line line;
    size_t at = 0;

    assert_true(taken->count <= MOST);
    memset(seen, 0, sizeof *seen); /* with its padding, since these are compared as bytes */
    seen->framing = message->framing;
    seen->body_bytes = message->body_bytes;
    seen->body_hash = message->body_hash;
    seen->bytes = message->bytes;
    assert_true(hb_wire_next_line(message->head, message->head_bytes, &at, &line));
    snprintf(seen->line, sizeof seen->line, "%.*s", (int)line.value_length, line.value);
    while (hb_wire_next_line(message->head, message->head_bytes, &at, &line))
        seen->headers++;
}

static struct taken feed_cut(const char *text, size_t length, size_t piece)
{
    struct taken taken;
    struct hb_wire_stream stream;

    memset(&taken, 0, sizeof taken);
    hb_wire_stream_init(&stream, take, &taken);
    for (size_t at = 0; at < length; at += piece)
        hb_wire_stream_feed(&stream, text + at, length - at < piece ? length - at : piece);
    taken.opaque = stream.opaque;
    hb_wire_stream_release(&stream);
    return taken;
}

/* However the bytes are cut, the same requests come out. */
static struct taken feed(const char *text, size_t length)
{
    struct taken whole = feed_cut(text, length, length > 0 ? length : 1);

    for (size_t piece = 1; piece < 5; piece++) {
        struct taken cut = feed_cut(text, length, piece);

        assert_int_equal(cut.count, whole.count);
        assert_memory_equal(cut.seen, whole.seen, sizeof whole.seen);
        assert_ptr_equal(cut.opaque, whole.opaque);
    }
    return whole;
}

static struct taken feed_text(const char *text)
{
    return feed(text, strlen(text));
}

static void requests_one_after_another_are_told_apart(void **state HB_UNUSED)
{
    struct taken taken = feed_text("GET /a HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n"
                                   "POST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
                                   "HEAD /c HTTP/1.0\r\n\r\n");

    assert_int_equal(taken.count, 3);
    assert_string_equal(taken.seen[0].line, "GET /a HTTP/1.1");
    assert_int_equal(taken.seen[0].headers, 2);
    assert_int_equal(taken.seen[0].framing, HB_WIRE_NO_BODY);
    assert_string_equal(taken.seen[1].line, "POST /b HTTP/1.1");
    assert_int_equal(taken.seen[1].body_bytes, 3);
    assert_int_equal(taken.seen[1].bytes, 42);
    assert_int_equal(taken.seen[1].body_hash, XXH64("abc", 3, 0));
    assert_string_equal(taken.seen[2].line, "HEAD /c HTTP/1.0");
    assert_null(taken.opaque);
}

static void chunks_are_the_body_without_their_framing(void **state HB_UNUSED)
{
    struct taken taken = feed_text("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "4;name=value\r\nWiki\r\nA\r\npedia-0123\r\n0\r\n"
                                   "Trailer: t\r\n\r\n"
                                   "GET /next HTTP/1.1\r\n\r\n");

    assert_int_equal(taken.count, 2);
    assert_int_equal(taken.seen[0].framing, HB_WIRE_CHUNKED);
    assert_int_equal(taken.seen[0].body_bytes, 14);
    assert_int_equal(taken.seen[0].body_hash, XXH64("Wikipedia-0123", 14, 0));
    assert_string_equal(taken.seen[1].line, "GET /next HTTP/1.1");
}

static void a_length_of_nothing_is_a_framing_all_the_same(void **state HB_UNUSED)
{
    struct taken taken = feed_text("POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n");

    assert_int_equal(taken.count, 1);
    assert_int_equal(taken.seen[0].framing, HB_WIRE_CONTENT_LENGTH);
    assert_int_equal(taken.seen[0].body_bytes, 0);
}

static void bare_line_feeds_and_odd_headers_are_read(void **state HB_UNUSED)
{
    struct taken taken = feed_text("\r\n\nGET / HTTP/1.1\nno colon here\n: no name\nX:\n\n");

    assert_int_equal(taken.count, 1);
    assert_int_equal(taken.seen[0].headers, 3);
}

static void what_is_not_http_is_named_and_left_alone(void **state HB_UNUSED)
{
    static const struct {
        const char *text;
        size_t length;
        const char *opaque;
    } cases[] = {
        {"\x16\x03\x01\x02\x00\x01", 6, "it is encrypted"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24, "it is HTTP/2, whose headers are compressed"},
        {"hello\r\n\r\n", 9, "it is not HTTP/1.1"},
        {"GET HTTP/1.1\r\n\r\n", 16, "it is not HTTP/1.1"},
        {"GET / HTTP/1.11\r\n\r\n", 19, "it is not HTTP/1.1"},
        {"\0\0\n\n", 4, "it is not HTTP/1.1"},
        {"P / HTTP/1.1\nContent-Length: -1\n\n", 33, "the Content-Length is no length"},
        {"P / HTTP/1.1\nContent-Length: 99999999999999999999\n\n", 51,
         "the Content-Length is no length"},
        {"P / HTTP/1.1\nContent-Length: 1\nContent-Length: 2\n\n", 50,
         "the Content-Length is no length"},
        {"P / HTTP/1.1\nTransfer-Encoding: chunked\n\nx\n", 43, "the size of a chunk is no size"},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct taken taken = feed(cases[i].text, cases[i].length);

        assert_non_null(taken.opaque);
        assert_string_equal(taken.opaque, cases[i].opaque);
        assert_int_equal(taken.count, 0);
    }
}

static void a_head_without_an_end_takes_bounded_memory(void **state HB_UNUSED)
{
    struct taken taken = {0};
    struct hb_wire_stream stream;

    hb_wire_stream_init(&stream, take, &taken);
    for (size_t i = 0; i < 2 * HB_WIRE_HEAD_MAX && stream.opaque == NULL; i++)
        hb_wire_stream_feed(&stream, "a", 1);
    assert_string_equal(stream.opaque, "its head is longer than 64 KiB");
    assert_true(stream.line.capacity <= 2 * HB_WIRE_HEAD_MAX);
    hb_wire_stream_release(&stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_one_after_another_are_told_apart),
        cmocka_unit_test(chunks_are_the_body_without_their_framing),
        cmocka_unit_test(a_length_of_nothing_is_a_framing_all_the_same),
        cmocka_unit_test(bare_line_feeds_and_odd_headers_are_read),
        cmocka_unit_test(what_is_not_http_is_named_and_left_alone),
        cmocka_unit_test(a_head_without_an_end_takes_bounded_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
