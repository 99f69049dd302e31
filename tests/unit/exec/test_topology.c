/* Servers: the embedded one in good order, and programs that keep to no order at all. */
#include "child_fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "exec/certificate.h"
#include "exec/hop.h"
#include "exec/http_get.h"
#include "exec/server_process.h"
#include "exec/topology.h"

#define A_SECOND_NS HB_NS_PER_S

static int try_server(struct hb_server_process *process, const char *act, const char *number,
                      int64_t limit_ns, struct hb_error *err)
{
    const char *argv[] = {UNRULY, act, number, NULL};
    struct hb_paths paths;

    find_build_paths(&paths);
    return hb_server_process_start(process, &paths, argv, "", hb_now_ns() + limit_ns, NULL, err);
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
        assert_true(hb_now_ns() - start_ns < TEN_SECONDS_NS / 2);
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

static const char *const builtin_version[] = {"{libexec}/hb-server-builtin", "--version", NULL};

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

static void over_https_it_is_trusted_by_the_authority_made_for_it(void **state HB_UNUSED)
{
    struct hb_registry registry;
    struct hb_entry entry = {
        .kind = HB_ENTRY_SERVER, .name = "builtin", .command = builtin_command};
    struct hb_server_spec spec = {.name = "builtin",
                                  .entry = &entry,
                                  .https = true,
                                  .options_json = "{\"scheme\":\"https\"}"};
    struct hb_topology *topologies[2];
    struct hb_error err = {0};
    char url[128];

    make_registry(&registry);
    for (size_t i = 0; i < 2; i++)
        if (hb_topology_start(&registry, &spec, NULL, &topologies[i], &err) != 0)
            fail_msg("%s", err.message);
    assert_null(hb_topology_http_url(topologies[0]));
    assert_string_equal(hb_topology_url(topologies[0]), hb_topology_https_url(topologies[0]));
    snprintf(url, sizeof url, "%s/status/200", hb_topology_url(topologies[0]));
    if (hb_http_get(url, hb_topology_authority(topologies[0]), TEN_SECONDS_NS, NULL, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(
        hb_http_get(url, hb_topology_authority(topologies[1]), TEN_SECONDS_NS, NULL, &err), -1);
    hb_topology_stop(topologies[0]);
    hb_topology_stop(topologies[1]);
}

/* The PEM text of the authority that its clients trust. */
static char *read_authority(const struct hb_topology *topology)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, HB_CERTIFICATE_PEM_MAX_BYTES);
    assert_int_equal(hb_buf_read_file(&text, hb_topology_authority(topology), NULL), 0);
    return hb_strdup(hb_buf_text(&text));
}

/* Start a server over HTTPS once in the setting, take it away, and tell which authority it had. */
static char *authority_of_a_start(const struct hb_topology_setting *setting)
{
    struct hb_registry registry;
    struct hb_entry entry = {
        .kind = HB_ENTRY_SERVER, .name = "builtin", .command = builtin_command};
    struct hb_server_spec spec = {.name = "builtin",
                                  .entry = &entry,
                                  .options_json = "{\"scheme\": \"https\"}",
                                  .https = true};
    struct hb_topology *topology;
    char *authority;

    make_registry(&registry);
    assert_int_equal(hb_topology_start_in(setting, &registry, &spec, &topology, NULL), 0);
    authority = read_authority(topology);
    hb_topology_stop(topology);
    return authority;
}

static void servers_of_one_sweep_have_one_authority(void **state HB_UNUSED)
{
    struct hb_certificates certificates = {0};
    const struct hb_topology_setting sweep = {.certificates = &certificates};
    const struct hb_topology_setting alone = {0};
    char *first = authority_of_a_start(&sweep), *again = authority_of_a_start(&sweep);
    char *other = authority_of_a_start(&alone);

    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    free(first);
    free(again);
    free(other);
    hb_certificates_release(&certificates);
    assert_null(certificates.key.data);
}

static void a_server_that_is_not_installed_is_named(void **state HB_UNUSED)
{
    static const char *const command[] = {"{libexec}/hb-server-absent", NULL};
    struct hb_error err = {0};

    assert_null(start_topology(command, "{}", &err));
    assert_int_equal(err.code, HB_ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "hb-server-absent: No such file or directory"));
}

/* ---- programs that know nothing of us, and what stands behind them ---- */

/* The embedded server in the part of a stranger: it is told its port, and nobody reads what it
 * says. */
static const char *const strange_command[] = {"{libexec}/hb-server-builtin", "--port=@http@", NULL};
static const char *const no_texts[] = {NULL};
static const char *const one_template[] = {"strange.conf.in", NULL};

struct stranger {
    char folder[64], file[128], template[128];
    struct hb_entry_topology topology;
    struct hb_entry entries[2];
    struct hb_registry registry;
    struct hb_server_spec spec;
};

static void init_stranger(struct stranger *s, const char *template, const char *options_json)
{
    static const struct hb_entry_option options[] = {
        {.name = "instances", .type = HB_OPTION_INTEGER, .default_json = "2"},
        {.name = "backend", .type = HB_OPTION_STRING, .default_json = "\"builtin\""},
    };
    FILE *file;

    snprintf(s->folder, sizeof s->folder, "/tmp/hb-test-topology-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->file, sizeof s->file, "%s/server.yaml", s->folder);
    snprintf(s->template, sizeof s->template, "%s/%s", s->folder, one_template[0]);
    file = fopen(s->template, "w");
    assert_non_null(file);
    fputs(template, file);
    fclose(file);
    s->topology = (struct hb_entry_topology){.configuration = one_template,
                                             .environment = no_texts,
                                             .ready = "http://127.0.0.1:@http@/get",
                                             .probe = "/status/200"};
    s->entries[0] =
        (struct hb_entry){.kind = HB_ENTRY_SERVER, .name = "builtin", .command = builtin_command};
    s->entries[1] = (struct hb_entry){.kind = HB_ENTRY_SERVER,
                                      .name = "strange",
                                      .command = strange_command,
                                      .version_command = builtin_version,
                                      .options = options,
                                      .options_count = HB_ARRAY_LEN(options),
                                      .topology = &s->topology,
                                      .path = s->file};
    make_registry(&s->registry);
    s->registry.servers = s->entries;
    s->registry.servers_count = 2;
    s->spec = (struct hb_server_spec){
        .name = "strange", .entry = &s->entries[1], .options_json = options_json};
}

static void remove_stranger(struct stranger *s)
{
    unlink(s->template);
    rmdir(s->folder);
}

static struct hb_topology *start_stranger(struct stranger *s)
{
    struct hb_topology *topology = NULL;
    struct hb_error err = {0};

    if (hb_topology_start(&s->registry, &s->spec, NULL, &topology, &err) != 0)
        fail_msg("%s", err.message);
    return topology;
}

static void a_strange_program_is_run_as_its_registry_file_says(void **state HB_UNUSED)
{
    struct stranger s;
    struct hb_topology *topology;
    struct stat facts;
    char directory[PATH_MAX], expected[64];
    unsigned port;

    init_stranger(&s, "listen @http@;\n", "{}");
    topology = start_stranger(&s);
    assert_int_equal(sscanf(hb_topology_url(topology), "http://127.0.0.1:%u", &port), 1);
    assert_null(hb_topology_https_url(topology));
    assert_non_null(strstr(hb_topology_version(topology), "hb-server-builtin"));
    snprintf(expected, sizeof expected, "## strange.conf\nlisten %u;\n", port);
    assert_non_null(strstr(hb_topology_configuration(topology), expected));
    snprintf(directory, sizeof directory, "%s", hb_topology_hop(topology, 0)->dir.path);
    assert_int_equal(stat(directory, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    hb_topology_stop(topology);
    assert_int_equal(stat(directory, &facts), -1);
    remove_stranger(&s);
}

/* Its port cannot be had: somebody else listens there. */
static void a_port_that_a_stranger_holds_is_no_server_of_ours(void **state HB_UNUSED)
{
    struct hb_error err = {0};
    struct hb_topology *other = start_topology(builtin_command, "{}", &err), *topology = NULL;
    const char *colon = strrchr(hb_topology_url(other), ':');
    char options[64];
    struct stranger s;

    snprintf(options, sizeof options, "{\"port\":%s}", colon + 1);
    init_stranger(&s, "", options);
    assert_int_equal(hb_topology_start(&s.registry, &s.spec, NULL, &topology, &err), -1);
    assert_int_equal(err.code, HB_ERR_RUN);
    assert_true(hb_topology_alive(other));
    hb_topology_stop(other);
    remove_stranger(&s);
}

static void a_slip_in_a_template_is_told_with_file_and_line(void **state HB_UNUSED)
{
    struct hb_error err = {0};
    struct hb_topology *topology = NULL;
    struct stranger s;

    init_stranger(&s, "a\nlisten @htp@;\n", "{}");
    assert_int_equal(hb_topology_start(&s.registry, &s.spec, NULL, &topology, &err), -1);
    assert_int_equal(err.code, HB_ERR_INPUT);
    assert_non_null(strstr(err.message, "strange.conf.in: line 2: unknown word: htp"));
    remove_stranger(&s);
}

static void another_version_than_the_wanted_one_is_refused(void **state HB_UNUSED)
{
    struct hb_error err = {0};
    struct hb_topology *topology = NULL;
    struct stranger s;

    init_stranger(&s, "", "{}");
    s.spec.version = "99.9";
    assert_int_equal(hb_topology_start(&s.registry, &s.spec, NULL, &topology, &err), -1);
    assert_int_equal(err.code, HB_ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "version 99.9 is wanted, but this is hb-server-builtin"));
    remove_stranger(&s);
}

static void kill_hop(struct hb_topology *topology, size_t number)
{
    struct pollfd events = {.fd = hb_topology_fd(topology), .events = POLLIN};

    kill(hb_topology_hop(topology, number)->process.child.pid, SIGKILL);
    while (hb_topology_alive(topology) || !hb_topology_hop(topology, number)->process.ended)
        assert_int_equal(poll(&events, 1, 10000), 1);
}

static void instances_may_end_but_not_what_clients_reach(void **state HB_UNUSED)
{
    struct hb_topology *topology;
    struct pollfd events;
    struct stranger s;

    init_stranger(&s, "@each upstream@\nserver @upstream@;\n@end@\n",
                  "{\"backend\":\"builtin\",\"instances\":2}");
    topology = start_stranger(&s);
    assert_int_equal(hb_topology_hops(topology), 3);
    assert_string_equal(hb_topology_hop(topology, 0)->label, "strange");
    assert_string_equal(hb_topology_hop(topology, 2)->label, "builtin 2");
    assert_ptr_equal(hb_topology_backend(&s.registry, &s.spec), &s.entries[0]);
    for (size_t i = 1; i <= 2; i++)
        assert_non_null(strstr(hb_topology_configuration(topology),
                               hb_hop_address(hb_topology_hop(topology, i))));
    kill_hop(topology, 1);
    assert_true(hb_topology_serves(topology));
    events = (struct pollfd){.fd = hb_topology_fd(topology), .events = POLLIN};
    assert_int_equal(poll(&events, 1, 0), 0); /* its end is told once */
    kill_hop(topology, 0);
    assert_false(hb_topology_serves(topology));
    hb_topology_stop(topology);
    remove_stranger(&s);
}

static void a_number_of_instances_beyond_reason_is_refused(void **state HB_UNUSED)
{
    static const char *const options[] = {
        "{\"backend\":\"builtin\",\"instances\":0}",
        "{\"backend\":\"builtin\",\"instances\":65}",
        "{\"backend\":\"strange\",\"instances\":1}",
        "{\"backend\":\"absent\",\"instances\":1}",
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(options); i++) {
        struct hb_error err = {0};
        struct hb_topology *topology = NULL;
        struct stranger s;

        init_stranger(&s, "", options[i]);
        assert_int_equal(hb_topology_start(&s.registry, &s.spec, NULL, &topology, &err), -1);
        assert_int_equal(err.code, HB_ERR_INPUT);
        remove_stranger(&s);
    }
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
        cmocka_unit_test(over_https_it_is_trusted_by_the_authority_made_for_it),
        cmocka_unit_test(servers_of_one_sweep_have_one_authority),
        cmocka_unit_test(a_server_that_is_not_installed_is_named),
        cmocka_unit_test(a_strange_program_is_run_as_its_registry_file_says),
        cmocka_unit_test(a_port_that_a_stranger_holds_is_no_server_of_ours),
        cmocka_unit_test(a_slip_in_a_template_is_told_with_file_and_line),
        cmocka_unit_test(another_version_than_the_wanted_one_is_refused),
        cmocka_unit_test(instances_may_end_but_not_what_clients_reach),
        cmocka_unit_test(a_number_of_instances_beyond_reason_is_refused),
        cmocka_unit_test(an_origin_of_the_user_s_own_is_never_touched),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
