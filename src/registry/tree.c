/* A walk in the order of names, so that the hash depends on nothing but the files. Contents are not
 * read: an edit changes a file's time. */
#include "registry/tree.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <xxhash.h>

#include "base/memory.h"

enum { FILES_MAX = 100000 };

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_left_out(const FTSENT *item)
{
    static const char *const patterns[] = {".*",   "__pycache__", "build",
                                           "dist", "*.egg-info",  "node_modules"};

    for (size_t i = 0; item->fts_level > 0 && i < HB_ARRAY_LEN(patterns); i++) {
        if (fnmatch(patterns[i], item->fts_name, 0) == 0)
            return true;
    }
    return false;
}

static uint64_t add_file(uint64_t hash, const FTSENT *item, size_t root_length)
{
    const struct stat *facts = item->fts_statp;
    HB_CLEANUP(hb_free_ptr)
    char *text = hb_asprintf("%s %" PRId64 " %" PRId64 ".%09ld", item->fts_path + root_length,
                             (int64_t)facts->st_size, (int64_t)facts->st_mtim.tv_sec,
                             facts->st_mtim.tv_nsec);

    return XXH3_64bits_withSeed(text, strlen(text), hash);
}

static int walk(FTS *tree, const char *path, uint64_t *ret_hash, struct hb_error *err)
{
    size_t files = 0;
    FTSENT *item;

    while ((item = fts_read(tree)) != NULL) {
        if (item->fts_info == FTS_DNR || item->fts_info == FTS_ERR || item->fts_info == FTS_NS)
            return hb_fail_errno(err, item->fts_errno, "read %s", item->fts_path);
        if (is_left_out(item)) {
            fts_set(tree, item, FTS_SKIP);
            continue;
        }
        if (item->fts_info != FTS_F && item->fts_info != FTS_SL)
            continue;
        if (++files > FILES_MAX)
            return hb_fail(err, HB_ERR_LIMIT, "%s: more than %d files", path, FILES_MAX);
        *ret_hash = add_file(*ret_hash, item, strlen(path));
    }
    return 0;
}

int hb_tree_fingerprint(const char *path, uint64_t *ret_hash, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) char *root = hb_strdup(path);
    char *const roots[] = {root, NULL};
    FTS *tree;
    int result;

    /* The path itself may be a link, as shared folders of a build tree are. */
    tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    if (tree == NULL)
        return hb_fail_errno(err, errno, "read %s", path);
    *ret_hash = 0;
    result = walk(tree, path, ret_hash, err);
    fts_close(tree);
    return result;
}
