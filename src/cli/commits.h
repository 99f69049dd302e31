/*
 * The commits between two of a repository, as 'bisect' tries them: git is asked, and nothing is
 * changed.
 */
#ifndef HB_CLI_COMMITS_H
#define HB_CLI_COMMITS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* The top folder of the repository that holds `folder`, absolute, in `arena`. HB_ERR_INPUT when
 * there is none. */
int hb_commits_repository(const char *folder, int interrupt_fd, struct hb_arena *arena,
                          const char **ret_repository, struct hb_error *err) HB_MUST_CHECK;

struct hb_commits {
    const char *good;       /* full hashes, in the arena */
    const char *const *ids; /* after `good`, oldest first; `bad` is the last */
    size_t count;
};

/*
 * Along first parents: what came in by a merge is tried as that merge. HB_ERR_INPUT for a reference
 * that git does not know or that could be an option, and when `good` is no ancestor of `bad`.
 */
int hb_commits_between(const char *repository, const char *good, const char *bad, int interrupt_fd,
                       struct hb_arena *arena, struct hb_commits *ret_commits,
                       struct hb_error *err) HB_MUST_CHECK;

/* Of one commit, as git has it: may hold anything but line ends. "" what is not known. */
struct hb_commit_words {
    const char *date; /* of its author: "2026-11-24T09:15:00+01:00" */
    const char *subject;
};

struct hb_commit_words hb_commit_words(const char *repository, const char *id,
                                       struct hb_arena *arena);

#endif
