/*
 * bench: the ad hoc form. It is nothing but a scenario built from flags (--print-scenario shows
 * it), run by the same code and landing in the same places as `run`.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/sweep.h"
#include "config/units.h"

struct bench_options {
    const char *url, *method, *body, *headers_json, *cacert, *output;
    struct hb_strings clients, compare, headers, client_folders;
    bool async, insecure, verify_ssl, print_scenario, quiet;
    int64_t concurrency, duration_ns, rounds;
    struct hb_sweep_options sweep;
};

#define AT(member) offsetof(struct bench_options, member)

enum { DEFAULT_ROUNDS = 3 };

static const char *method_choice(size_t index)
{
    return index < HB_METHOD_COUNT ? hb_method_name((enum hb_method)index) : NULL;
}

static const struct hb_option bench_option_table[] = {
    {"url", 0, HB_VALUE_STRING, AT(url), "URL", 0, 0, NULL,
     "What to request: a whole URL, or a path on the embedded server (default: /get)"},
    {"client", 0, HB_VALUE_STRINGS, AT(clients), "NAME", 0, 0, NULL,
     "A client, such as requests or libcurl/async; may be repeated"},
    {"compare", 0, HB_VALUE_WORDS, AT(compare), "NAME", 0, 0, NULL, "Several clients at once"},
    {"async", 0, HB_VALUE_FLAG, AT(async), NULL, 0, 0, NULL,
     "The asynchronous mode of clients that have two"},
    {"method", 'X', HB_VALUE_CHOICE, AT(method), "METHOD", 0, 0, method_choice,
     "HTTP method (default: GET, or POST with a body)"},
    {"body", 'd', HB_VALUE_STRING, AT(body), "TEXT", 0, 0, NULL, "Request body"},
    {"headers", 0, HB_VALUE_STRING, AT(headers_json), "JSON", 0, 0, NULL,
     "Headers as one JSON object: '{\"Accept\": \"*/*\"}'"},
    {"header", 'H', HB_VALUE_STRINGS, AT(headers), "'NAME: VALUE'", 0, 0, NULL,
     "A header; may be repeated"},
    {"cacert", 0, HB_VALUE_STRING, AT(cacert), "PATH", 0, 0, NULL,
     "Trust the certificates in this PEM file"},
    {"insecure", 'k', HB_VALUE_FLAG, AT(insecure), NULL, 0, 0, NULL,
     "Do not verify the server's certificate"},
    {"verify-ssl", 0, HB_VALUE_FLAG, AT(verify_ssl), NULL, 0, 0, NULL,
     "Verify the server's certificate (the default)"},
    {"concurrency", 'c', HB_VALUE_INTEGER, AT(concurrency), "N", 1, 1000000, NULL,
     "Requests in flight at once (default: 10)"},
    {"duration", 0, HB_VALUE_SECONDS, AT(duration_ns), "TIME", 0, 0, NULL,
     "Measured window of each run: 10s, or bare seconds (default: 30)"},
    {"rounds", 0, HB_VALUE_INTEGER, AT(rounds), "N", 1, 1000, NULL,
     "Repeats in fresh processes (default: 3; 5 for a claim)"},
    {"print-scenario", 0, HB_VALUE_FLAG, AT(print_scenario), NULL, 0, 0, NULL,
     "Print the scenario these flags make, and run nothing"},
    {"output", 'o', HB_VALUE_STRING, AT(output), "FILE", 0, 0, NULL,
     "Also write a report there: .html, .csv, .json or .txt"},
    {"db", 0, HB_VALUE_STRING, AT(sweep.database), "PATH", 0, 0, NULL,
     "SQLite file for the results (default: benchmark_results.db)"},
    {"out", 0, HB_VALUE_STRING, AT(sweep.output_directory), "DIR", 0, 0, NULL,
     "Where the HTML and CSV reports go (default: reports)"},
    {"tag", 0, HB_VALUE_STRINGS, AT(sweep.tags), "K=V", 0, 0, NULL,
     "A label stored with the results"},
    {"smoke", 0, HB_VALUE_FLAG, AT(sweep.smoke), NULL, 0, 0, NULL,
     "Send one verified request a client and measure nothing"},
    HB_OPTION_CLIENTS(bench_options),
    {"allow-remote", 0, HB_VALUE_STRINGS, AT(sweep.allow_remote), "HOST", 0, 0, NULL,
     "Allow load on this host, which is not this machine"},
    {"quiet", 'q', HB_VALUE_FLAG, AT(quiet), NULL, 0, 0, NULL,
     "No progress and no notices; errors and the summary only"},
};

/* Text in a scenario: a JSON string is a YAML string, and `$` is written twice. */
static void write_text(FILE *out, const char *text)
{
    size_t dollars = 0, at = 0;
    char *doubled;

    for (const char *c = text; *c != '\0'; c++)
        dollars += *c == '$';
    doubled = malloc(strlen(text) + dollars + 1);
    HB_ASSERT(doubled != NULL);
    for (const char *c = text; *c != '\0'; c++) {
        doubled[at++] = *c;
        if (*c == '$')
            doubled[at++] = '$';
    }
    doubled[at] = '\0';
    hb_json_write_string(out, doubled);
    free(doubled);
}

/* "libcurl" with two modes becomes "libcurl/sync", or "libcurl/async" with --async. */
static int write_client(FILE *out, const struct hb_registry *registry, const char *name,
                        bool wants_async, struct hb_arena *arena, struct hb_error *err)
{
    const struct hb_entry *entry = hb_registry_find(registry, HB_ENTRY_CLIENT, name);
    unsigned both = HB_MODE_SYNC | HB_MODE_ASYNC;

    if (entry == NULL || strchr(name, '/') != NULL) { /* the scenario's own check has the words */
        write_text(out, name);
        return 0;
    }
    if (wants_async && (entry->modes & HB_MODE_ASYNC) == 0)
        return hb_fail(err, HB_ERR_INPUT, "--async: %s has no asynchronous mode", name);
    if ((entry->modes & both) == both)
        name = hb_arena_printf(arena, "%s/%s", name, wants_async ? "async" : "sync");
    write_text(out, name);
    return 0;
}

static int write_clients(FILE *out, struct hb_cli *cli, const struct hb_registry *registry,
                         const struct bench_options *options, struct hb_error *err)
{
    const struct hb_strings *lists[] = {&options->clients, &options->compare};
    size_t written = 0;

    if (options->clients.count + options->compare.count == 0)
        return hb_fail(err, HB_ERR_INPUT,
                       "which client? --client NAME; see 'http-benchmark list clients'");
    fputs("  clients: [", out);
    for (size_t list = 0; list < HB_ARRAY_LEN(lists); list++) {
        for (size_t i = 0; i < lists[list]->count; i++) {
            fputs(written++ > 0 ? ", " : "", out);
            if (write_client(out, registry, lists[list]->items[i], options->async, &cli->arena,
                             err) != 0)
                return -1;
        }
    }
    fputs("]\n", out);
    return 0;
}

/* Where the path of an absolute URL begins; NULL when it has no scheme. */
static const char *path_of(const char *url)
{
    const char *authority = strstr(url, "://");

    if (authority == NULL)
        return NULL;
    authority += 3;
    return authority + strcspn(authority, "/?#");
}

static int write_server(FILE *out, const struct bench_options *options, const char *url,
                        const char *path, struct hb_arena *arena, struct hb_error *err)
{
    if (url[0] == '/') {
        fputs("  servers: [builtin]\n", out);
        return 0;
    }
    if (path == NULL)
        return hb_fail(err, HB_ERR_INPUT,
                       "--url: '%.200s' is neither a whole URL (http://…) nor a path (/…)", url);
    fputs("  servers:\n    - {name: origin, url: ", out);
    write_text(out, hb_arena_strndup(arena, url, (size_t)(path - url)));
    if (options->insecure)
        fputs(", tls: {verify: false}", out);
    else if (options->cacert != NULL) {
        fputs(", tls: {ca: ", out);
        write_text(out, options->cacert);
        fputc('}', out);
    }
    fputs("}\n", out);
    return 0;
}

static void write_header(FILE *out, size_t index, const char *name, const char *value)
{
    fputs(index > 0 ? ", " : "", out);
    write_text(out, name);
    fputs(": ", out);
    write_text(out, value);
}

static int write_json_headers(FILE *out, const char *text, size_t *count, struct hb_error *err)
{
    json_error_t problem;
    json_t *headers = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    const char *name;
    json_t *value;
    int result = 0;

    if (!json_is_object(headers)) {
        json_decref(headers);
        return hb_fail(err, HB_ERR_INPUT, "--headers: not a JSON object of strings: %s",
                       headers == NULL ? problem.text : "it is another kind of value");
    }
    json_object_foreach(headers, name, value)
    {
        if (!json_is_string(value)) {
            result =
                hb_fail(err, HB_ERR_INPUT, "--headers: the value of '%.100s' is no string", name);
            break;
        }
        write_header(out, (*count)++, name, json_string_value(value));
    }
    json_decref(headers);
    return result;
}

static int write_plain_header(FILE *out, const char *text, size_t *count, struct hb_arena *arena,
                              struct hb_error *err)
{
    const char *colon = strchr(text, ':');

    if (colon == NULL || colon == text)
        return hb_fail(err, HB_ERR_INPUT, "-H: '%.100s' is not 'Name: value'", text);
    write_header(out, (*count)++, hb_arena_strndup(arena, text, (size_t)(colon - text)),
                 colon + 1 + strspn(colon + 1, " \t"));
    return 0;
}

static int write_headers(FILE *out, const struct bench_options *options, struct hb_arena *arena,
                         struct hb_error *err)
{
    size_t count = 0;

    if (options->headers_json == NULL && options->headers.count == 0)
        return 0;
    fputs("request:\n  headers: {", out);
    if (options->headers_json != NULL &&
        write_json_headers(out, options->headers_json, &count, err) != 0)
        return -1;
    for (size_t i = 0; i < options->headers.count; i++) {
        if (write_plain_header(out, options->headers.items[i], &count, arena, err) != 0)
            return -1;
    }
    fputs("}\n", out);
    return 0;
}

static void write_load(FILE *out, const struct bench_options *options)
{
    char duration[HB_DURATION_TEXT_BYTES];
    const char *method = options->method != NULL ? options->method
                         : options->body != NULL ? "POST"
                                                 : "GET";

    fprintf(out, "  methods: [%s]\n", method);
    if (options->concurrency > 0)
        fprintf(out, "  concurrency: [%lld]\n", (long long)options->concurrency);
    if (options->duration_ns > 0) {
        hb_format_duration(duration, options->duration_ns);
        fprintf(out, "  duration: [%s]\n", duration);
    }
}

static int write_scenario(FILE *out, struct hb_cli *cli, const struct hb_registry *registry,
                          const struct bench_options *options, struct hb_error *err)
{
    const char *url = options->url != NULL ? options->url : "/get";
    const char *path = url[0] == '/' ? url : path_of(url);

    if (options->insecure && (options->verify_ssl || options->cacert != NULL))
        return hb_fail(err, HB_ERR_INPUT, "-k contradicts --verify-ssl and --cacert");
    fputs("name: bench\nmatrix:\n", out);
    if (write_server(out, options, url, path, &cli->arena, err) != 0 ||
        write_clients(out, cli, registry, options, err) != 0)
        return -1;
    fputs("  urls:\n    - {url: ", out);
    write_text(out, path[0] == '\0' ? "/" : path);
    if (options->body != NULL) {
        fputs(", body: ", out);
        write_text(out, options->body);
    }
    fputs("}\n", out);
    write_load(out, options);
    if (write_headers(out, options, &cli->arena, err) != 0)
        return -1;
    fprintf(out, "run: {rounds: %lld}\n",
            (long long)(options->rounds > 0 ? options->rounds : DEFAULT_ROUNDS));
    return 0;
}

/* The scenario's text, in cli->arena. */
static int make_scenario(struct hb_cli *cli, const struct hb_registry *registry,
                         const struct bench_options *options, const char **ret_text,
                         struct hb_error *err)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    int result;

    HB_ASSERT(out != NULL);
    result = write_scenario(out, cli, registry, options, err);
    fclose(out);
    if (result == 0)
        *ret_text = hb_arena_strndup(&cli->arena, text, length);
    free(text);
    return result;
}

static int run_bench(struct hb_cli *cli, const void *opaque, HB_UNUSED char *const *arguments,
                     HB_UNUSED int count, int *exit_code, struct hb_error *err)
{
    const struct bench_options *options = opaque;
    struct hb_sweep_options sweep = options->sweep;
    struct hb_planning planning;
    const char *text;

    cli->quiet = options->quiet;
    cli->client_folders = options->client_folders;
    sweep.extra_output = options->output;
    if (hb_cli_load_registry(cli, &planning.registry, err) != 0 ||
        make_scenario(cli, &planning.registry, options, &text, err) != 0)
        return -1;
    if (options->print_scenario) {
        fputs(text, stdout);
        return 0;
    }
    if (hb_planning_make_from_text(cli, "bench", text, NULL, sweep.smoke, &planning, err) != 0)
        return -1;
    return hb_sweep(cli, &planning, &sweep, exit_code, err);
}

const struct hb_command hb_command_bench = {
    .name = "bench",
    .arguments = "",
    .summary = "Benchmark one URL from flags, without a scenario file",
    .description =
        "Benchmark one URL with one or more clients. These flags make a scenario "
        "(--print-scenario shows it, to be kept and committed), and its results land where those "
        "of 'run' do.",
    .options = bench_option_table,
    .options_count = HB_ARRAY_LEN(bench_option_table),
    .options_bytes = sizeof(struct bench_options),
    .run = run_bench,
};
