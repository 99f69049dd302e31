/* Inside the registry layer: commands that people copy. */
#ifndef HB_REGISTRY_REMEDY_H
#define HB_REGISTRY_REMEDY_H

#include "base/buf.h"
#include "registry/registry.h"

/* Append the command that gets an entry as it is chosen. */
void hb_remedy_put(const struct hb_registry *registry, const struct hb_entry *entry,
                   struct hb_buf *ret_command);

#endif
