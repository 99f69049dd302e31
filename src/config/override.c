/* Overrides. The value is parsed as YAML with the key blanked out, so that columns come out right.
 */
#include "config/override.h"

#include <ctype.h>
#include <string.h>

#include "config/document.h"
#include "config/units.h"
#include "config/yaml.h"

struct override {
    struct hb_arena *arena;
    struct hb_diags *diags;
    const struct hb_source *source;
    struct hb_node *value;
};

static struct hb_place place_at(const struct override *override, size_t column)
{
    return (struct hb_place){"--set", override->source, 1, (unsigned)column};
}

static int parse_value(struct override *override, size_t key_bytes, size_t *node_count)
{
    const char *text = override->source->text;
    char *blanked;

    if (text[key_bytes + 1] == '\0') {
        override->value =
            hb_node_new(override->arena, HB_NODE_NULL, place_at(override, key_bytes + 2));
        return 0;
    }
    blanked = hb_arena_strdup(override->arena, text);
    memset(blanked, ' ', key_bytes + 1);
    return hb_yaml_parse(override->arena, "--set", override->source, blanked, strlen(blanked),
                         node_count, override->diags, &override->value);
}

/* The slot of a list item, or NULL. */
static struct hb_node **item_slot(const struct override *override, struct hb_node *sequence,
                                  const char *part, size_t column)
{
    int64_t index;

    if (hb_parse_integer(part, &index) == 0 && index >= 0 && (uint64_t)index < sequence->count)
        return &sequence->items[index];
    hb_diag(override->diags, place_at(override, column),
            "%s is not an item of the list; it has %zu, counted from 0",
            hb_quote(override->diags, part), sequence->count);
    return NULL;
}

/* The slot of a key's value, made when it is not there; NULL in an impossible place. */
static struct hb_node **slot(const struct override *override, struct hb_node *parent,
                             const char *part, size_t column)
{
    struct hb_place place = place_at(override, column);

    if (*part == '\0') {
        hb_diag(override->diags, place, "an empty name in the key");
        return NULL;
    }
    if (parent->kind == HB_NODE_SEQUENCE)
        return item_slot(override, parent, part, column);
    if (parent->kind != HB_NODE_MAPPING) {
        hb_diag(override->diags, place, "there is nothing below %s to set",
                hb_node_kind_name(parent->kind));
        return NULL;
    }
    if (hb_node_get(parent, part) == NULL)
        hb_node_set(override->arena, parent, hb_node_string(override->arena, part, place),
                    hb_node_new(override->arena, HB_NODE_MAPPING, place));
    for (size_t i = 0;; i++) {
        if (strcmp(parent->pairs[i].key->text, part) == 0)
            return &parent->pairs[i].value;
    }
}

/* Walk the dotted key; the last part's slot takes the value. */
static int set(struct override *override, struct hb_node *root, const char *key, size_t key_bytes)
{
    struct hb_node *node = root;
    size_t start = 0;

    for (unsigned depth = 0; depth < HB_YAML_MAX_DEPTH; depth++) {
        size_t length = strcspn(key + start, ".=");
        const char *part = hb_arena_strndup(override->arena, key + start, length);
        struct hb_node **place = slot(override, node, part, start + 1);

        if (place == NULL)
            return -1;
        if (start + length >= key_bytes) {
            *place = override->value;
            return 0;
        }
        node = *place;
        start += length + 1;
    }
    return hb_diag(override->diags, place_at(override, start + 1),
                   "deeper than the limit of %d levels", HB_YAML_MAX_DEPTH);
}

int hb_override_apply(struct hb_arena *arena, struct hb_node *root, const char *text,
                      size_t *node_count, struct hb_diags *diags)
{
    struct hb_source *source = hb_arena_alloc(arena, sizeof *source);
    struct override override = {.arena = arena, .diags = diags, .source = source};
    size_t key_bytes = strcspn(text, "=");

    *source = (struct hb_source){
        .directory = ".", .text = hb_arena_strdup(arena, text), .length = strlen(text)};
    if (text[key_bytes] == '\0' || key_bytes == 0) {
        hb_diag(diags, place_at(&override, 1), "expected KEY=VALUE, got %s", hb_quote(diags, text));
        hb_diag_hint(diags, "for example --set run.rounds=3");
        return -1;
    }
    if (parse_value(&override, key_bytes, node_count) != 0)
        return -1;
    return set(&override, root, source->text, key_bytes);
}
