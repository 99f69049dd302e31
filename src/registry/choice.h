/*
 * Choosing another version, interpreter or checkout than the one shipped. The chosen entry is a
 * copy that knows its own environment, so that everything else treats both alike:
 *
 *     httpx                    as shipped
 *     httpx@0.27.2             a version
 *     httpx+5f0c9a3e77b1d204   an interpreter or a list of packages, by a hash of what was written
 *
 * A revision or a folder may move on while its environment stays: the receipt tells (receipt.h).
 */
#ifndef HB_REGISTRY_CHOICE_H
#define HB_REGISTRY_CHOICE_H

#include "registry/registry.h"

/* What is wrong with a version as a text, or NULL. */
const char *hb_version_problem(const char *version);

/*
 * Tell apart "httpx==0.28.1", "git+https://…", "../httpx", "git:REF", "git:https://…@REF" and
 * "git:../httpx@REF", written in `folder` (absolute). Returns what is wrong with the text, or NULL.
 */
const char *hb_package_parse(const char *text, const char *folder, struct hb_arena *arena,
                             struct hb_package *ret_package);

/* Why an entry cannot be had as chosen ("is part of this program"), or NULL. */
const char *hb_choice_problem(const struct hb_entry *entry, const struct hb_choice *choice);

/* A copy of the entry for a choice, which is copied, too; the entry itself for an empty one. */
const struct hb_entry *hb_entry_choose(const struct hb_entry *entry, const struct hb_choice *choice,
                                       struct hb_arena *arena);

/* The name of its folder below env_dir. */
const char *hb_entry_environment(const struct hb_entry *entry);

#endif
