/*
 * What environments are made of, and in what two of them differ: a comparison of two versions of a
 * library is one of everything that came with them, too. Read from the receipts that installations
 * leave (all of pip, npm and Go); nothing is started.
 */
#ifndef HB_REGISTRY_DEPENDENCIES_H
#define HB_REGISTRY_DEPENDENCIES_H

#include "registry/registry.h"

struct hb_dependency {
    const char *name; /* as the package manager has it; "python", "node", "go" are interpreters */
    const char *version; /* with where it is from, unless that is the package index */
};

struct hb_dependencies {
    bool known; /* false: it comes with this program or the system, or was made by other means */
    const struct hb_dependency *items; /* by name */
    size_t count;
};

/* Of the environment that an entry has now. In `arena`. */
struct hb_dependencies hb_dependencies_read(const struct hb_registry *registry,
                                            const struct hb_entry *entry, struct hb_arena *arena);

struct hb_dependency_change {
    const char *name;
    const char *base, *head; /* versions; NULL: it is not there */
    bool own;                /* it is the library itself, or what a subject asked for by name */
};

/*
 * What is not the same in both, by name; what is not known on either side changes nothing. `base`
 * and `head` are the entries that the two were read of. In `arena`.
 */
void hb_dependencies_compare(const struct hb_dependencies sides[2],
                             const struct hb_entry *const entries[2], struct hb_arena *arena,
                             const struct hb_dependency_change **ret_changes, size_t *ret_count);

#endif
