/*
 * Which versions of a client were released, and in which order: what its package manager says,
 * asked through its ordinary program. Nothing is installed.
 */
#ifndef HB_REGISTRY_VERSIONS_H
#define HB_REGISTRY_VERSIONS_H

#include "registry/registry.h"

#define HB_VERSIONS_MAX 20000 /* of one package; more are refused */

struct hb_versions {
    const char **items; /* each passes hb_version_problem() */
    size_t count;
};

/*
 * Below 0, 0 or above 0, as PEP 440 orders versions: 1.0.dev1, 1.0a1, 1.0rc1, 1.0, 1.0.post1; a
 * leading "v" and missing zeros do not matter. Semantic versions come out in their own order, too:
 * 1.0.0-beta.2 before 1.0.0.
 */
int hb_version_compare(const char *a, const char *b);

/* "0.27.2" or "v0.30.0", not "main". */
bool hb_version_is_numbered(const char *text);

/* An alpha, beta, candidate, or development version. */
bool hb_version_is_prerelease(const char *version);

/* What "pip index versions", "npm view NAME versions --json" and "go list -m -versions" print, as
 * versions in the order printed. Whatever is no version is left out. In `arena`. */
struct hb_versions hb_versions_parse(const char *install_kind, const char *output,
                                     struct hb_arena *arena);

/*
 * All versions of what an entry is published as. Given up when `interrupt_fd` (-1: none) becomes
 * readable: HB_ERR_INTERRUPTED. HB_ERR_INPUT for an entry that comes from no package registry,
 * HB_ERR_UNAVAILABLE when the package manager does not answer.
 */
int hb_versions_list(const struct hb_registry *registry, const struct hb_entry *entry,
                     int interrupt_fd, struct hb_arena *arena, struct hb_versions *ret_versions,
                     struct hb_error *err) HB_MUST_CHECK;

/*
 * Those after `good` and before `bad`, each once and in order, and `bad` as the last. Pre-releases
 * only when one of the ends is one. HB_ERR_INPUT unless `good` comes before `bad`.
 */
int hb_versions_between(const struct hb_versions *versions, const char *good, const char *bad,
                        struct hb_arena *arena, struct hb_versions *ret_between,
                        struct hb_error *err) HB_MUST_CHECK;

#endif
