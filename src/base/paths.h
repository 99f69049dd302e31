/*
 * Where this installation keeps its parts. Everything is found from the place of the running
 * program, so a build tree and an installed tree look the same:
 *
 *     PREFIX/bin/http-benchmark
 *     PREFIX/libexec/http-benchmark/   helper programs: keeper, native workers, embedded server
 *     PREFIX/share/http-benchmark/     clients/ servers/ scenarios/ schemas/
 */
#ifndef HB_BASE_PATHS_H
#define HB_BASE_PATHS_H

#include <linux/limits.h>
#include <stdbool.h>

#include "base/error.h"

struct hb_paths {
    char program[PATH_MAX]; /* the running executable */
    char libexec[PATH_MAX]; /* PREFIX/libexec/http-benchmark */
    char share[PATH_MAX];   /* PREFIX/share/http-benchmark */
};

int hb_paths_find(struct hb_paths *ret_paths, struct hb_error *err) HB_MUST_CHECK;

/* dest = directory "/" name; HB_ERR_LIMIT when it does not fit. */
int hb_path_join(char dest[PATH_MAX], const char *directory, const char *name,
                 struct hb_error *err) HB_MUST_CHECK;

/* Where a program is in PATH; false when it is in none of its absolute folders. */
bool hb_paths_search(char ret_path[PATH_MAX], const char *name);

#endif
