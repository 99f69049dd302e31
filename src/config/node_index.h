/* Inside the configuration layer: where a key of a large mapping stands, without reading all before
 * it. A document of a megabyte may be one mapping of a hundred thousand keys. */
#ifndef HB_CONFIG_NODE_INDEX_H
#define HB_CONFIG_NODE_INDEX_H

#include <stddef.h>

#include "config/node.h"

#define HB_NODE_NO_PAIR ((size_t)-1)

/* The number of the pair with this key, or HB_NODE_NO_PAIR. */
size_t hb_node_find_pair(const struct hb_node *mapping, const char *key);

/* After a pair was appended, or after all were copied: keep the index true. */
void hb_node_index_last(struct hb_arena *arena, struct hb_node *mapping);
void hb_node_index_all(struct hb_arena *arena, struct hb_node *mapping);

#endif
