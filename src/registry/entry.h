/* Inside the registry layer: one file's tree to one entry. */
#ifndef HB_REGISTRY_ENTRY_H
#define HB_REGISTRY_ENTRY_H

#include "config/diag.h"
#include "config/node.h"
#include "registry/registry.h"

#define HB_ENTRY_NAME_MAX 64

/*
 * Read and check a mapping. `expected_name` is what the file or folder is called, which the entry's
 * name must equal. Strings are copied into `arena`. Problems go to `diags`; -1 when there was any.
 */
int hb_entry_read(const struct hb_node *root, enum hb_entry_kind kind, const char *expected_name,
                  const char *path, struct hb_arena *arena, struct hb_diags *diags,
                  struct hb_entry *ret_entry) HB_MUST_CHECK;

struct raw_entry;

/* The same for what a scenario defines, under the name that is its key. */
int hb_entry_read_definition(const struct raw_entry *raw, const char *path, struct hb_arena *arena,
                             struct hb_diags *diags, struct hb_entry *ret_entry) HB_MUST_CHECK;

#endif
