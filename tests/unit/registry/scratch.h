/* A folder that a test may fill, removed at its end. */
#ifndef HB_TEST_REGISTRY_SCRATCH_H
#define HB_TEST_REGISTRY_SCRATCH_H

#include <ftw.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"

/* The path of `name` in it, in a buffer that stays until the fourth call after. */
static inline const char *scratch_path(const char *folder, const char *name)
{
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    char whole[2 * PATH_MAX]; /* `folder` may lie in `paths` itself */

    snprintf(whole, sizeof whole, "%s/%s", folder, name);
    assert_true(strlen(whole) < PATH_MAX);
    return strcpy(path, whole);
}

static inline int scratch_make(void **state)
{
    char template[] = "/tmp/hb-registry-XXXXXX";

    assert_non_null(mkdtemp(template));
    *state = strdup(template);
    return 0;
}

static inline int scratch_remove_one(const char *path, const struct stat *facts HB_UNUSED,
                                     int kind HB_UNUSED, struct FTW *place HB_UNUSED)
{
    return remove(path);
}

static inline int scratch_remove(void **state)
{
    nftw(*state, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return 0;
}

static inline void scratch_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline bool scratch_has(const char *folder, const char *name)
{
    return access(scratch_path(folder, name), F_OK) == 0;
}

#endif
