/* The epoll client's URLs and requests. */
#include "clients/native/http1_request.h"

#include "test_support.h"

static void urls_are_taken_apart(void **state HB_UNUSED)
{
    static const struct {
        const char *url, *host, *port, *origin, *path;
    } cases[] = {
        {"http://a.example", "a.example", "80", "a.example", ""},
        {"http://a.example/", "a.example", "80", "a.example", "/"},
        {"http://127.0.0.1:8080/x?y=/#z", "127.0.0.1", "8080", "127.0.0.1:8080", "/x?y=/"},
        {"http://[::1]:81?q", "::1", "81", "[::1]:81", "?q"},
        {"http://[::1]/x", "::1", "80", "[::1]", "/x"},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_http1_target target;

        assert_int_equal(hb_http1_target_parse(&target, cases[i].url, NULL), 0);
        assert_string_equal(target.host, cases[i].host);
        assert_string_equal(target.port, cases[i].port);
        assert_string_equal(target.origin, cases[i].origin);
        assert_int_equal(target.path_length, strlen(cases[i].path));
        assert_memory_equal(target.path, cases[i].path, target.path_length);
    }
}

static void urls_that_cannot_be_used_are_refused(void **state HB_UNUSED)
{
    static const char *const urls[] = {
        "",           "http:/",      "https://a/",    "http://",      "http:///x",
        "http://:80", "http://u@a/", "http://a:/",    "http://a:b/",  "http://a:123456789/",
        "http://[",   "http://[::1", "http://[::1]x", "http://[]:80",
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(urls); i++) {
        struct hb_http1_target target;
        struct hb_error err = {0};

        print_message("%s\n", urls[i]);
        assert_int_equal(hb_http1_target_parse(&target, urls[i], &err), -1);
        assert_true(err.message[0] != '\0');
    }
}

static void a_host_that_does_not_fit_is_refused(void **state HB_UNUSED)
{
    char url[1000] = "http://";
    struct hb_http1_target target;

    memset(url + strlen(url), 'a', 500);
    assert_int_equal(hb_http1_target_parse(&target, url, NULL), -1);
}

static void check_wire(const struct hb_request *request, const char *expected)
{
    struct hb_http1_target target;
    struct hb_http1_wire wire;
    struct hb_arena arena;

    hb_arena_init(&arena);
    assert_int_equal(hb_http1_target_parse(&target, request->url, NULL), 0);
    wire = hb_http1_wire_make(request, &target, &arena);
    assert_int_equal(wire.length, strlen(expected));
    assert_memory_equal(wire.bytes, expected, wire.length);
    assert_int_equal(wire.head, strcmp(request->method, "HEAD") == 0);
    hb_arena_release(&arena);
}

static void requests_carry_what_was_given_and_what_must_be(void **state HB_UNUSED)
{
    static struct hb_header two[] = {{"Accept", "*/*"}, {"X-Empty", ""}};
    static struct hb_header own[] = {{"host", "other"}, {"content-length", "2"}};

    check_wire(
        &(struct hb_request){
            .method = "GET", .url = "http://a:1/x#y", .headers = two, .header_count = 2},
        "GET /x HTTP/1.1\r\nHost: a:1\r\nAccept: */*\r\nX-Empty: \r\n\r\n");
    check_wire(&(struct hb_request){.method = "HEAD", .url = "http://a?q"},
               "HEAD /?q HTTP/1.1\r\nHost: a\r\n\r\n");
    check_wire(&(struct hb_request){.method = "POST", .url = "http://a"},
               "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    check_wire(
        &(struct hb_request){
            .method = "DELETE", .url = "http://a/", .body = "xyz", .body_bytes = 3},
        "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz");
    check_wire(&(struct hb_request){.method = "PUT",
                                    .url = "http://a/",
                                    .headers = own,
                                    .header_count = 2,
                                    .body = "xy",
                                    .body_bytes = 2},
               "PUT / HTTP/1.1\r\nhost: other\r\ncontent-length: 2\r\n\r\nxy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_taken_apart),
        cmocka_unit_test(urls_that_cannot_be_used_are_refused),
        cmocka_unit_test(a_host_that_does_not_fit_is_refused),
        cmocka_unit_test(requests_carry_what_was_given_and_what_must_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
