/* Inside the registry layer: has a folder changed since it was installed from? */
#ifndef HB_REGISTRY_TREE_H
#define HB_REGISTRY_TREE_H

#include <stdint.h>

#include "base/error.h"

/*
 * A hash of the names, sizes and times of a file, or of all files below a folder but hidden ones
 * and what builds and interpreters leave there. HB_ERR_LIMIT beyond 100,000 files.
 */
int hb_tree_fingerprint(const char *path, uint64_t *ret_hash, struct hb_error *err) HB_MUST_CHECK;

#endif
