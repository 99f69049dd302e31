/* Go: the shipped sources are built with the hashes of their go.sum. For a version or a checkout of
 * the user's choice the sources are copied, and the module is changed in the copy. */
#include <string.h>

#include "base/buf.h"
#include "base/paths.h"
#include "registry/checkout.h"
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

/* Without the state of the repository that the sources lie in: it says nothing of the client, and
 * git refuses to tell it to other users than the owner. */
static int build(struct hb_installation *installation, const char *folder, const char *modules,
                 struct hb_error *err)
{
    const char *binary = hb_arena_printf(installation->arena, "%s/bin/%s", installation->folder,
                                         installation->entry->name);
    const char *const arguments[] = {"build", "-trimpath", "-buildvcs=false", modules, "-o", binary,
                                     ".",     NULL};

    return run_go(installation, folder, arguments, err);
}

static int get_module(struct hb_installation *installation, const char *folder, const char *module,
                      struct hb_error *err)
{
    const char *const get[] = {"get", module, NULL};

    return run_go(installation, folder, get, err);
}

/* go.mod of a folder, as `go mod edit -json` prints it. */
static int read_module(struct hb_installation *installation, const char *folder,
                       json_t **ret_module, struct hb_error *err)
{
    const char *const argv[] = {
        "go", "mod", "edit", "-json", hb_arena_printf(installation->arena, "%s/go.mod", folder),
        NULL};
    const char *output = "";

    if (hb_installation_ask(installation, argv, &output, err) != 0)
        return -1;
    *ret_module = json_loads(output, 0, NULL);
    return 0;
}

static bool requires(const json_t *module, const char *path)
{
    const json_t *requirements = json_object_get(module, "Require"), *required;
    size_t i;

    json_array_foreach(requirements, i, required)
    {
        const char *name = json_string_value(json_object_get(required, "Path"));

        if (name != NULL && strcmp(name, path) == 0)
            return true;
    }
    return false;
}

/* The module whose sources lie in `checkout`; one that the client does not use would be measured
 * by nothing. */
static int module_of(struct hb_installation *installation, const struct hb_package *package,
                     const char *checkout, const char *sources, const char **ret_path,
                     struct hb_error *err)
{
    json_t *theirs = NULL, *ours = NULL;
    const char *path;
    int result = -1;

    if (read_module(installation, checkout, &theirs, err) != 0 ||
        read_module(installation, sources, &ours, err) != 0) {
        if (err->code == HB_ERR_RUN)
            result =
                hb_fail(err, HB_ERR_INPUT, "'%s' is no Go module: %s/go.mod is missing or wrong",
                        package->text, checkout);
    } else {
        path = json_string_value(json_object_get(json_object_get(theirs, "Module"), "Path"));
        *ret_path = hb_arena_strdup(installation->arena, path != NULL ? path : "");
        result = requires(ours, *ret_path)
                     ? 0
                     : hb_fail(err, HB_ERR_INPUT,
                               "'%s' is the module %.200s, which the sources of %s do not use",
                               package->text, *ret_path, installation->entry->name);
    }
    json_decref(theirs);
    json_decref(ours);
    return result;
}

/* A path or a revision takes the place of the module that it is. */
static int replace_module(struct hb_installation *installation, const struct hb_package *package,
                          size_t number, const char *sources, struct hb_error *err)
{
    struct hb_arena *arena = installation->arena;
    const char *checkout = "", *module = "", *replacement;
    const char *edit[] = {"mod", "edit", NULL, NULL};

    if (hb_checkout(installation, package, hb_arena_printf(arena, "checkout-%zu", number),
                    &checkout, err) != 0 ||
        module_of(installation, package, checkout, sources, &module, err) != 0)
        return -1;
    replacement = hb_arena_printf(arena, "-replace=%s=%s", module, checkout);
    edit[2] = replacement;
    return run_go(installation, sources, edit, err);
}

static int choose_modules(struct hb_installation *installation, const char *sources,
                          struct hb_error *err)
{
    const struct hb_entry *entry = installation->entry;
    const struct hb_choice *choice = entry->choice;

    if (choice->version != NULL)
        return get_module(
            installation, sources,
            hb_arena_printf(installation->arena, "%s@%s", entry->packages[0], choice->version),
            err);
    for (size_t i = 0; i < choice->packages_count; i++) {
        const struct hb_package *package = &choice->packages[i];

        if ((package->kind == HB_PACKAGE_INDEX
                 ? get_module(installation, sources, package->value, err)
                 : replace_module(installation, package, i, sources, err)) != 0)
            return -1;
    }
    return 0;
}

/* Copying is left to `cp`: modules may have folders of any shape. What a checkout needs besides is
 * added to the copy's go.mod and go.sum by the build. */
static int build_chosen(struct hb_installation *installation, const char *shipped,
                        struct hb_error *err)
{
    const char *folder = hb_arena_printf(installation->arena, "%s/source", installation->folder);
    const char *const copy[] = {"cp", "-RL", "--", shipped, folder, NULL};

    json_object_set_new(installation->receipt, "hashes", json_false());
    if (hb_installation_run(installation, copy, NULL, err) != 0 ||
        choose_modules(installation, folder, err) != 0)
        return -1;
    return build(installation, folder, "-mod=mod", err);
}

/* Lines of `go version -m`: "\tdep\tgolang.org/x/net\tv0.38.0\th1:…", and after one that was
 * replaced "\t=>\t/path/of/a/checkout\t(devel)". */
static void take_line(json_t *packages, char *line, const char **module_before)
{
    char *rest = NULL;
    const char *what = strtok_r(line, "\t", &rest);
    const char *module = strtok_r(NULL, "\t", &rest);
    const char *version = strtok_r(NULL, "\t", &rest);

    if (what == NULL || module == NULL)
        return;
    if (strcmp(what, "=>") == 0 && *module_before != NULL)
        json_object_set_new(packages, *module_before, json_string("a checkout"));
    if (strcmp(what, "dep") == 0 && version != NULL)
        json_object_set_new(packages, module, json_string(version));
    *module_before = module;
}

static int describe(struct hb_installation *installation, struct hb_error *err)
{
    const char *binary = hb_arena_printf(installation->arena, "%s/bin/%s", installation->folder,
                                         installation->entry->name);
    const char *const version_argv[] = {"go", "env", "GOVERSION", NULL};
    const char *const modules_argv[] = {"go", "version", "-m", binary, NULL};
    const char *version, *modules;
    json_t *packages = json_object();
    const char *module_before = NULL;
    char *rest = NULL;

    json_object_set_new(installation->receipt, "packages", packages);
    if (hb_installation_ask(installation, version_argv, &version, err) != 0 ||
        hb_installation_ask(installation, modules_argv, &modules, err) != 0)
        return -1;
    for (char *line = strtok_r(hb_arena_strdup(installation->arena, modules), "\n", &rest);
         line != NULL; line = strtok_r(NULL, "\n", &rest))
        take_line(packages, line, &module_before);
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
    if ((entry->choice != NULL ? build_chosen(installation, folder, err)
                               : build(installation, folder, "-mod=readonly", err)) != 0)
        return -1;
    return describe(installation, err);
}

const struct hb_installer hb_installer_go = {
    .kind = "go",
    .fill = fill,
    .registry_name = "the Go module proxy",
    .mirror_hint = "GOPROXY names another place",
};
