/* Servers: the embedded one in good order, and programs that keep to no order at all. */
#include "child_fixture.h"

#include <signal.h>
#include <stdlib.h>

#include "base/memory.h"
#include "exec/server_process.h"
#include "exec/topology.h"

#define A_SECOND_NS HB_NS_PER_S

static int try_server(struct hb_server_process *process, const char *act, const char *number,
                      int64_t limit_ns, struct hb_error *err)
{
    const char *argv[] = {UNRULY, act, number, NULL};
    struct hb_paths paths;

    find_build_paths(&paths);
    return hb_server_process_start(process, &paths, argv, "", hb_now_ns() + limit_ns, err);
}

static void start_server(struct hb_server_process *process, const char *act, const char *number)
{
    struct hb_error err = {0};

    if (try_server(process, act, number, TEN_SECONDS_NS, &err) != 0)
        fail_msg("%s", err.message);
}

static void a_server_that_cannot_start_is_quoted(void **state HB_UNUSED)
{
    static const struct {
        const char *act, *message;
    } cases[] = {
        {"fail-to-start", "it ended before it was ready: port 80: Permission denied"},
        {"exit", "it ended before it was ready, without a word"},
        {"ignore-sigterm", "its first line is no ready message: up"},
        {"say-nothing", "it did not say that it is ready in time"},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); ++i) {
        struct hb_server_process process;
        struct hb_error err = {0};

        assert_int_equal(try_server(&process, cases[i].act, NULL, A_SECOND_NS, &err), -1);
        assert_int_equal(err.code, HB_ERR_RUN);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void a_talkative_server_neither_blocks_nor_confuses_us(void **state HB_UNUSED)
{
    struct hb_server_process process;
    struct hb_server_counts counts;
    char *log;

    start_server(&process, "chatter", "4000"); /* more than a pipe holds, on either output */
    for (int i = 0; i < 2; ++i) {
        hb_server_process_counts(&process, hb_now_ns() + TEN_SECONDS_NS, &counts);
        assert_true(counts.known);
        assert_int_equal(counts.requests, 5);
    }
    assert_true(process.log.total_bytes >= 2 * 4000 * 60);
    log = hb_tail_text(&process.log);
    assert_non_null(strstr(log, "access log"));
    assert_true(strlen(log) <= HB_TAIL_BYTES);
    free(log);
    hb_server_process_stop(&process);
}

static void counts_are_read_from_a_server_that_tells(void **state HB_UNUSED)
{
    struct hb_server_process process;
    struct hb_server_counts counts;

    start_server(&process, "chatter", "0");
    for (int i = 0; i < 3; ++i) {
        hb_server_process_counts(&process, hb_now_ns() + TEN_SECONDS_NS, &counts);
        assert_true(counts.known);
        assert_int_equal(counts.requests, 5);
        assert_int_equal(counts.connections, 4);
        assert_int_equal(counts.bytes_in, 3);
        assert_int_equal(counts.bytes_out, 2);
    }
    hb_server_process_stop(&process);
}

static void wrong_or_missing_counts_are_unknown_and_not_asked_for_again(void **state HB_UNUSED)
{
    static const char *const acts[] = {"never-answer", "answer-wrongly"};

    for (size_t i = 0; i < HB_ARRAY_LEN(acts); ++i) {
        struct hb_server_process process;
        struct hb_server_counts counts;
        int64_t start_ns;

        start_server(&process, acts[i], NULL);
        hb_server_process_counts(&process, hb_now_ns() + A_SECOND_NS / 4, &counts);
        assert_false(counts.known);
        start_ns = hb_now_ns();
        hb_server_process_counts(&process, start_ns + TEN_SECONDS_NS, &counts);
        assert_false(counts.known);
        assert_true(hb_now_ns() - start_ns < A_SECOND_NS);
        hb_server_process_stop(&process);
    }
}

static void the_death_of_a_server_is_an_event(void **state HB_UNUSED)
{
    struct hb_server_process process;
    struct hb_server_counts counts;
    struct pollfd events;
    char *log;

    start_server(&process, "end-when-asked", NULL);
    assert_false(process.ended);
    hb_server_process_counts(&process, hb_now_ns() + TEN_SECONDS_NS, &counts);
    assert_false(counts.known);
    assert_true(process.ended);
    log = hb_tail_text(&process.log);
    assert_string_equal(log, "assertion failed\n");
    free(log);
    hb_server_process_stop(&process);

    start_server(&process, "never-answer", NULL);
    events = (struct pollfd){.fd = process.events_fd, .events = POLLIN};
    assert_int_equal(poll(&events, 1, 0), 0);
    kill(process.child.pid, SIGKILL);
    while (!process.ended) {
        assert_int_equal(poll(&events, 1, 10000), 1);
        hb_server_process_drain(&process);
    }
    hb_server_process_stop(&process);
}

/* A registry of one server, as its file would be read. */
static void make_registry(struct hb_registry *registry)
{
    *registry = (struct hb_registry){.env_dir = "/nonexistent"};
    find_build_paths(&registry->paths);
    snprintf(registry->paths.share, sizeof registry->paths.share, "/nonexistent");
}

static struct hb_topology *start_topology(const char *const *command, const char *options_json,
                                          struct hb_error *err)
{
    struct hb_registry registry;
    struct hb_entry entry = {.kind = HB_ENTRY_SERVER, .name = "builtin", .command = command};
    struct hb_server_spec spec = {.name = "builtin", .entry = &entry, .options_json = options_json};
    struct hb_topology *topology = NULL;

    make_registry(&registry);
    if (hb_topology_start(&registry, &spec, NULL, &topology, err) != 0)
        return NULL;
    return topology;
}

static const char *const builtin_command[] = {"{libexec}/hb-server-builtin", NULL};

static void the_embedded_server_comes_up_counts_and_goes(void **state HB_UNUSED)
{
    struct hb_error err = {0};
    struct hb_topology *topology = start_topology(builtin_command, "{}", &err);
    struct hb_monitor *monitor = hb_monitor_new();
    struct hb_server_counts counts;
    struct hb_usage usage;
    unsigned port;

    if (topology == NULL)
        fail_msg("%s", err.message);
    assert_int_equal(sscanf(hb_topology_url(topology), "http://127.0.0.1:%u", &port), 1);
    assert_true(strlen(hb_topology_version(topology)) > 0);
    assert_true(hb_topology_alive(topology));
    assert_string_equal(hb_topology_log_tail(topology), "");
    hb_topology_counts(topology, &counts);
    assert_true(counts.known);
    assert_int_equal(counts.requests, 0);
    hb_topology_watch(topology, monitor);
    (void)hb_monitor_window_start(monitor);
    (void)hb_monitor_window_end(monitor, &usage);
    assert_int_equal(usage.processes, 1);
    hb_monitor_free(monitor);
    hb_topology_stop(topology);
}

static void options_reach_the_server_as_flags(void **state HB_UNUSED)
{
    struct hb_error err = {0};
    struct hb_topology *topology =
        start_topology(builtin_command, "{\"host\":\"127.0.0.2\",\"port\":0}", &err);

    if (topology == NULL)
        fail_msg("%s", err.message);
    assert_int_equal(strncmp(hb_topology_url(topology), "http://127.0.0.2:", 17), 0);
    hb_topology_stop(topology);

    assert_null(start_topology(builtin_command, "{\"port\":65536}", &err));
    assert_non_null(strstr(err.message, "server builtin: it ended before it was ready: "));
    assert_non_null(strstr(err.message, "65536"));
}

static void a_server_that_is_not_installed_is_named(void **state HB_UNUSED)
{
    static const char *const command[] = {"{libexec}/hb-server-absent", NULL};
    struct hb_error err = {0};

    assert_null(start_topology(command, "{}", &err));
    assert_int_equal(err.code, HB_ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "hb-server-absent: No such file or directory"));
}

static void an_origin_of_the_user_s_own_is_never_touched(void **state HB_UNUSED)
{
    struct hb_registry registry;
    struct hb_server_spec spec = {.name = "staging", .url = "http://192.0.2.1:8080//"};
    struct hb_topology *topology;
    struct hb_server_counts counts = {.known = true};

    make_registry(&registry);
    assert_int_equal(hb_topology_start(&registry, &spec, NULL, &topology, NULL), 0);
    assert_string_equal(hb_topology_url(topology), "http://192.0.2.1:8080");
    assert_string_equal(hb_topology_version(topology), "");
    assert_string_equal(hb_topology_log_tail(topology), "");
    assert_int_equal(hb_topology_fd(topology), -1);
    assert_true(hb_topology_alive(topology));
    hb_topology_counts(topology, &counts);
    assert_false(counts.known);
    hb_topology_stop(topology);
    hb_topology_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_cannot_start_is_quoted),
        cmocka_unit_test(a_talkative_server_neither_blocks_nor_confuses_us),
        cmocka_unit_test(counts_are_read_from_a_server_that_tells),
        cmocka_unit_test(wrong_or_missing_counts_are_unknown_and_not_asked_for_again),
        cmocka_unit_test(the_death_of_a_server_is_an_event),
        cmocka_unit_test(the_embedded_server_comes_up_counts_and_goes),
        cmocka_unit_test(options_reach_the_server_as_flags),
        cmocka_unit_test(a_server_that_is_not_installed_is_named),
        cmocka_unit_test(an_origin_of_the_user_s_own_is_never_touched),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
