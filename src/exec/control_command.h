/* The command line of a server that speaks the control channel: its options as --name=value. */
#ifndef HB_EXEC_CONTROL_COMMAND_H
#define HB_EXEC_CONTROL_COMMAND_H

#include "registry/registry.h"

/* The entry's command with `options_json` behind it, in `arena`; NULL-terminated. An option that is
 * true is a flag (--name); one that is false or null is left out, and so is `scheme`, which means
 * something to the topology alone. */
int hb_control_command(const struct hb_registry *registry, const struct hb_entry *entry,
                       const char *options_json, struct hb_arena *arena, const char ***ret_argv,
                       struct hb_error *err) HB_MUST_CHECK;

#endif
