/* What a scenario becomes: the structs that plan, exec and store read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/document.h"
#include "fixture.h"

#include <sys/resource.h>

#define CORPUS HB_SOURCE_DIR "/tests/corpus/scenarios"

static const struct hb_scenario *accepted(struct loaded *loaded, const char *text)
{
    load_text(loaded, text);
    if (loaded->scenario == NULL)
        print_error("%s\n", loaded->diags.items[0].message);
    assert_non_null(loaded->scenario);
    return loaded->scenario;
}

static void axes_left_out_take_their_defaults(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(&loaded, "matrix: {clients: requests}");

    (void)state;
    assert_string_equal(scenario->name, "test");
    assert_string_equal(scenario->servers[0].name, "builtin");
    assert_string_equal(scenario->servers[0].canonical, "{\"name\":\"builtin\"}");
    assert_string_equal(scenario->servers[0].options_json, "{\"threads\":1}");
    assert_string_equal(scenario->clients[0].label, "requests/sync");
    assert_string_equal(scenario->clients[0].canonical,
                        "{\"mode\":\"sync\",\"name\":\"requests\"}");
    assert_string_equal(scenario->urls[0].canonical, "{\"url\":\"/get\"}");
    assert_int_equal(scenario->urls[0].methods, 1u << HB_METHOD_GET);
    assert_int_equal(scenario->urls[0].requests_count, 1);
    assert_null(scenario->urls[0].requests[0].body);
    assert_int_equal(scenario->urls[0].expect.status, 0);
    assert_int_equal(scenario->urls[0].expect.length_bytes, -1);
    assert_int_equal(scenario->concurrency[0], 10);
    assert_int_equal(scenario->durations_ns[0], 30 * HB_NS_PER_S);
    assert_true(scenario->rates[0].per_second == 0);
    assert_int_equal(scenario->protocols[0], HB_HTTP_1_1);
    assert_int_equal(scenario->run.rounds, 5);
    assert_int_equal(scenario->run.warmup_ns, HB_NS_PER_S);
    assert_int_equal(scenario->timeout_ns, 30 * HB_NS_PER_S);
    assert_true(scenario->keepalive);
    assert_null(scenario->allow_remote[0]);
    assert_int_equal(scenario->thresholds_count, 0);
    loaded_release(&loaded);
}

static void every_metric_is_parsed_in_its_unit(void **state)
{
    static const double values[HB_METRIC_COUNT] = {[HB_METRIC_REQUESTS_PER_SECOND] = 500,
                                                   [HB_METRIC_ERROR_RATE] = 0.001,
                                                   [HB_METRIC_MEAN] = 1e9,
                                                   [HB_METRIC_P50] = 1e7,
                                                   [HB_METRIC_P90] = 25e7,
                                                   [HB_METRIC_P95] = 25e7,
                                                   [HB_METRIC_P99] = 25e7,
                                                   [HB_METRIC_P999] = 1e9,
                                                   [HB_METRIC_MAX] = 1e3,
                                                   [HB_METRIC_CPU_PER_REQUEST] = 5e4,
                                                   [HB_METRIC_RSS_PEAK] = 64 << 20};
    struct loaded loaded;

    (void)state;
    load_file(&loaded, CORPUS "/valid/thresholds.yaml", NULL);
    assert_non_null(loaded.scenario);
    assert_int_equal(loaded.scenario->thresholds_count, HB_METRIC_COUNT);
    for (size_t i = 0; i < HB_METRIC_COUNT; i++) {
        const struct hb_threshold *threshold = &loaded.scenario->thresholds[i];
        double wanted = values[threshold->metric];

        assert_true(threshold->value > wanted * 0.999999 && threshold->value < wanted * 1.000001);
    }
    assert_int_equal(loaded.scenario->thresholds[HB_METRIC_ERROR_RATE].comparison, HB_AT_MOST);
    assert_int_equal(loaded.scenario->thresholds[HB_METRIC_MAX].comparison, HB_AT_LEAST);
    assert_int_equal(loaded.scenario->thresholds[0].comparison, HB_ABOVE);
    assert_int_equal(loaded.scenario->threshold_overrides_count, 2);
    assert_string_equal(loaded.scenario->threshold_overrides[0].pattern.concurrency, "10");
    assert_int_equal(loaded.scenario->threshold_overrides[0].count, 2);
    assert_int_equal(loaded.scenario->threshold_overrides[0].thresholds[0].comparison, HB_NO_BOUND);
    assert_string_equal(loaded.scenario->threshold_overrides[1].thresholds[0].text, "<5s");
    loaded_release(&loaded);
}

static void options_are_complete_for_the_worker_and_minimal_in_the_identity(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario =
        accepted(&loaded, "matrix: {clients: [{name: aiohttp, loop: uvloop, limit: 0}, "
                          "{name: httpx, mode: sync, agent: \"${HB_TEST_TOKEN}\"}], servers: "
                          "{name: builtin, threads: 4}}");

    (void)state;
    assert_string_equal(scenario->clients[0].options_json, "{\"limit\":0,\"loop\":\"uvloop\"}");
    assert_string_equal(scenario->clients[0].label, "aiohttp/async+loop=uvloop");
    assert_string_equal(scenario->clients[0].canonical,
                        "{\"mode\":\"async\",\"name\":\"aiohttp\",\"options\":{\"loop\":"
                        "\"uvloop\"}}");
    assert_string_equal(scenario->clients[1].options_json,
                        "{\"agent\":\"s3cret-token\",\"trust_env\":false}");
    assert_null(strstr(scenario->clients[1].canonical, "s3cret"));
    assert_null(strstr(scenario->clients[1].label, "s3cret"));
    assert_int_equal(scenario->clients[1].mode, HB_MODE_SYNC);
    assert_string_equal(scenario->servers[0].name, "builtin+threads=4");
    loaded_release(&loaded);
}

/* The value of a header; NULL: not sent; fails when it is sent twice. */
static const char *header(const struct hb_url_spec *url, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < url->headers_count; i++) {
        if (strcasecmp(url->headers[i].name, name) == 0) {
            assert_null(value);
            value = url->headers[i].value;
        }
    }
    return value;
}

static void headers_are_sent_once_and_the_nearest_wins(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded, "request: {headers: {accept: text/html, Authorization: \"Bearer "
                 "${HB_TEST_TOKEN}\", X-A: 1}}\n"
                 "matrix: {clients: requests, urls: [/get, {url: /post, methods: POST, body: '{}', "
                 "headers: {x-a: 2}}, {url: /p, methods: PUT, body: '{', headers: "
                 "{User-Agent: me}}]}");

    (void)state;
    assert_string_equal(header(&scenario->urls[0], "Accept"), "text/html");
    assert_string_equal(header(&scenario->urls[0], "User-Agent"), "http-benchmark");
    assert_string_equal(header(&scenario->urls[0], "Accept-Encoding"), "identity");
    assert_string_equal(header(&scenario->urls[0], "Authorization"), "Bearer s3cret-token");
    assert_string_equal(header(&scenario->urls[0], "X-A"), "1");
    assert_null(header(&scenario->urls[0], "Content-Type"));
    assert_string_equal(header(&scenario->urls[1], "X-A"), "2");
    assert_string_equal(header(&scenario->urls[1], "Content-Type"), "application/json");
    assert_string_equal(header(&scenario->urls[2], "Content-Type"), "application/octet-stream");
    assert_string_equal(header(&scenario->urls[2], "User-Agent"), "me");
    loaded_release(&loaded);
}

static void bodies_and_variants_are_read_beside_the_file_that_names_them(void **state)
{
    struct loaded loaded;
    const struct hb_url_spec *url;

    (void)state;
    load_file(&loaded, CORPUS "/valid/variants_file.yaml", NULL);
    assert_non_null(loaded.scenario);
    url = &loaded.scenario->urls[0];
    assert_int_equal(url->requests_count, 3);
    assert_string_equal(url->requests[0].url, "/post?n=1");
    assert_memory_equal(url->requests[0].body, "one", 3);
    assert_string_equal(url->requests[1].url, "/post");
    assert_null(url->requests[2].body);
    loaded_release(&loaded);
    load_file(&loaded, CORPUS "/valid/extends.yaml", NULL);
    assert_non_null(loaded.scenario);
    url = &loaded.scenario->urls[0];
    assert_int_equal(url->requests[0].body_bytes, 19);
    assert_memory_equal(url->requests[0].body, "{\"from\": \"a file\"}", 18);
    assert_int_equal(loaded.scenario->run.rounds, 3);
    assert_int_equal(loaded.scenario->run.warmup_ns, 0);
    loaded_release(&loaded);
}

/* The canonical text of the first URL of a scenario. */
static void url_identity(const char *text, char ret[200])
{
    struct loaded loaded;

    snprintf(ret, 200, "%s", accepted(&loaded, text)->urls[0].canonical);
    loaded_release(&loaded);
}

static void assert_identities(const char *one, const char *other, bool same)
{
    char a[200], b[200];

    url_identity(one, a);
    url_identity(other, b);
    assert_int_equal(strcmp(a, b) == 0, same);
}

#define URL(entry) "matrix: {clients: requests, methods: [POST], urls: [" entry "]}\n"

static void the_identity_of_a_url_is_what_is_sent_and_expected(void **state)
{
    (void)state;
    assert_identities(URL("/a"), URL("{url: /a}"), true);
    assert_identities(URL("/a"), URL("/b"), false);
    assert_identities(URL("{url: /a, body: x}"), URL("{url: /a, body: y}"), false);
    assert_identities(URL("{url: /a, body: x}"), URL("{url: /a, variants: [{body: x}]}"), true);
    assert_identities(URL("{url: /a, headers: {A: 1, b: 2}}"),
                      URL("{url: /a, headers: {B: 2, a: 1}}"), true);
    assert_identities(URL("{url: /a, headers: {A: 1}}"), "request: {headers: {A: 1}}\n" URL("/a"),
                      true);
    assert_identities(URL("{url: /a, expect: {status: 201}}"), URL("/a"), false);
    assert_identities(URL("{url: /a, expect: {length: 0}}"), URL("/a"), false);
    assert_identities("request: {keepalive: false}\n" URL("/a"), URL("/a"), false);
    assert_identities("request: {keepalive: true, timeout: 1s}\nrun: {seed: 9}\n" URL("/a"),
                      URL("/a"), true);
    assert_identities(URL("{url: /a, variants: [/b, /c]}"), URL("{url: /a, variants: [/c, /b]}"),
                      false);
}

static void a_secret_changes_no_identity_and_shows_nowhere(void **state)
{
    static const char text[] =
        "description: \"${HB_TEST_TOKEN:-}\"\n"
        "request: {headers: {Authorization: \"${HB_TEST_TOKEN}\"}}\n"
        "matrix: {clients: requests, methods: POST, urls: [{url: \"/${HB_TEST_TOKEN}\", body: "
        "\"${HB_TEST_TOKEN}\"}]}\n";
    struct loaded one, other;
    struct hb_buf yaml;

    (void)state;
    accepted(&one, text);
    setenv("HB_TEST_TOKEN", "another-token", 1);
    accepted(&other, text);
    fixture_environment(NULL);
    assert_string_equal(one.scenario->urls[0].canonical, other.scenario->urls[0].canonical);
    assert_string_equal(one.scenario->hash, other.scenario->hash);
    assert_string_equal(one.scenario->urls[0].url, "/${HB_TEST_TOKEN}");
    assert_string_equal(one.scenario->urls[0].requests[0].url, "/s3cret-token");
    assert_string_equal(one.scenario->text, text);
    assert_int_equal(one.secrets.count, 1);
    hb_buf_init(&yaml, 1 << 20);
    hb_node_print_yaml(one.scenario->root, &yaml);
    assert_null(strstr(hb_buf_text(&yaml), "s3cret-token"));
    assert_non_null(strstr(hb_buf_text(&yaml), "${HB_TEST_TOKEN}"));
    hb_buf_release(&yaml);
    loaded_release(&one);
    loaded_release(&other);
}

static void entries_with_one_path_are_told_apart_by_number(void **state)
{
    struct loaded loaded;

    (void)state;
    load_file(&loaded, CORPUS "/valid/same_path_twice.yaml", NULL);
    assert_string_equal(loaded.scenario->urls[0].url, "/post");
    assert_string_equal(loaded.scenario->urls[1].url, "/post#2");
    assert_string_equal(loaded.scenario->urls[1].requests[0].url, "/post");
    loaded_release(&loaded);
}

static void includes_point_into_the_axes_and_add_what_is_new(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded, "matrix: {clients: [requests, httpx/sync], concurrency: [1, 2]}\n"
                 "include:\n"
                 "  - {client: httpx/sync, concurrency: 2}\n"
                 "  - {client: libcurl/async, concurrency: 7, url: /new, method: HEAD, rate: 5/s}\n"
                 "  - {client: libcurl/async, concurrency: 7, duration: 1s, protocol: h2}\n");

    (void)state;
    assert_int_equal(scenario->includes_count, 3);
    assert_int_equal(scenario->includes[0].client, 1);
    assert_int_equal(scenario->includes[0].concurrency, 1);
    assert_int_equal(scenario->includes[1].client, 2);
    assert_int_equal(scenario->includes[1].method, HB_METHOD_HEAD);
    assert_int_equal(scenario->includes[1].url, 1);
    assert_int_equal(scenario->includes[1].rate, 1);
    assert_int_equal(scenario->includes[2].client, 2);
    assert_int_equal(scenario->includes[2].protocol, 1);
    assert_int_equal(scenario->includes[2].duration, 1);
    assert_int_equal(scenario->clients_count, 3);
    assert_int_equal(scenario->appended.clients, 1);
    assert_int_equal(scenario->concurrency_count, 3);
    assert_int_equal(scenario->concurrency[2], 7);
    assert_int_equal(scenario->appended.concurrency, 1);
    assert_int_equal(scenario->appended.durations, 1);
    assert_int_equal(scenario->durations_ns[1], HB_NS_PER_S);
    assert_int_equal(scenario->appended.servers, 0);
    assert_true(scenario->rates[1].per_second == 5);
    assert_int_equal(scenario->protocols[1], HB_HTTP_2);
    loaded_release(&loaded);
}

static void bursts_know_their_mean_rate(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario =
        accepted(&loaded, "matrix: {clients: [requests], rate: {burst: 64, every: 500ms}}\n"
                          "include: [{rate: {burst: 64, every: 1s}}]\n");

    (void)state;
    assert_int_equal(scenario->rates[0].arrivals, HB_ARRIVALS_BURSTS);
    assert_int_equal(scenario->rates[0].burst, 64);
    assert_int_equal(scenario->rates[0].every_ns, 500 * HB_NS_PER_MS);
    assert_true(scenario->rates[0].per_second == 128);
    assert_int_equal(scenario->includes[0].rate, 1);
    assert_true(scenario->rates[1].per_second == 64);
    loaded_release(&loaded);
}

static void variables_are_part_of_a_client_and_secrets_stay_unexpanded(void **state)
{
    struct loaded loaded;
    const struct hb_client_spec *clients;

    (void)state;
    setenv("HB_TEST_SECRET", "s3cret-token", 1);
    clients = accepted(&loaded, "matrix:\n"
                                "  clients:\n"
                                "    - {name: requests, env: {X1: 7, T: \"${HB_TEST_SECRET}\"}}\n"
                                "    - {name: requests, env: {X1: 8}}\n"
                                "    - requests\n")
                  ->clients;
    assert_string_equal(clients[0].environment[0], "X1=7");
    assert_string_equal(clients[0].environment[1], "T=s3cret-token");
    assert_null(clients[0].environment[2]);
    assert_string_equal(clients[0].canonical, "{\"env\":{\"T\":\"${HB_TEST_SECRET}\",\"X1\":\"7\"},"
                                              "\"mode\":\"sync\",\"name\":\"requests\"}");
    assert_int_equal(loaded.secrets.count, 1);
    assert_string_equal(clients[0].label, "requests/sync+env");
    assert_string_equal(clients[1].label, "requests/sync+env#2");
    assert_null(clients[2].environment);
    assert_string_equal(clients[2].canonical, "{\"mode\":\"sync\",\"name\":\"requests\"}");
    loaded_release(&loaded);
    unsetenv("HB_TEST_SECRET");
}

/* A scenario whose only client has `count` variables of `bytes` bytes each, "=" and NUL included.
 */
static void load_variables(struct loaded *loaded, size_t count, int bytes)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 1 << 20};

    hb_buf_puts(&text, "matrix:\n  clients:\n    - name: requests\n      env:\n");
    for (size_t i = 0; i < count; i++)
        hb_buf_printf(&text, "        V%04zu: \"%0*d\"\n", i, bytes - 7, 0);
    load_text(loaded, hb_buf_text(&text));
}

/* Room for variables is what the limit of the stack leaves: a quarter of 2 MiB, less 64 KiB. */
static void variables_are_bounded_by_what_the_kernel_passes(void **state)
{
    static const struct {
        size_t count;
        int bytes;
        const char *problem; /* NULL: accepted */
    } cases[] = {
        {5000, 60, NULL},
        {1, 131072, NULL},
        {1, 131073, "name and value have 131072 bytes; the kernel passes at most 131071"},
        {9000, 60, "9000 variables take 612000 bytes; the kernel passes at most 458752 here"},
    };
    struct rlimit usual, small;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_STACK, &usual), 0);
    small = (struct rlimit){.rlim_cur = 2 << 20, .rlim_max = usual.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_STACK, &small), 0);
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct loaded loaded;
        char *text;

        load_variables(&loaded, cases[i].count, cases[i].bytes);
        text = rendered(&loaded);
        assert_int_equal(loaded.scenario == NULL, cases[i].problem != NULL);
        if (cases[i].problem != NULL)
            assert_non_null(strstr(text, cases[i].problem));
        free(text);
        loaded_release(&loaded);
    }
    assert_int_equal(setrlimit(RLIMIT_STACK, &usual), 0);
}

static void overrides_come_before_the_file(void **state)
{
    static const char *const sets[] = {"run.rounds=2", "matrix.concurrency=[3, 4]",
                                       "matrix.clients.0=httpx/async", NULL};
    struct loaded loaded;

    (void)state;
    load_file(&loaded, CORPUS "/valid/smallest.yaml", sets);
    assert_int_equal(loaded.scenario->run.rounds, 2);
    assert_int_equal(loaded.scenario->concurrency_count, 2);
    assert_string_equal(loaded.scenario->clients[0].label, "httpx/async");
    loaded_release(&loaded);
}

static void wrong_overrides_are_told_as_such(void **state)
{
    static const char *const sets[] = {"run.roundz=2", "extends=x.yaml", "matrix.duration=5", NULL};
    struct loaded loaded;
    char *text;

    (void)state;
    load_file(&loaded, CORPUS "/valid/smallest.yaml", sets);
    assert_null(loaded.scenario);
    text = rendered(&loaded);
    assert_non_null(strstr(text, "--set:1:5: error: unknown key 'roundz' in run"));
    assert_non_null(strstr(text, "--set:1:9: error: 'extends' can only be written in a file"));
    assert_non_null(strstr(text, "--set:1:17: error: 'duration': expected a duration"));
    assert_non_null(strstr(text, "    1 | matrix.duration=5\n"));
    free(text);
    loaded_release(&loaded);
}

static void limits_come_from_the_environment_and_are_named(void **state)
{
    struct loaded loaded;
    char *text;

    (void)state;
    setenv("HTTP_BENCHMARK_MAX_CONCURRENCY", "50", 1);
    load_text(&loaded, "matrix: {clients: requests, concurrency: [50, 51]}");
    text = rendered(&loaded);
    assert_null(loaded.scenario);
    assert_non_null(strstr(text, "test.yaml:1:47: error: 'concurrency': 51 is above the limit of "
                                 "50\n"));
    assert_non_null(strstr(text, "hint: HTTP_BENCHMARK_MAX_CONCURRENCY"));
    free(text);
    loaded_release(&loaded);
    setenv("HTTP_BENCHMARK_MAX_CONCURRENCY", "none", 1);
    load_text(&loaded, "matrix: {clients: requests}");
    assert_null(loaded.scenario);
    assert_int_equal(loaded.diags.count, 0);
    assert_non_null(strstr(loaded.err.message, "HTTP_BENCHMARK_MAX_CONCURRENCY"));
    loaded_release(&loaded);
    unsetenv("HTTP_BENCHMARK_MAX_CONCURRENCY");
}

static void only_loopback_is_this_machine(void **state)
{
    static const struct {
        const char *url, *remote;
    } servers[] = {{"http://localhost:80", NULL},
                   {"http://127.0.0.1", NULL},
                   {"http://127.9.9.9:1/base", NULL},
                   {"https://[::1]:8443", NULL},
                   {"http://example.org", "example.org"},
                   {"http://127.0.0.1.example.org", "127.0.0.1.example.org"},
                   {"http://0.0.0.0", "0.0.0.0"},
                   {"http://[::ffff:10.0.0.1]", "::ffff:10.0.0.1"},
                   {"http://10.0.0.1:80/", "10.0.0.1"}};

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(servers); i++) {
        char text[200];
        struct loaded loaded;
        const char *host;

        snprintf(text, sizeof text,
                 "matrix: {clients: requests, servers: {name: mine, url: \"%s\"}}", servers[i].url);
        accepted(&loaded, text);
        host = hb_server_remote_host(&loaded.scenario->servers[0], &loaded.arena);
        if (servers[i].remote == NULL)
            assert_null(host);
        else
            assert_string_equal(host, servers[i].remote);
        assert_int_equal(hb_scenario_check_remote(loaded.scenario, NULL, &loaded.diags),
                         host == NULL ? 0 : -1);
        loaded_release(&loaded);
    }
}

static void a_server_may_be_reached_over_https_and_be_a_variant(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded, "matrix: {clients: requests, servers: [proxy, {name: proxy, scheme: https, "
                 "tls: {verify: false}}, {name: ours, use: proxy, instances: 5, version: "
                 "\"1.2\"}, {name: mine, url: \"https://127.0.0.1\"}]}");
    const struct hb_server_spec *servers = scenario->servers;

    (void)state;
    assert_string_equal(servers[0].canonical, "{\"name\":\"proxy\"}");
    assert_false(servers[0].https);
    assert_true(servers[0].tls.verify);
    assert_string_equal(servers[1].name, "proxy+scheme=https");
    assert_string_equal(servers[1].canonical,
                        "{\"name\":\"proxy\",\"options\":{\"scheme\":\"https\"},\"tls\":{"
                        "\"verify\":false}}");
    assert_true(servers[1].https);
    assert_false(servers[1].tls.verify);
    assert_string_equal(servers[2].name, "ours");
    assert_string_equal(servers[2].entry->name, "proxy");
    assert_string_equal(servers[2].version, "1.2");
    assert_string_equal(servers[2].canonical,
                        "{\"name\":\"ours\",\"options\":{\"instances\":5},\"use\":\"proxy\"}");
    assert_true(servers[3].https);
    loaded_release(&loaded);
}

static void what_only_one_kind_of_server_has_is_refused_for_the_other(void **state)
{
    static const struct {
        const char *server, *message;
    } cases[] = {
        {"{name: proxy, scheme: ftp}", "expected one of http, https"},
        {"{name: proxy, instances: 0}", "expected an integer from 1 to 64"},
        {"{name: proxy, instances: 65}", "expected an integer from 1 to 64"},
        {"{name: proxy, tls: {verify: false}}", "'tls' needs 'scheme: https'"},
        {"{name: proxy, scheme: https, tls: {server_name: a}}", "'server_name' is for a server"},
        {"{name: ours, use: prxy}", "did you mean 'proxy'?"},
        {"{name: builtin, config: Makefile}", "'config': 'builtin' has no configuration file"},
        {"{name: proxy, config: /nonexistent/file}", "'config': /nonexistent/file"},
        {"{name: mine, url: \"http://127.0.0.1\", use: proxy}", "'use' is for a server that this"},
        {"{name: mine, url: \"http://127.0.0.1\", version: \"1\"}", "'version' is for a server"},
    };

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct loaded loaded;
        char text[300], *said;

        snprintf(text, sizeof text, "matrix: {clients: requests, servers: [%s]}", cases[i].server);
        load_text(&loaded, text);
        assert_null(loaded.scenario);
        said = rendered(&loaded);
        if (strstr(said, cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].server, said);
        free(said);
        loaded_release(&loaded);
    }
}

static void remote_load_is_allowed_by_scenario_or_command(void **state)
{
    static const char *const allowed[] = {"other.example", "B.example", NULL};
    struct loaded loaded;

    (void)state;
    accepted(&loaded,
             "allow_remote: a.example\nmatrix: {clients: requests, servers: [{name: a, url: "
             "\"http://a.example\"}, {name: b, url: \"http://b.example\"}]}");
    assert_int_equal(hb_scenario_check_remote(loaded.scenario, NULL, &loaded.diags), -1);
    assert_int_equal(loaded.diags.count, 1);
    assert_int_equal(loaded.diags.items[0].line, 2);
    assert_int_equal(hb_scenario_check_remote(loaded.scenario, allowed, &loaded.diags), 0);
    loaded_release(&loaded);
}

/* A scenario whose axes would make 10^10 cells is read axis by axis, or this would not end; the
 * planner refuses it. */
static void wide_matrices_are_read_axis_by_axis(void **state)
{
    struct loaded loaded;
    struct hb_buf text;

    (void)state;
    hb_buf_init(&text, 1 << 20);
    hb_buf_puts(&text, "matrix:\n  clients: requests\n  concurrency: [");
    for (int i = 1; i <= 5000; i++)
        hb_buf_printf(&text, "%d,", i);
    hb_buf_puts(&text, "]\n  urls: [");
    for (int i = 0; i < 5000; i++)
        hb_buf_printf(&text, "/%d,", i);
    hb_buf_puts(&text, "]\n  duration: [");
    for (int i = 1; i <= 500; i++)
        hb_buf_printf(&text, "%ds,", i);
    hb_buf_puts(&text, "]\n");
    accepted(&loaded, hb_buf_text(&text));
    assert_int_equal(loaded.scenario->urls_count, 5000);
    hb_buf_release(&text);
    loaded_release(&loaded);
}

static void more_values_than_can_be_compared_are_refused(void **state)
{
    struct loaded loaded;
    struct hb_buf text;

    (void)state;
    hb_buf_init(&text, 1 << 20);
    hb_buf_puts(&text, "matrix:\n  clients: requests\n  concurrency: [");
    for (int i = 0; i < 150000; i++)
        hb_buf_puts(&text, "1,");
    hb_buf_puts(&text, "]\n");
    load_text(&loaded, hb_buf_text(&text));
    assert_null(loaded.scenario);
    assert_string_equal(loaded.diags.items[0].message,
                        "'concurrency': 150000 values; the limit is 5000");
    hb_buf_release(&text);
    loaded_release(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_left_out_take_their_defaults),
        cmocka_unit_test(every_metric_is_parsed_in_its_unit),
        cmocka_unit_test(options_are_complete_for_the_worker_and_minimal_in_the_identity),
        cmocka_unit_test(headers_are_sent_once_and_the_nearest_wins),
        cmocka_unit_test(bodies_and_variants_are_read_beside_the_file_that_names_them),
        cmocka_unit_test(the_identity_of_a_url_is_what_is_sent_and_expected),
        cmocka_unit_test(bursts_know_their_mean_rate),
        cmocka_unit_test(variables_are_part_of_a_client_and_secrets_stay_unexpanded),
        cmocka_unit_test(variables_are_bounded_by_what_the_kernel_passes),
        cmocka_unit_test(a_secret_changes_no_identity_and_shows_nowhere),
        cmocka_unit_test(entries_with_one_path_are_told_apart_by_number),
        cmocka_unit_test(includes_point_into_the_axes_and_add_what_is_new),
        cmocka_unit_test(overrides_come_before_the_file),
        cmocka_unit_test(wrong_overrides_are_told_as_such),
        cmocka_unit_test(limits_come_from_the_environment_and_are_named),
        cmocka_unit_test(only_loopback_is_this_machine),
        cmocka_unit_test(a_server_may_be_reached_over_https_and_be_a_variant),
        cmocka_unit_test(what_only_one_kind_of_server_has_is_refused_for_the_other),
        cmocka_unit_test(remote_load_is_allowed_by_scenario_or_command),
        cmocka_unit_test(wide_matrices_are_read_axis_by_axis),
        cmocka_unit_test(more_values_than_can_be_compared_are_refused),
    };

    return cmocka_run_group_tests(tests, fixture_environment, NULL);
}
