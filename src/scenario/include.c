/*
 * `include`: each entry is a whole cell. Its values are looked for in the axes and added behind
 * them when they are new; an axis with a single value need not be named.
 */
#include <string.h>

#include "scenario/grow.h"
#include "scenario/subject.h"

struct including {
    struct hb_loading *loading;
    const struct hb_raw_include *raw;
    bool failed;
};

static bool is_written(const struct including *at, const char *key)
{
    return hb_node_get(at->raw->node, key) != NULL;
}

static size_t fail(struct including *at)
{
    at->failed = true;
    return 0;
}

static size_t lacks(struct including *at, const char *key, size_t count)
{
    hb_diag(at->loading->diags, at->raw->node->place,
            "include lacks the key '%s', and the axis has %zu values", key, count);
    return fail(at);
}

/* How many values of the matrix an axis has; what other includes added is not among them. */
static size_t matrix_count(const struct including *at, const struct hb_growing_axis *axis)
{
    size_t own = *axis->count - *axis->appended;

    return axis->same == hb_same_clients ? own / hb_subjects_width(at->loading) : own;
}

/*
 * The index of what the entry says of an axis; `value` NULL: nothing. `result` is that of loading
 * the value, which has been reported when it is not 0.
 */
static size_t index_of(struct including *at, const struct hb_growing_axis *axis, const void *value,
                       int result)
{
    size_t own = matrix_count(at, axis);

    if (value == NULL)
        return own == 1 ? 0 : lacks(at, axis->key, own);
    return result == 0 ? hb_axis_find_or_add(axis, value) : fail(at);
}

/* Where subjects have servers of their own, there is one of the matrix, and each cell has it. */
static size_t include_server(struct including *at)
{
    const struct hb_growing_axis axis = HB_GROWING_AXIS("server", at->loading, servers, servers);
    struct hb_server_spec spec;
    bool written = is_written(at, axis.key);

    if (hb_subjects_differ_in_server(at->loading)) {
        if (!written)
            return 0;
        hb_diag(at->loading->diags, hb_node_place(at->raw->node, axis.key),
                "'server': subjects say who answers, in every cell");
        return fail(at);
    }
    if (!written)
        return index_of(at, &axis, NULL, 0);
    return index_of(at, &axis, &spec, hb_load_server(at->loading, &at->raw->server, &spec));
}

/* A new client is added for all subjects. */
static size_t add_client(struct including *at, const struct hb_growing_axis *axis,
                         struct hb_client_spec *spec)
{
    size_t count = *axis->count, width = hb_subjects_width(at->loading);
    size_t index;

    spec->subject = at->loading->scenario->subjects_count > 0 ? 0 : HB_NO_SUBJECT;
    index = hb_axis_find_or_add(axis, spec);
    if (index < count)
        return index;
    *axis->count += width - 1;
    *axis->appended += width - 1;
    if (hb_subjects_patch_client(at->loading, &at->raw->client,
                                 &at->loading->axes.clients[index]) != 0)
        return fail(at);
    return index;
}

static size_t include_client(struct including *at)
{
    const struct hb_growing_axis axis = HB_GROWING_AXIS("client", at->loading, clients, clients);
    struct hb_client_spec spec;

    if (!is_written(at, axis.key))
        return index_of(at, &axis, NULL, 0);
    if (hb_load_client(at->loading, &at->raw->client, &spec) != 0)
        return fail(at);
    return add_client(at, &axis, &spec);
}

static size_t include_url(struct including *at)
{
    const struct hb_growing_axis axis = HB_GROWING_AXIS("url", at->loading, urls, urls);
    unsigned methods =
        is_written(at, "method") ? 1u << at->raw->method : at->loading->scenario->methods;
    struct hb_url_spec spec;

    if (!is_written(at, axis.key))
        return index_of(at, &axis, NULL, 0);
    return index_of(at, &axis, &spec, hb_load_url(at->loading, &at->raw->url, methods, &spec));
}

/* The method as written, or the only one that the URL is used with. */
static enum hb_method include_method(struct including *at, size_t url)
{
    unsigned bits = at->loading->scenario->urls[url].methods;

    if (is_written(at, "method"))
        return (enum hb_method)at->raw->method;
    if (!at->failed && __builtin_popcount(bits) != 1)
        lacks(at, "method", (size_t)__builtin_popcount(bits));
    return bits != 0 ? (enum hb_method)__builtin_ctz(bits) : HB_METHOD_GET;
}

static size_t include_concurrency(struct including *at)
{
    const struct hb_growing_axis axis =
        HB_GROWING_AXIS("concurrency", at->loading, concurrency, concurrency);
    struct hb_place place = hb_node_place(at->raw->node, axis.key);
    uint32_t wanted;

    if (!is_written(at, axis.key))
        return index_of(at, &axis, NULL, 0);
    return index_of(at, &axis, &wanted,
                    hb_load_concurrency(at->loading, at->raw->concurrency, place, &wanted));
}

static size_t include_duration(struct including *at)
{
    const struct hb_growing_axis axis =
        HB_GROWING_AXIS("duration", at->loading, durations_ns, durations);

    return index_of(at, &axis, is_written(at, axis.key) ? &at->raw->duration : NULL, 0);
}

static size_t include_rate(struct including *at)
{
    const struct hb_growing_axis axis = HB_GROWING_AXIS("rate", at->loading, rates, rates);
    struct hb_rate wanted;

    if (!is_written(at, axis.key))
        return index_of(at, &axis, NULL, 0);
    return index_of(at, &axis, &wanted, hb_load_rate(at->loading, &at->raw->rate, &wanted));
}

static size_t include_protocol(struct including *at)
{
    const struct hb_growing_axis axis =
        HB_GROWING_AXIS("protocol", at->loading, protocols, protocols);
    enum hb_http wanted = hb_load_protocol(at->raw->protocol);

    return index_of(at, &axis, is_written(at, axis.key) ? &wanted : NULL, 0);
}

static size_t include_profile(struct including *at)
{
    const struct hb_growing_axis axis = HB_GROWING_AXIS("profile", at->loading, profiles, profiles);
    enum hb_profile wanted = hb_load_profile(at->raw->profile);

    return index_of(at, &axis, is_written(at, axis.key) ? &wanted : NULL, 0);
}

static struct hb_include load_include(struct including *at)
{
    struct hb_include include = {.place = at->raw->node->place};

    include.server = include_server(at);
    include.client = include_client(at);
    include.url = include_url(at);
    include.method = include_method(at, include.url);
    include.concurrency = include_concurrency(at);
    include.duration = include_duration(at);
    include.rate = include_rate(at);
    include.protocol = include_protocol(at);
    include.profile = include_profile(at);
    return include;
}

static size_t server_of(const struct hb_scenario *scenario, size_t server, uint32_t subject)
{
    if (hb_server_serves(&scenario->servers[server], subject))
        return server;
    for (size_t i = 0; i < scenario->servers_count; i++) {
        if (hb_server_serves(&scenario->servers[i], subject))
            return i;
    }
    return server;
}

/* The cell of each subject; the control has cells of others. */
static size_t put_subjects(const struct hb_scenario *scenario, const struct hb_include *include,
                           struct hb_include *ret)
{
    size_t count = 0;

    if (scenario->subjects_count == 0) {
        ret[0] = *include;
        return 1;
    }
    for (uint32_t subject = 0; subject < scenario->subjects_count; subject++) {
        if (scenario->subjects[subject].control)
            continue;
        ret[count] = *include;
        ret[count].client += subject;
        ret[count].server = server_of(scenario, include->server, subject);
        count++;
    }
    return count;
}

void hb_load_includes(struct hb_loading *loading)
{
    size_t width = hb_subjects_width(loading), count = 0;
    struct hb_include *includes =
        hb_arena_calloc(loading->arena, loading->raw->includes_count * width, sizeof *includes);

    for (size_t i = 0; i < loading->raw->includes_count; i++) {
        struct including at = {.loading = loading, .raw = &loading->raw->includes[i]};
        struct hb_include include;

        if (at.raw->node->kind != HB_NODE_MAPPING)
            continue;
        include = load_include(&at);
        if (!at.failed)
            count += put_subjects(loading->scenario, &include, includes + count);
    }
    loading->scenario->includes = includes;
    loading->scenario->includes_count = count;
}
