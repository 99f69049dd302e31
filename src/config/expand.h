/*
 * Variables in values: ${VAR}, ${VAR:-default} (when unset or empty), ${VAR:?message} (an error
 * when unset or empty), $$ for a dollar. Any other dollar stands for itself. Keys are not touched.
 */
#ifndef HB_CONFIG_EXPAND_H
#define HB_CONFIG_EXPAND_H

#include "base/arena.h"
#include "config/diag.h"
#include "config/node.h"

/* Expand every scalar of the tree in place; a plain one is typed again by what it has become. */
int hb_expand_variables(struct hb_arena *arena, struct hb_node *root,
                        struct hb_diags *diags) HB_MUST_CHECK;

#endif
