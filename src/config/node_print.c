/*
 * The tree written out again: as JSON for cell ids and workers, as YAML for people. Where a text
 * holds something from the environment, the YAML has the text as written, so no secret leaves.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "config/node.h"

static json_t *scalar_to_json(const struct hb_node *node, bool unexpanded)
{
    if (unexpanded && node->env != NULL)
        return json_string(node->raw);
    switch (node->kind) {
    case HB_NODE_NULL:
        return json_null();
    case HB_NODE_BOOL:
        return json_boolean(node->boolean);
    case HB_NODE_INT:
        return json_integer(node->integer);
    case HB_NODE_REAL:
        return isfinite(node->real) ? json_real(node->real) : json_string(node->text);
    default:
        return json_string(node->text);
    }
}

json_t *hb_node_to_json(const struct hb_node *node, bool unexpanded)
{
    json_t *json;

    if (hb_node_is_scalar(node))
        return scalar_to_json(node, unexpanded);
    json = node->kind == HB_NODE_SEQUENCE ? json_array() : json_object();
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == HB_NODE_SEQUENCE)
            json_array_append_new(json, hb_node_to_json(node->items[i], unexpanded));
        else
            json_object_set_new(json, node->pairs[i].key->text,
                                hb_node_to_json(node->pairs[i].value, unexpanded));
    }
    return json;
}

const char *hb_json_canonical(struct hb_arena *arena, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    const char *copy = hb_arena_strdup(arena, text != NULL ? text : "null");

    free(text);
    return copy;
}

const char *hb_node_canonical(struct hb_arena *arena, const struct hb_node *node, bool unexpanded)
{
    json_t *json = hb_node_to_json(node, unexpanded);
    const char *text = hb_json_canonical(arena, json);

    json_decref(json);
    return text;
}

/* Whether a text reads back as the same string without quotes, whatever stands around it. */
static bool is_plain_safe(const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "._-/+=%<>";
    struct hb_node probe = {.text = text};
    size_t length = strlen(text);

    hb_node_resolve(&probe);
    return probe.kind == HB_NODE_STRING && strspn(text, safe) == length &&
           strchr("-=%<>", text[0]) == NULL;
}

/* A JSON string is a double-quoted YAML scalar. */
static void put_quoted(const char *text, struct hb_buf *ret)
{
    json_t *json = json_string(text);
    char *quoted = json_dumps(json, JSON_ENCODE_ANY);

    hb_buf_puts(ret, quoted != NULL ? quoted : "\"\"");
    free(quoted);
    json_decref(json);
}

/* What `$${` needs, so that a dollar which was literal stays so when the output is read again. */
static void put_dollars_doubled(const char *text, struct hb_buf *ret)
{
    for (; *text != '\0'; text++) {
        hb_buf_putc(ret, *text);
        if (*text == '$' && (text[1] == '{' || text[1] == '$'))
            hb_buf_putc(ret, '$');
    }
}

static void put_scalar(const struct hb_node *node, struct hb_buf *ret)
{
    struct hb_buf escaped;

    if (node->env != NULL && !node->quoted) {
        hb_buf_puts(ret, node->raw);
        return;
    }
    if (node->env != NULL) {
        put_quoted(node->raw, ret);
        return;
    }
    if (node->kind != HB_NODE_STRING || is_plain_safe(node->text)) {
        hb_buf_puts(ret, node->kind == HB_NODE_NULL ? "null" : node->text);
        return;
    }
    hb_buf_init(&escaped, SIZE_MAX / 4);
    put_dollars_doubled(node->text, &escaped);
    put_quoted(hb_buf_text(&escaped), ret);
    hb_buf_release(&escaped);
}

/* A scalar, or a collection with nothing in it. */
static void put_leaf(const struct hb_node *node, struct hb_buf *ret)
{
    if (hb_node_is_scalar(node))
        put_scalar(node, ret);
    else
        hb_buf_puts(ret, node->kind == HB_NODE_SEQUENCE ? "[]" : "{}");
}

static void put_node(const struct hb_node *node, int indent, bool started, struct hb_buf *ret);

static void put_key(const struct hb_node *key, struct hb_buf *ret)
{
    if (is_plain_safe(key->text))
        hb_buf_puts(ret, key->text);
    else
        put_quoted(key->text, ret);
    hb_buf_putc(ret, ':');
}

/* One item of a sequence ("- x", `key` NULL) or of a mapping ("key: x"), from the cursor on. */
static void put_member(const struct hb_node *key, const struct hb_node *value, int indent,
                       struct hb_buf *ret)
{
    if (key != NULL)
        put_key(key, ret);
    else
        hb_buf_putc(ret, '-');
    if (hb_node_is_scalar(value) || value->count == 0) {
        hb_buf_putc(ret, ' ');
        put_leaf(value, ret);
        hb_buf_putc(ret, '\n');
        return;
    }
    hb_buf_putc(ret, key != NULL ? '\n' : ' '); /* "- key: x" begins in the line of the dash */
    put_node(value, indent + 2, key == NULL, ret);
}

/* The members of a collection; `started`: the first one's indentation is there already. */
static void put_node(const struct hb_node *node, int indent, bool started, struct hb_buf *ret)
{
    for (size_t i = 0; i < node->count; i++) {
        if (i > 0 || !started)
            hb_buf_printf(ret, "%*s", indent, "");
        if (node->kind == HB_NODE_SEQUENCE)
            put_member(NULL, node->items[i], indent, ret);
        else
            put_member(node->pairs[i].key, node->pairs[i].value, indent, ret);
    }
}

void hb_node_print_yaml(const struct hb_node *node, struct hb_buf *ret)
{
    if (!hb_node_is_scalar(node) && node->count > 0) {
        put_node(node, 0, false, ret);
        return;
    }
    put_leaf(node, ret);
    hb_buf_putc(ret, '\n');
}
