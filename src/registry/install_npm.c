/* Node: `npm ci` in a copy of the shipped package.json and package-lock.json, whose hashes npm
 * checks; for a version of the user's choice `npm install` of that version over them. */
#include <string.h>

#include "base/buf.h"
#include "base/paths.h"
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

static int run_npm(struct hb_installation *installation, const char *command, const char *package,
                   struct hb_error *err)
{
    const char *const argv[] = {"npm",        command, "--no-audit", "--no-fund", "--omit=dev",
                                "--loglevel", "error", package,      NULL};

    return hb_installation_run(installation, argv, installation->folder, err);
}

static int install_version(struct hb_installation *installation, struct hb_error *err)
{
    const struct hb_entry *entry = installation->entry;
    const char *package =
        entry->packages != NULL && entry->packages[0] != NULL ? entry->packages[0] : entry->name;

    json_object_set_new(installation->receipt, "hashes", json_false());
    return run_npm(installation, "install",
                   hb_arena_printf(installation->arena, "%s@%s", package, entry->choice->version),
                   err);
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
            json_object_set(packages, key + strlen(prefix), json_object_get(value, "version"));
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
    const char *folder;

    if (hb_install_path(installation->registry, entry, entry->install_args[0], installation->arena,
                        &folder, err) != 0 ||
        copy_file(installation, folder, "package.json", err) != 0 ||
        copy_file(installation, folder, "package-lock.json", err) != 0)
        return -1;
    json_object_set_new(installation->receipt, "hashes", json_true());
    if ((entry->choice != NULL ? install_version(installation, err)
                               : run_npm(installation, "ci", NULL, err)) != 0)
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
