/* The two merges: `<<` within a document, and one document over another. */
#include "config/merge.h"

/* Add the keys of one `<<` source that are not there yet. */
static int add_missing(struct hb_arena *arena, struct hb_node *mapping,
                       const struct hb_node *source, struct hb_diags *diags)
{
    if (source->kind != HB_NODE_MAPPING)
        return hb_diag(diags, source->place, "'<<' needs a mapping or a list of mappings, got %s",
                       hb_node_kind_name(source->kind));
    for (size_t i = 0; i < source->count; i++) {
        const struct hb_node_pair *pair = &source->pairs[i];

        if (hb_node_get(mapping, pair->key->text) == NULL)
            hb_node_set(arena, mapping, pair->key, pair->value);
    }
    return 0;
}

int hb_merge_keys(struct hb_arena *arena, struct hb_node *mapping, struct hb_diags *diags)
{
    const struct hb_node *source = hb_node_get(mapping, "<<");

    if (source == NULL)
        return 0;
    hb_node_unset(mapping, "<<");
    if (source->kind != HB_NODE_SEQUENCE)
        return add_missing(arena, mapping, source, diags);
    for (size_t i = 0; i < source->count; i++) {
        if (add_missing(arena, mapping, source->items[i], diags) != 0)
            return -1;
    }
    return 0;
}

void hb_merge_over(struct hb_arena *arena, struct hb_node *base, const struct hb_node *over)
{
    for (size_t i = 0; i < over->count; i++) {
        const struct hb_node_pair *pair = &over->pairs[i];
        struct hb_node *below = hb_node_get(base, pair->key->text);

        if (below != NULL && below->kind == HB_NODE_MAPPING && pair->value->kind == HB_NODE_MAPPING)
            hb_merge_over(arena, below, pair->value);
        else
            hb_node_set(arena, base, pair->key, pair->value);
    }
}
