/*
 * `include`: each entry is a whole cell. Its values are looked for in the axes and added behind
 * them when they are new; an axis with a single value need not be named.
 */
#include <string.h>

#include "scenario/load.h"

struct including {
    struct hb_loading *loading;
    const struct hb_raw_include *raw;
    bool failed;
};

static bool is_written(const struct including *at, const char *key)
{
    return hb_node_get(at->raw->node, key) != NULL;
}

/* The index for an axis that the entry does not name. `count`: without what includes added. */
static size_t only_value(struct including *at, const char *key, size_t count)
{
    if (count != 1) {
        at->failed = true;
        hb_diag(at->loading->diags, at->raw->node->place,
                "include lacks the key '%s', and the axis has %zu values", key, count);
    }
    return 0;
}

/* An axis whose values are structs with a canonical text at `canonical_offset`. */
struct spec_axis {
    void *values;
    size_t *count, *appended;
    size_t bytes, canonical_offset;
};

static const char *canonical_at(const struct spec_axis *axis, const void *value)
{
    const char *text;

    memcpy(&text, (const char *)value + axis->canonical_offset, sizeof text);
    return text;
}

static size_t find_or_add(const struct spec_axis *axis, const void *value)
{
    char *values = axis->values;

    for (size_t i = 0; i < *axis->count; i++) {
        if (strcmp(canonical_at(axis, values + i * axis->bytes), canonical_at(axis, value)) == 0)
            return i;
    }
    memcpy(values + *axis->count * axis->bytes, value, axis->bytes);
    ++*axis->appended;
    return (*axis->count)++;
}

/* The axes are const to all but the loader, which has made them. */
#define UNCONST(pointer) ((void *)(uintptr_t)(pointer))
#define SPEC_AXIS(scenario, array, type)                                                           \
    {                                                                                              \
        UNCONST((scenario)->array), &(scenario)->array##_count, &(scenario)->appended.array,       \
            sizeof(struct type), offsetof(struct type, canonical)                                  \
    }

static size_t include_server(struct including *at)
{
    struct hb_scenario *scenario = at->loading->scenario;
    const struct spec_axis axis = SPEC_AXIS(scenario, servers, hb_server_spec);
    struct hb_server_spec spec;

    if (!is_written(at, "server"))
        return only_value(at, "server", scenario->servers_count - scenario->appended.servers);
    if (hb_load_server(at->loading, &at->raw->server, &spec) == 0)
        return find_or_add(&axis, &spec);
    at->failed = true;
    return 0;
}

static size_t include_client(struct including *at)
{
    struct hb_scenario *scenario = at->loading->scenario;
    const struct spec_axis axis = SPEC_AXIS(scenario, clients, hb_client_spec);
    struct hb_client_spec spec;

    if (!is_written(at, "client"))
        return only_value(at, "client", scenario->clients_count - scenario->appended.clients);
    if (hb_load_client(at->loading, &at->raw->client, &spec) == 0)
        return find_or_add(&axis, &spec);
    at->failed = true;
    return 0;
}

static size_t include_url(struct including *at)
{
    struct hb_scenario *scenario = at->loading->scenario;
    const struct spec_axis axis = SPEC_AXIS(scenario, urls, hb_url_spec);
    unsigned methods = is_written(at, "method") ? 1u << at->raw->method : scenario->methods;
    struct hb_url_spec spec;

    if (!is_written(at, "url"))
        return only_value(at, "url", scenario->urls_count - scenario->appended.urls);
    if (hb_load_url(at->loading, &at->raw->url, methods, &spec) == 0)
        return find_or_add(&axis, &spec);
    at->failed = true;
    return 0;
}

/* The method as written, or the only one that the URL is used with. */
static enum hb_method include_method(struct including *at, size_t url)
{
    unsigned bits = at->loading->scenario->urls[url].methods;

    if (is_written(at, "method"))
        return (enum hb_method)at->raw->method;
    if (!at->failed && __builtin_popcount(bits) != 1)
        only_value(at, "method", (size_t)__builtin_popcount(bits));
    return bits != 0 ? (enum hb_method)__builtin_ctz(bits) : HB_METHOD_GET;
}

/* Axes of plain values. */
#define FIND_OR_ADD(scenario, member, array, type, wanted, equal)                                  \
    ({                                                                                             \
        type *values_ = UNCONST((scenario)->member);                                               \
        size_t at_ = 0;                                                                            \
        while (at_ < (scenario)->array##_count && !(equal(values_[at_], wanted)))                  \
            at_++;                                                                                 \
        if (at_ == (scenario)->array##_count) {                                                    \
            values_[(scenario)->array##_count++] = (wanted);                                       \
            (scenario)->appended.array++;                                                          \
        }                                                                                          \
        at_;                                                                                       \
    })
#define SAME(a, b) ((a) == (b))
#define SAME_RATE(a, b) ((a).per_second == (b).per_second && (a).arrivals == (b).arrivals)

static size_t include_concurrency(struct including *at)
{
    struct hb_scenario *scenario = at->loading->scenario;
    uint32_t wanted;

    if (!is_written(at, "concurrency"))
        return only_value(at, "concurrency",
                          scenario->concurrency_count - scenario->appended.concurrency);
    if (hb_load_concurrency(at->loading, at->raw->concurrency,
                            hb_node_place(at->raw->node, "concurrency"), &wanted) == 0)
        return FIND_OR_ADD(scenario, concurrency, concurrency, uint32_t, wanted, SAME);
    at->failed = true;
    return 0;
}

static size_t include_duration(struct including *at)
{
    struct hb_scenario *scenario = at->loading->scenario;

    if (!is_written(at, "duration"))
        return only_value(at, "duration", scenario->durations_count - scenario->appended.durations);
    return FIND_OR_ADD(scenario, durations_ns, durations, int64_t, at->raw->duration, SAME);
}

static size_t include_rate(struct including *at)
{
    struct hb_scenario *scenario = at->loading->scenario;
    struct hb_rate wanted = hb_load_rate(&at->raw->rate);

    if (!is_written(at, "rate"))
        return only_value(at, "rate", scenario->rates_count - scenario->appended.rates);
    return FIND_OR_ADD(scenario, rates, rates, struct hb_rate, wanted, SAME_RATE);
}

static size_t include_protocol(struct including *at)
{
    struct hb_scenario *scenario = at->loading->scenario;
    enum hb_http wanted = hb_load_protocol(at->raw->protocol);

    if (!is_written(at, "protocol"))
        return only_value(at, "protocol", scenario->protocols_count - scenario->appended.protocols);
    return FIND_OR_ADD(scenario, protocols, protocols, enum hb_http, wanted, SAME);
}

void hb_load_includes(struct hb_loading *loading)
{
    size_t count = loading->raw->includes_count;
    struct hb_include *includes = hb_arena_calloc(loading->arena, count, sizeof *includes);

    for (size_t i = 0; i < count; i++) {
        struct including at = {.loading = loading, .raw = &loading->raw->includes[i]};
        struct hb_include *include = &includes[i];

        if (at.raw->node->kind != HB_NODE_MAPPING)
            continue;
        include->place = at.raw->node->place;
        include->server = include_server(&at);
        include->client = include_client(&at);
        include->url = include_url(&at);
        include->method = include_method(&at, include->url);
        include->concurrency = include_concurrency(&at);
        include->duration = include_duration(&at);
        include->rate = include_rate(&at);
        include->protocol = include_protocol(&at);
    }
    loading->scenario->includes = includes;
    loading->scenario->includes_count = count;
}
