/* Node: `npm ci` in a copy of the shipped package.json and package-lock.json, whose hashes npm
 * checks; for a version or a checkout of the user's choice `npm install` of that over them. */
#include <string.h>

#include "base/buf.h"
#include "base/paths.h"
#include "registry/checkout.h"
#include "registry/identity.h"
#include "registry/installer.h"

enum { MANIFEST_MAX_BYTES = 8 << 20 };

static int copy_file(struct hb_installation *installation, const char *folder, const char *name,
                     struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *copy;
    char path[PATH_MAX];

    hb_buf_init(&text, MANIFEST_MAX_BYTES);
    if (hb_path_join(path, folder, name, err) != 0 || hb_buf_read_file(&text, path, err) != 0)
        return -1;
    return hb_installation_write(installation, name, hb_buf_text(&text), &copy, err);
}

enum { ARGUMENTS_MAX = 64 };

/* `packages` end with NULL. Folders are packed and copied, as a registry would have them: a link
 * would change what is measured whenever somebody edits. */
static int run_npm(struct hb_installation *installation, const char *command,
                   const char *const *packages, struct hb_error *err)
{
    const char *argv[ARGUMENTS_MAX] = {"npm",       command,           "--no-audit",
                                       "--no-fund", "--omit=dev",      "--loglevel",
                                       "error",     "--install-links", "--"};
    size_t count = 9;

    for (; *packages != NULL; packages++) {
        if (count + 1 == ARGUMENTS_MAX)
            return hb_fail(err, HB_ERR_LIMIT, "too many packages");
        argv[count++] = *packages;
    }
    return hb_installation_run(installation, argv, installation->folder, err);
}

/* As npm takes it: "undici@7.1.0", a folder, "git+file:///repository#COMMIT". */
static int argument_of(const struct hb_package *package, struct hb_arena *arena,
                       const char **ret_argument, struct hb_error *err)
{
    struct hb_source source;

    *ret_argument = package->value;
    if (hb_source_of(package, arena, &source, err) != 0)
        return -1;
    if (source.repository != NULL)
        *ret_argument =
            hb_arena_printf(arena, "git+%s%s#%s", *source.repository == '/' ? "file://" : "",
                            source.repository, source.revision);
    return 0;
}

static int choose_arguments(const struct hb_installation *installation, const char **arguments,
                            struct hb_error *err)
{
    const struct hb_entry *entry = installation->entry;
    const struct hb_choice *choice = entry->choice;

    for (size_t i = 0; i < choice->packages_count; i++) {
        if (argument_of(&choice->packages[i], installation->arena, &arguments[i], err) != 0)
            return -1;
    }
    if (choice->version != NULL)
        arguments[0] = hb_arena_printf(installation->arena, "%s@%s",
                                       entry->packages != NULL && entry->packages[0] != NULL
                                           ? entry->packages[0]
                                           : entry->name,
                                       choice->version);
    return 0;
}

static json_t *dependencies_of(const char *folder, struct hb_arena *arena)
{
    json_t *manifest = json_load_file(hb_arena_printf(arena, "%s/package.json", folder), 0, NULL);
    json_t *dependencies = json_incref(json_object_get(manifest, "dependencies"));

    json_decref(manifest);
    return dependencies;
}

/* A checkout of another package would stand beside the one that is measured, unused. */
static int refuse_strangers(const struct hb_installation *installation, const char *shipped,
                            struct hb_error *err)
{
    json_t *known = dependencies_of(shipped, installation->arena);
    json_t *now = dependencies_of(installation->folder, installation->arena);
    const char *name, *stranger = NULL;
    json_t *value;

    json_object_foreach(now, name, value)
    {
        if (json_object_get(known, name) == NULL)
            stranger = hb_arena_strdup(installation->arena, name);
    }
    json_decref(known);
    json_decref(now);
    return stranger == NULL ? 0
                            : hb_fail(err, HB_ERR_INPUT,
                                      "'install' names the package %.200s, which %s/package.json "
                                      "does not: the client would not use it",
                                      stranger, shipped);
}

static int install_chosen(struct hb_installation *installation, const char *shipped,
                          struct hb_error *err)
{
    const char **arguments = hb_arena_calloc(
        installation->arena, installation->entry->choice->packages_count + 2, sizeof *arguments);

    json_object_set_new(installation->receipt, "hashes", json_false());
    if (choose_arguments(installation, arguments, err) != 0 ||
        run_npm(installation, "install", arguments, err) != 0)
        return -1;
    return refuse_strangers(installation, shipped, err);
}

/* "7.30.0", of a checkout "7.30.0 (git 5f0c9a3e77b1)" or "7.30.0 (path)". */
static const char *version_of(const json_t *package, struct hb_arena *arena)
{
    const char *version = json_string_value(json_object_get(package, "version"));
    const char *from = json_string_value(json_object_get(package, "resolved"));
    const char *commit = from != NULL ? strchr(from, '#') : NULL;

    if (version == NULL)
        version = "";
    if (from != NULL && strncmp(from, "git", 3) == 0 && commit != NULL)
        return hb_arena_printf(arena, "%s (git %.12s)", version, commit + 1);
    if (from != NULL && strncmp(from, "file:", 5) == 0)
        return hb_arena_printf(arena, "%s (path)", version);
    return version;
}

/* {"node_modules/undici": {"version": "7.30.0"}, …} as npm leaves it. */
static int describe(struct hb_installation *installation, struct hb_error *err)
{
    static const char prefix[] = "node_modules/";
    const char *const argv[] = {"node", "--version", NULL};
    const char *path = hb_arena_printf(installation->arena, "%s/node_modules/.package-lock.json",
                                       installation->folder);
    json_t *lock = json_load_file(path, 0, NULL);
    json_t *packages = json_object();
    const char *key, *version;
    json_t *value;

    json_object_foreach(json_object_get(lock, "packages"), key, value)
    {
        if (strncmp(key, prefix, strlen(prefix)) == 0)
            json_object_set_new(packages, key + strlen(prefix),
                                json_string(version_of(value, installation->arena)));
    }
    json_object_set_new(installation->receipt, "packages", packages);
    json_decref(lock);
    if (hb_installation_ask(installation, argv, &version, err) != 0)
        return -1;
    json_object_set_new(installation->receipt, "interpreter",
                        json_pack("{s:s, s:s}", "path", "node", "version", version));
    return 0;
}

static int fill(struct hb_installation *installation, struct hb_error *err)
{
    const struct hb_entry *entry = installation->entry;
    static const char *const none[] = {NULL};
    const char *folder;

    if (hb_install_path(installation->registry, entry, entry->install_args[0], installation->arena,
                        &folder, err) != 0 ||
        copy_file(installation, folder, "package.json", err) != 0 ||
        copy_file(installation, folder, "package-lock.json", err) != 0)
        return -1;
    json_object_set_new(installation->receipt, "hashes", json_true());
    if ((entry->choice != NULL ? install_chosen(installation, folder, err)
                               : run_npm(installation, "ci", none, err)) != 0)
        return err->code == HB_ERR_UNAVAILABLE && !installation->unreachable
                   ? hb_fail(err, HB_ERR_UNAVAILABLE,
                             "npm is not installed: apt-get install nodejs npm")
                   : -1;
    return describe(installation, err);
}

const struct hb_installer hb_installer_npm = {
    .kind = "npm",
    .fill = fill,
    .registry_name = "the npm registry",
    .mirror_hint = "npm_config_registry names another place",
};
