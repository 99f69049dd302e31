/* Wire profiles: the native clients against the embedded server, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../sanitized.h"
#include "config/diag.h"
#include "exec/interrupt.h"
#include "exec/strace.h"
#include "exec/wire.h"
#include "exec/wire_counts.h"
#include "sweep_fixture.h"

static struct sweep_fixture fixture;
static struct hb_topology *topology;
static struct hb_interrupt interrupt;

static int set_up(void **state HB_UNUSED)
{
    struct hb_paths paths;
    struct hb_diags diags;

    fixture_init(&fixture);
    paths = fixture.registry.paths;
    hb_diags_init(&diags);
    if (hb_registry_load(&fixture.registry, &fixture.arena, &paths, &diags, &fixture.err) < 0)
        return -1;
    hb_diags_release(&diags);
    fixture.server = (struct hb_server_spec){
        .name = "builtin",
        .entry = hb_registry_find(&fixture.registry, HB_ENTRY_SERVER, "builtin"),
        .options_json = "{}",
        .canonical = "\"builtin\"",
    };
    fixture.plan = (struct hb_plan){.scenario = &fixture.scenario, .cells = fixture.cells};
    if (hb_topology_start(&fixture.registry, &fixture.server, NULL, &topology, &fixture.err) < 0 ||
        hb_interrupt_begin(&interrupt, &fixture.err) < 0)
        return -1;
    return 0;
}

static int tear_down(void **state HB_UNUSED)
{
    hb_interrupt_end(&interrupt);
    hb_topology_stop(topology);
    fixture_release(&fixture);
    return 0;
}

static const struct hb_cell *add_client(const char *name, enum hb_mode mode)
{
    static const char *const no_command[] = {NULL};
    size_t index = fixture.scenario.clients_count;

    fixture_add_client(&fixture, no_command);
    fixture.clients[index].entry = hb_registry_find(&fixture.registry, HB_ENTRY_CLIENT, name);
    fixture.clients[index].mode = mode;
    assert_non_null(fixture.clients[index].entry);
    return &fixture.cells[index];
}

static void capture(const struct hb_cell *cell, enum hb_wire depth, struct hb_wire_profile *ret)
{
    const struct hb_wire_setup setup = {
        .plan = &fixture.plan,
        .cell = cell,
        .registry = &fixture.registry,
        .topology = topology,
        .depth = depth,
        .interrupt_fd = interrupt.fd,
    };

    if (hb_wire_capture(&setup, &fixture.arena, ret, &fixture.err) < 0)
        fail_msg("%s", fixture.err.message);
}

static const char *value_of(const struct hb_wire_request *request, const char *name)
{
    for (size_t i = 0; i < request->headers_count; i++)
        if (strcmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

static void a_profile_shows_the_request_line_the_headers_and_what_they_weigh(void **state HB_UNUSED)
{
    static const struct hb_header headers[] = {{"X-Order", "first"}, {"accept", "text/plain"}};
    struct hb_wire_profile profile;
    const struct hb_wire_request *request;

    fixture.url.headers = headers;
    fixture.url.headers_count = 2;
    capture(add_client("epoll", HB_MODE_ASYNC), HB_WIRE_REQUESTS, &profile);
    assert_int_equal(profile.requests, HB_WIRE_PROFILE_REQUESTS);
    assert_int_equal(profile.verified, HB_WIRE_PROFILE_REQUESTS);
    assert_int_equal(profile.connections, 1);
    assert_int_equal(profile.seen_count, 1);
    request = &profile.seen[0];
    assert_int_equal(request->count, HB_WIRE_PROFILE_REQUESTS);
    assert_string_equal(request->line, "GET /get HTTP/1.1");
    assert_string_equal(value_of(request, "Host"), "{server}");
    assert_string_equal(value_of(request, "X-Order"), "first");
    assert_string_equal(value_of(request, "accept"), "text/plain");
    assert_string_equal(request->framing, "none");
    assert_true(request->body_as_given);
    assert_true(profile.bytes_sent == (double)request->bytes);
    assert_true(profile.bytes_received > 100);
    assert_true(profile.setup_sent == 0 && profile.setup_received == 0);
    assert_true(profile.system_calls < 0);
}

static void a_body_is_told_apart_by_its_bytes_and_never_kept(void **state HB_UNUSED)
{
    struct hb_wire_profile profile;

    fixture.request = (struct hb_request){.url = "/post", .body = "{\"a\": 1}", .body_bytes = 8};
    fixture.cells[0].method = HB_METHOD_POST;
    capture(add_client("libcurl", HB_MODE_ASYNC), HB_WIRE_REQUESTS, &profile);
    fixture.cells[0].method = HB_METHOD_GET;
    assert_int_equal(profile.seen_count, 1);
    assert_string_equal(profile.seen[0].framing, "content-length");
    assert_int_equal(profile.seen[0].body_bytes, 8);
    assert_true(profile.seen[0].body_as_given);
}

static void credentials_are_masked_wherever_they_come_from(void **state HB_UNUSED)
{
    static const struct hb_header headers[] = {
        {"Authorization", "Basic dXNlcjpwYXNz"},
        {"Cookie", "session=abcdef"},
    };
    struct hb_wire_profile profile;

    fixture.url.headers = headers;
    fixture.url.headers_count = 2;
    capture(add_client("libcurl", HB_MODE_SYNC), HB_WIRE_REQUESTS, &profile);
    assert_string_equal(value_of(&profile.seen[0], "Authorization"), "Basic ***");
    assert_string_equal(value_of(&profile.seen[0], "Cookie"), "***");
}

static void without_keep_alive_each_request_has_a_connection(void **state HB_UNUSED)
{
    struct hb_wire_profile profile;

    fixture.scenario.keepalive = false;
    capture(add_client("libcurl", HB_MODE_SYNC), HB_WIRE_REQUESTS, &profile);
    assert_int_equal(profile.connections, HB_WIRE_PROFILE_REQUESTS);
}

static void different_requests_are_kept_each_once(void **state HB_UNUSED)
{
    static const struct hb_request variants[] = {{.url = "/get?a=1"}, {.url = "/get?a=2"}};
    struct hb_wire_profile profile;

    fixture.url.requests = variants;
    fixture.url.requests_count = 2;
    capture(add_client("epoll", HB_MODE_ASYNC), HB_WIRE_REQUESTS, &profile);
    assert_int_equal(profile.seen_count, 2);
    assert_int_equal(profile.seen[0].count, 3);
    assert_int_equal(profile.seen[1].count, 2);
}

static void a_client_that_sends_nothing_has_nothing_to_show(void **state HB_UNUSED)
{
    struct hb_wire_profile profile;

    capture(add_client("noop", HB_MODE_ASYNC), HB_WIRE_REQUESTS, &profile);
    assert_int_equal(profile.seen_count, 0);
    assert_string_equal(profile.seen_why, "no whole request was seen");
    assert_int_equal(profile.connections, 0);
    assert_true(profile.bytes_sent == 0);
}

static void a_client_that_fails_says_why(void **state HB_UNUSED)
{
    const struct hb_wire_setup setup = {.plan = &fixture.plan,
                                        .cell = &fixture.cells[0],
                                        .registry = &fixture.registry,
                                        .topology = topology,
                                        .interrupt_fd = interrupt.fd};
    struct hb_wire_profile profile;

    fixture_add_scripted(&fixture, "CrashInRun");
    assert_int_equal(hb_wire_capture(&setup, &fixture.arena, &profile, &fixture.err), -1);
    assert_int_equal(fixture.err.code, HB_ERR_RUN);
    assert_non_null(strstr(fixture.err.message, "the worker"));
}

/* The epoll client sends, polls and receives: the counts of a request hardly vary. */
static void system_calls_are_counted_where_strace_is(void **state HB_UNUSED)
{
    char path[PATH_MAX];
    struct hb_wire_profile profile;

    if (hb_strace_find(path, NULL) < 0)
        skip();
    capture(add_client("epoll", HB_MODE_ASYNC), HB_WIRE_SYSTEM_CALLS, &profile);
    if (strstr(profile.system_calls_why, "ptrace") != NULL)
        skip(); /* not allowed here */
    assert_string_equal(profile.system_calls_why, "");
    assert_true(profile.system_calls > 1.9 && profile.system_calls < 8);
    assert_true(profile.calls_count >= 2);
    assert_true(profile.calls[0].per_request >= profile.calls[1].per_request);
}

/* Clients that lie about what they did or put something else where strace's log lies. */
static void counting_ends_in_time_with_a_reason_whatever_the_client_does(void **state HB_UNUSED)
{
    static const struct {
        const char *behaviour, *why;
    } cases[] = {
        {"PutsPipesInPlaceOfFiles", "the log of strace: calls: not a regular file"},
        {"WritesTheLog", "the log of strace: calls: larger than the limit of 134217728 bytes"},
        {"LiesInEnds", "strace saw no system call of a request"},
        {"EndsAfterFewRequests", "5 of 120 requests were made: the server is too slow to count "
                                 "them in time, or the client stopped early"},
        {"SendsMoreThanAsked", ""},
    };
    char path[PATH_MAX];

    if (hb_strace_find(path, NULL) < 0)
        skip();
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_wire_profile profile;

        fixture_add_scripted(&fixture, cases[i].behaviour);
        capture(&fixture.cells[i], HB_WIRE_SYSTEM_CALLS, &profile);
        if (strstr(profile.system_calls_why, "ptrace") != NULL)
            skip(); /* not allowed here */
        assert_string_equal(profile.system_calls_why, cases[i].why);
        assert_true((profile.system_calls >= 0) == (cases[i].why[0] == '\0'));
    }
}

static void without_strace_the_counts_are_unknown_with_the_remedy(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf path = {.maximum = 65536};
    struct hb_wire_profile profile;

    hb_buf_puts(&path, getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    capture(add_client("epoll", HB_MODE_ASYNC), HB_WIRE_SYSTEM_CALLS, &profile);
    setenv("PATH", hb_buf_text(&path), 1);
    assert_true(profile.system_calls < 0);
    assert_string_equal(profile.system_calls_why,
                        "strace is not installed, which counts them: apt-get install strace");
}

/* Both clients are ours, so that we know how many: some thousands, and repeatably. */
static void instructions_are_counted_where_something_counts_them(void **state HB_UNUSED)
{
    struct hb_wire_profile first, second;
    const struct hb_cell *cell = add_client("epoll", HB_MODE_ASYNC);

    if (SANITIZED || hb_wire_instruction_counter(NULL) == NULL)
        skip();
    capture(cell, HB_WIRE_INSTRUCTIONS, &first);
    capture(cell, HB_WIRE_INSTRUCTIONS, &second);
    assert_string_equal(first.instructions_why, "");
    assert_true(first.instructions > 500 && first.instructions < 50000);
    assert_true(first.instructions_spread >= 0);
    assert_int_equal(first.instructions_low, 100);
    assert_int_equal(first.instructions_high, 1100);
    assert_string_equal(first.instructions_how, second.instructions_how);
    assert_true(first.instructions < 1.02 * second.instructions &&
                second.instructions < 1.02 * first.instructions);
}

static void without_a_counter_instructions_are_unknown_with_the_remedy(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf path = {.maximum = 65536};
    struct hb_wire_profile profile;

    if (hb_wire_instruction_counter(NULL) != NULL &&
        strcmp(hb_wire_instruction_counter(NULL), "perf") == 0)
        skip(); /* that one cannot be hidden */
    hb_buf_puts(&path, getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    capture(add_client("epoll", HB_MODE_ASYNC), HB_WIRE_INSTRUCTIONS, &profile);
    setenv("PATH", hb_buf_text(&path), 1);
    assert_true(profile.instructions < 0);
    assert_string_equal(profile.instructions_why,
                        "valgrind is not installed, which counts them: apt-get install valgrind");
}

static void a_profile_survives_its_json(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf json = {.maximum = 1 << 20};
    HB_CLEANUP(hb_buf_release) struct hb_buf again = {.maximum = 1 << 20};
    struct hb_wire_profile profile, read;

    capture(add_client("libcurl", HB_MODE_ASYNC), HB_WIRE_REQUESTS, &profile);
    hb_wire_put_json(&profile, &json);
    assert_int_equal(hb_wire_from_json(hb_buf_text(&json), &fixture.arena, &read, &fixture.err), 0);
    hb_wire_put_json(&read, &again);
    assert_string_equal(hb_buf_text(&json), hb_buf_text(&again));
}

static void json_of_a_stranger_is_unknown_rather_than_trusted(void **state HB_UNUSED)
{
    static const char *const odd[] = {
        "{}",
        "{\"seen\": 5, \"calls\": [], \"requests\": -3, \"bytes_sent\": \"many\"}",
        "{\"seen\": [null, {\"headers\": [1, [2], [\"a\"]]}], \"calls\": {\"read\": \"x\"}}",
    };
    struct hb_wire_profile profile;

    for (size_t i = 0; i < HB_ARRAY_LEN(odd); i++) {
        assert_int_equal(hb_wire_from_json(odd[i], &fixture.arena, &profile, &fixture.err), 0);
        assert_int_equal(profile.requests, 0);
        assert_true(profile.bytes_sent < 0);
    }
    assert_int_equal(hb_wire_from_json("[]", &fixture.arena, &profile, &fixture.err), -1);
    assert_int_equal(hb_wire_from_json("{", &fixture.arena, &profile, &fixture.err), -1);
}

/* ---- in a sweep ---- */

static size_t told, failed;

static int count_result(void *context HB_UNUSED, const struct hb_wire_result *result,
                        struct hb_error *err HB_UNUSED)
{
    told++;
    failed += result->profile == NULL;
    assert_int_equal(result->plan->wire_first[result->cell], result->cell);
    return 0;
}

static void a_sweep_takes_a_profile_once_and_goes_on_when_it_fails(void **state HB_UNUSED)
{
    static const uint32_t first[] = {0, 1};

    told = failed = 0;
    add_client("epoll", HB_MODE_ASYNC);
    fixture_add_scripted(&fixture, "CrashInRun");
    fixture.duration_ns = 50 * HB_NS_PER_MS;
    fixture.plan.wire_first = first;
    fixture.sink.wire = count_result;
    fixture_sweep(&fixture, 2);
    assert_string_equal(fixture.err.message, "");
    assert_int_equal(told, 2);
    assert_int_equal(failed, 1);
    assert_true(fixture.phases[HB_PHASE_WIRE]);
    assert_int_equal(fixture.seen_count, 4);
}

#define WIRE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE_TEST(a_profile_shows_the_request_line_the_headers_and_what_they_weigh),
        WIRE_TEST(a_body_is_told_apart_by_its_bytes_and_never_kept),
        WIRE_TEST(credentials_are_masked_wherever_they_come_from),
        WIRE_TEST(without_keep_alive_each_request_has_a_connection),
        WIRE_TEST(different_requests_are_kept_each_once),
        WIRE_TEST(a_client_that_sends_nothing_has_nothing_to_show),
        WIRE_TEST(a_client_that_fails_says_why),
        WIRE_TEST(system_calls_are_counted_where_strace_is),
        WIRE_TEST(counting_ends_in_time_with_a_reason_whatever_the_client_does),
        WIRE_TEST(without_strace_the_counts_are_unknown_with_the_remedy),
        WIRE_TEST(instructions_are_counted_where_something_counts_them),
        WIRE_TEST(without_a_counter_instructions_are_unknown_with_the_remedy),
        WIRE_TEST(a_profile_survives_its_json),
        WIRE_TEST(a_sweep_takes_a_profile_once_and_goes_on_when_it_fails),
        WIRE_TEST(json_of_a_stranger_is_unknown_rather_than_trusted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
