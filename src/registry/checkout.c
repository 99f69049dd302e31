/* Revisions as repositories and commits, and as files. */
#include "registry/checkout.h"

#include <string.h>

#include "base/macros.h"
#include "registry/identity.h"

static const char scheme[] = "git+", local[] = "file://";

/* What pip is told, "git+URL@COMMIT", in its two parts. */
int hb_source_of(const struct hb_package *package, struct hb_arena *arena,
                 struct hb_source *ret_source, struct hb_error *err)
{
    const char *argument = "", *state = "", *at;

    *ret_source = (struct hb_source){NULL, NULL};
    if (hb_package_resolve(package, arena, &argument, &state, err) != 0)
        return -1;
    if (package->kind != HB_PACKAGE_REVISION && package->kind != HB_PACKAGE_REMOTE)
        return 0;
    argument += strlen(scheme);
    if (strncmp(argument, local, strlen(local)) == 0)
        argument += strlen(local);
    at = strrchr(argument, '@');
    *ret_source = (struct hb_source){hb_arena_strndup(arena, argument, (size_t)(at - argument)),
                                     hb_arena_strdup(arena, at + 1)};
    return 0;
}

/* A repository of this machine lends its objects, so that commits on no branch are there, too. */
static int clone(struct hb_installation *installation, const struct hb_source *source,
                 const char *folder, struct hb_error *err)
{
    const char *lent = source->repository[0] == '/' ? "--shared" : "--quiet";
    const char *const copy[] = {
        "git", "clone", "--quiet", "--no-checkout", lent, "--", source->repository, folder, NULL};
    const char *const take[] = {"git", "-C", folder, "checkout", "--quiet", source->revision,
                                "--",  NULL};

    return hb_installation_run(installation, copy, NULL, err) != 0
               ? -1
               : hb_installation_run(installation, take, NULL, err);
}

int hb_checkout(struct hb_installation *installation, const struct hb_package *package,
                const char *name, const char **ret_folder, struct hb_error *err)
{
    struct hb_source source;

    *ret_folder = package->value;
    if (hb_source_of(package, installation->arena, &source, err) != 0)
        return -1;
    if (source.repository == NULL)
        return 0;
    *ret_folder = hb_arena_printf(installation->arena, "%s/%s", installation->folder, name);
    return clone(installation, &source, *ret_folder, err);
}
