/*
 * The scenario language: every key there is. These tables are the parser's, the schema's and the
 * reference page's only source; what they cannot say (names of clients, files, limits of the
 * environment) is checked by the files that make the scenario.
 */
#include "scenario/language.h"

#include <string.h>

#include "config/units.h"

/* Values are held against each other, so their number is bounded. */
#define AXIS .nonempty = true, .max_items = 5000
#define HOUR_NS (3600 * HB_NS_PER_S)
#define NOT_SUPPORTED "is not supported by this version"

static const char *const method_names[] = {"GET",    "POST", "PUT",     "PATCH",
                                           "DELETE", "HEAD", "OPTIONS", NULL};
static const char *const mode_names[] = {"sync", "async", NULL};
static const char *const protocol_names[] = {"http/1.1", "h2", NULL};
static const char *const profile_names[] = {"tuned", "stock", NULL};
static const char *const arrival_names[] = {"constant", "poisson", NULL};
static const char *const missing_names[] = {"error", "skip", NULL};
static const char *const wire_names[] = {"none", "requests", "system_calls", "instructions", NULL};

/* A rate, or the word for a closed loop. */
static int read_load(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                     void *ret)
{
    double rate = 0;

    if (hb_node_is_scalar(node) && strcmp(node->text, "closed") == 0) {
        *(double *)ret = 0;
        return 0;
    }
    if (!hb_node_is_scalar(node) || hb_parse_rate(node->text, &rate) != 0) {
        hb_bind_mismatch(bind, field, node);
        if (node->kind == HB_NODE_INT)
            hb_diag_hint(bind->diags, "add the unit: %s/s", node->raw);
        return -1;
    }
    if (rate <= 0 || rate > 1e7)
        return hb_diag(bind->diags, node->place,
                       "'rate': expected more than 0 and at most 10000000/s, got %s",
                       hb_quote(bind->diags, node->raw));
    *(double *)ret = rate;
    return 0;
}

static const struct hb_type type_load = {
    .name = "rate or `closed`",
    .expected = "a rate such as 500/s or 30/m, or closed",
    .schema = "{\"type\": \"string\", \"pattern\": \"^([0-9]+(\\\\.[0-9]+)?(k?/s|/m)|closed)$\"}",
    .bytes = sizeof(double),
    .read = read_load};

static const struct hb_field tls_fields[] = {
    {.key = "verify",
     HB_AT(struct hb_raw_tls, verify),
     .type = &hb_type_bool,
     .default_text = "true",
     .help = "Whether the server's certificate is checked."},
    {.key = "ca",
     HB_AT(struct hb_raw_tls, ca),
     .type = &hb_type_path,
     .help = "PEM file of the authorities to trust; without it, the system's."},
    {.key = "cert",
     HB_AT(struct hb_raw_tls, cert),
     .type = &hb_type_path,
     .help = "PEM file of a client certificate."},
    {.key = "key",
     HB_AT(struct hb_raw_tls, key),
     .type = &hb_type_path,
     .help = "PEM file of its private key."},
    {.key = "server_name",
     HB_AT(struct hb_raw_tls, server_name),
     .type = &hb_type_string,
     .help = "The name the certificate must have; without it, the host of the URL."},
};
static const struct hb_table tls_table = {
    HB_TABLE("tls", struct hb_raw_tls, tls_fields),
    .help = "Trust in an https server.",
    .node_member = HB_MEMBER(struct hb_raw_tls, node),
};

static const struct hb_field server_fields[] = {
    {.key = "name",
     HB_AT(struct hb_raw_server, name),
     .type = &hb_type_name,
     .required = true,
     .help = "A server that `http-benchmark list servers` knows, or a name for your own.",
     .example = "builtin"},
    {.key = "url",
     HB_AT(struct hb_raw_server, url),
     .type = &hb_type_scalar,
     .help = "Where your own server listens: scheme, host, port, and a path that is put before "
             "each URL.",
     .example = "\"https://127.0.0.1:8443\""},
    {.key = "use",
     HB_AT(struct hb_raw_server, use),
     .type = &hb_type_name,
     .help = "The server of `list servers` that this is a variant of: the name is then your own.",
     .example = "nginx"},
    {.key = "config",
     HB_AT(struct hb_raw_server, config),
     .type = &hb_type_path,
     .help = "A configuration template instead of the one that comes with the server "
             "(docs/servers.md).",
     .example = "nginx.conf.in"},
    {.key = "version",
     HB_AT(struct hb_raw_server, version),
     .type = &hb_type_string,
     .help = "The version to run, from a package index; of what the system or this program brings, "
             "the one that must be there. Another is refused.",
     .example = "\"1.22\""},
    {.key = "tls",
     HB_AT(struct hb_raw_server, tls),
     .type = &hb_type_struct,
     .table = &tls_table,
     .help = "Trust in an https server. One that this program starts gets certificates made for "
             "it, which its clients trust: for it there is only `verify`."},
};
const struct hb_table hb_server_table = {
    HB_TABLE("server", struct hb_raw_server, server_fields),
    .help = "One that this program starts, by its name or as a variant (`use`), or one of your "
            "own, with a `url`. Other keys are the options of the one that is started, such as "
            "`scheme: https` (with which `protocols` may have h2), `workers`, `instances`, "
            "`backend`: `list servers` and docs/servers.md tell of them.",
    .scalar_key = "name",
    .node_member = HB_MEMBER(struct hb_raw_server, node),
    .rest_member = HB_MEMBER(struct hb_raw_server, options),
};

static const struct hb_field client_fields[] = {
    {.key = "name",
     HB_AT(struct hb_raw_client, name),
     .type = &hb_type_name,
     .required = true,
     .help = "A client that `http-benchmark list clients` knows, with `/sync` or `/async` where it "
             "has both.",
     .example = "httpx/async"},
    {.key = "mode",
     HB_AT(struct hb_raw_client, mode),
     .type = &hb_type_enum,
     .values = mode_names,
     .help = "The mode, when it is not in the name."},
    {.key = "version",
     HB_AT(struct hb_raw_client, version),
     .type = &hb_type_scalar,
     .help = "Another version than the one shipped. `http-benchmark install httpx@0.27.2` gets it.",
     .example = "\"0.27.2\""},
    {.key = "python",
     HB_AT(struct hb_raw_client, python),
     .type = &hb_type_scalar,
     .help = "The Python interpreter: a name in PATH, or a path.",
     .example = "python3.12"},
    {.key = "install",
     HB_ARRAY_AT(struct hb_raw_client, packages, packages_count),
     .type = &hb_type_scalar,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .max_items = 30,
     .help = "What to install in place of the version shipped: requirements, addresses, paths, or "
             "`git:REVISION` of the repository that holds the scenario. `http-benchmark install "
             "--for FILE` gets it.",
     .example = "[\"git:main\"]"},
    {.key = "env",
     HB_AT(struct hb_raw_client, environment),
     .type = &hb_type_strings,
     .help = "Variables of the client's environment, beside the few that every client gets: as "
             "many as the kernel passes (128 KiB each, in all a quarter of `ulimit -s`, 2 MiB as a "
             "rule). Not `LD_…`, which would load other code than what is measured.",
     .example = "{NO_PROXY: \"*\"}"},
};
static const struct hb_table client_table = {
    HB_TABLE("client", struct hb_raw_client, client_fields),
    .help = "An HTTP client library. Other keys are its own options, which `list clients` shows.",
    .scalar_key = "name",
    .node_member = HB_MEMBER(struct hb_raw_client, node),
    .rest_member = HB_MEMBER(struct hb_raw_client, options),
};

static const struct hb_field expect_fields[] = {
    {.key = "status",
     HB_AT(struct hb_raw_expect, status),
     .type = &hb_type_int,
     .minimum = 100,
     .maximum = 599,
     .help = "The only right status; without it, any 2xx.",
     .example = "201"},
    {.key = "length",
     HB_AT(struct hb_raw_expect, length),
     .type = &hb_type_int,
     .minimum = 0,
     .maximum = UINT32_MAX,
     .help = "The only right number of body bytes; without it, any."},
};
static const struct hb_table expect_table = {
    HB_TABLE("expect", struct hb_raw_expect, expect_fields),
    .help = "What a response must be to count as verified.",
    .node_member = HB_MEMBER(struct hb_raw_expect, node),
};

#define URL_HELP "A path with its query, relative to each server."
#define BODY_HELP "The request body, sent as it is."
#define BODY_FILE_HELP "A file that holds the request body, at most 8 MiB."

static const struct hb_field variant_fields[] = {
    {.key = "url",
     HB_AT(struct hb_raw_variant, url),
     .type = &hb_type_scalar,
     .help = URL_HELP " Without it, that of the entry.",
     .example = "/items/17"},
    {.key = "body",
     HB_AT(struct hb_raw_variant, body),
     .type = &hb_type_scalar,
     .help = BODY_HELP " Without it, that of the entry."},
    {.key = "body_file",
     HB_AT(struct hb_raw_variant, body_file),
     .type = &hb_type_path,
     .help = BODY_FILE_HELP},
};
static const struct hb_table variant_table = {
    HB_TABLE("variant", struct hb_raw_variant, variant_fields),
    .help = "One of several requests that a worker sends in turn.",
    .scalar_key = "url",
    .node_member = HB_MEMBER(struct hb_raw_variant, node),
};

static const struct hb_field url_fields[] = {
    {.key = "url",
     HB_AT(struct hb_raw_url, url),
     .type = &hb_type_scalar,
     .required = true,
     .help = URL_HELP,
     .example = "/get?size=1"},
    {.key = "methods",
     HB_ARRAY_AT(struct hb_raw_url, methods, methods_count),
     .type = &hb_type_enum,
     .values = method_names,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .help = "The methods of this URL, in place of those of the matrix.",
     .example = "[POST]"},
    {.key = "headers",
     HB_AT(struct hb_raw_url, headers),
     .type = &hb_type_strings,
     .help = "Headers of this URL; they replace those of `request` with the same name.",
     .example = "{Content-Type: application/json}"},
    {.key = "body", HB_AT(struct hb_raw_url, body), .type = &hb_type_scalar, .help = BODY_HELP},
    {.key = "body_file",
     HB_AT(struct hb_raw_url, body_file),
     .type = &hb_type_path,
     .help = BODY_FILE_HELP},
    {.key = "expect",
     HB_AT(struct hb_raw_url, expect),
     .type = &hb_type_struct,
     .table = &expect_table,
     .help = "What a response must be to count as verified.",
     .example = "{status: 200}"},
    {.key = "variants",
     HB_ARRAY_AT(struct hb_raw_url, variants, variants_count),
     .type = &hb_type_struct,
     .table = &variant_table,
     .shape = HB_SHAPE_LIST,
     .nonempty = true,
     .help = "Several requests that a worker sends in turn, instead of one."},
    {.key = "variants_file",
     HB_AT(struct hb_raw_url, variants_file),
     .type = &hb_type_path,
     .help = "The same from a file with a JSON object in each line: `{\"url\": …, \"body\": …}`."},
};
static const struct hb_table url_table = {
    HB_TABLE("url", struct hb_raw_url, url_fields),
    .help = "What is requested. Give your own server's address under `servers`, not here.",
    .scalar_key = "url",
    .node_member = HB_MEMBER(struct hb_raw_url, node),
};

static const struct hb_field rate_fields[] = {
    {.key = "rate",
     HB_AT(struct hb_raw_rate, per_second),
     .type = &type_load,
     .help = "Requests that become due each second, whether or not earlier ones have returned.",
     .example = "500/s"},
    {.key = "arrivals",
     HB_AT(struct hb_raw_rate, arrivals),
     .type = &hb_type_enum,
     .values = arrival_names,
     .default_text = "constant",
     .help = "At equal distances, or at random (Poisson) with the same mean."},
    {.key = "burst",
     HB_AT(struct hb_raw_rate, burst),
     .type = &hb_type_int,
     .minimum = 1,
     .maximum = HB_CONCURRENCY_MAX,
     .help = "Instead of a rate, with `every`: requests that become due at the same instant.",
     .example = "64"},
    {.key = "every",
     HB_AT(struct hb_raw_rate, every_ns),
     .type = &hb_type_duration,
     .minimum = HB_NS_PER_MS,
     .maximum = HOUR_NS,
     .help =
         "From one burst to the next. The first that is measured is due a quarter of it (or of the "
         "window, 250 ms at most) after the window opens; those before it fall into the warm-up, "
         "when that is as long.",
     .example = "6s"},
};
static const struct hb_table rate_table = {
    HB_TABLE("rate", struct hb_raw_rate, rate_fields),
    .help = "How load is made. `closed`: each task sends its next request when the last has ended. "
            "Otherwise requests become due at a `rate`, or in bursts: `{burst: 64, every: 6s}`.",
    .scalar_key = "rate",
    .node_member = HB_MEMBER(struct hb_raw_rate, node),
};

#define CONCURRENCY_RANGE .minimum = 1, .maximum = HB_CONCURRENCY_MAX
#define DURATION_RANGE .minimum = 10 * HB_NS_PER_MS, .maximum = 24 * HOUR_NS

static const struct hb_field matrix_fields[] = {
    {.key = "servers",
     HB_ARRAY_AT(struct hb_raw_matrix, servers, servers_count),
     .type = &hb_type_struct,
     .table = &hb_server_table,
     .shape = HB_SHAPE_ONE_OR_MANY,
     AXIS,
     .default_text = "[builtin]",
     .help = "Who answers."},
    {.key = "clients",
     HB_ARRAY_AT(struct hb_raw_matrix, clients, clients_count),
     .type = &hb_type_struct,
     .table = &client_table,
     .shape = HB_SHAPE_ONE_OR_MANY,
     AXIS,
     .help = "Who asks. Needed, here or in the file that is extended.",
     .example = "[requests, httpx/async]"},
    {.key = "urls",
     HB_ARRAY_AT(struct hb_raw_matrix, urls, urls_count),
     .type = &hb_type_struct,
     .table = &url_table,
     .shape = HB_SHAPE_ONE_OR_MANY,
     AXIS,
     .default_text = "[/get]",
     .help = "What is requested, relative to each server."},
    {.key = "methods",
     HB_ARRAY_AT(struct hb_raw_matrix, methods, methods_count),
     .type = &hb_type_enum,
     .values = method_names,
     .shape = HB_SHAPE_ONE_OR_MANY,
     AXIS,
     .default_text = "[GET]",
     .help = "The methods of URLs that name none of their own."},
    {.key = "concurrency",
     HB_ARRAY_AT(struct hb_raw_matrix, concurrency, concurrency_count),
     .type = &hb_type_int,
     CONCURRENCY_RANGE,
     .shape = HB_SHAPE_ONE_OR_MANY,
     AXIS,
     .help = "Tasks at the same time, each with one request in flight. Without it, "
             "`HTTP_BENCHMARK_DEFAULT_CONCURRENCY` (10); at most `HTTP_BENCHMARK_MAX_CONCURRENCY` "
             "(10000).",
     .example = "[1, 16, 100]"},
    {.key = "duration",
     HB_ARRAY_AT(struct hb_raw_matrix, durations, durations_count),
     .type = &hb_type_duration,
     DURATION_RANGE,
     .shape = HB_SHAPE_ONE_OR_MANY,
     AXIS,
     .help = "How long each run is measured. Without it, "
             "`HTTP_BENCHMARK_DEFAULT_DURATION_SECONDS` (30).",
     .example = "[5s]"},
    {.key = "rate",
     HB_ARRAY_AT(struct hb_raw_matrix, rates, rates_count),
     .type = &hb_type_struct,
     .table = &rate_table,
     .shape = HB_SHAPE_ONE_OR_MANY,
     AXIS,
     .default_text = "[closed]",
     .help = "A closed loop, requests a second, or bursts."},
    {.key = "protocol",
     HB_ARRAY_AT(struct hb_raw_matrix, protocols, protocols_count),
     .type = &hb_type_enum,
     .values = protocol_names,
     .shape = HB_SHAPE_ONE_OR_MANY,
     AXIS,
     .default_text = "[http/1.1]",
     .help = "The HTTP version that is asked for."},
    {.key = "profiles",
     HB_ARRAY_AT(struct hb_raw_matrix, profiles, profiles_count),
     .type = &hb_type_enum,
     .values = profile_names,
     .shape = HB_SHAPE_ONE_OR_MANY,
     AXIS,
     .default_text = "[tuned]",
     .help = "How clients are set up. `tuned`: each at its best under conditions that are equal "
             "for all (same headers, a connection a task, no redirects, retries, proxies, cookies "
             "or compression). `stock`: as the library comes, which is what most people run."},
    {.key = "profile", .refused = "is written 'profiles'"},
};
static const struct hb_table matrix_table = {
    HB_TABLE("matrix", struct hb_raw_matrix, matrix_fields),
    .help = "The axes. Every combination of their values is a cell; a single value needs no "
            "brackets.",
    .node_member = HB_MEMBER(struct hb_raw_matrix, node),
};

#define GLOB(axis)                                                                                 \
    {                                                                                              \
        .key = #axis, HB_AT(struct hb_raw_pattern, axis), .type = &hb_type_string,                 \
        .help = "A value of the axis, or a glob."                                                  \
    }

static const struct hb_field pattern_fields[] = {
    GLOB(server),   GLOB(client), GLOB(method),   GLOB(url),     GLOB(concurrency),
    GLOB(duration), GLOB(rate),   GLOB(protocol), GLOB(profile),
};
static const struct hb_table pattern_table = {
    HB_TABLE("exclude", struct hb_raw_pattern, pattern_fields),
    .help = "Cells that match all of its keys are left out. `*` also stands for `/`.",
    .node_member = HB_MEMBER(struct hb_raw_pattern, node),
};

#define FROM_AXIS "Needed unless the axis has one value."

static const struct hb_field include_fields[] = {
    {.key = "server",
     HB_AT(struct hb_raw_include, server),
     .type = &hb_type_struct,
     .table = &hb_server_table,
     .help = FROM_AXIS},
    {.key = "client",
     HB_AT(struct hb_raw_include, client),
     .type = &hb_type_struct,
     .table = &client_table,
     .help = FROM_AXIS},
    {.key = "method",
     HB_AT(struct hb_raw_include, method),
     .type = &hb_type_enum,
     .values = method_names,
     .help = FROM_AXIS},
    {.key = "url",
     HB_AT(struct hb_raw_include, url),
     .type = &hb_type_struct,
     .table = &url_table,
     .help = FROM_AXIS},
    {.key = "concurrency",
     HB_AT(struct hb_raw_include, concurrency),
     .type = &hb_type_int,
     CONCURRENCY_RANGE,
     .help = FROM_AXIS},
    {.key = "duration",
     HB_AT(struct hb_raw_include, duration),
     .type = &hb_type_duration,
     DURATION_RANGE,
     .help = FROM_AXIS},
    {.key = "rate",
     HB_AT(struct hb_raw_include, rate),
     .type = &hb_type_struct,
     .table = &rate_table,
     .help = FROM_AXIS},
    {.key = "protocol",
     HB_AT(struct hb_raw_include, protocol),
     .type = &hb_type_enum,
     .values = protocol_names,
     .help = FROM_AXIS},
    {.key = "profile",
     HB_AT(struct hb_raw_include, profile),
     .type = &hb_type_enum,
     .values = profile_names,
     .help = FROM_AXIS},
};
static const struct hb_table include_table = {
    HB_TABLE("include", struct hb_raw_include, include_fields),
    .help = "One more cell, after `exclude` has done its work.",
    .node_member = HB_MEMBER(struct hb_raw_include, node),
};

static const struct hb_field request_fields[] = {
    {.key = "headers",
     HB_AT(struct hb_raw_request, headers),
     .type = &hb_type_strings,
     .help = "Sent with every request. So that all clients send the same, `User-Agent: "
             "http-benchmark`, `Accept: */*` and `Accept-Encoding: identity` are sent, too, unless "
             "given here.",
     .example = "{Accept: application/json}"},
    {.key = "timeout",
     HB_AT(struct hb_raw_request, timeout_ns),
     .type = &hb_type_duration,
     .minimum = HB_NS_PER_MS,
     .maximum = HOUR_NS,
     .default_text = "30s",
     .help = "How long a whole request may take."},
    {.key = "connect_timeout",
     HB_AT(struct hb_raw_request, connect_timeout_ns),
     .type = &hb_type_duration,
     .minimum = HB_NS_PER_MS,
     .maximum = HOUR_NS,
     .default_text = "5s",
     .help = "How long a connection may take to come about."},
    {.key = "keepalive",
     HB_AT(struct hb_raw_request, keepalive),
     .type = &hb_type_bool,
     .default_text = "true",
     .help = "Whether connections are used again; false: a new one for each request."},
};
static const struct hb_table request_table = {
    HB_TABLE("request", struct hb_raw_request, request_fields),
    .help = "What all requests have in common.",
};

static const struct hb_field cpus_fields[] = {
    {.key = "client",
     HB_AT(struct hb_raw_cpus, client),
     .type = &hb_type_string,
     .help = "Processors of the client's processes.",
     .example = "\"0-1,3\""},
    {.key = "server",
     HB_AT(struct hb_raw_cpus, server),
     .type = &hb_type_string,
     .help = "Processors of a server that this program starts.",
     .example = "\"2\""},
};
static const struct hb_table cpus_table = {
    HB_TABLE("cpus", struct hb_raw_cpus, cpus_fields),
    .help = "Placement. Without it, client and server are kept apart where there are two "
            "processors.",
    .node_member = HB_MEMBER(struct hb_raw_cpus, node),
};

#define ROUNDS_RANGE .minimum = 1, .maximum = 10000

static const struct hb_field rounds_fields[] = {
    {.key = "min",
     HB_AT(struct hb_raw_rounds, min),
     .type = &hb_type_int,
     ROUNDS_RANGE,
     .default_text = "5",
     .help = "How many there are at least."},
    {.key = "max",
     HB_AT(struct hb_raw_rounds, max),
     .type = &hb_type_int,
     ROUNDS_RANGE,
     .help = "How many there are at most, 20 unless given; only with `until_ci`."},
    {.key = "until_ci",
     HB_AT(struct hb_raw_rounds, until_ci),
     .type = &hb_type_percent,
     .help = "Rounds are added for a cell until the 95 % interval of its requests/s reaches no "
             "further than this to either side (half its width, of the estimate).",
     .example = "2%"},
};
static const struct hb_table rounds_table = {
    HB_TABLE("rounds", struct hb_raw_rounds, rounds_fields),
    .help = "How often each cell is run. A number: exactly that often.",
    .scalar_key = "min",
    .node_member = HB_MEMBER(struct hb_raw_rounds, node),
};

static const struct hb_field run_fields[] = {
    {.key = "warmup",
     HB_AT(struct hb_raw_run, warmup_ns),
     .type = &hb_type_duration,
     .minimum = 0,
     .maximum = HOUR_NS,
     .default_text = "1s",
     .help = "Load before the measured window."},
    {.key = "cooldown",
     HB_AT(struct hb_raw_run, cooldown_ns),
     .type = &hb_type_duration,
     .minimum = 0,
     .maximum = HOUR_NS,
     .default_text = "200ms",
     .help = "Rest after each run."},
    {.key = "drain",
     HB_AT(struct hb_raw_run, drain_ns),
     .type = &hb_type_duration,
     .minimum = 0,
     .maximum = HOUR_NS,
     .default_text = "5s",
     .help = "How long requests in flight may take to end after the window."},
    {.key = "rounds",
     HB_AT(struct hb_raw_run, rounds),
     .type = &hb_type_struct,
     .table = &rounds_table,
     .default_text = "5",
     .help = "How often each cell is run, each time in a fresh process.",
     .example = "{min: 5, max: 20, until_ci: 2%}"},
    {.key = "seed",
     HB_AT(struct hb_raw_run, seed),
     .type = &hb_type_int,
     .minimum = 0,
     .maximum = INT64_MAX,
     .default_text = "1",
     .help = "Of the random order of runs and of random arrivals."},
    {.key = "processes",
     HB_AT(struct hb_raw_run, processes),
     .type = &hb_type_int,
     .minimum = 1,
     .maximum = 256,
     .default_text = "1",
     .help = "Client processes a run, which share the concurrency."},
    {.key = "cpus",
     HB_AT(struct hb_raw_run, cpus),
     .type = &hb_type_struct,
     .table = &cpus_table,
     .help = "Which processors client and server run on."},
    {.key = "missing_clients",
     HB_AT(struct hb_raw_run, missing_clients),
     .type = &hb_type_enum,
     .values = missing_names,
     .default_text = "error",
     .help = "What to do when a client is not installed: refuse to start, or leave it out."},
    {.key = "missing_servers",
     HB_AT(struct hb_raw_run, missing_servers),
     .type = &hb_type_enum,
     .values = missing_names,
     .default_text = "error",
     .help = "The same for a server that this program starts, and for what stands behind it."},
    {.key = "allow_failed",
     HB_AT(struct hb_raw_run, allow_failed),
     .type = &hb_type_percent,
     .default_text = "0%",
     .help = "How many of the runs may fail without the exit code saying so: one of thousands "
             "must not spoil a night."},
    {.key = "yardstick",
     HB_AT(struct hb_raw_run, yardstick),
     .type = &hb_type_bool,
     .default_text = "true",
     .help = "Whether the sweep also measures, once and for a second each, what its servers give "
             "to the fastest client under each load, and what this program itself takes. Servers "
             "that it did not start are left alone."},
    {.key = "wire",
     HB_AT(struct hb_raw_run, wire),
     .type = &hb_type_enum,
     .values = wire_names,
     .default_text = "system_calls",
     .help = "Whether a few requests of each client are also looked at, beside the measured runs "
             "and once for all cells that send the same: `requests` keeps their lines, headers, "
             "bytes and connections; `system_calls` counts these too, where strace is installed; "
             "`instructions` counts these besides, of native clients and CPython, by the "
             "processor's counter or else by valgrind, which takes up to half a minute a client."},
};
static const struct hb_table run_table = {
    HB_TABLE("run", struct hb_raw_run, run_fields),
    .help = "How runs are made.",
    .node_member = HB_MEMBER(struct hb_raw_run, node),
};

static const struct hb_field define_fields[] = {
    {.key = "clients",
     HB_ARRAY_AT(struct hb_raw_define, clients, clients_count),
     .type = &hb_type_struct,
     .table = &hb_definition_table,
     .shape = HB_SHAPE_MAP,
     .help = "Clients of your own by name, which `matrix` may use like any other. Programs that "
             "are named with a path are given as `{here}/PATH`, `{here}` being the folder of this "
             "file."},
};
static const struct hb_table define_table = {
    HB_TABLE("define", struct hb_raw_define, define_fields),
    .help = "What this scenario brings along. docs/worker-protocol.md says what a client must do.",
};

static const struct hb_field scenario_fields[] = {
    {.key = "name",
     HB_AT(struct hb_raw_scenario, name),
     .type = &hb_type_string,
     .help = "Its name in reports; without it, that of the file."},
    {.key = "description",
     HB_AT(struct hb_raw_scenario, description),
     .type = &hb_type_string,
     .help = "The question it answers."},
    {.key = "extends",
     HB_AT(struct hb_raw_scenario, extends),
     .type = &hb_type_path,
     .help = "Another scenario that this one is laid over: mappings merge, lists replace.",
     .example = "base.yaml"},
    {.key = "define",
     HB_AT(struct hb_raw_scenario, define),
     .type = &hb_type_struct,
     .table = &define_table,
     .help = "Clients that this scenario describes itself.",
     .example = "{clients: {mine: {language: python, modes: [sync], …}}}"},
    {.key = "matrix",
     HB_AT(struct hb_raw_scenario, matrix),
     .type = &hb_type_struct,
     .table = &matrix_table,
     .help = "What is combined with what."},
    {.key = "exclude",
     HB_ARRAY_AT(struct hb_raw_scenario, excludes, excludes_count),
     .type = &hb_type_struct,
     .table = &pattern_table,
     .max_items = 5000,
     .shape = HB_SHAPE_LIST,
     .help = "Cells to leave out. One that matches nothing is an error.",
     .example = "[{client: \"httpx/*\", concurrency: 100}]"},
    {.key = "include",
     HB_ARRAY_AT(struct hb_raw_scenario, includes, includes_count),
     .type = &hb_type_struct,
     .table = &include_table,
     .max_items = 5000,
     .shape = HB_SHAPE_LIST,
     .help = "Cells to add."},
    {.key = "request",
     HB_AT(struct hb_raw_scenario, request),
     .type = &hb_type_struct,
     .table = &request_table,
     .help = "What all requests have in common."},
    {.key = "run",
     HB_AT(struct hb_raw_scenario, run),
     .type = &hb_type_struct,
     .table = &run_table,
     .help = "How runs are made."},
    {.key = "thresholds",
     HB_AT(struct hb_raw_scenario, thresholds),
     .type = &hb_type_struct,
     .table = &hb_thresholds_table,
     .help = "What every cell must satisfy.",
     .example = "{error_rate: \"<0.1%\", p99: \"<250ms\"}"},
    {.key = "subjects",
     HB_ARRAY_AT(struct hb_raw_scenario, subjects, subjects_count),
     .type = &hb_type_struct,
     .table = &hb_subject_table,
     .shape = HB_SHAPE_MAP,
     .help = "Two or more variants of what is measured, by name: each cell is run for all of them, "
             "next to each other. The first is the base (docs/subjects.md).",
     .example = "{base: {install: [\"httpx==0.27.2\"]}, head: {install: [..]}}"},
    {.key = "gate",
     HB_AT(struct hb_raw_scenario, gate),
     .type = &hb_type_struct,
     .table = &hb_gate_table,
     .help = "When the head of the subjects counts as worse than the base.",
     .example = "{budget: 12m, margins: {throughput: 3%}}"},
    {.key = "allow_remote",
     HB_ARRAY_AT(struct hb_raw_scenario, allow_remote, allow_remote_count),
     .type = &hb_type_string,
     .max_items = 5000,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .help = "Hosts beyond this machine that load may be sent to.",
     .example = "[staging.example.org]"},
    {.key = "profile", .refused = "belongs in 'matrix', as 'profiles'"},
    {.key = "profiles", .refused = "belongs in 'matrix'"},
    {.key = "report", .refused = NOT_SUPPORTED},
};
const struct hb_table hb_scenario_table = {
    HB_TABLE("scenario", struct hb_raw_scenario, scenario_fields),
    .help = "The keys at the top of a file.",
    .extensions = true,
    .node_member = HB_MEMBER(struct hb_raw_scenario, node),
};
