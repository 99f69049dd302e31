/* From tree to struct by a field table: which keys there are, how many values each takes, what is
 * missing. What a single value looks like is types.c's part. */
#include "config/fields.h"

#include <string.h>

#include "base/assert.h"
#include "config/document.h"
#include "config/yaml.h"

enum { FIELDS_MAX = 64, CANDIDATES_MAX = 64 };

static void *at_offset(void *base, size_t offset)
{
    return (char *)base + offset;
}

static void store_member(void *ret, size_t member, const void *pointer)
{
    if (member != 0)
        memcpy(at_offset(ret, member - 1), &pointer, sizeof pointer);
}

static size_t value_bytes(const struct hb_field *field)
{
    return field->table != NULL ? field->table->bytes : field->type->bytes;
}

/* What was written instead of what was wanted. */
static const char *got(struct hb_bind *bind, const struct hb_node *node)
{
    if (hb_node_is_scalar(node) && node->kind != HB_NODE_NULL)
        return hb_quote(bind->diags, node->raw);
    return hb_node_kind_name(node->kind);
}

int hb_bind_mismatch(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node)
{
    return hb_diag(bind->diags, node->place, "'%s': expected %s, got %s", field->key,
                   hb_field_expected(&bind->diags->arena, field), got(bind, node));
}

void hb_bind_secret(struct hb_bind *bind, const struct hb_node *node)
{
    if (bind->secrets == NULL)
        return;
    for (const struct hb_env_value *use = node->env; use != NULL; use = use->next)
        hb_secrets_add(bind->secrets, use->value);
}

static int read_one(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                    void *ret)
{
    if (node->broken && field->table == NULL) /* a struct still notes its node */
        return -1;
    return field->type->read(bind, field, node, ret);
}

static int wrong_shape(struct hb_bind *bind, const struct hb_field *field,
                       const struct hb_node *node)
{
    if (node->broken)
        return -1;
    if (field->shape == HB_SHAPE_MAP)
        return hb_diag(bind->diags, node->place, "'%s': expected a mapping, got %s", field->key,
                       got(bind, node));
    hb_diag(bind->diags, node->place, "'%s': expected a list, got %s", field->key, got(bind, node));
    if (hb_node_is_scalar(node) && node->kind != HB_NODE_NULL)
        hb_diag_hint(bind->diags, "write [%s]", node->raw);
    return -1;
}

static int read_array(struct hb_bind *bind, const struct hb_field *field,
                      const struct hb_node *node, void *ret)
{
    size_t bytes = value_bytes(field);
    char *items = hb_arena_calloc(bind->arena, node->count, bytes);
    int result = 0;

    for (size_t i = 0; i < node->count; i++) {
        bool map = field->shape == HB_SHAPE_MAP;
        const struct hb_node *item = map ? node->pairs[i].value : node->items[i];
        void *slot = items + i * bytes;

        if (read_one(bind, field, item, slot) != 0)
            result = -1;
        if (map)
            store_member(slot, field->table->key_member, node->pairs[i].key->text);
    }
    memcpy(at_offset(ret, field->offset), &items, sizeof items);
    memcpy(at_offset(ret, field->count_offset), &node->count, sizeof node->count);
    return result;
}

/* One value where a list may stand is a list of one. */
static int read_single(struct hb_bind *bind, const struct hb_field *field,
                       const struct hb_node *node, void *ret)
{
    struct hb_node *item = hb_node_copy(bind->arena, node);
    const struct hb_node list = {
        .kind = HB_NODE_SEQUENCE, .place = node->place, .count = 1, .items = &item};

    return read_array(bind, field, &list, ret);
}

static int read_field(struct hb_bind *bind, const struct hb_field *field,
                      const struct hb_node *node, void *ret)
{
    enum hb_node_kind wanted = field->shape == HB_SHAPE_MAP ? HB_NODE_MAPPING : HB_NODE_SEQUENCE;

    if (field->shape == HB_SHAPE_ONE)
        return read_one(bind, field, node, at_offset(ret, field->offset));
    if (field->shape == HB_SHAPE_ONE_OR_MANY && node->kind != HB_NODE_SEQUENCE)
        return read_single(bind, field, node, ret);
    if (node->kind != wanted)
        return wrong_shape(bind, field, node);
    if (field->nonempty && node->count == 0)
        return hb_diag(bind->diags, node->place, "'%s': expected at least one value", field->key);
    if (field->max_items > 0 && node->count > field->max_items)
        return hb_diag(bind->diags, node->place, "'%s': %zu values; the limit is %zu", field->key,
                       node->count, field->max_items);
    return read_array(bind, field, node, ret);
}

static const struct hb_field *find_field(const struct hb_table *table, const char *key)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->fields[i].key, key) == 0)
            return &table->fields[i];
    }
    return NULL;
}

static int unknown_key(struct hb_bind *bind, const struct hb_table *table,
                       const struct hb_node *key)
{
    const char *candidates[CANDIDATES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < table->count && count < CANDIDATES_MAX; i++) {
        if (table->fields[i].refused == NULL)
            candidates[count++] = table->fields[i].key;
    }
    hb_diag(bind->diags, key->place, "unknown key %s in %s", hb_quote(bind->diags, key->text),
            table->name);
    hb_diag_suggest(bind->diags, key->text, candidates, count);
    return -1;
}

static bool is_extension(const struct hb_table *table, const char *key)
{
    return table->extensions && strncmp(key, "x-", 2) == 0;
}

/* One pair of the mapping; sets the field's bit in *seen. Unknown keys go to `rest`, if wanted. */
static int read_pair(struct hb_bind *bind, const struct hb_table *table,
                     const struct hb_node_pair *pair, struct hb_node *rest, void *ret,
                     uint64_t *seen)
{
    const struct hb_field *field = find_field(table, pair->key->text);

    if (field == NULL && is_extension(table, pair->key->text))
        return 0;
    if (field == NULL && rest != NULL) {
        hb_node_set(bind->arena, rest, pair->key, pair->value);
        return 0;
    }
    if (field == NULL)
        return unknown_key(bind, table, pair->key);
    if (field->refused != NULL)
        return hb_diag(bind->diags, pair->key->place, "'%s' %s", field->key, field->refused);
    *seen |= UINT64_C(1) << (field - table->fields);
    return read_field(bind, field, pair->value, ret);
}

/* A default is written in YAML and read like anything else. */
static void apply_default(struct hb_bind *bind, const struct hb_field *field, void *ret)
{
    struct hb_source *source;
    size_t node_count = 0;
    struct hb_node *node;
    int result;

    if (field->default_text == NULL) {
        if (field->shape == HB_SHAPE_ONE && field->type == &hb_type_struct)
            hb_bind_defaults(bind, field->table, at_offset(ret, field->offset));
        return;
    }
    source = hb_arena_alloc(bind->arena, sizeof *source);
    *source = (struct hb_source){".", field->default_text, strlen(field->default_text)};
    result = hb_yaml_parse(bind->arena, "default", source, source->text, source->length,
                           &node_count, bind->diags, &node);
    if (result == 0)
        result = read_field(bind, field, node, ret);
    HB_ASSERT(result == 0);
}

void hb_bind_defaults(struct hb_bind *bind, const struct hb_table *table, void *ret)
{
    memset(ret, 0, table->bytes);
    for (size_t i = 0; i < table->count; i++) {
        if (table->fields[i].refused == NULL)
            apply_default(bind, &table->fields[i], ret);
    }
}

/* Defaults for what was not written; an error for what had to be. */
static int fill_missing(struct hb_bind *bind, const struct hb_table *table,
                        const struct hb_node *node, uint64_t seen, void *ret)
{
    int result = 0;

    for (size_t i = 0; i < table->count; i++) {
        const struct hb_field *field = &table->fields[i];

        if ((seen >> i & 1) != 0 || field->refused != NULL)
            continue;
        if (field->required)
            result = hb_diag(bind->diags, node->place, "%s lacks the key '%s': %s", table->name,
                             field->key, field->help);
        else
            apply_default(bind, field, ret);
    }
    return result;
}

/* A scalar stands for one key of the mapping, but messages call it what was written. */
static int read_shorthand(struct hb_bind *bind, const struct hb_table *table,
                          const struct hb_node *node, void *ret)
{
    const struct hb_field *meant = find_field(table, table->scalar_key);
    uint64_t seen = UINT64_C(1) << (meant - table->fields);
    struct hb_field field = *meant;
    int result;

    field.key = table->name;
    result = read_field(bind, &field, node, ret);

    return fill_missing(bind, table, node, seen, ret) != 0 ? -1 : result;
}

static int not_a_mapping(struct hb_bind *bind, const struct hb_table *table,
                         const struct hb_node *node)
{
    if (node->broken)
        return -1;
    return hb_diag(bind->diags, node->place, "%s: expected %sa mapping, got %s", table->name,
                   table->scalar_key != NULL ? "a string or " : "", got(bind, node));
}

int hb_bind(struct hb_bind *bind, const struct hb_table *table, const struct hb_node *node,
            void *ret)
{
    struct hb_node *rest = NULL;
    uint64_t seen = 0;
    int result = 0;

    HB_ASSERT(table->count <= FIELDS_MAX);
    memset(ret, 0, table->bytes);
    store_member(ret, table->node_member, node);
    if (table->rest_member != 0)
        rest = hb_node_new(bind->arena, HB_NODE_MAPPING, node->place);
    store_member(ret, table->rest_member, rest);
    if (table->scalar_key != NULL && hb_node_is_scalar(node) && node->kind != HB_NODE_NULL)
        return read_shorthand(bind, table, node, ret);
    if (node->kind != HB_NODE_MAPPING)
        return not_a_mapping(bind, table, node);
    for (size_t i = 0; i < node->count; i++) {
        if (read_pair(bind, table, &node->pairs[i], rest, ret, &seen) != 0)
            result = -1;
    }
    return fill_missing(bind, table, node, seen, ret) != 0 ? -1 : result;
}
