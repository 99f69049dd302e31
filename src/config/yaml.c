/*
 * From libyaml's events to a tree. libyaml finds out what the text says; the limits, the typing of
 * scalars, aliases, merge keys and duplicate keys are ours, because libyaml's own document API
 * keeps no bounds on any of them.
 */
#include "config/yaml.h"

#include <string.h>
#include <yaml.h>

#include "config/document.h"
#include "config/merge.h"
#include "config/node_index.h"
#include "config/yaml_errors.h"

struct anchor {
    const char *name;
    struct hb_node *node;
    bool complete; /* false while we are still inside it */
};

struct builder {
    yaml_parser_t parser;
    struct hb_arena *arena;
    struct hb_diags *diags;
    struct hb_yaml_input input;
    size_t *node_count;
    size_t depth;
    struct anchor anchors[HB_YAML_MAX_ANCHORS];
    size_t anchor_count;
};

static int read_node(struct builder *builder, yaml_event_t *event, struct hb_node **ret);

static struct hb_place place_of(const struct builder *builder, yaml_mark_t mark)
{
    return hb_yaml_place(&builder->input, mark);
}

static int next_event(struct builder *builder, yaml_event_t *event)
{
    if (yaml_parser_parse(&builder->parser, event))
        return 0;
    return hb_yaml_syntax_error(&builder->input, &builder->parser, builder->diags);
}

static int count_node(struct builder *builder, struct hb_place place)
{
    if (++*builder->node_count <= HB_YAML_MAX_NODES)
        return 0;
    return hb_diag(builder->diags, place, "more than the limit of %d nodes, aliases expanded",
                   HB_YAML_MAX_NODES);
}

static int add_anchor(struct builder *builder, const yaml_char_t *name, struct hb_node *node,
                      struct anchor **ret)
{
    *ret = NULL;
    if (name == NULL)
        return 0;
    if (builder->anchor_count == HB_YAML_MAX_ANCHORS)
        return hb_diag(builder->diags, node->place, "more than the limit of %d anchors",
                       HB_YAML_MAX_ANCHORS);
    *ret = &builder->anchors[builder->anchor_count++];
    **ret = (struct anchor){hb_arena_strdup(builder->arena, (const char *)name), node, false};
    return 0;
}

/* A copy that counts every node, so that a bomb stops at the limit and not at the last byte. */
static int copy_counted(struct builder *builder, const struct hb_node *node, struct hb_place place,
                        struct hb_node **ret)
{
    struct hb_node *copy;

    if (count_node(builder, place) != 0)
        return -1;
    if (hb_node_is_scalar(node)) {
        *ret = hb_node_copy(builder->arena, node);
        return 0;
    }
    copy = hb_node_new(builder->arena, node->kind, node->place);
    copy->count = copy->capacity = node->count;
    if (node->kind == HB_NODE_SEQUENCE)
        copy->items = hb_arena_calloc(builder->arena, node->count, sizeof(struct hb_node *));
    else
        copy->pairs = hb_arena_calloc(builder->arena, node->count, sizeof(struct hb_node_pair));
    *ret = copy;
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == HB_NODE_SEQUENCE) {
            if (copy_counted(builder, node->items[i], place, &copy->items[i]) != 0)
                return -1;
        } else if (copy_counted(builder, node->pairs[i].key, place, &copy->pairs[i].key) != 0 ||
                   copy_counted(builder, node->pairs[i].value, place, &copy->pairs[i].value) != 0) {
            return -1;
        }
    }
    return 0;
}

static int read_alias(struct builder *builder, const yaml_event_t *event, struct hb_node **ret)
{
    const char *name = (const char *)event->data.alias.anchor;
    struct hb_place place = place_of(builder, event->start_mark);

    for (size_t i = builder->anchor_count; i-- > 0;) {
        const struct anchor *anchor = &builder->anchors[i];

        if (strcmp(anchor->name, name) != 0)
            continue;
        if (!anchor->complete)
            return hb_diag(builder->diags, place, "alias %s stands within its own anchor",
                           hb_quote(builder->diags, name));
        return copy_counted(builder, anchor->node, place, ret);
    }
    return hb_diag(builder->diags, place, "alias %s has no anchor before it",
                   hb_quote(builder->diags, name));
}

/* Tags of the core schema; ret_kind is HB_NODE_STRING for those that settle nothing by themselves.
 */
static bool is_core_tag(const char *tag, enum hb_node_kind *ret_kind)
{
    static const struct {
        const char *tag;
        enum hb_node_kind kind;
    } core[] = {{YAML_STR_TAG, HB_NODE_STRING},   {"!", HB_NODE_STRING},
                {YAML_INT_TAG, HB_NODE_INT},      {YAML_FLOAT_TAG, HB_NODE_REAL},
                {YAML_BOOL_TAG, HB_NODE_BOOL},    {YAML_NULL_TAG, HB_NODE_NULL},
                {YAML_SEQ_TAG, HB_NODE_SEQUENCE}, {YAML_MAP_TAG, HB_NODE_MAPPING}};

    for (size_t i = 0; i < HB_ARRAY_LEN(core); i++) {
        if (strcmp(tag, core[i].tag) == 0) {
            *ret_kind = core[i].kind;
            return true;
        }
    }
    return false;
}

static int apply_tag(struct builder *builder, const yaml_char_t *tag, struct hb_node *node)
{
    enum hb_node_kind wanted = HB_NODE_STRING;

    if (tag == NULL)
        return 0;
    if (!is_core_tag((const char *)tag, &wanted))
        return hb_diag(builder->diags, node->place, "tag %s is not supported",
                       hb_quote(builder->diags, (const char *)tag));
    if (wanted == HB_NODE_STRING && hb_node_is_scalar(node)) {
        node->quoted = true;
        node->kind = HB_NODE_STRING;
    } else if (wanted != node->kind && !(wanted == HB_NODE_REAL && node->kind == HB_NODE_INT)) {
        return hb_diag(builder->diags, node->place, "tag %s does not fit %s",
                       hb_quote(builder->diags, (const char *)tag), hb_node_kind_name(node->kind));
    }
    return 0;
}

static int read_scalar(struct builder *builder, const yaml_event_t *event, struct hb_node **ret)
{
    struct hb_place place = place_of(builder, event->start_mark);
    size_t length = event->data.scalar.length;
    struct hb_node *node;
    struct anchor *anchor;

    if (length > HB_YAML_MAX_SCALAR_BYTES)
        return hb_diag(builder->diags, place, "a text of %zu bytes; the limit is %u", length,
                       HB_YAML_MAX_SCALAR_BYTES);
    if (memchr(event->data.scalar.value, '\0', length) != NULL)
        return hb_diag(builder->diags, place, "a NUL character (\\0) is not allowed");
    if (count_node(builder, place) != 0)
        return -1;
    node = hb_node_new(builder->arena, HB_NODE_STRING, place);
    node->text = node->raw =
        hb_arena_strndup(builder->arena, (const char *)event->data.scalar.value, length);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    hb_node_resolve(node);
    if (apply_tag(builder, event->data.scalar.tag, node) != 0 ||
        add_anchor(builder, event->data.scalar.anchor, node, &anchor) != 0)
        return -1;
    if (anchor != NULL)
        anchor->complete = true;
    *ret = node;
    return 0;
}

/* The next node, or NULL in *ret when the collection ends here. */
static int read_member(struct builder *builder, yaml_event_type_t end, struct hb_node **ret)
{
    yaml_event_t event;
    int result = 0;

    *ret = NULL;
    if (next_event(builder, &event) != 0)
        return -1;
    if (event.type != end)
        result = read_node(builder, &event, ret);
    yaml_event_delete(&event);
    return result;
}

static int read_items(struct builder *builder, struct hb_node *sequence)
{
    struct hb_node *item;

    for (;;) {
        if (read_member(builder, YAML_SEQUENCE_END_EVENT, &item) != 0)
            return -1;
        if (item == NULL)
            return 0;
        hb_node_append(builder->arena, sequence, item);
    }
}

static int check_key(struct builder *builder, const struct hb_node *mapping,
                     const struct hb_node *key)
{
    size_t earlier;

    if (!hb_node_is_scalar(key))
        return hb_diag(builder->diags, key->place, "a key must be a single word, got %s",
                       hb_node_kind_name(key->kind));
    earlier = hb_node_find_pair(mapping, key->text);
    if (earlier != HB_NODE_NO_PAIR) {
        hb_diag(builder->diags, key->place, "duplicate key %s",
                hb_quote(builder->diags, key->text));
        hb_diag_hint(builder->diags, "it was first given in line %u; remove one of them",
                     mapping->pairs[earlier].key->place.line);
    }
    return 0; /* the later one counts; go on to find the rest */
}

static int read_pairs(struct builder *builder, struct hb_node *mapping)
{
    struct hb_node *key, *value;

    for (;;) {
        if (read_member(builder, YAML_MAPPING_END_EVENT, &key) != 0)
            return -1;
        if (key == NULL)
            return hb_merge_keys(builder->arena, mapping, builder->diags);
        if (check_key(builder, mapping, key) != 0 ||
            read_member(builder, YAML_NO_EVENT, &value) != 0)
            return -1;
        hb_node_set(builder->arena, mapping, key, value);
    }
}

static int read_collection(struct builder *builder, const yaml_event_t *event, struct hb_node **ret)
{
    bool sequence = event->type == YAML_SEQUENCE_START_EVENT;
    const yaml_char_t *name =
        sequence ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;
    const yaml_char_t *tag =
        sequence ? event->data.sequence_start.tag : event->data.mapping_start.tag;
    struct hb_place place = place_of(builder, event->start_mark);
    struct anchor *anchor;

    if (builder->depth == HB_YAML_MAX_DEPTH)
        return hb_diag(builder->diags, place, "nested deeper than the limit of %d levels",
                       HB_YAML_MAX_DEPTH);
    if (count_node(builder, place) != 0)
        return -1;
    *ret = hb_node_new(builder->arena, sequence ? HB_NODE_SEQUENCE : HB_NODE_MAPPING, place);
    if (apply_tag(builder, tag, *ret) != 0 || add_anchor(builder, name, *ret, &anchor) != 0)
        return -1;
    builder->depth++;
    if ((sequence ? read_items(builder, *ret) : read_pairs(builder, *ret)) != 0)
        return -1;
    builder->depth--;
    if (anchor != NULL)
        anchor->complete = true;
    return 0;
}

static int read_node(struct builder *builder, yaml_event_t *event, struct hb_node **ret)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return read_alias(builder, event, ret);
    case YAML_SCALAR_EVENT:
        return read_scalar(builder, event, ret);
    default:
        return read_collection(builder, event, ret);
    }
}

/* The events around the one document: nothing else may stand before or after it. */
static int read_document(struct builder *builder, struct hb_node **ret_root)
{
    struct hb_place start = {builder->input.file, builder->input.source, 1, 1};
    yaml_event_t event;
    bool more;

    do { /* the start of the stream, then of the document */
        if (next_event(builder, &event) != 0)
            return -1;
        more = event.type == YAML_STREAM_START_EVENT;
        if (event.type == YAML_STREAM_END_EVENT)
            return hb_diag(builder->diags, start, "the file is empty; expected a mapping");
        yaml_event_delete(&event);
    } while (more);
    if (read_member(builder, YAML_NO_EVENT, ret_root) != 0)
        return -1;
    for (;;) {
        if (next_event(builder, &event) != 0)
            return -1;
        if (event.type == YAML_DOCUMENT_START_EVENT) {
            struct hb_place place = place_of(builder, event.start_mark);

            yaml_event_delete(&event);
            return hb_diag(builder->diags, place, "more than one document in the file");
        }
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (!more)
            return 0;
    }
}

int hb_yaml_parse(struct hb_arena *arena, const char *file, const struct hb_source *source,
                  const char *text, size_t length, size_t *node_count, struct hb_diags *diags,
                  struct hb_node **ret_root)
{
    struct builder builder = {.arena = arena,
                              .diags = diags,
                              .input = {file, source, text, length},
                              .node_count = node_count};
    struct hb_node *root = NULL;
    int result;

    if (hb_yaml_check_bytes(&builder.input, diags) != 0)
        return -1;
    if (!yaml_parser_initialize(&builder.parser))
        return hb_diag(diags, (struct hb_place){file, source, 1, 1}, "out of memory");
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)text, length);
    result = read_document(&builder, &root);
    yaml_parser_delete(&builder.parser);
    if (result != 0)
        return -1;
    *ret_root = root;
    return 0;
}
