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
#include "scenario/subject.h"

struct hb_pattern hb_load_pattern(const struct hb_raw_pattern *raw)
{
    return (struct hb_pattern){
        .server = raw->server,
        .client = raw->client,
        .method = raw->method,
        .url = raw->url,
        .concurrency = raw->concurrency,
        .duration = raw->duration,
        .rate = raw->rate,
        .protocol = raw->protocol,
        .profile = raw->profile,
        .place = raw->node->place,
    };
}

static void load_excludes(struct hb_loading *loading)
{
    size_t count = loading->raw->excludes_count;
    struct hb_pattern *patterns = hb_arena_calloc(loading->arena, count, sizeof *patterns);

    for (size_t i = 0; i < count; i++) {
        const struct hb_raw_pattern *raw = &loading->raw->excludes[i];

        patterns[i] = hb_load_pattern(raw);
        if (raw->node->kind == HB_NODE_MAPPING && raw->node->count == 0)
            hb_diag(loading->diags, raw->node->place,
                    "exclude names no axis; it would leave out "
                    "everything");
    }
    loading->scenario->excludes = patterns;
    loading->scenario->excludes_count = count;
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

/* With clients of its own, the scenario has a registry of its own. */
static int load_definitions(struct hb_loading *loading, const char *path, struct hb_error *err)
{
    const struct hb_raw_define *define = &loading->raw->define;
    struct hb_registry *registry;

    if (define->clients_count == 0)
        return 0;
    registry = hb_arena_memdup(loading->arena, loading->registry, sizeof *registry);
    registry->arena = loading->arena;
    loading->registry = registry;
    return hb_registry_define(registry, define->clients, define->clients_count, path,
                              loading->diags, err);
}

/* A scenario's text, from a file (text NULL) or from memory. */
struct input {
    const char *path, *text;
    size_t length;
    const struct hb_scenario_overrides *overrides;
};

static void load_all(struct hb_loading *loading, const struct input *input)
{
    load_names(loading, input->path);
    load_request(loading);
    hb_load_subjects(loading, input->overrides != NULL ? input->overrides->control_cells : 0);
    hb_load_axes(loading);
    load_excludes(loading);
    if (hb_diags_total(loading->diags) == 0) /* they need the axes whole */
        hb_load_includes(loading);
    hb_load_run(loading);
    hb_load_gate(loading);
    if (hb_diags_total(loading->diags) == 0 && loading->scenario->run.yardstick)
        hb_load_yardsticks(loading);
}

static size_t count_sets(const struct hb_scenario_overrides *overrides)
{
    size_t count = 0;

    while (overrides != NULL && overrides->sets != NULL && overrides->sets[count] != NULL)
        count++;
    return count;
}

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

/* Its texts outlive the scenario: they are of the command line, or in its arena. */
static const struct hb_scenario_overrides *keep(const struct hb_scenario_overrides *overrides,
                                                struct hb_arena *arena)
{
    struct hb_scenario_overrides *copy;

    if (overrides == NULL)
        return NULL;
    copy = hb_arena_memdup(arena, overrides, sizeof *overrides);
    if (overrides->subjects_count > 0)
        copy->subjects = hb_arena_memdup(arena, overrides->subjects,
                                         overrides->subjects_count * sizeof *overrides->subjects);
    return copy;
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
    hb_subjects_lay(document.root, input->overrides, loading->arena, loading->diags);
    if (hb_bind(&loading->bind, &hb_scenario_table, document.root, raw) != 0)
        result = -1;
    loading->raw = raw;
    loading->scenario = hb_arena_alloc(loading->arena, sizeof *loading->scenario);
    loading->scenario->overrides = keep(input->overrides, loading->arena);
    if (result == 0) /* definitions trust every value to be one of its type */
        result = load_definitions(loading, input->path, err);
    load_all(loading, input);
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
