/* Inside the registry layer: git repositories in the form that package managers other than pip
 * take. */
#ifndef HB_REGISTRY_CHECKOUT_H
#define HB_REGISTRY_CHECKOUT_H

#include "registry/installer.h"

/* Where a revision lies: a URL or an absolute path, and what git takes for a commit. */
struct hb_source {
    const char *repository; /* NULL: the package is no git revision */
    const char *revision;
};

int hb_source_of(const struct hb_package *package, struct hb_arena *arena,
                 struct hb_source *ret_source, struct hb_error *err) HB_MUST_CHECK;

/* A folder with the files of a package that is a path or a revision: the path itself, or a checkout
 * `name` in the new environment. */
int hb_checkout(struct hb_installation *installation, const struct hb_package *package,
                const char *name, const char **ret_folder, struct hb_error *err) HB_MUST_CHECK;

#endif
