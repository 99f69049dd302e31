/* Many requests for one URL entry: a growing array, and the JSON-lines file that fills it. */
#include "scenario/variants.h"

#include <string.h>
#include <xxhash.h>

void hb_requests_add(struct hb_loading *loading, struct hb_requests *requests, const char *url,
                     const char *written, const struct hb_body *body)
{
    if (requests->count == requests->capacity) {
        size_t capacity = requests->capacity > 0 ? requests->capacity * 2 : 4;
        struct hb_request *items = hb_arena_calloc(loading->arena, capacity, sizeof *items);

        if (requests->count > 0)
            memcpy(items, requests->items, requests->count * sizeof *items);
        requests->items = items;
        requests->capacity = capacity;
    }
    requests->items[requests->count++] = (struct hb_request){url, body->data, body->bytes};
    requests->digest = XXH3_64bits_withSeed(written, strlen(written) + 1, requests->digest);
    requests->digest = XXH3_64bits_withSeed(&body->hash, sizeof body->hash, requests->digest);
}

/* The file as it is read, and where we are in it. */
struct reading {
    struct hb_loading *loading;
    const struct hb_raw_url *raw;
    struct hb_requests *requests;
    struct hb_body common; /* of lines that have no body */
    unsigned line;
};

static int line_error(const struct reading *reading, const char *problem)
{
    struct hb_place place = {
        .file = reading->raw->variants_file, .line = reading->line, .column = 1};

    return hb_diag(reading->loading->diags, place, "%s", problem);
}

static int line_body(const struct reading *reading, const json_t *body, struct hb_body *ret)
{
    struct hb_loading *loading = reading->loading;

    *ret = reading->common;
    if (body == NULL)
        return 0;
    if (!json_is_string(body))
        return line_error(reading, "'body': expected a string");
    ret->bytes = json_string_length(body);
    ret->data = hb_arena_memdup(loading->arena, json_string_value(body), ret->bytes);
    ret->hash = XXH3_64bits(ret->data, ret->bytes);
    return 0;
}

static int check_keys(const struct reading *reading, json_t *object)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (strcmp(key, "url") != 0 && strcmp(key, "body") != 0)
            return line_error(reading, "expected only the keys 'url' and 'body'");
    }
    return 0;
}

static int add_object(const struct reading *reading, json_t *object)
{
    const json_t *url = json_object_get(object, "url");
    const struct hb_node *entry = reading->raw->url;
    const char *text = url != NULL ? json_string_value(url) : entry->text;
    const char *problem = text != NULL ? hb_request_url_problem(text) : "expected a string";
    struct hb_body body;

    if (check_keys(reading, object) != 0)
        return -1;
    if (problem != NULL)
        return line_error(reading, hb_arena_printf(reading->loading->arena, "'url': %s", problem));
    if (line_body(reading, json_object_get(object, "body"), &body) != 0)
        return -1;
    text = hb_arena_strdup(reading->loading->arena, text);
    hb_requests_add(reading->loading, reading->requests, text,
                    url != NULL ? text : hb_node_public_text(entry), &body);
    return 0;
}

static int add_line(const struct reading *reading, const char *line, size_t length)
{
    json_t *object;
    int result;

    while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL && line[length - 1] != '\0')
        length--;
    if (length == 0) /* a blank line */
        return 0;
    if (reading->requests->count == HB_VARIANTS_MAX)
        return line_error(reading, "more than the limit of 100000 requests");
    object = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object)) {
        json_decref(object);
        return line_error(reading, "expected a JSON object");
    }
    result = add_object(reading, object);
    json_decref(object);
    return result;
}

static int add_lines(struct reading *reading, const struct hb_body *file)
{
    const char *line = file->data, *end = line + file->bytes;
    int result = 0;

    for (reading->line = 1; line < end; reading->line++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));

        if (stop == NULL)
            stop = end;
        if (add_line(reading, line, (size_t)(stop - line)) != 0)
            result = -1;
        if (hb_diags_total(reading->loading->diags) > HB_DIAGS_MAX)
            return -1;
        line = stop < end ? stop + 1 : end;
    }
    return result;
}

int hb_read_variants(struct hb_loading *loading, const struct hb_raw_url *raw,
                     struct hb_requests *requests)
{
    struct hb_place place = hb_node_place(raw->node, "variants_file");
    struct reading reading = {.loading = loading, .raw = raw, .requests = requests};
    struct hb_body file;

    if (hb_load_body(loading, raw->body, raw->body_file, place, &reading.common) != 0 ||
        hb_load_body(loading, NULL, raw->variants_file, place, &file) != 0)
        return -1;
    if (add_lines(&reading, &file) != 0)
        return -1;
    if (requests->count == 0)
        return hb_diag(loading->diags, place, "'variants_file': no request in it");
    return 0;
}
