/* --set KEY=VALUE: a dotted path into the tree, and a value in YAML. */
#ifndef HB_CONFIG_OVERRIDE_H
#define HB_CONFIG_OVERRIDE_H

#include "base/arena.h"
#include "config/diag.h"
#include "config/node.h"

/*
 * Set `run.rounds=3`, `matrix.concurrency=[1,2]`, `matrix.clients.0=requests` in the tree. Missing
 * mappings on the way are made; a number picks an item that a list has. Diagnostics are placed in
 * "--set".
 */
int hb_override_apply(struct hb_arena *arena, struct hb_node *root, const char *text,
                      size_t *node_count, struct hb_diags *diags) HB_MUST_CHECK;

#endif
