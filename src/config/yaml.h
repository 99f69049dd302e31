/* YAML text to tree, over libyaml's events; the limits of document.h apply. */
#ifndef HB_CONFIG_YAML_H
#define HB_CONFIG_YAML_H

#include <stddef.h>

#include "base/arena.h"
#include "config/diag.h"
#include "config/node.h"

#define HB_YAML_MAX_ANCHORS 1000 /* in one document */

/*
 * Parse the one document in `text`, which is NUL-terminated. Nodes get `file` and `source` as their
 * place; `source` and `file` must outlive the tree. `node_count` goes on from what it holds, so
 * that several files can share one limit. On -1 (see `diags`) there is no tree.
 * After duplicate keys there is one, so that whoever reads it can tell what else is wrong.
 */
int hb_yaml_parse(struct hb_arena *arena, const char *file, const struct hb_source *source,
                  const char *text, size_t length, size_t *node_count, struct hb_diags *diags,
                  struct hb_node **ret_root) HB_MUST_CHECK;

#endif
