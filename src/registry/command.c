/* From command templates to argument vectors. */
#include "registry/command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/buf.h"
#include "registry/choice.h"
#include "registry/placeholder.h"

enum { ARGUMENT_BYTES = 64 << 10 };

/* Daemons live in folders that an ordinary user's PATH leaves out. */
static const char system_folders[] = "/usr/local/sbin:/usr/sbin:/sbin";

static bool is_program(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* The first program of that name in a list of folders; relative folders are passed over. */
static const char *find_in(const char *folders, const char *name, struct hb_arena *arena)
{
    while (*folders != '\0') {
        size_t length = strcspn(folders, ":");

        if (folders[0] == '/') {
            const char *path = hb_arena_printf(arena, "%.*s/%s", (int)length, folders, name);

            if (is_program(path))
                return path;
        }
        folders += length;
        folders += *folders == ':';
    }
    return NULL;
}

/* A name that is found nowhere stays as it is, so that starting it tells what is missing. */
static const char *resolve_program(const char *name, struct hb_arena *arena)
{
    const char *path = getenv("PATH");
    const char *found = NULL;

    if (strchr(name, '/') != NULL)
        return name;
    if (path != NULL)
        found = find_in(path, name, arena);
    if (found == NULL)
        found = find_in(system_folders, name, arena);
    return found != NULL ? found : name;
}

static int replace(const char *text, const char *const values[HB_PLACEHOLDER_COUNT],
                   struct hb_arena *arena, char **ret_argument, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf argument;
    const char *unknown;
    size_t length;

    hb_buf_init(&argument, ARGUMENT_BYTES);
    unknown = hb_placeholders_replace(text, values, &argument, &length);
    if (unknown != NULL)
        return hb_fail(err, HB_ERR_INPUT, "no such placeholder here: {%.*s}", (int)length, unknown);
    if (argument.overflowed)
        return hb_fail(err, HB_ERR_LIMIT, "an argument is longer than %d bytes", ARGUMENT_BYTES);
    *ret_argument = hb_arena_strdup(arena, hb_buf_text(&argument));
    return 0;
}

struct words {
    const char *values[HB_PLACEHOLDER_COUNT];
};

static struct words words_of(const struct hb_registry *registry, const struct hb_entry *entry,
                             enum hb_mode mode, struct hb_arena *arena)
{
    const char *environment =
        hb_arena_printf(arena, "%s/%s", registry->env_dir, hb_entry_environment(entry));

    return (struct words){{
        [HB_PLACEHOLDER_LIBEXEC] = registry->paths.libexec,
        [HB_PLACEHOLDER_SHARE] = registry->paths.share,
        [HB_PLACEHOLDER_HERE] = entry->folder,
        [HB_PLACEHOLDER_ENV] = environment,
        [HB_PLACEHOLDER_PYTHON] = hb_arena_printf(arena, "%s/bin/python", environment),
        [HB_PLACEHOLDER_NODE] = "node",
        [HB_PLACEHOLDER_MODE] =
            entry->kind == HB_ENTRY_CLIENT && mode != 0 ? hb_mode_name(mode) : NULL,
    }};
}

int hb_command_word(const struct hb_registry *registry, const struct hb_entry *entry,
                    const char *text, enum hb_mode mode, struct hb_arena *arena, char **ret_word,
                    struct hb_error *err)
{
    struct words words = words_of(registry, entry, mode, arena);

    if (replace(text, words.values, arena, ret_word, err) != 0)
        return hb_wrap(err, "%s", entry->path);
    return 0;
}

const char *hb_registry_unknown_placeholder(const char *text, struct hb_arena *arena)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf argument;
    const char *values[HB_PLACEHOLDER_COUNT];
    const char *unknown;
    size_t length;

    for (size_t i = 0; i < HB_PLACEHOLDER_COUNT; i++)
        values[i] = "";
    hb_buf_init(&argument, ARGUMENT_BYTES);
    unknown = hb_placeholders_replace(text, values, &argument, &length);
    return unknown != NULL ? hb_arena_strndup(arena, unknown, length) : NULL;
}

int hb_registry_command(const struct hb_registry *registry, const struct hb_entry *entry,
                        const char *const *template_argv, enum hb_mode mode, struct hb_arena *arena,
                        char ***ret_argv, struct hb_error *err)
{
    struct words words = words_of(registry, entry, mode, arena);
    size_t count = 0;
    char **argv;

    while (template_argv[count] != NULL)
        count++;
    HB_ASSERT(count > 0);
    argv = hb_arena_calloc(arena, count + 1, sizeof *argv);
    for (size_t i = 0; i < count; i++) {
        if (replace(template_argv[i], words.values, arena, &argv[i], err) != 0)
            return hb_wrap(err, "%s", entry->path);
    }
    argv[0] = hb_arena_strdup(arena, resolve_program(argv[0], arena));
    *ret_argv = argv;
    return 0;
}
