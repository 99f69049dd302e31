/*
 * From a file to a checked scenario: the document layer reads it, the field tables fill the raw
 * structs, and here the axes are made of them, one after another. It goes on after a problem, so
 * that one pass tells all of them.
 */
#include "scenario/load.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "config/document.h"
#include "config/units.h"
#include "scenario/threshold.h"

/* Where a value of a plain axis was written: the item, or the single value. */
static struct hb_place item_place(const struct hb_loading *loading, const char *key, size_t index)
{
    const struct hb_node *node = hb_node_get(loading->raw->matrix.node, key);

    if (node != NULL && node->kind == HB_NODE_SEQUENCE && index < node->count)
        return node->items[index]->place;
    return node != NULL ? node->place : hb_node_place(loading->raw->node, "matrix");
}

static int listed_twice(struct hb_loading *loading, const char *axis, const char *label,
                        struct hb_place place)
{
    return hb_diag(loading->diags, place, "'%s': %s is listed twice", axis,
                   hb_quote(loading->diags, label));
}

/* Room for the matrix's values and one more an include. */
static void *new_axis(const struct hb_loading *loading, size_t count, size_t bytes)
{
    return hb_arena_calloc(loading->arena, count + loading->raw->includes_count, bytes);
}

static void load_servers(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    struct hb_server_spec *specs = new_axis(loading, matrix->servers_count, sizeof *specs);
    size_t count = 0;

    for (size_t i = 0; i < matrix->servers_count; i++) {
        struct hb_server_spec *spec = &specs[count];

        if (hb_load_server(loading, &matrix->servers[i], spec) != 0)
            continue;
        count++;
        for (size_t j = 0; j + 1 < count; j++) {
            if (strcmp(specs[j].name, spec->name) == 0)
                listed_twice(loading, "servers", spec->name, spec->place);
        }
    }
    loading->scenario->servers = specs;
    loading->scenario->servers_count = count;
}

static void load_clients(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    struct hb_client_spec *specs = new_axis(loading, matrix->clients_count, sizeof *specs);
    size_t count = 0;

    if (hb_node_get(matrix->node, "clients") == NULL &&
        (matrix->node == NULL || matrix->node->kind == HB_NODE_MAPPING))
        hb_diag(loading->diags, hb_node_place(loading->raw->node, "matrix"),
                "matrix lacks the key 'clients': who asks, such as [libcurl/async]");
    for (size_t i = 0; i < matrix->clients_count; i++) {
        struct hb_client_spec *spec = &specs[count];

        if (hb_load_client(loading, &matrix->clients[i], spec) != 0)
            continue;
        count++;
        for (size_t j = 0; j + 1 < count; j++) {
            if (strcmp(specs[j].canonical, spec->canonical) == 0)
                listed_twice(loading, "clients", spec->label, spec->place);
        }
    }
    loading->scenario->clients = specs;
    loading->scenario->clients_count = count;
}

/* Two entries may share a path and differ in what is sent: the later one is shown as "/path#2". */
static void name_url(struct hb_loading *loading, struct hb_url_spec *specs, size_t at)
{
    struct hb_url_spec *spec = &specs[at];
    unsigned number = 1;

    for (size_t i = 0; i < at; i++) {
        size_t length = strcspn(specs[i].url, "#");

        if (strcmp(specs[i].canonical, spec->canonical) == 0)
            listed_twice(loading, "urls", spec->url, spec->place);
        if (length == strlen(spec->url) && strncmp(specs[i].url, spec->url, length) == 0)
            number++;
    }
    if (number > 1)
        spec->url = hb_arena_printf(loading->arena, "%s#%u", spec->url, number);
}

static void load_urls(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    struct hb_url_spec *specs = new_axis(loading, matrix->urls_count, sizeof *specs);
    size_t count = 0;

    for (size_t i = 0; i < matrix->urls_count; i++) {
        if (hb_load_url(loading, &matrix->urls[i], loading->scenario->methods, &specs[count]) == 0)
            name_url(loading, specs, count++);
    }
    loading->scenario->urls = specs;
    loading->scenario->urls_count = count;
}

static void load_methods(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;

    for (size_t i = 0; i < matrix->methods_count; i++) {
        unsigned bit = 1u << matrix->methods[i];

        if ((loading->scenario->methods & bit) != 0)
            listed_twice(loading, "methods", hb_method_name((enum hb_method)matrix->methods[i]),
                         item_place(loading, "methods", i));
        loading->scenario->methods |= bit;
    }
}

int hb_load_concurrency(struct hb_loading *loading, int64_t raw, struct hb_place place,
                        uint32_t *ret)
{
    int64_t limit = loading->environment.max_concurrency;

    *ret = (uint32_t)raw;
    if (raw <= limit)
        return 0;
    hb_diag(loading->diags, place, "'concurrency': %" PRId64 " is above the limit of %" PRId64, raw,
            limit);
    hb_diag_hint(loading->diags,
                 "HTTP_BENCHMARK_MAX_CONCURRENCY sets that limit; raise it if the machine can hold "
                 "as many");
    return -1;
}

static void load_concurrency(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    const int64_t fallback = loading->environment.default_concurrency;
    bool given = matrix->concurrency_count > 0;
    const int64_t *raw = given ? matrix->concurrency : &fallback;
    size_t count = given ? matrix->concurrency_count : 1;
    uint32_t *values = new_axis(loading, count, sizeof *values);

    for (size_t i = 0; i < count; i++) {
        struct hb_place place = item_place(loading, "concurrency", i);
        char label[24];

        if (hb_load_concurrency(loading, raw[i], place, &values[i]) != 0)
            continue;
        snprintf(label, sizeof label, "%" PRIu32, values[i]);
        for (size_t j = 0; j < i; j++) {
            if (values[j] == values[i] && values[i] != 0)
                listed_twice(loading, "concurrency", label, place);
        }
    }
    loading->scenario->concurrency = values;
    loading->scenario->concurrency_count = count;
}

static void load_durations(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    const int64_t fallback = loading->environment.default_duration_ns;
    bool given = matrix->durations_count > 0;
    size_t count = given ? matrix->durations_count : 1;
    int64_t *values = new_axis(loading, count, sizeof *values);

    for (size_t i = 0; i < count; i++) {
        char label[HB_DURATION_TEXT_BYTES];

        values[i] = given ? matrix->durations[i] : fallback;
        hb_format_duration(label, values[i]);
        for (size_t j = 0; j < i; j++) {
            if (values[j] == values[i] && values[i] != 0)
                listed_twice(loading, "duration", label, item_place(loading, "duration", i));
        }
    }
    loading->scenario->durations_ns = values;
    loading->scenario->durations_count = count;
}

struct hb_rate hb_load_rate(const struct hb_raw_rate *raw)
{
    enum hb_arrivals arrivals =
        raw->per_second > 0 ? (enum hb_arrivals)raw->arrivals : HB_ARRIVALS_CONSTANT;

    return (struct hb_rate){raw->per_second, arrivals};
}

static void load_rates(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    struct hb_rate *rates = new_axis(loading, matrix->rates_count, sizeof *rates);

    for (size_t i = 0; i < matrix->rates_count; i++) {
        rates[i] = hb_load_rate(&matrix->rates[i]);
        for (size_t j = 0; j < i; j++) {
            if (rates[j].per_second == rates[i].per_second &&
                rates[j].arrivals == rates[i].arrivals)
                hb_diag(loading->diags, item_place(loading, "rate", i),
                        "'rate': the same load is listed twice");
        }
    }
    loading->scenario->rates = rates;
    loading->scenario->rates_count = matrix->rates_count;
}

enum hb_http hb_load_protocol(int raw)
{
    return raw == 0 ? HB_HTTP_1_1 : HB_HTTP_2;
}

static void load_protocols(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    enum hb_http *protocols = new_axis(loading, matrix->protocols_count, sizeof *protocols);

    for (size_t i = 0; i < matrix->protocols_count; i++) {
        protocols[i] = hb_load_protocol(matrix->protocols[i]);
        for (size_t j = 0; j < i; j++) {
            if (protocols[j] == protocols[i])
                listed_twice(loading, "protocol", hb_http_name(protocols[i]),
                             item_place(loading, "protocol", i));
        }
    }
    loading->scenario->protocols = protocols;
    loading->scenario->protocols_count = matrix->protocols_count;
}

static void load_excludes(struct hb_loading *loading)
{
    size_t count = loading->raw->excludes_count;
    struct hb_pattern *patterns = hb_arena_calloc(loading->arena, count, sizeof *patterns);

    for (size_t i = 0; i < count; i++) {
        const struct hb_raw_pattern *raw = &loading->raw->excludes[i];

        patterns[i] = (struct hb_pattern){
            .server = raw->server,
            .client = raw->client,
            .method = raw->method,
            .url = raw->url,
            .concurrency = raw->concurrency,
            .duration = raw->duration,
            .rate = raw->rate,
            .protocol = raw->protocol,
            .place = raw->node->place,
        };
        if (raw->node->kind == HB_NODE_MAPPING && raw->node->count == 0)
            hb_diag(loading->diags, raw->node->place,
                    "exclude names no axis; it would leave out "
                    "everything");
    }
    loading->scenario->excludes = patterns;
    loading->scenario->excludes_count = count;
}

static void load_thresholds(struct hb_loading *loading)
{
    struct hb_threshold *thresholds =
        hb_arena_calloc(loading->arena, HB_METRIC_COUNT, sizeof *thresholds);
    size_t count = 0;

    for (int metric = 0; metric < HB_METRIC_COUNT; metric++) {
        const struct hb_node *node = loading->raw->thresholds.values[metric];

        if (node != NULL)
            thresholds[count++] = hb_threshold_parse((enum hb_metric)metric, node);
    }
    loading->scenario->thresholds = thresholds;
    loading->scenario->thresholds_count = count;
}

/* One run of digits of a processor list; -1 when there is none or it is absurd. */
static int read_cpu(const char **text)
{
    int cpu = 0;

    if (**text < '0' || **text > '9')
        return -1;
    while (**text >= '0' && **text <= '9' && cpu < 100000)
        cpu = cpu * 10 + *(*text)++ - '0';
    return cpu < 4096 ? cpu : -1;
}

/* "0-1,3" */
static bool is_cpu_list(const char *text)
{
    for (;;) {
        int first = read_cpu(&text), last = first;

        if (*text == '-') {
            text++;
            last = read_cpu(&text);
        }
        if (first < 0 || last < first)
            return false;
        if (*text == '\0')
            return true;
        if (*text++ != ',')
            return false;
    }
}

static const char *load_cpus(struct hb_loading *loading, const char *key, const char *list)
{
    if (list != NULL && !is_cpu_list(list))
        hb_diag(loading->diags, hb_node_place(loading->raw->run.cpus.node, key),
                "'%s': expected processors such as 0-1,3, got %s", key,
                hb_quote(loading->diags, list));
    return list;
}

static void check_processes(struct hb_loading *loading)
{
    const struct hb_scenario *scenario = loading->scenario;

    for (size_t i = 0; i < scenario->concurrency_count; i++) {
        if (scenario->concurrency[i] >= scenario->run.processes || scenario->concurrency[i] == 0)
            continue;
        hb_diag(loading->diags, hb_node_place(hb_node_get(loading->raw->node, "run"), "processes"),
                "'processes': %u cannot share a concurrency of %" PRIu32, scenario->run.processes,
                scenario->concurrency[i]);
        return;
    }
}

static void load_run(struct hb_loading *loading)
{
    const struct hb_raw_run *raw = &loading->raw->run;

    loading->scenario->run = (struct hb_run_options){
        .warmup_ns = raw->warmup_ns,
        .cooldown_ns = raw->cooldown_ns,
        .drain_ns = raw->drain_ns,
        .rounds = (unsigned)raw->rounds,
        .seed = (uint64_t)raw->seed,
        .processes = (unsigned)raw->processes,
        .client_cpus = load_cpus(loading, "client", raw->cpus.client),
        .server_cpus = load_cpus(loading, "server", raw->cpus.server),
        .missing_clients = raw->missing_clients == 0 ? HB_MISSING_ERROR : HB_MISSING_SKIP,
    };
    check_processes(loading);
}

static void load_request(struct hb_loading *loading)
{
    const struct hb_raw_request *raw = &loading->raw->request;

    loading->scenario->timeout_ns = raw->timeout_ns;
    loading->scenario->connect_timeout_ns = raw->connect_timeout_ns;
    loading->scenario->keepalive = raw->keepalive;
    if (hb_check_headers(loading, raw->headers) != 0)
        return; /* reported */
}

/* The name of the file without its ending, when the scenario does not name itself. */
static const char *default_name(struct hb_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t length = dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base);

    return strcmp(path, "-") == 0 ? "scenario" : hb_arena_strndup(arena, base, length);
}

static void load_names(struct hb_loading *loading, const char *path)
{
    const struct hb_raw_scenario *raw = loading->raw;
    struct hb_scenario *scenario = loading->scenario;
    const char **hosts =
        hb_arena_calloc(loading->arena, raw->allow_remote_count + 1, sizeof *hosts);
    const char *json = hb_node_canonical(loading->arena, raw->node, true);

    for (size_t i = 0; i < raw->allow_remote_count; i++)
        hosts[i] = raw->allow_remote[i];
    scenario->allow_remote = hosts;
    scenario->name = raw->name != NULL ? raw->name : default_name(loading->arena, path);
    scenario->description = raw->description != NULL ? raw->description : "";
    scenario->path = hb_arena_strdup(loading->arena, path);
    scenario->text = raw->node->place.source->text;
    scenario->root = raw->node;
    snprintf(scenario->hash, sizeof scenario->hash, "%016" PRIx64,
             (uint64_t)XXH3_64bits(json, strlen(json)));
}

static void load_all(struct hb_loading *loading, const char *path)
{
    load_names(loading, path);
    load_request(loading);
    load_methods(loading);
    load_servers(loading);
    load_clients(loading);
    load_urls(loading);
    load_concurrency(loading);
    load_durations(loading);
    load_rates(loading);
    load_protocols(loading);
    load_excludes(loading);
    if (hb_diags_total(loading->diags) == 0) /* they need the axes whole */
        hb_load_includes(loading);
    load_thresholds(loading);
    load_run(loading);
}

static size_t count_sets(const struct hb_scenario_overrides *overrides)
{
    size_t count = 0;

    while (overrides != NULL && overrides->sets != NULL && overrides->sets[count] != NULL)
        count++;
    return count;
}

/* A scenario's text, from a file (text NULL) or from memory. */
struct input {
    const char *path, *text;
    size_t length;
    const struct hb_scenario_overrides *overrides;
};

static int read_document(const struct input *input, struct hb_document *document,
                         struct hb_diags *diags)
{
    unsigned features = HB_DOCUMENT_EXTENDS | HB_DOCUMENT_ENVIRONMENT;
    size_t count = count_sets(input->overrides);
    const char *const *sets = count > 0 ? input->overrides->sets : NULL;

    if (input->text != NULL)
        return hb_document_parse(document, input->path, input->text, input->length, features, sets,
                                 count, diags);
    return hb_document_load(document, input->path, features, sets, count, diags);
}

static int load(const struct input *input, struct hb_loading *loading, struct hb_error *err)
{
    struct hb_raw_scenario *raw = hb_arena_alloc(loading->arena, sizeof *raw);
    struct hb_document document;
    int result;

    if (hb_environment_read(&loading->environment, err) != 0)
        return -1;
    hb_document_init(&document, loading->arena);
    result = read_document(input, &document, loading->diags);
    if (document.root == NULL)
        return -1;
    if (hb_bind(&loading->bind, &hb_scenario_table, document.root, raw) != 0)
        result = -1;
    loading->raw = raw;
    loading->scenario = hb_arena_alloc(loading->arena, sizeof *loading->scenario);
    load_all(loading, input->path);
    return hb_diags_total(loading->diags) > 0 ? -1 : result;
}

static int load_input(const struct input *input, const struct hb_registry *registry,
                      struct hb_arena *arena, struct hb_secrets *secrets,
                      struct hb_scenario **ret_scenario, struct hb_diags *diags,
                      struct hb_error *err)
{
    struct hb_loading loading = {.arena = arena,
                                 .diags = diags,
                                 .registry = registry,
                                 .bind = {.arena = arena, .diags = diags, .secrets = secrets}};

    if (load(input, &loading, err) != 0)
        return -1;
    *ret_scenario = loading.scenario;
    return 0;
}

int hb_scenario_load(const char *path, const struct hb_scenario_overrides *overrides,
                     const struct hb_registry *registry, struct hb_arena *arena,
                     struct hb_secrets *secrets, struct hb_scenario **ret_scenario,
                     struct hb_diags *diags, struct hb_error *err)
{
    const struct input input = {.path = path, .overrides = overrides};

    return load_input(&input, registry, arena, secrets, ret_scenario, diags, err);
}

int hb_scenario_parse(const char *name, const char *text, size_t length,
                      const struct hb_scenario_overrides *overrides,
                      const struct hb_registry *registry, struct hb_arena *arena,
                      struct hb_secrets *secrets, struct hb_scenario **ret_scenario,
                      struct hb_diags *diags, struct hb_error *err)
{
    const struct input input = {name, text, length, overrides};

    return load_input(&input, registry, arena, secrets, ret_scenario, diags, err);
}
