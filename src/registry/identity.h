/*
 * Inside the registry layer: what an installation would be made of right now. An environment whose
 * receipt holds another identity is out of date: its pins, its revision or its sources have moved.
 */
#ifndef HB_REGISTRY_IDENTITY_H
#define HB_REGISTRY_IDENTITY_H

#include "registry/registry.h"

#define HB_IDENTITY_BYTES 17 /* 16 hex digits and a NUL */

/* Of requirement files, lock files, sources, the choice and what its packages lead to now. Asks git
 * about revisions; no network. */
int hb_identity_of(const struct hb_registry *registry, const struct hb_entry *entry,
                   char ret_identity[HB_IDENTITY_BYTES], struct hb_error *err) HB_MUST_CHECK;

/*
 * What a package leads to, as the package manager takes it: a requirement as it is, a path, or
 * "git+file:///repository@COMMIT", or "git+https://…@COMMIT" once it was asked (package->commit).
 * *ret_state tells one state from another: the commit, or the
 * hash of the files; "" for a requirement.
 */
int hb_package_resolve(const struct hb_package *package, struct hb_arena *arena,
                       const char **ret_argument, const char **ret_state,
                       struct hb_error *err) HB_MUST_CHECK;

/* A file or folder that `install` names, absolute: placeholders replaced, else below share. */
int hb_install_path(const struct hb_registry *registry, const struct hb_entry *entry,
                    const char *text, struct hb_arena *arena, const char **ret_path,
                    struct hb_error *err) HB_MUST_CHECK;

#endif
