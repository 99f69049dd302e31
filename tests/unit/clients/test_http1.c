/*
 * The response parser. The oracle of most tests is the parser itself on the whole input at once:
 * however the network cuts a response, the result must be the same.
 */
#include "clients/native/http1.h"

#include "test_support.h"

struct sample_response {
    const char *text;
    bool head;
    enum hb_outcome outcome; /* after the text and the end of the connection */
    uint16_t status;
    uint64_t body_bytes;
    bool keep_alive;
    size_t left_over; /* bytes behind the response */
};

#define OK(text, status, bytes, keep)                                                              \
    {                                                                                              \
        text, false, HB_OUTCOME_OK, status, bytes, keep, 0                                         \
    }
#define BAD(text, outcome, status, bytes)                                                          \
    {                                                                                              \
        text, false, outcome, status, bytes, false, 0                                              \
    }

static const struct sample_response responses[] = {
    OK("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, 5, true),
    OK("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, 0, true),
    OK("HTTP/1.1 200 OK\ncontent-LENGTH:3\n\nabc", 200, 3, true),
    OK("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, 1, false),
    OK("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx", 200, 1, true),
    OK("HTTP/1.1 404 Not Found\r\nConnection: x, close\r\nContent-Length: 1\r\n\r\nx", 404, 1,
       false),
    OK("HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", 204, 0, true),
    OK("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304, 0, true),
    OK("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00A ; x=y\r\n"
       "0123456789\r\n0\r\nTrailer: 1\r\n\r\n",
       200, 15, true),
    OK("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 3\r\n\r\n"
       "1\r\nx\r\n0\r\n\r\n",
       200, 1, true),
    OK("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nto the end", 200, 10, false),
    OK("HTTP/1.1 200 OK\r\nX: y\r\n\r\nto the end", 200, 10, false),
    OK("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
       "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nab",
       201, 2, true),
    OK("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", 200, 2, true),
    {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", true, HB_OUTCOME_OK, 200, 0, true, 0},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true, HB_OUTCOME_OK, 200, 0, true, 0},
    {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxMORE", false, HB_OUTCOME_OK, 200, 1, true, 4},

    BAD("", HB_OUTCOME_RESET, 0, 0),
    BAD("HTTP/1.1 200 O", HB_OUTCOME_RESET, 0, 0),
    BAD("HTTP/1.1 200 OK\r\nContent-Len", HB_OUTCOME_RESET, 200, 0),
    BAD("HTTP/1.1 100 Continue\r\n\r\n", HB_OUTCOME_RESET, 100, 0),
    BAD("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", HB_OUTCOME_LENGTH, 200, 4),
    BAD("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", HB_OUTCOME_LENGTH, 200, 3),
    BAD("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", HB_OUTCOME_LENGTH,
        200, 5),
    BAD("SSH-2.0-OpenSSH", HB_OUTCOME_PROTOCOL, 0, 0),
    BAD("HTTP/2 200\r\n\r\n", HB_OUTCOME_PROTOCOL, 0, 0),
    BAD("HTTP/1.1 20 OK\r\n\r\n", HB_OUTCOME_PROTOCOL, 0, 0),
    BAD("HTTP/1.1 2000 OK\r\n\r\n", HB_OUTCOME_PROTOCOL, 0, 0),
    BAD("HTTP/1.1 099 OK\r\n\r\n", HB_OUTCOME_PROTOCOL, 0, 0),
    BAD("HTTP/1.1 101 Switching\r\n\r\n", HB_OUTCOME_PROTOCOL, 101, 0),
    BAD("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", HB_OUTCOME_PROTOCOL, 200, 0),
    BAD("HTTP/1.1 200 OK\r\nX: y\r\n folded\r\n\r\n", HB_OUTCOME_PROTOCOL, 200, 0),
    BAD("HTTP/1.1 200 OK\r\nName : y\r\n\r\n", HB_OUTCOME_PROTOCOL, 200, 0),
    BAD("HTTP/1.1 200 OK\r\n: y\r\n\r\n", HB_OUTCOME_PROTOCOL, 200, 0),
    BAD("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", HB_OUTCOME_PROTOCOL, 200, 0),
    BAD("HTTP/1.1 200 OK\r\nContent-Length: 1,1\r\n\r\n", HB_OUTCOME_PROTOCOL, 200, 0),
    BAD("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", HB_OUTCOME_PROTOCOL, 200,
        0),
    BAD("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", HB_OUTCOME_PROTOCOL,
        200, 0),
    BAD("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", HB_OUTCOME_PROTOCOL, 200,
        0),
    BAD("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", HB_OUTCOME_PROTOCOL, 200, 0),
    BAD("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", HB_OUTCOME_PROTOCOL,
        200, 1),
    BAD("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1111111111111111\r\n",
        HB_OUTCOME_PROTOCOL, 200, 0),
};

struct verdict {
    enum hb_outcome outcome;
    uint16_t status;
    uint64_t body_bytes;
    bool keep_alive;
    size_t used;
};

/* Feeds the text cut at two places, from memory of exactly its size, so that a sanitizer sees
 * overreads. */
static struct verdict parse_cut(const struct sample_response *response, size_t first, size_t second)
{
    size_t length = strlen(response->text);
    size_t cuts[] = {0, first, second, length};
    struct hb_http1 parser;
    size_t used = 0;

    memset(&parser, 0xff, sizeof(parser)); /* begin() must set what matters */
    hb_http1_begin(&parser, response->head);
    for (int i = 0; i < 3 && !hb_http1_over(&parser); i++) {
        size_t count = cuts[i + 1] - cuts[i];
        char *piece = malloc(count + 1);

        memcpy(piece, response->text + cuts[i], count);
        piece = realloc(piece, count > 0 ? count : 1);
        used += hb_http1_feed(&parser, piece, count);
        free(piece);
    }
    return (struct verdict){hb_http1_end(&parser), parser.status, parser.body_bytes,
                            parser.keep_alive, used};
}

static void responses_end_where_the_standard_says(void **state HB_UNUSED)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(responses); i++) {
        const struct sample_response *response = &responses[i];
        size_t length = strlen(response->text);
        struct verdict verdict = parse_cut(response, length, length);

        print_message("%.60s\n", response->text);
        assert_int_equal(verdict.outcome, response->outcome);
        assert_int_equal(verdict.status, response->status);
        assert_int_equal(verdict.body_bytes, response->body_bytes);
        if (response->outcome == HB_OUTCOME_OK) {
            assert_int_equal(verdict.keep_alive, response->keep_alive);
            assert_int_equal(length - verdict.used, response->left_over);
        }
    }
}

static void the_cuts_of_the_network_change_nothing(void **state HB_UNUSED)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(responses); i++) {
        const struct sample_response *response = &responses[i];
        size_t length = strlen(response->text);
        struct verdict whole = parse_cut(response, length, length);

        for (size_t first = 0; first <= length; first++)
            for (size_t second = first; second <= length; second++) {
                struct verdict cut = parse_cut(response, first, second);

                assert_int_equal(cut.outcome, whole.outcome);
                assert_int_equal(cut.status, whole.status);
                assert_int_equal(cut.body_bytes, whole.body_bytes);
                if (whole.outcome == HB_OUTCOME_OK) {
                    assert_int_equal(cut.keep_alive, whole.keep_alive);
                    assert_int_equal(cut.used, whole.used);
                }
            }
    }
}

/* A line longer than what is kept, whole and in pieces. */
static enum hb_http1_state state_after_long_header(const char *name, size_t value_bytes,
                                                   size_t piece_bytes)
{
    static char text[HB_HTTP1_HEADERS_MAX * 2];
    struct hb_http1 parser;
    size_t length = (size_t)sprintf(text, "HTTP/1.1 200 OK\r\n%s: ", name);

    memset(text + length, '1', value_bytes);
    length += value_bytes;
    length += (size_t)sprintf(text + length, "\r\nContent-Length: 0\r\n\r\n");
    hb_http1_begin(&parser, false);
    for (size_t at = 0; at < length && !hb_http1_over(&parser); at += piece_bytes)
        hb_http1_feed(&parser, text + at, length - at < piece_bytes ? length - at : piece_bytes);
    return parser.state;
}

static void long_headers_are_passed_over_unless_they_frame_the_body(void **state HB_UNUSED)
{
    static const size_t pieces[] = {1, 7, 4096, HB_HTTP1_HEADERS_MAX * 2};

    for (size_t i = 0; i < HB_ARRAY_LEN(pieces); i++) {
        assert_int_equal(state_after_long_header("X-Long", 1000, pieces[i]), HB_HTTP1_DONE);
        assert_int_equal(state_after_long_header("Connection", 1000, pieces[i]), HB_HTTP1_INVALID);
    }
}

static void headers_are_limited(void **state HB_UNUSED)
{
    static const size_t pieces[] = {1, 4096, HB_HTTP1_HEADERS_MAX * 2};

    for (size_t i = 0; i < HB_ARRAY_LEN(pieces); i++) {
        assert_int_equal(state_after_long_header("X-Long", HB_HTTP1_HEADERS_MAX - 100, pieces[i]),
                         HB_HTTP1_DONE);
        assert_int_equal(state_after_long_header("X-Long", HB_HTTP1_HEADERS_MAX, pieces[i]),
                         HB_HTTP1_INVALID);
    }
}

static void a_body_of_many_chunks_is_not_limited(void **state HB_UNUSED)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct hb_http1 parser;

    hb_http1_begin(&parser, false);
    hb_http1_feed(&parser, head, strlen(head));
    for (int i = 0; i < 100000; i++)
        assert_int_equal(hb_http1_feed(&parser, "1\r\nx\r\n", 6), 6);
    hb_http1_feed(&parser, "0\r\n\r\n", 5);
    assert_int_equal(parser.state, HB_HTTP1_DONE);
    assert_int_equal(parser.body_bytes, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(responses_end_where_the_standard_says),
        cmocka_unit_test(the_cuts_of_the_network_change_nothing),
        cmocka_unit_test(long_headers_are_passed_over_unless_they_frame_the_body),
        cmocka_unit_test(headers_are_limited),
        cmocka_unit_test(a_body_of_many_chunks_is_not_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
