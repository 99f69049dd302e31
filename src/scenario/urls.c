/*
 * URLs: an entry of the axis made into the requests a worker sends, and the digest that tells two
 * entries with the same path apart in a cell's identity.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <xxhash.h>

#include "scenario/load.h"
#include "scenario/variants.h"

static int check_url(struct hb_loading *loading, const struct hb_node *url)
{
    const char *problem = hb_request_url_problem(url->text);

    if (problem == NULL)
        return 0;
    return hb_diag(loading->diags, url->place, "'url': %s, got %s", problem,
                   hb_quote(loading->diags, hb_node_public_text(url)));
}

static struct hb_place body_place(const struct hb_node *node)
{
    return hb_node_place(node, hb_node_get(node, "body_file") != NULL ? "body_file" : "body");
}

/* One request, from a variant or from the entry itself; its place in the digest, too. */
static int load_request(struct hb_loading *loading, const struct hb_raw_url *raw,
                        const struct hb_raw_variant *variant, struct hb_requests *requests)
{
    bool own_body = variant->body != NULL || variant->body_file != NULL;
    const struct hb_node *url = variant->url != NULL ? variant->url : raw->url;
    const struct hb_node *where = own_body ? variant->node : raw->node;
    struct hb_body body;

    if (variant->url != NULL && check_url(loading, variant->url) != 0)
        return -1;
    if (hb_load_body(loading, own_body ? variant->body : raw->body,
                     own_body ? variant->body_file : raw->body_file, body_place(where), &body) != 0)
        return -1;
    hb_requests_add(loading, requests, url->text, hb_node_public_text(url), &body);
    return 0;
}

static int load_requests(struct hb_loading *loading, const struct hb_raw_url *raw,
                         struct hb_requests *requests)
{
    static const struct hb_raw_variant itself;
    int result = 0;

    if (raw->variants != NULL && raw->variants_file != NULL)
        return hb_diag(loading->diags, hb_node_place(raw->node, "variants_file"),
                       "'variants' and 'variants_file' exclude each other");
    if (raw->variants_file != NULL)
        return hb_read_variants(loading, raw, requests);
    if (raw->variants == NULL)
        return load_request(loading, raw, &itself, requests);
    for (size_t i = 0; i < raw->variants_count; i++) {
        if (load_request(loading, raw, &raw->variants[i], requests) != 0)
            result = -1;
    }
    return result;
}

static bool has_body(const struct hb_requests *requests)
{
    for (size_t i = 0; i < requests->count; i++) {
        if (requests->items[i].body != NULL)
            return true;
    }
    return false;
}

/* What a body without a Content-Type gets: libraries would each choose another. */
static const char *content_type(const struct hb_requests *requests)
{
    const struct hb_request *request = requests->items;
    json_t *json;

    if (!has_body(requests))
        return NULL;
    while (request->body == NULL)
        request++;
    json = json_loadb(request->body, request->body_bytes, 0, NULL);
    json_decref(json);
    return json != NULL ? "application/json" : "application/octet-stream";
}

static int check_methods(struct hb_loading *loading, const struct hb_raw_url *raw,
                         const struct hb_requests *requests, unsigned methods)
{
    unsigned bodiless = 1u << HB_METHOD_GET | 1u << HB_METHOD_HEAD;

    if ((methods & bodiless) == 0 || !has_body(requests))
        return 0;
    hb_diag(loading->diags, body_place(raw->node), "a body cannot be sent with %s",
            (methods & 1u << HB_METHOD_GET) != 0 ? "GET" : "HEAD");
    hb_diag_hint(loading->diags, "give the URL methods of its own: methods: [POST]");
    return -1;
}

/* Headers by lower-case name, so that order and case make no other cell. */
static json_t *headers_digest(const struct hb_loading *loading, const struct hb_node *own)
{
    const struct hb_node *sources[] = {loading->raw->request.headers, own};
    json_t *json = json_object();

    for (size_t s = 0; s < HB_ARRAY_LEN(sources); s++) {
        for (size_t i = 0; sources[s] != NULL && i < sources[s]->count; i++) {
            const struct hb_node_pair *pair = &sources[s]->pairs[i];
            char *name = hb_arena_strdup(loading->arena, pair->key->text);

            for (char *c = name; *c != '\0'; c++)
                *c |= *c >= 'A' && *c <= 'Z' ? 0x20 : 0;
            json_object_set_new(json, name, json_string(hb_node_public_text(pair->value)));
        }
    }
    return json;
}

/* Everything about the request but its path, defaults left out; empty for a plain one. */
static json_t *request_digest(const struct hb_loading *loading, const struct hb_raw_url *raw,
                              const struct hb_requests *requests, const struct hb_expect *expect)
{
    json_t *json = json_object(), *headers = headers_digest(loading, raw->headers);

    if (json_object_size(headers) > 0)
        json_object_set(json, "headers", headers);
    json_decref(headers);
    if (requests->count > 1 || has_body(requests))
        json_object_set_new(json, "requests", json_integer((json_int_t)requests->digest));
    if (expect->status != 0)
        json_object_set_new(json, "status", json_integer(expect->status));
    if (expect->length_bytes >= 0)
        json_object_set_new(json, "length", json_integer(expect->length_bytes));
    if (!loading->raw->request.keepalive)
        json_object_set_new(json, "keepalive", json_false());
    return json;
}

static const char *canonical(struct hb_loading *loading, const char *url, json_t *request)
{
    json_t *json = json_pack("{s:s}", "url", url);
    const char *text;
    char hex[17];

    if (json_object_size(request) > 0) {
        text = hb_json_canonical(loading->arena, request);
        snprintf(hex, sizeof hex, "%016" PRIx64, (uint64_t)XXH3_64bits(text, strlen(text)));
        json_object_set_new(json, "request", json_string(hex));
    }
    text = hb_json_canonical(loading->arena, json);
    json_decref(json);
    json_decref(request);
    return text;
}

static unsigned method_bits(const struct hb_raw_url *raw, unsigned otherwise)
{
    unsigned bits = 0;

    for (size_t i = 0; i < raw->methods_count; i++)
        bits |= 1u << raw->methods[i];
    return bits != 0 ? bits : otherwise;
}

static struct hb_expect load_expect(const struct hb_raw_expect *raw)
{
    bool length = hb_node_get(raw->node, "length") != NULL;

    return (struct hb_expect){(unsigned)raw->status, length ? raw->length : -1};
}

int hb_load_url(struct hb_loading *loading, const struct hb_raw_url *raw, unsigned methods,
                struct hb_url_spec *ret)
{
    struct hb_requests requests = {0};
    int result = -1;

    *ret = (struct hb_url_spec){.place = raw->node->place};
    if (raw->url != NULL && check_url(loading, raw->url) == 0)
        result = load_requests(loading, raw, &requests);
    if (hb_check_headers(loading, raw->headers) != 0)
        result = -1;
    if (result == 0) {
        ret->url = hb_node_public_text(raw->url);
        ret->methods = method_bits(raw, methods);
        result = check_methods(loading, raw, &requests, ret->methods);
        ret->requests = requests.items;
        ret->requests_count = requests.count;
        ret->expect = load_expect(&raw->expect);
        hb_merge_headers(loading, raw->headers, content_type(&requests), ret);
        ret->canonical =
            canonical(loading, ret->url, request_digest(loading, raw, &requests, &ret->expect));
    }
    return result;
}
