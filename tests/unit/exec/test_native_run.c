/*
 * The executor with the real native clients against the real embedded server, both from the
 * registry: figures agree with what the server counted, and a run costs little beyond its window.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/diag.h"
#include "exec/replay.h"
#include "exec/result.h"
#include "sweep_fixture.h"

static struct sweep_fixture fixture;

static int set_up(void **state HB_UNUSED)
{
    struct hb_paths paths;
    struct hb_diags diags;

    fixture_init(&fixture);
    paths = fixture.registry.paths;
    hb_diags_init(&diags);
    if (hb_registry_load(&fixture.registry, &fixture.arena, &paths, &diags, &fixture.err) < 0) {
        HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 4096};

        hb_diags_render(&diags, NULL, &text);
        print_error("%s\n%s\n", fixture.err.message, hb_buf_text(&text));
        return -1;
    }
    hb_diags_release(&diags);
    fixture.server.name = "builtin";
    fixture.server.url = NULL;
    fixture.server.entry = hb_registry_find(&fixture.registry, HB_ENTRY_SERVER, "builtin");
    assert_non_null(fixture.server.entry);
    return 0;
}

static int tear_down(void **state HB_UNUSED)
{
    fixture_release(&fixture);
    return 0;
}

static void add_registered(const char *name, enum hb_mode mode)
{
    static const char *const no_command[] = {NULL};
    size_t index = fixture.scenario.clients_count;

    fixture_add_client(&fixture, no_command);
    fixture.clients[index].entry = hb_registry_find(&fixture.registry, HB_ENTRY_CLIENT, name);
    fixture.clients[index].mode = mode;
    assert_non_null(fixture.clients[index].entry);
}

static void add_http_clients(void)
{
    add_registered("epoll", HB_MODE_ASYNC);
    add_registered("libcurl", HB_MODE_ASYNC);
    add_registered("libcurl", HB_MODE_SYNC);
}

static void sweep(void)
{
    fixture_sweep(&fixture, 1);
    assert_string_equal(fixture.err.message, "");
    assert_int_equal(fixture.seen_count, fixture.scenario.clients_count);
}

static void expect_ok(const struct seen_result *seen)
{
    assert_string_equal(seen->failure, "");
    assert_int_equal(seen->status, HB_RUN_OK);
}

static void client_runner_and_server_agree_on_the_counts(void **state HB_UNUSED)
{
    fixture.concurrency = 8;
    add_http_clients();
    sweep();
    for (size_t i = 0; i < fixture.seen_count; i++) {
        const struct seen_result *seen = &fixture.seen[i];

        expect_ok(seen);
        assert_true(seen->verified > 100);
        assert_int_equal(seen->failed, 0);
        assert_true(seen->server_counted);
        assert_false(seen->flags & (HB_FLAG_COUNT_MISMATCH | HB_FLAG_ERRORS));
        assert_true(seen->server_requests >= seen->verified + seen->warmup_verified);
        assert_true(seen->client_cpu_ns > 0);
    }
}

static void smoke_sends_one_request_a_cell(void **state HB_UNUSED)
{
    fixture.options.smoke = true;
    fixture.concurrency = 8;
    add_http_clients();
    sweep();
    for (size_t i = 0; i < fixture.seen_count; i++) {
        expect_ok(&fixture.seen[i]);
        assert_int_equal(fixture.seen[i].verified, 1);
        assert_int_equal(fixture.seen[i].server_requests, 1);
        assert_int_equal(fixture.seen[i].flags, 0);
    }
}

static void an_unexpected_status_or_length_is_a_failure(void **state HB_UNUSED)
{
    fixture.options.smoke = true;
    add_registered("epoll", HB_MODE_ASYNC);
    fixture.url.expect.status = 404;
    sweep();
    assert_non_null(strstr(fixture.seen[0].failure, "1 had another status"));
    fixture.seen_count = 0;
    fixture.url.expect = (struct hb_expect){.status = 200, .length_bytes = 1};
    sweep();
    assert_non_null(strstr(fixture.seen[0].failure, "1 had another length"));
}

static void bodies_reach_the_server(void **state HB_UNUSED)
{
    static const char body[] = "{\"key\":\"value\"}";
    static const struct hb_header header = {"Content-Type", "application/json"};

    fixture.options.smoke = true;
    fixture.request = (struct hb_request){"/post", body, sizeof(body) - 1};
    fixture.url.headers = &header;
    fixture.url.headers_count = 1;
    add_http_clients();
    for (size_t i = 0; i < 3; i++)
        fixture.cells[i].method = HB_METHOD_POST;
    sweep();
    for (size_t i = 0; i < 3; i++)
        expect_ok(&fixture.seen[i]);
}

static void an_open_loop_keeps_its_rate(void **state HB_UNUSED)
{
    fixture.concurrency = 4;
    fixture.rate = (struct hb_rate){500, HB_ARRIVALS_POISSON};
    add_http_clients();
    sweep();
    for (size_t i = 0; i < fixture.seen_count; i++) {
        const struct seen_result *seen = &fixture.seen[i];

        expect_ok(seen);
        assert_true(seen->scheduled > 100);
        assert_int_equal(seen->verified + seen->failed + seen->unsent, seen->scheduled);
        assert_true(seen->response_mean_ns >= seen->service_mean_ns);
    }
}

static void a_run_costs_little_beyond_its_warm_up_and_window(void **state HB_UNUSED)
{
    int64_t planned_ns, least_ns = INT64_MAX;

    fixture.duration_ns = 100 * HB_NS_PER_MS;
    planned_ns = fixture.scenario.run.warmup_ns + fixture.duration_ns;
    add_registered("epoll", HB_MODE_ASYNC);
    fixture_sweep(&fixture, 5);
    assert_int_equal(fixture.seen_count, 5);
    for (size_t i = 0; i < fixture.seen_count; i++) {
        int64_t extra_ns = fixture.seen[i].wall_ns - planned_ns;

        expect_ok(&fixture.seen[i]);
        assert_true(extra_ns > 0);
        least_ns = extra_ns < least_ns ? extra_ns : least_ns;
    }
    /* The least of five: whatever else this machine is doing is not the run's cost. */
    print_message("beyond warm-up and window: %.1f ms\n", (double)least_ns / 1e6);
    assert_true(least_ns < 250 * HB_NS_PER_MS);
}

/* The embedded server below our own keepers, by walking /proc. */
static pid_t find_server(void)
{
    char command[128];
    pid_t pid = 0;
    FILE *out;

    snprintf(command, sizeof(command),
             "for k in $(pgrep -P %d hb-keeper); do pgrep -P $k hb-server; done", (int)getpid());
    out = popen(command, "r");
    assert_non_null(out);
    assert_int_equal(fscanf(out, "%d", &pid), 1);
    pclose(out);
    return pid;
}

/* Looked for before the window, which may be over before a busy machine has found it. */
static void kill_server_once(void *context HB_UNUSED, const struct hb_exec_progress *progress)
{
    static pid_t server;

    if (progress->run == 0 && progress->phase == HB_PHASE_WARMUP)
        server = find_server();
    if (progress->run == 0 && progress->phase == HB_PHASE_WINDOW)
        kill(server, SIGKILL);
}

static void a_server_that_dies_costs_one_run_and_is_started_again(void **state HB_UNUSED)
{
    fixture.sink.progress = kill_server_once;
    add_http_clients();
    sweep();
    assert_int_equal(fixture.seen[0].status, HB_RUN_FAILED);
    assert_non_null(strstr(fixture.seen[0].failure, "server builtin ended during the run"));
    assert_int_equal(fixture.notices, 1);
    expect_ok(&fixture.seen[1]);
    expect_ok(&fixture.seen[2]);
}

static void a_server_that_cannot_start_fails_its_runs(void **state HB_UNUSED)
{
    static const char *const nothing[] = {"/nonexistent/server", NULL};
    struct hb_entry broken = *fixture.server.entry;

    broken.command = nothing;
    fixture.server.entry = &broken;
    add_http_clients();
    sweep();
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fixture.seen[i].status, HB_RUN_FAILED);
        assert_non_null(strstr(fixture.seen[i].failure, "/nonexistent/server"));
    }
    fixture.seen_count = 0;
    assert_int_equal(fixture_sweep(&fixture, 2), -1);
    assert_int_equal(fixture.seen_count, 3);
}

static char *replay(const char *const *prefix, int *ret_exit_code)
{
    char *shown = NULL;
    size_t shown_bytes;
    struct hb_replay replay = {
        .plan = &fixture.plan,
        .cell = &fixture.cells[0],
        .registry = &fixture.registry,
        .prefix = prefix,
        .out = open_memstream(&shown, &shown_bytes),
    };

    fixture.plan = (struct hb_plan){.scenario = &fixture.scenario, .cells = fixture.cells};
    assert_int_equal(hb_replay_run(&replay, ret_exit_code, &fixture.err), 0);
    fclose(replay.out);
    return shown;
}

static void a_cell_can_be_replayed_by_hand_under_another_program(void **state HB_UNUSED)
{
    static const char *const prefix[] = {"env", "SOME=thing", NULL};
    int exit_code = -1;
    char *shown;

    add_registered("epoll", HB_MODE_ASYNC);
    shown = replay(prefix, &exit_code);
    assert_int_equal(exit_code, 0);
    assert_non_null(strstr(shown, "runner: {\"type\":\"job\""));
    assert_non_null(strstr(shown, "worker: {\"type\":\"ready\""));
    assert_non_null(strstr(shown, "runner: {\"type\":\"go\""));
    assert_non_null(strstr(shown, "worker: {\"type\":\"done\""));
    assert_non_null(strstr(shown, " verified, 0 failed"));
    free(shown);
}

static void a_debugger_gets_both_lines_as_a_file(void **state HB_UNUSED)
{
    static const char *const prefix[] = {"sh", "-c", "test $(grep -c . {input}) = 2 && exit 7",
                                         NULL};
    int exit_code = -1;
    char *shown;

    add_registered("epoll", HB_MODE_ASYNC);
    shown = replay(prefix, &exit_code);
    assert_int_equal(exit_code, 7);
    assert_non_null(strstr(shown, "runner: {\"type\":\"job\""));
    free(shown);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(client_runner_and_server_agree_on_the_counts),
        TEST(smoke_sends_one_request_a_cell),
        TEST(an_unexpected_status_or_length_is_a_failure),
        TEST(bodies_reach_the_server),
        TEST(an_open_loop_keeps_its_rate),
        TEST(a_run_costs_little_beyond_its_warm_up_and_window),
        TEST(a_server_that_dies_costs_one_run_and_is_started_again),
        TEST(a_server_that_cannot_start_fails_its_runs),
        TEST(a_cell_can_be_replayed_by_hand_under_another_program),
        TEST(a_debugger_gets_both_lines_as_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
