/* Go: the shipped sources are built with the hashes of their go.sum. For a version of the user's
 * choice the sources are copied, and the module is changed in the copy. */
#include <string.h>

#include "base/buf.h"
#include "base/paths.h"
#include "registry/identity.h"
#include "registry/installer.h"

static int run_go(struct hb_installation *installation, const char *folder,
                  const char *const *arguments, struct hb_error *err)
{
    const char *argv[10] = {"go"};

    for (size_t i = 0; arguments[i] != NULL && i + 2 < HB_ARRAY_LEN(argv); i++)
        argv[i + 1] = arguments[i];
    if (hb_installation_run(installation, argv, folder, err) == 0)
        return 0;
    if (err->code == HB_ERR_UNAVAILABLE && !installation->unreachable)
        return hb_fail(err, HB_ERR_UNAVAILABLE,
                       "go is not installed: https://go.dev/dl, or apt-get install golang-go");
    return -1;
}

static int build(struct hb_installation *installation, const char *folder, struct hb_error *err)
{
    const char *binary = hb_arena_printf(installation->arena, "%s/bin/%s", installation->folder,
                                         installation->entry->name);
    const char *const arguments[] = {"build", "-trimpath", "-mod=readonly", "-o", binary,
                                     ".",     NULL};

    return run_go(installation, folder, arguments, err);
}

/* Copying is left to `cp`: modules may have folders of any shape. */
static int build_version(struct hb_installation *installation, const char *shipped,
                         struct hb_error *err)
{
    const struct hb_entry *entry = installation->entry;
    const char *folder = hb_arena_printf(installation->arena, "%s/source", installation->folder);
    const char *const copy[] = {"cp", "-RL", "--", shipped, folder, NULL};
    const char *module =
        hb_arena_printf(installation->arena, "%s@%s", entry->packages[0], entry->choice->version);
    const char *const get[] = {"get", module, NULL};

    json_object_set_new(installation->receipt, "hashes", json_false());
    if (hb_installation_run(installation, copy, NULL, err) != 0 ||
        run_go(installation, folder, get, err) != 0)
        return -1;
    return build(installation, folder, err);
}

/* One line of `go version -m`: "\tdep\tgolang.org/x/net\tv0.38.0\th1:…". */
static void take_line(json_t *packages, char *line)
{
    char *rest = NULL;
    const char *what = strtok_r(line, "\t", &rest);
    const char *module = strtok_r(NULL, "\t", &rest);
    const char *version = strtok_r(NULL, "\t", &rest);

    if (what != NULL && strcmp(what, "dep") == 0 && module != NULL && version != NULL)
        json_object_set_new(packages, module, json_string(version));
}

static int describe(struct hb_installation *installation, struct hb_error *err)
{
    const char *binary = hb_arena_printf(installation->arena, "%s/bin/%s", installation->folder,
                                         installation->entry->name);
    const char *const version_argv[] = {"go", "env", "GOVERSION", NULL};
    const char *const modules_argv[] = {"go", "version", "-m", binary, NULL};
    const char *version, *modules;
    json_t *packages = json_object();
    char *rest = NULL;

    json_object_set_new(installation->receipt, "packages", packages);
    if (hb_installation_ask(installation, version_argv, &version, err) != 0 ||
        hb_installation_ask(installation, modules_argv, &modules, err) != 0)
        return -1;
    for (char *line = strtok_r(hb_arena_strdup(installation->arena, modules), "\n", &rest);
         line != NULL; line = strtok_r(NULL, "\n", &rest))
        take_line(packages, line);
    json_object_set_new(installation->receipt, "interpreter",
                        json_pack("{s:s, s:s}", "path", "go", "version", version));
    return 0;
}

static int fill(struct hb_installation *installation, struct hb_error *err)
{
    const struct hb_entry *entry = installation->entry;
    const char *folder;

    if (hb_install_path(installation->registry, entry, entry->install_args[0], installation->arena,
                        &folder, err) != 0)
        return -1;
    json_object_set_new(installation->receipt, "hashes", json_true());
    if ((entry->choice != NULL ? build_version(installation, folder, err)
                               : build(installation, folder, err)) != 0)
        return -1;
    return describe(installation, err);
}

const struct hb_installer hb_installer_go = {
    .kind = "go",
    .fill = fill,
    .registry_name = "the Go module proxy",
    .mirror_hint = "GOPROXY names another place",
};
