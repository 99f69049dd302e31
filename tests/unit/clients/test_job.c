/* The job and go lines: what is accepted, and that each refusal names what is wrong. */
#include "clients/native/job.h"

#include <jansson.h>

#include "test_support.h"

static const char full_job[] =
    "{'type': 'job', 'protocol': 1, 'client': 'epoll', 'mode': 'async', 'options': {},"
    " 'requests': [{'method': 'POST', 'url': 'http://127.0.0.1:1/a?b', 'headers': [['A', 'b'], "
    "['C', '']],"
    "               'body_path': null}],"
    " 'concurrency': 16, 'ramp_ns': 200000, 'process': {'index': 1, 'count': 2}, 'http': '2',"
    " 'tls': {'verify': false, 'ca': '/ca', 'cert': null, 'key': null, 'server_name': null},"
    " 'timeout_ns': 3000, 'connect_timeout_ns': 2000, 'keepalive': false,"
    " 'schedule': {'path': '/s', 'count': 9}, 'max_requests': 7, 'tick_ns': 5, 'unknown': [1]}";

/* JSON with ' for ", so that the tests stay readable. */
static char *json_text(const char *text)
{
    char *copy = strdup(text);

    for (char *quote = copy; (quote = strchr(quote, '\'')) != NULL;)
        *quote = '"';
    return copy;
}

/* The full job with some keys replaced ("null" takes one out). */
static char *changed_job(const char *changes)
{
    char *base_text = json_text(full_job);
    char *changes_text = json_text(changes);
    json_t *base = json_loads(base_text, 0, NULL);
    json_t *update = json_loads(changes_text, 0, NULL);
    char *text;

    assert_non_null(base);
    assert_non_null(update);
    json_object_update(base, update);
    text = json_dumps(base, JSON_COMPACT);
    json_decref(base);
    json_decref(update);
    free(base_text);
    free(changes_text);
    return text;
}

static void every_field_arrives(void **state HB_UNUSED)
{
    char *line = json_text(full_job);
    struct hb_job job;

    assert_int_equal(hb_job_parse(&job, line, strlen(line), NULL), 0);
    assert_string_equal(job.client, "epoll");
    assert_string_equal(job.mode, "async");
    assert_int_equal(job.request_count, 1);
    assert_string_equal(job.requests[0].method, "POST");
    assert_string_equal(job.requests[0].url, "http://127.0.0.1:1/a?b");
    assert_int_equal(job.requests[0].header_count, 2);
    assert_string_equal(job.requests[0].headers[1].name, "C");
    assert_null(job.requests[0].body);
    assert_int_equal(job.concurrency, 16);
    assert_int_equal(job.ramp_ns, 200000);
    assert_int_equal(job.process_index, 1);
    assert_int_equal(job.process_count, 2);
    assert_true(job.http2);
    assert_false(job.tls.verify);
    assert_string_equal(job.tls.ca, "/ca");
    assert_null(job.tls.cert);
    assert_int_equal(job.timeout_ns, 3000);
    assert_int_equal(job.connect_timeout_ns, 2000);
    assert_false(job.keepalive);
    assert_string_equal(job.schedule_path, "/s");
    assert_int_equal(job.schedule_count, 9);
    assert_int_equal(job.max_requests, 7);
    assert_int_equal(job.tick_ns, 5);
    hb_job_release(&job);
    free(line);
}

static void what_is_left_out_takes_its_default(void **state HB_UNUSED)
{
    char *line = json_text("{'type': 'job', 'client': 'c', 'mode': 'sync', 'concurrency': 1,"
                           " 'timeout_ns': 9, 'requests': [{'method': 'GET', 'url': 'http://a'}]}");
    struct hb_job job;

    assert_int_equal(hb_job_parse(&job, line, strlen(line), NULL), 0);
    assert_int_equal(job.process_count, 1);
    assert_int_equal(job.connect_timeout_ns, 9);
    assert_true(job.keepalive);
    assert_true(job.tls.verify);
    assert_false(job.http2);
    assert_null(job.schedule_path);
    assert_int_equal(job.max_requests, 0);
    hb_job_release(&job);
    free(line);
}

static void refusals_name_what_is_wrong(void **state HB_UNUSED)
{
    static const struct {
        const char *changes, *named;
    } cases[] = {
        {"{'type': 'go'}", "job"},
        {"{'protocol': 2}", "version"},
        {"{'client': null}", "job.client"},
        {"{'client': 1}", "job.client"},
        {"{'concurrency': 0}", "job.concurrency"},
        {"{'concurrency': 1000001}", "job.concurrency"},
        {"{'concurrency': 1.5}", "job.concurrency"},
        {"{'concurrency': '16'}", "job.concurrency"},
        {"{'timeout_ns': 0}", "job.timeout_ns"},
        {"{'timeout_ns': null}", "job.timeout_ns"},
        {"{'ramp_ns': -1}", "job.ramp_ns"},
        {"{'ramp_ns': 9000000000000000000}", "job.ramp_ns"},
        {"{'keepalive': 1}", "job.keepalive"},
        {"{'http': '3'}", "job.http"},
        {"{'process': {'index': 2, 'count': 2}}", "job.process"},
        {"{'process': []}", "process"},
        {"{'tls': {'verify': 'no'}}", "tls.verify"},
        {"{'schedule': {'path': '/s'}}", "schedule.count"},
        {"{'schedule': {'path': '/s', 'count': -1}}", "schedule.count"},
        {"{'options': {'speed': 9}}", "speed"},
        {"{'requests': []}", "job.requests"},
        {"{'requests': {}}", "job.requests"},
        {"{'requests': [1]}", "entry 0"},
        {"{'requests': [{'method': 'GET', 'url': 'http://a'}, {'method': 'GET'}]}", "entry 1"},
        {"{'requests': [{'method': 'STREAM', 'url': 'http://a'}]}", "STREAM"},
        {"{'requests': [{'method': 'get', 'url': 'http://a'}]}", "get"},
        {"{'requests': [{'method': 'GET', 'url': 'ftp://a'}]}", "ftp://a"},
        {"{'requests': [{'method': 'GET', 'url': 'http://a b'}]}", "http://a b"},
        {"{'requests': [{'method': 'GET', 'url': 'http://a\\r\\nX: y'}]}", "URL"},
        {"{'requests': [{'method': 'GET', 'url': 'http://\\u00e9'}]}", "URL"},
        {"{'requests': [{'method': 'GET', 'url': 'http://a', 'headers': {}}]}", "headers"},
        {"{'requests': [{'method': 'GET', 'url': 'http://a', 'headers': [['A']]}]}", "headers"},
        {"{'requests': [{'method': 'GET', 'url': 'http://a', 'headers': [['A', 1]]}]}", "headers"},
        {"{'requests': [{'method': 'GET', 'url': 'http://a', 'headers': [['A:', 'x']]}]}", "A:"},
        {"{'requests': [{'method': 'GET', 'url': 'http://a', 'headers': [['', 'x']]}]}", "headers"},
        {"{'requests': [{'method': 'GET', 'url': 'http://a', 'headers': [['A', 'x\\ny']]}]}",
         "control character"},
        {"{'requests': [{'method': 'PUT', 'url': 'http://a', 'body_path': '/nonexistent'}]}",
         "body_path"},
        {"{'requests': [{'method': 'PUT', 'url': 'http://a', 'body_path': '/dev/zero'}]}",
         "body_path"},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        char *line = changed_job(cases[i].changes);
        struct hb_error err = {0};
        struct hb_job job;

        assert_int_equal(hb_job_parse(&job, line, strlen(line), &err), -1);
        print_message("%s\n", err.message);
        assert_non_null(strstr(err.message, cases[i].named));
        hb_job_release(&job);
        free(line);
    }
}

static void what_is_not_json_is_refused(void **state HB_UNUSED)
{
    static const char *const lines[] = {
        "",    "{", "[]", "null", "{\"type\": \"job\"}}", "{\"type\": \"job\", \"type\": \"job\"}",
        "\xff"};

    for (size_t i = 0; i < HB_ARRAY_LEN(lines); i++) {
        struct hb_error err = {0};
        struct hb_job job;

        assert_int_equal(hb_job_parse(&job, lines[i], strlen(lines[i]), &err), -1);
        assert_true(err.message[0] != '\0');
        hb_job_release(&job);
    }
}

static void bodies_are_read_whole_and_checked_against_their_length(void **state HB_UNUSED)
{
    static const char body[] = "a\0b\nc";
    const char *path = path_of_bytes(body, sizeof(body));
    char changes[256];
    struct hb_job job;
    char *line;

    for (int wrong = 0; wrong <= 1; wrong++) {
        snprintf(changes, sizeof(changes),
                 "{'requests': [{'method': 'GET', 'url': 'http://a', 'body_path': '%s', "
                 "'body_bytes': %zu}]}",
                 path, sizeof(body) + (size_t)wrong);
        line = changed_job(changes);
        assert_int_equal(hb_job_parse(&job, line, strlen(line), NULL), wrong ? -1 : 0);
        if (!wrong) {
            assert_int_equal(job.requests[0].body_bytes, sizeof(body));
            assert_memory_equal(job.requests[0].body, body, sizeof(body));
        }
        hb_job_release(&job);
        free(line);
    }
}

static void go_needs_instants_in_order(void **state HB_UNUSED)
{
    static const struct {
        const char *line;
        int result;
    } cases[] = {
        {"{'type': 'go', 'start_ns': 1, 'stop_ns': 2, 'drain_ns': 3}", 0},
        {"{'type': 'go', 'start_ns': 1, 'stop_ns': 1, 'drain_ns': 1}", 0},
        {"{'type': 'go', 'start_ns': 3, 'stop_ns': 2, 'drain_ns': 3}", -1},
        {"{'type': 'go', 'start_ns': 1, 'stop_ns': 4, 'drain_ns': 3}", -1},
        {"{'type': 'go', 'start_ns': -1, 'stop_ns': 2, 'drain_ns': 3}", -1},
        {"{'type': 'go', 'start_ns': 1, 'stop_ns': 2}", -1},
        {"{'type': 'job', 'start_ns': 1, 'stop_ns': 2, 'drain_ns': 3}", -1},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        char *line = json_text(cases[i].line);
        struct hb_go go = {0};

        assert_int_equal(hb_go_parse(&go, line, strlen(line), NULL), cases[i].result);
        assert_true(cases[i].result != 0 || go.drain_ns > 0);
        free(line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_arrives),
        cmocka_unit_test(what_is_left_out_takes_its_default),
        cmocka_unit_test(refusals_name_what_is_wrong),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(bodies_are_read_whole_and_checked_against_their_length),
        cmocka_unit_test(go_needs_instants_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
