/*
 * Inside the registry layer: which commit a name of a repository elsewhere leads to now. Branches
 * move, so what is installed, and what a comparison is said to be of, is the commit.
 */
#ifndef HB_REGISTRY_REMOTE_REVISION_H
#define HB_REGISTRY_REMOTE_REVISION_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/*
 * Ask the repository, by 'git ls-remote'; a whole hash is its own answer, and nothing is asked. The
 * hash in `arena`; `revision` itself where it is the beginning of one, which no repository is asked
 * by. HB_ERR_UNAVAILABLE: it was not reached, or wants a password; HB_ERR_INPUT: it has no such
 * branch or tag.
 */
int hb_remote_commit(const char *url, const char *revision, struct hb_arena *arena,
                     const char **ret_commit, struct hb_error *err) HB_MUST_CHECK;

/* Of what 'git ls-remote' prints: the commit of HEAD or of a whole name (refs/…), else of the tag,
 * else of the branch. NULL: none of these. In `arena`. */
const char *hb_remote_commit_parse(const char *output, const char *revision,
                                   struct hb_arena *arena);

#endif
