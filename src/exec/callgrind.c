/*
 * Of a file of callgrind's only the last line matters here, "totals: 12345". All the others tell
 * where the instructions were spent; callgrind_annotate(1) shows that to people.
 *
 * The name of the files is relative, since valgrind would look for words of its own in a path.
 */
#include "exec/callgrind.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/macros.h"
#include "base/paths.h"

#define FILE_PREFIX "callgrind-"
#define TOTALS "totals: "
#define FILE_MAX_BYTES (256LL << 20) /* some megabytes are usual */

int hb_callgrind_find(char ret_path[PATH_MAX], struct hb_error *err)
{
    if (hb_paths_search(ret_path, "valgrind"))
        return 0;
    return hb_fail(err, HB_ERR_UNAVAILABLE,
                   "valgrind is not installed, which counts them: apt-get install valgrind");
}

void hb_callgrind_words(const char *valgrind, const char *ret_words[HB_CALLGRIND_WORDS + 1])
{
    static const char out_file[] = "--callgrind-out-file=" FILE_PREFIX "%p";
    const char *const words[HB_CALLGRIND_WORDS + 1] = {valgrind, "--tool=callgrind", "--quiet",
                                                       "--trace-children=yes", out_file};

    memcpy(ret_words, words, sizeof words);
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

/* A process that was killed leaves a file without the line. */
static bool read_total(FILE *file, uint64_t *ret_total)
{
    char *line = NULL, *end;
    size_t capacity = 0;
    bool found = false;

    while (!found && getline(&line, &capacity, file) > 0) {
        if (strncmp(line, TOTALS, strlen(TOTALS)) != 0)
            continue;
        errno = 0;
        *ret_total = strtoull(line + strlen(TOTALS), &end, 10);
        found = errno == 0 && end != line + strlen(TOTALS) && (*end == '\n' || *end == '\0');
    }
    free(line);
    return found;
}

static int take_file(int folder_fd, const char *name, uint64_t *sum, struct hb_error *err)
{
    int fd = hb_fd_open_plain(folder_fd, name, FILE_MAX_BYTES, err);
    HB_CLEANUP(close_file) FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    uint64_t total;

    (void)unlinkat(folder_fd, name, 0);
    if (fd < 0)
        return -1;
    if (file == NULL)
        return hb_fail_errno(err, errno, "%s", name);
    if (!read_total(file, &total) || __builtin_add_overflow(*sum, total, sum))
        return hb_fail(err, HB_ERR_RUN, "callgrind left no total of instructions");
    return 0;
}

int hb_callgrind_take(const char *folder, uint64_t *ret_instructions, struct hb_error *err)
{
    HB_CLEANUP(close_folder) DIR *files = opendir(folder);
    const struct dirent *entry;

    *ret_instructions = 0;
    if (files == NULL)
        return hb_fail_errno(err, errno, "%s", folder);
    while ((entry = readdir(files)) != NULL)
        if (strncmp(entry->d_name, FILE_PREFIX, strlen(FILE_PREFIX)) == 0 &&
            take_file(dirfd(files), entry->d_name, ret_instructions, err) < 0)
            return -1;
    if (*ret_instructions == 0)
        return hb_fail(err, HB_ERR_RUN, "callgrind left no count of instructions");
    return 0;
}
