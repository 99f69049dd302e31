/* Open addressing over pair numbers, at most half full; small mappings go without. */
#include "config/node_index.h"

#include <stdint.h>
#include <string.h>

enum { LINEAR_MAX = 32 }; /* keys that are looked through faster than hashed */

struct hb_node_index {
    size_t size;      /* a power of two */
    uint32_t slots[]; /* number of a pair plus 1; 0: free */
};

/* FNV-1a. Keys made to collide cost time within the limits of a document, no more. */
static size_t hash_of(const char *key)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * 0x100000001b3u;
    return (size_t)(hash ^ hash >> 32);
}

static bool has_key(const struct hb_node *mapping, size_t pair, const char *key)
{
    return strcmp(mapping->pairs[pair].key->text, key) == 0;
}

/* The slot that holds a key, or the free one where it belongs. */
static size_t slot_of(const struct hb_node *mapping, const char *key)
{
    const struct hb_node_index *index = mapping->index;
    size_t slot = hash_of(key) & (index->size - 1);

    while (index->slots[slot] != 0 && !has_key(mapping, index->slots[slot] - 1, key))
        slot = (slot + 1) & (index->size - 1);
    return slot;
}

size_t hb_node_find_pair(const struct hb_node *mapping, const char *key)
{
    uint32_t found;

    if (mapping->index != NULL) {
        found = mapping->index->slots[slot_of(mapping, key)];
        return found > 0 ? found - 1 : HB_NODE_NO_PAIR;
    }
    for (size_t i = 0; i < mapping->count; i++) {
        if (has_key(mapping, i, key))
            return i;
    }
    return HB_NODE_NO_PAIR;
}

void hb_node_index_all(struct hb_arena *arena, struct hb_node *mapping)
{
    size_t size = (size_t)LINEAR_MAX * 4;

    mapping->index = NULL;
    if (mapping->count <= LINEAR_MAX)
        return;
    while (size < mapping->count * 4)
        size *= 2;
    mapping->index =
        hb_arena_alloc(arena, sizeof *mapping->index + size * sizeof *mapping->index->slots);
    mapping->index->size = size;
    for (size_t i = 0; i < mapping->count; i++)
        mapping->index->slots[slot_of(mapping, mapping->pairs[i].key->text)] = (uint32_t)i + 1;
}

void hb_node_index_last(struct hb_arena *arena, struct hb_node *mapping)
{
    size_t last = mapping->count - 1;

    if (mapping->index == NULL || mapping->count * 2 > mapping->index->size)
        hb_node_index_all(arena, mapping);
    else
        mapping->index->slots[slot_of(mapping, mapping->pairs[last].key->text)] =
            (uint32_t)last + 1;
}
