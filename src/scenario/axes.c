/*
 * The axes of the matrix, value by value. A value that is listed twice would make two cells with
 * one identity, so it is refused here, where its place is known.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/units.h"
#include "scenario/grow.h"
#include "scenario/subject.h"

/* A value of a plain axis as it was written: the item, or the single value; NULL for a default. */
static const struct hb_node *item_node(const struct hb_loading *loading, const char *key,
                                       size_t index)
{
    const struct hb_node *node = hb_node_get(loading->raw->matrix.node, key);

    if (node != NULL && node->kind == HB_NODE_SEQUENCE && index < node->count)
        return node->items[index];
    return node;
}

static struct hb_place item_place(const struct hb_loading *loading, const char *key, size_t index)
{
    const struct hb_node *node = item_node(loading, key, index);

    return node != NULL ? node->place : hb_node_place(loading->raw->node, "matrix");
}

/* What the table refused was told already, and stands in its array as the first of the choices. */
static bool item_is(const struct hb_loading *loading, const char *key, size_t index,
                    const char *name)
{
    const struct hb_node *node = item_node(loading, key, index);

    return node == NULL || (node->kind == HB_NODE_STRING && strcmp(node->text, name) == 0);
}

static int listed_twice(struct hb_loading *loading, const char *axis, const char *label,
                        struct hb_place place)
{
    return hb_diag(loading->diags, place, "'%s': %s is listed twice", axis,
                   hb_quote(loading->diags, label));
}

/* Room for the matrix's values, one more an include, and those of yardsticks. */
static void *new_axis(const struct hb_loading *loading, size_t count, size_t bytes)
{
    return hb_arena_calloc(loading->arena, count + loading->raw->includes_count + HB_YARDSTICK_ROOM,
                           bytes);
}

/* Of the matrix's only one, as subjects have it. */
static void load_servers_of_subjects(struct hb_loading *loading)
{
    struct hb_server_spec *specs = new_axis(loading, hb_subjects_width(loading) + 1, sizeof *specs);

    loading->scenario->servers_count = hb_subjects_load_servers(loading, specs);
    loading->scenario->servers = loading->axes.servers = specs;
}

static void load_servers(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    struct hb_server_spec *specs = new_axis(loading, matrix->servers_count, sizeof *specs);
    size_t count = 0;

    if (hb_subjects_differ_in_server(loading)) {
        load_servers_of_subjects(loading);
        return;
    }
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
    loading->scenario->servers = loading->axes.servers = specs;
    loading->scenario->servers_count = count;
}

/* Long choices are cut, so two labels may be alike: the later one is shown as "httpx/sync@…#2". */
static void name_client(struct hb_loading *loading, struct hb_client_spec *specs, size_t at)
{
    const char *label = specs[at].label;
    unsigned number = 1;

    for (size_t i = 0; i < at; i += hb_subjects_width(loading)) {
        if (strcmp(specs[i].canonical, specs[at].canonical) == 0)
            listed_twice(loading, "clients", label, specs[at].place);
        else if (strncmp(specs[i].label, label, strlen(label)) == 0 &&
                 strchr("#", specs[i].label[strlen(label)]) != NULL)
            number++;
    }
    if (number > 1)
        specs[at].label = hb_arena_printf(loading->arena, "%s#%u", label, number);
}

/* Of every subject, too. What is wrong in one is told once, not for each client. */
static void load_clients(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    size_t width = hb_subjects_width(loading), count = 0;
    struct hb_client_spec *specs = new_axis(
        loading, (matrix->clients_count + loading->raw->includes_count) * width, sizeof *specs);

    if (hb_node_get(matrix->node, "clients") == NULL &&
        (matrix->node == NULL || matrix->node->kind == HB_NODE_MAPPING))
        hb_diag(loading->diags, hb_node_place(loading->raw->node, "matrix"),
                "matrix lacks the key 'clients': who asks, such as [libcurl/async]");
    for (size_t i = 0; i < matrix->clients_count; i++) {
        if (hb_load_client(loading, &matrix->clients[i], &specs[count]) != 0)
            continue;
        name_client(loading, specs, count);
        if (hb_subjects_patch_client(loading, &matrix->clients[i], &specs[count]) != 0)
            break;
        count += width;
    }
    loading->scenario->clients = loading->axes.clients = specs;
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
    loading->scenario->urls = loading->axes.urls = specs;
    loading->scenario->urls_count = count;
}

static void load_methods(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;

    for (size_t i = 0; i < matrix->methods_count; i++) {
        const char *name = hb_method_name((enum hb_method)matrix->methods[i]);
        unsigned bit = 1u << matrix->methods[i];

        if (!item_is(loading, "methods", i, name))
            continue;
        if ((loading->scenario->methods & bit) != 0)
            listed_twice(loading, "methods", name, item_place(loading, "methods", i));
        loading->scenario->methods |= bit;
    }
}

int hb_load_concurrency(struct hb_loading *loading, int64_t raw, struct hb_place place,
                        uint32_t *ret)
{
    int64_t limit = loading->environment.max_concurrency;

    if (raw > HB_CONCURRENCY_MAX)
        return -1; /* the table said so */
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
    loading->scenario->concurrency = loading->axes.concurrency = values;
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
    loading->scenario->durations_ns = loading->axes.durations_ns = values;
    loading->scenario->durations_count = count;
}

static void load_rates(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    struct hb_rate *rates = new_axis(loading, matrix->rates_count, sizeof *rates);
    size_t count = 0;

    for (size_t i = 0; i < matrix->rates_count; i++) {
        if (hb_load_rate(loading, &matrix->rates[i], &rates[count]) != 0)
            continue;
        for (size_t j = 0; j < count; j++) {
            if (hb_same_rates(&rates[j], &rates[count]))
                hb_diag(loading->diags, item_place(loading, "rate", i),
                        "'rate': the same load is listed twice");
        }
        count++;
    }
    loading->scenario->rates = loading->axes.rates = rates;
    loading->scenario->rates_count = count;
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
        const char *name;

        protocols[i] = hb_load_protocol(matrix->protocols[i]);
        name = hb_http_name(protocols[i]);
        for (size_t j = 0; j < i; j++) {
            if (protocols[j] == protocols[i] && item_is(loading, "protocol", i, name))
                listed_twice(loading, "protocol", name, item_place(loading, "protocol", i));
        }
    }
    loading->scenario->protocols = loading->axes.protocols = protocols;
    loading->scenario->protocols_count = matrix->protocols_count;
}

enum hb_profile hb_load_profile(int raw)
{
    return raw == 0 ? HB_PROFILE_TUNED : HB_PROFILE_STOCK;
}

static void load_profiles(struct hb_loading *loading)
{
    const struct hb_raw_matrix *matrix = &loading->raw->matrix;
    enum hb_profile *profiles = new_axis(loading, matrix->profiles_count, sizeof *profiles);

    for (size_t i = 0; i < matrix->profiles_count; i++) {
        profiles[i] = hb_load_profile(matrix->profiles[i]);
        for (size_t j = 0; j < i; j++) {
            if (profiles[j] == profiles[i])
                listed_twice(loading, "profiles", hb_profile_name(profiles[i]),
                             item_place(loading, "profiles", i));
        }
    }
    loading->scenario->profiles = loading->axes.profiles = profiles;
    loading->scenario->profiles_count = matrix->profiles_count;
}

void hb_load_axes(struct hb_loading *loading)
{
    load_methods(loading); /* before the URLs, which fall back on them */
    load_servers(loading);
    load_clients(loading);
    load_urls(loading);
    load_concurrency(loading);
    load_durations(loading);
    load_rates(loading);
    load_protocols(loading);
    load_profiles(loading);
}
