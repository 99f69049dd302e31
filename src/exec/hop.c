/*
 * Starting a server program. What differs from program to program is in its registry file and its
 * templates; here is only the order of events, and what happens when a step fails. A port that
 * somebody took between our choice and the program's bind is the one failure that is tried again.
 */
#include "exec/hop.h"

#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exec/control_command.h"
#include "exec/http_get.h"
#include "exec/port.h"
#include "exec/server_counts.h"
#include "exec/template.h"

#define COUNTS_LIMIT_NS (1 * HB_NS_PER_S)
#define PROBE_LIMIT_NS (1 * HB_NS_PER_S) /* of one request; the deadline is of all of them */
#define PROBE_PAUSE_MS 10
#define PORT_ATTEMPTS 3
#define CONFIGURATION_MAX_BYTES (4u << 20)
#define COUNTS_MAX_BYTES (1u << 20)
#define TEMPLATE_SUFFIX ".in"

/* The ports that templates may ask for. */
static const char *const port_names[] = {"http", "https", "admin"};
enum { PORT_HTTP, PORT_HTTPS, PORT_ADMIN, PORT_COUNT };

/* What exists while a foreign program is being started. */
struct start {
    const struct hb_hop_spec *spec;
    struct hb_hop *hop;
    struct hb_arena arena;
    struct hb_template_values values;
    unsigned ports[PORT_COUNT];
    const char **argv, **environment;
    const char *ready_url;
    bool port_was_taken;
};

/* ---- the words ---- */

static int pick_ports(struct start *start, struct hb_error *err)
{
    json_t *options = json_loads(start->spec->options_json, 0, NULL);
    json_int_t wanted = json_integer_value(json_object_get(options, "port"));

    json_decref(options);
    if (hb_ports_pick(start->ports, PORT_COUNT, err) != 0)
        return -1;
    if (wanted > 0 && wanted <= UINT16_MAX)
        start->ports[PORT_HTTP] = (unsigned)wanted;
    return 0;
}

static int set_number(struct start *start, const char *name, long long number, struct hb_error *err)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", number);
    return hb_template_set(&start->values, name, text, err);
}

static int set_option(struct start *start, const char *name, const json_t *value,
                      struct hb_error *err)
{
    if (json_is_integer(value))
        return set_number(start, name, json_integer_value(value), err);
    if (json_is_boolean(value))
        return hb_template_set(&start->values, name, json_is_true(value) ? "true" : "false", err);
    if (json_is_string(value))
        return hb_template_set(&start->values, name, json_string_value(value), err);
    return 0;
}

static int set_options(struct start *start, struct hb_error *err)
{
    json_t *options = json_loads(start->spec->options_json, 0, NULL);
    const char *name;
    json_t *value;
    int result = 0;

    json_object_foreach(options, name, value)
    {
        if (result == 0)
            result = set_option(start, name, value, err);
    }
    json_decref(options);
    return result;
}

static int set_upstreams(struct start *start, struct hb_error *err)
{
    const struct hb_hop_spec *spec = start->spec;
    const char **addresses =
        hb_arena_calloc(&start->arena, spec->upstreams_count + 1, sizeof *addresses);
    const char **ports = hb_arena_calloc(&start->arena, spec->upstreams_count + 1, sizeof *ports);

    for (size_t i = 0; i < spec->upstreams_count; i++) {
        addresses[i] = hb_hop_address(&spec->upstreams[i]);
        ports[i] = strrchr(addresses[i], ':') + 1;
    }
    if (hb_template_set_list(&start->values, "upstream", addresses, spec->upstreams_count, err) !=
        0)
        return -1;
    return hb_template_set_list(&start->values, "upstream_port", ports, spec->upstreams_count, err);
}

/* Programs that are started by root give their rights away unless told to stay who they are. */
static const char *user_name(void)
{
    const struct passwd *user = getpwuid(geteuid());

    return user != NULL ? user->pw_name : "nobody";
}

static int set_words(struct start *start, struct hb_error *err)
{
    if (hb_template_set(&start->values, "run", start->hop->dir.path, err) != 0 ||
        hb_template_set(&start->values, "user", user_name(), err) != 0 ||
        set_options(start, err) != 0 || set_upstreams(start, err) != 0)
        return -1;
    for (size_t i = 0; i < PORT_COUNT; i++) {
        if (set_number(start, port_names[i], start->ports[i], err) != 0)
            return -1;
    }
    return 0;
}

/* ---- the files ---- */

/* Files of TLS in a run directory. */
struct tls_files {
    char certificate[PATH_MAX], key[PATH_MAX], bundle[PATH_MAX], authority[PATH_MAX];
};

static int write_text(struct hb_hop *hop, const char *name, const struct hb_buf *text,
                      char path[PATH_MAX], struct hb_error *err)
{
    return hb_rundir_write(&hop->dir, name, hb_buf_text(text), text->length, path, err);
}

static int write_certificates(struct hb_hop *hop, const struct hb_hop_spec *spec,
                              struct tls_files *ret_files, struct hb_error *err)
{
    const struct hb_certificates *certificates = spec->certificates;
    HB_CLEANUP(hb_buf_release) struct hb_buf bundle;

    hb_buf_init(&bundle, (size_t)2 * HB_CERTIFICATE_PEM_MAX_BYTES);
    if (hb_certificates_ensure(spec->certificates, err) != 0)
        return -1;
    hb_buf_append(&bundle, certificates->certificate.data, certificates->certificate.length);
    hb_buf_append(&bundle, certificates->key.data, certificates->key.length);
    if (write_text(hop, "server.pem", &certificates->certificate, ret_files->certificate, err) !=
            0 ||
        write_text(hop, "server.key", &certificates->key, ret_files->key, err) != 0 ||
        write_text(hop, "bundle.pem", &bundle, ret_files->bundle, err) != 0 ||
        write_text(hop, "authority.pem", &certificates->authority, ret_files->authority, err) != 0)
        return -1;
    hop->authority = hb_strdup(ret_files->authority);
    return 0;
}

static int set_certificates(struct start *start, struct hb_error *err)
{
    struct hb_template_values *values = &start->values;
    struct tls_files files;

    if (write_certificates(start->hop, start->spec, &files, err) != 0 ||
        hb_template_set(values, "certificate", files.certificate, err) != 0 ||
        hb_template_set(values, "key", files.key, err) != 0 ||
        hb_template_set(values, "bundle", files.bundle, err) != 0)
        return -1;
    return hb_template_set(values, "authority", files.authority, err);
}

/* Where template number `index` of the entry lies. */
static const char *template_path(struct start *start, size_t index)
{
    const struct hb_entry *entry = start->spec->entry;
    const char *slash = strrchr(entry->path, '/');
    int folder = slash != NULL ? (int)(slash - entry->path) : 1;

    if (index == 0 && start->spec->config != NULL)
        return start->spec->config;
    return hb_arena_printf(&start->arena, "%.*s/%s", folder, slash != NULL ? entry->path : ".",
                           entry->topology->configuration[index]);
}

static const char *output_name(struct start *start, const char *template_name)
{
    size_t length = strlen(template_name), suffix = strlen(TEMPLATE_SUFFIX);

    if (length > suffix && strcmp(template_name + length - suffix, TEMPLATE_SUFFIX) == 0)
        length -= suffix;
    return hb_arena_strndup(&start->arena, template_name, length);
}

static int write_template(struct start *start, size_t index, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf source;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *path = template_path(start, index);
    const char *name = output_name(start, start->spec->entry->topology->configuration[index]);
    char written[PATH_MAX];

    hb_buf_init(&source, HB_TEMPLATE_MAX_BYTES);
    hb_buf_init(&text, HB_TEMPLATE_MAX_BYTES);
    if (hb_buf_read_file(&source, path, err) != 0)
        return -1;
    if (strlen(hb_buf_text(&source)) != source.length)
        return hb_fail(err, HB_ERR_INPUT, "%s: not a text file", path);
    if (hb_template_expand(&start->values, hb_buf_text(&source), &text, err) != 0)
        return hb_wrap(err, "%s", path);
    hb_buf_printf(&start->hop->configuration, "\n## %s\n", name);
    hb_buf_append(&start->hop->configuration, text.data, text.length);
    return hb_rundir_write(&start->hop->dir, name, hb_buf_text(&text), text.length, written, err);
}

/* ---- the command ---- */

static int expand_text(struct start *start, const char *template, const char **ret_text,
                       struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, HB_TEMPLATE_MAX_BYTES);
    if (hb_template_expand(&start->values, template, &text, err) != 0)
        return hb_wrap(err, "%s: %.200s", start->spec->entry->path, template);
    *ret_text = hb_arena_strdup(&start->arena, hb_buf_text(&text));
    return 0;
}

static int expand_texts(struct start *start, const char *const *templates, size_t room,
                        const char ***ret_texts, struct hb_error *err)
{
    size_t count = 0;
    const char **texts;

    while (templates[count] != NULL)
        count++;
    texts = hb_arena_calloc(&start->arena, room + count + 1, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        if (expand_text(start, templates[i], &texts[room + i], err) != 0)
            return -1;
    }
    *ret_texts = texts;
    return 0;
}

/* What every program finds in its environment; its registry file adds to it. */
static void fill_environment(struct start *start)
{
    const char *path = getenv("PATH");
    const char *const common[] = {
        hb_arena_printf(&start->arena, "PATH=%s", path != NULL ? path : "/usr/bin:/bin"),
        "LANG=C.UTF-8",
        hb_arena_printf(&start->arena, "HOME=%s", start->hop->dir.path),
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(common); i++)
        start->environment[i] = common[i];
}

static int prepare_command(struct start *start, struct hb_error *err)
{
    const struct hb_entry *entry = start->spec->entry;
    char **command;

    if (hb_registry_command(start->spec->registry, entry, entry->command, 0, &start->arena,
                            &command, err) != 0 ||
        expand_texts(start, (const char *const *)command, 0, &start->argv, err) != 0 ||
        expand_texts(start, entry->topology->environment, 3, &start->environment, err) != 0 ||
        expand_text(start, entry->topology->ready, &start->ready_url, err) != 0)
        return -1;
    fill_environment(start);
    for (size_t i = 0; start->argv[i] != NULL; i++)
        hb_buf_printf(&start->hop->configuration, "%s%s", i == 0 ? "## " : " ", start->argv[i]);
    hb_buf_putc(&start->hop->configuration, '\n');
    return 0;
}

static int prepare_counts(struct start *start, struct hb_error *err)
{
    const char *template = start->spec->entry->topology->counts_url;
    const char *url;

    if (template == NULL)
        return 0;
    if (expand_text(start, template, &url, err) != 0)
        return -1;
    start->hop->counts_url = hb_strdup(url);
    return 0;
}

static int prepare(struct start *start, struct hb_error *err)
{
    const char *const *templates = start->spec->entry->topology->configuration;

    if (hb_rundir_make(&start->hop->dir, err) != 0 || pick_ports(start, err) != 0 ||
        set_words(start, err) != 0 || set_certificates(start, err) != 0 ||
        prepare_command(start, err) != 0)
        return -1;
    for (size_t i = 0; templates[i] != NULL; i++) {
        if (write_template(start, i, err) != 0)
            return -1;
    }
    if (start->hop->configuration.overflowed)
        return hb_fail(err, HB_ERR_LIMIT, "the configuration is longer than %u bytes",
                       CONFIGURATION_MAX_BYTES);
    return prepare_counts(start, err);
}

/* ---- readiness ---- */

/* A strange program tells nobody when it begins to listen, so it is asked now and then. */
static void pause_probing(const struct start *start)
{
    struct pollfd events[] = {
        {.fd = start->hop->process.events_fd, .events = POLLIN},
        {.fd = hb_interrupt_fd(start->spec->interrupt), .events = POLLIN},
    };

    (void)poll(events, HB_ARRAY_LEN(events), PROBE_PAUSE_MS);
}

/* Ask until it answers, it ends, or the time is up. */
static int await_answer(struct start *start, const char *url, struct hb_error *err)
{
    struct hb_server_process *process = &start->hop->process;

    for (;;) {
        int64_t left_ns = start->spec->deadline_ns - hb_now_ns();
        int64_t limit_ns = left_ns < PROBE_LIMIT_NS ? left_ns : PROBE_LIMIT_NS;
        struct hb_error last = {0};

        if (left_ns > 0 && hb_http_get(url, start->hop->authority, limit_ns, NULL, &last) == 0)
            return 0;
        pause_probing(start);
        hb_server_process_drain(process);
        if (process->ended)
            return hb_server_process_fail_ended(process, err);
        if (hb_interrupt_came(start->spec->interrupt))
            return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
        if (hb_now_ns() >= start->spec->deadline_ns)
            return hb_fail(err, HB_ERR_RUN, "it was not ready in time: %s",
                           last.code != HB_OK ? last.message : url);
    }
}

static void list_processes(const struct hb_hop *hop, struct hb_process_list *ret_list)
{
    struct hb_process keeper;

    if (hb_process_read(hop->process.child.keeper_pid, &keeper) == 0)
        hb_process_list_add(ret_list, &keeper);
    hb_process_list_add_descendants(ret_list);
}

/* Every port that the configuration asked for must be this program's, and no stranger's. */
static int prove_ports(struct start *start, struct hb_error *err)
{
    HB_CLEANUP(hb_process_list_release) struct hb_process_list processes = {0};

    list_processes(start->hop, &processes);
    for (size_t i = 0; i < PORT_COUNT; i++) {
        if (!hb_template_used(&start->values, port_names[i]))
            continue;
        if (hb_port_holder(start->ports[i], &processes) != HB_PORT_OURS)
            return hb_fail(err, HB_ERR_RUN, "port %u is not the one that it listens on",
                           start->ports[i]);
    }
    return 0;
}

/* Whether a stranger holds a port that we had chosen. */
static bool lost_a_port(struct start *start)
{
    HB_CLEANUP(hb_process_list_release) struct hb_process_list processes = {0};

    list_processes(start->hop, &processes);
    for (size_t i = 0; i < PORT_COUNT; i++) {
        if (hb_port_holder(start->ports[i], &processes) == HB_PORT_STRANGER)
            return true;
    }
    return false;
}

static int await_requests(struct start *start, char *url, struct hb_error *err)
{
    if (url == NULL)
        return 0;
    return await_answer(
        start, hb_arena_printf(&start->arena, "%s%s", url, start->spec->entry->topology->probe),
        err);
}

static void name_urls(struct start *start)
{
    struct hb_hop *hop = start->hop;

    if (hb_template_used(&start->values, port_names[PORT_HTTP]))
        hop->http_url = hb_asprintf("http://127.0.0.1:%u", start->ports[PORT_HTTP]);
    if (hb_template_used(&start->values, port_names[PORT_HTTPS]))
        hop->https_url = hb_asprintf("https://127.0.0.1:%u", start->ports[PORT_HTTPS]);
}

static int launch(struct start *start, struct hb_error *err)
{
    struct hb_hop *hop = start->hop;
    struct hb_spawn_spec spec = {
        .argv = start->argv,
        .environment = start->environment,
        .directory = hop->dir.path,
        .cpus = start->spec->cpus,
    };

    if (hb_server_process_launch(&hop->process, &start->spec->registry->paths, &spec, err) != 0)
        return -1;
    name_urls(start);
    if (await_answer(start, start->ready_url, err) == 0 && prove_ports(start, err) == 0 &&
        await_requests(start, hop->http_url, err) == 0 &&
        await_requests(start, hop->https_url, err) == 0)
        return 0;
    start->port_was_taken = lost_a_port(start);
    return -1;
}

static int try_foreign(struct start *start, struct hb_error *err)
{
    int result;

    hb_arena_init(&start->arena);
    start->values.arena = &start->arena;
    result = prepare(start, err);
    if (result == 0)
        result = launch(start, err);
    hb_arena_release(&start->arena);
    return result;
}

/* As many as its option `workers` says, or the limit of its registry file. */
static unsigned cores_of(const struct hb_hop_spec *spec)
{
    json_t *options = json_loads(spec->options_json, 0, NULL);
    json_int_t workers = json_integer_value(json_object_get(options, "workers"));
    const struct hb_entry_limit *limit = hb_entry_limit(spec->entry, "cores");

    json_decref(options);
    if (workers > 0 && workers < UINT_MAX)
        return (unsigned)workers;
    return limit != NULL ? (unsigned)limit->value : 0;
}

static void init_hop(struct hb_hop *hop, const struct hb_hop_spec *spec)
{
    *hop = (struct hb_hop){.entry = spec->entry, .dir.lock_fd = -1, .cores = cores_of(spec)};
    snprintf(hop->label, sizeof hop->label, "%s", spec->label);
    hb_buf_init(&hop->configuration, CONFIGURATION_MAX_BYTES);
}

static int start_foreign(struct hb_hop *hop, const struct hb_hop_spec *spec, struct hb_error *err)
{
    for (int attempt = 1;; attempt++) {
        struct start start = {.spec = spec, .hop = hop};

        if (try_foreign(&start, err) == 0)
            return 0;
        if (!start.port_was_taken || attempt == PORT_ATTEMPTS)
            return -1;
        hb_hop_stop(hop);
        init_hop(hop, spec);
    }
}

/* ---- programs of ours ---- */

static char *url_of(const struct hb_server_process *process, const char *scheme)
{
    const char *brackets[2] = {"", ""};

    if (strchr(process->host, ':') != NULL) {
        brackets[0] = "[";
        brackets[1] = "]";
    }
    return hb_asprintf("%s://%s%s%s:%u", scheme, brackets[0], process->host, brackets[1],
                       process->port);
}

static bool wants_https(const struct hb_hop_spec *spec)
{
    json_t *options = json_loads(spec->options_json, 0, NULL);
    const char *scheme = json_string_value(json_object_get(options, "scheme"));
    bool https = scheme != NULL && strcmp(scheme, "https") == 0;

    json_decref(options);
    return https;
}

/* The command with --certificate and --key behind it. */
static int add_certificates(struct hb_hop *hop, const struct hb_hop_spec *spec,
                            struct hb_arena *arena, const char ***argv, struct hb_error *err)
{
    struct tls_files files;
    const char **longer;
    size_t count = 0;

    if (hb_rundir_make(&hop->dir, err) != 0 || write_certificates(hop, spec, &files, err) != 0)
        return -1;
    while ((*argv)[count] != NULL)
        count++;
    longer = hb_arena_calloc(arena, count + 3, sizeof *longer);
    memcpy(longer, *argv, count * sizeof *longer);
    longer[count] = hb_arena_printf(arena, "--certificate=%s", files.certificate);
    longer[count + 1] = hb_arena_printf(arena, "--key=%s", files.key);
    *argv = longer;
    return 0;
}

static int start_ours(struct hb_hop *hop, const struct hb_hop_spec *spec, struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    bool https = wants_https(spec);
    const char **argv = NULL;

    hb_arena_init(&arena);
    if (hb_control_command(spec->registry, spec->entry, spec->options_json, &arena, &argv, err) !=
            0 ||
        (https && add_certificates(hop, spec, &arena, &argv, err) != 0) ||
        hb_server_process_start(&hop->process, &spec->registry->paths, argv, spec->cpus,
                                spec->deadline_ns, spec->interrupt, err) != 0)
        return -1;
    if (https)
        hop->https_url = url_of(&hop->process, "https");
    else
        hop->http_url = url_of(&hop->process, "http");
    for (size_t i = 0; argv[i] != NULL; i++)
        hb_buf_printf(&hop->configuration, "%s%s", i == 0 ? "## " : " ", argv[i]);
    hb_buf_putc(&hop->configuration, '\n');
    return 0;
}

/* ---- public ---- */

int hb_hop_start(struct hb_hop *ret_hop, const struct hb_hop_spec *spec, struct hb_error *err)
{
    int result;

    init_hop(ret_hop, spec);
    result = spec->entry->topology != NULL ? start_foreign(ret_hop, spec, err)
                                           : start_ours(ret_hop, spec, err);
    if (result != 0)
        hb_hop_stop(ret_hop);
    return result;
}

static void read_counts(struct hb_hop *hop, struct hb_server_counts *ret_counts)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, COUNTS_MAX_BYTES);
    hop->readings++;
    if (hb_http_get(hop->counts_url, hop->authority, COUNTS_LIMIT_NS, &text, NULL) == 0)
        hb_server_counts_parse(hop->entry->topology, hb_buf_text(&text), hop->readings, ret_counts);
}

void hb_hop_counts(struct hb_hop *hop, struct hb_server_counts *ret_counts)
{
    *ret_counts = (struct hb_server_counts){.known = false};
    if (hop->process.ended)
        return;
    if (hop->counts_url != NULL)
        read_counts(hop, ret_counts);
    else if (!hop->process.foreign)
        hb_server_process_counts(&hop->process, hb_now_ns() + COUNTS_LIMIT_NS, ret_counts);
}

const char *hb_hop_address(const struct hb_hop *hop)
{
    return strstr(hop->http_url, "://") + strlen("://");
}

void hb_hop_end(struct hb_hop *hop)
{
    if (hop->process.child.keeper_pid > 0)
        hb_child_end(&hop->process.child);
}

void hb_hop_stop(struct hb_hop *hop)
{
    hb_server_process_stop(&hop->process);
    hb_rundir_remove(&hop->dir);
    hb_buf_release(&hop->configuration);
    free(hop->http_url);
    free(hop->https_url);
    free(hop->authority);
    free(hop->counts_url);
    *hop = (struct hb_hop){.dir.lock_fd = -1};
}
