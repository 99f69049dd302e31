/*
 * Reading the table of `strace -f -c`:
 *
 *     % time     seconds  usecs/call     calls    errors syscall
 *     ------ ----------- ----------- --------- --------- ----------------
 *      52.17    0.000012           1         8         2 recvfrom
 *     100.00    0.000023                    40         2 total
 *
 * A line's last word is the name and its fourth the count; in the last line, the total, the third
 * is missing in old versions. So the total is summed here, and its line is only what ends a whole
 * table.
 */
#include "exec/strace.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/paths.h"

#define LINE_BYTES 256

int hb_strace_find(char ret_path[PATH_MAX], struct hb_error *err)
{
    if (hb_paths_search(ret_path, "strace"))
        return 0;
    return hb_fail(err, HB_ERR_UNAVAILABLE,
                   "strace is not installed, which counts them: apt-get install strace");
}

void hb_strace_prefix(const char *strace, const char *output, const char *ret_words[])
{
    const char *const words[HB_STRACE_WORDS] = {strace, "-f", "-c", "-o", output, "--"};

    memcpy(ret_words, words, sizeof words);
}

/* The name in the last word of a line of the table, and its count in the fourth; false for any
 * other line. */
static bool read_line(char *line, char **ret_name, uint64_t *ret_calls)
{
    char *words[6], *rest = NULL, *word, *end;
    size_t count = 0;

    for (word = strtok_r(line, " \t", &rest); word != NULL && count < HB_ARRAY_LEN(words);
         word = strtok_r(NULL, " \t", &rest))
        words[count++] = word;
    if (count < 5 || word != NULL || words[0][0] < '0' || words[0][0] > '9')
        return false;
    errno = 0;
    *ret_name = words[count - 1];
    *ret_calls = strtoull(words[3], &end, 10);
    return errno == 0 && *end == '\0' && *ret_calls < UINT64_MAX / HB_STRACE_MAX_CALLS;
}

int hb_strace_parse(const char *table, struct hb_arena *arena, struct hb_call_counts *ret_counts,
                    struct hb_error *err)
{
    char line[LINE_BYTES], *name;
    uint64_t calls;

    *ret_counts = (struct hb_call_counts){
        .calls = hb_arena_calloc(arena, HB_STRACE_MAX_CALLS, sizeof *ret_counts->calls)};
    for (const char *at = table; *at != '\0'; at += *at == '\n') {
        size_t length = strcspn(at, "\n");

        snprintf(line, sizeof line, "%.*s", length < LINE_BYTES ? (int)length : 0, at);
        at += length;
        if (line[0] != '\0' && strlen(line) >= 6 && strcmp(line + strlen(line) - 6, " total") == 0)
            return 0;
        if (!read_line(line, &name, &calls) || ret_counts->count == HB_STRACE_MAX_CALLS)
            continue;
        ret_counts->calls[ret_counts->count++] =
            (struct hb_call_count){hb_arena_strdup(arena, name), calls};
        ret_counts->total += calls;
    }
    return hb_fail(err, HB_ERR_RUN, "strace left no table of system calls");
}
