/* Headers: checked by HTTP's rules, merged so that a worker sends each name once. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "scenario/load.h"

/* Sent unless a scenario says otherwise, since each library would add something else of its own. */
static const struct hb_header defaults[] = {
    {"User-Agent", "http-benchmark", true},
    {"Accept", "*/*", true},
    {"Accept-Encoding", "identity", true},
};

static bool is_token(const char *name)
{
    return *name != '\0' && strspn(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(name);
}

static bool has_control(const char *value)
{
    for (; *value != '\0'; value++) {
        if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7F)
            return true;
    }
    return false;
}

/* What the client itself must set, by the body and the connection it has. */
static bool is_the_clients(const char *name)
{
    static const char *const names[] = {"Content-Length", "Transfer-Encoding", "Connection",
                                        "Upgrade"};

    for (size_t i = 0; i < HB_ARRAY_LEN(names); i++) {
        if (strcasecmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static int check_header(struct hb_loading *loading, const struct hb_node_pair *pair)
{
    const char *name = pair->key->text;

    if (!is_token(name))
        return hb_diag(loading->diags, pair->key->place, "%s is not a header name",
                       hb_quote(loading->diags, name));
    if (is_the_clients(name))
        return hb_diag(loading->diags, pair->key->place,
                       "the header %s is set by the client itself", hb_quote(loading->diags, name));
    if (pair->value->broken || !hb_node_is_scalar(pair->value))
        return -1;
    if (has_control(pair->value->text))
        return hb_diag(loading->diags, pair->value->place,
                       "the value of header '%s' holds a line break or control character", name);
    if (strlen(pair->value->text) > HB_HEADER_VALUE_MAX_BYTES)
        return hb_diag(loading->diags, pair->value->place,
                       "the value of header '%s' is longer than the limit of %u bytes", name,
                       HB_HEADER_VALUE_MAX_BYTES);
    return 0;
}

static int check_twice(struct hb_loading *loading, const struct hb_node *headers, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcasecmp(headers->pairs[i].key->text, headers->pairs[at].key->text) == 0)
            return hb_diag(loading->diags, headers->pairs[at].key->place,
                           "the header %s is given twice",
                           hb_quote(loading->diags, headers->pairs[at].key->text));
    }
    return 0;
}

int hb_check_headers(struct hb_loading *loading, const struct hb_node *headers)
{
    int result = 0;

    if (headers == NULL)
        return 0;
    if (headers->count > HB_HEADERS_MAX)
        return hb_diag(loading->diags, headers->place, "more than the limit of %d headers",
                       HB_HEADERS_MAX);
    for (size_t i = 0; i < headers->count; i++) {
        if (check_header(loading, &headers->pairs[i]) != 0 || check_twice(loading, headers, i) != 0)
            result = -1;
    }
    return result;
}

/* Set a header in a list with room, replacing one of the same name. */
static void set(struct hb_header *headers, size_t *count, struct hb_header header)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcasecmp(headers[i].name, header.name) == 0) {
            headers[i] = header;
            return;
        }
    }
    headers[(*count)++] = header;
}

static void set_all(struct hb_header *headers, size_t *count, const struct hb_node *node)
{
    for (size_t i = 0; node != NULL && i < node->count; i++) {
        const struct hb_node_pair *pair = &node->pairs[i];

        set(headers, count,
            (struct hb_header){.name = pair->key->text, .value = pair->value->text});
    }
}

void hb_merge_headers(struct hb_loading *loading, const struct hb_node *url_headers,
                      const char *content_type, struct hb_url_spec *ret)
{
    const struct hb_node *common = loading->raw->request.headers;
    size_t room = HB_ARRAY_LEN(defaults) + 1 + (common != NULL ? common->count : 0) +
                  (url_headers != NULL ? url_headers->count : 0);
    struct hb_header *headers = hb_arena_calloc(loading->arena, room, sizeof *headers);
    size_t count = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(defaults); i++)
        set(headers, &count, defaults[i]);
    if (content_type != NULL)
        set(headers, &count, (struct hb_header){.name = "Content-Type", .value = content_type});
    set_all(headers, &count, common);
    set_all(headers, &count, url_headers);
    ret->headers = headers;
    ret->headers_count = count;
}
