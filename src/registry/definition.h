/* Clients that a scenario describes itself: a registry file's keys, under the name of the client.
 */
#ifndef HB_REGISTRY_DEFINITION_H
#define HB_REGISTRY_DEFINITION_H

#include "config/fields.h"
#include "registry/registry.h"

/* What hb_definition_table binds. Only this layer looks into it. */
struct raw_entry;

/* The keys of a client's registry file but `name`, which is the key; `summary` and `install` may be
 * left out. For a field of HB_SHAPE_MAP. */
extern const struct hb_table hb_definition_table;

/*
 * Add what was bound to a registry: clients that only the scenario `path` knows. {here} is the
 * folder of the file that wrote a definition. A name that is taken is a problem like any other.
 */
int hb_registry_define(struct hb_registry *registry, const struct raw_entry *definitions,
                       size_t count, const char *path, struct hb_diags *diags,
                       struct hb_error *err) HB_MUST_CHECK;

#endif
