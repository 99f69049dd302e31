/* Merging mappings: YAML's `<<` within a document, `extends` between documents. */
#ifndef HB_CONFIG_MERGE_H
#define HB_CONFIG_MERGE_H

#include "base/arena.h"
#include "config/diag.h"
#include "config/node.h"

/*
 * Resolve a `<<` key of a mapping: its value is a mapping, or a list of mappings of which the first
 * has precedence; keys of the mapping itself come before all of them.
 */
int hb_merge_keys(struct hb_arena *arena, struct hb_node *mapping,
                  struct hb_diags *diags) HB_MUST_CHECK;

/* `over` laid upon `base`, in place of `base`: mappings merge at every depth, all else replaces. */
void hb_merge_over(struct hb_arena *arena, struct hb_node *base, const struct hb_node *over);

#endif
