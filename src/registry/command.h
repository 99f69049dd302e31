/* Inside the registry layer: one word of a command template. */
#ifndef HB_REGISTRY_COMMAND_H
#define HB_REGISTRY_COMMAND_H

#include "registry/registry.h"

/* `text` with its placeholders replaced, in `arena`. `mode` 0: there is no {mode}. */
int hb_command_word(const struct hb_registry *registry, const struct hb_entry *entry,
                    const char *text, enum hb_mode mode, struct hb_arena *arena, char **ret_word,
                    struct hb_error *err) HB_MUST_CHECK;

#endif
