/*
 * What an environment holds, written beside it when it was made (receipt.json): the proof for
 * listings and reports of what was measured.
 *
 *     {"receipt": 1, "name": "httpx", "environment": "httpx@0.27.2", "kind": "pip",
 *      "version": "0.27.2", "identity": "5f0c9a3e77b1d204", "hashes": false,
 *      "chosen": {"version": "0.27.2"}, "constraints": "as shipped",
 *      "interpreter": {"path": "/usr/bin/python3.11", "version": "3.11.7"},
 *      "packages": {"httpcore": "1.0.9", …}, "installed_at": "2026-11-24T03:49:35.123Z"}
 */
#ifndef HB_REGISTRY_RECEIPT_H
#define HB_REGISTRY_RECEIPT_H

#include <jansson.h>

#include "registry/registry.h"

struct hb_receipt {
    const char *environment;  /* its name */
    const char *version;      /* NULL: it was made by other means, without a receipt */
    const char *chosen;       /* "as shipped", "version 0.27.2", "install git:main" … */
    const char *interpreter;  /* "3.11.7 (/usr/bin/python3.11)"; NULL: none */
    const char *installed_at; /* NULL: not known */
    const char *identity;     /* "" when not known */
};

int hb_receipt_write(const char *folder, const json_t *receipt, struct hb_error *err) HB_MUST_CHECK;

/* The receipt of an environment as it is written; NULL when there is none. The caller's reference.
 */
json_t *hb_receipt_load(const char *env_dir, const char *environment);

/* The receipt of an environment; all but its name NULL or "" when there is none. In `arena`. */
void hb_receipt_read(const char *env_dir, const char *environment, struct hb_arena *arena,
                     struct hb_receipt *ret_receipt);

/* What the index-th of the chosen packages led to when the environment was made: a commit, or the
 * hash of files; "" when it is not known. In `arena`. */
const char *hb_receipt_state(const char *env_dir, const char *environment, size_t index,
                             struct hb_arena *arena);

/* All environments, by name. An env_dir that is not there has none. */
int hb_receipts_list(const char *env_dir, struct hb_arena *arena, struct hb_receipt **ret_receipts,
                     size_t *ret_count, struct hb_error *err) HB_MUST_CHECK;

/* Whether an environment is one of this entry's: "httpx", "httpx@0.27.2", "httpx+…". */
bool hb_receipt_is_of(const struct hb_receipt *receipt, const char *name);

#endif
