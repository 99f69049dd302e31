/* Options to arguments; the program itself judges their values. */
#include "exec/control_command.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 64

/* "--name=value" for one option; NULL for a flag that is off. */
static const char *option_argument(struct hb_arena *arena, const char *name, json_t *value)
{
    char *text;
    const char *argument;

    if (json_is_true(value))
        return hb_arena_printf(arena, "--%s", name);
    if (json_is_false(value) || json_is_null(value) || strcmp(name, "scheme") == 0)
        return NULL;
    if (json_is_string(value))
        return hb_arena_printf(arena, "--%s=%s", name, json_string_value(value));
    text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    argument = hb_arena_printf(arena, "--%s=%s", name, text);
    free(text);
    return argument;
}

/* `command` with the options of `options_json` behind it; in `arena`. */
static int add_options(char *const *command, const char *options_json, struct hb_arena *arena,
                       const char ***ret_argv, struct hb_error *err)
{
    json_t *options = json_loads(options_json, 0, NULL);
    size_t count = 0;
    const char **argv;
    const char *name;
    json_t *value;

    if (!json_is_object(options) || json_object_size(options) > OPTIONS_MAX) {
        json_decref(options);
        return hb_fail(err, HB_ERR_INTERNAL, "server options are no JSON object: %.200s",
                       options_json);
    }
    while (command[count] != NULL)
        ++count;
    argv = hb_arena_calloc(arena, count + json_object_size(options) + 1, sizeof *argv);
    for (size_t i = 0; i < count; ++i)
        argv[i] = command[i];
    json_object_foreach(options, name, value)
    {
        const char *argument = option_argument(arena, name, value);

        if (argument != NULL)
            argv[count++] = argument;
    }
    json_decref(options);
    *ret_argv = argv;
    return 0;
}

int hb_control_command(const struct hb_registry *registry, const struct hb_entry *entry,
                       const char *options_json, struct hb_arena *arena, const char ***ret_argv,
                       struct hb_error *err)
{
    char **command = NULL;

    if (hb_registry_command(registry, entry, entry->command, 0, arena, &command, err) != 0)
        return -1;
    return add_options(command, options_json, arena, ret_argv, err);
}
