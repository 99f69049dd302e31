/*
 * Reading the log of `strace -f -ttt`, a line each call:
 *
 *     3031  1795554550.283663 futex(0x7fac, 0x80, 0x2, 0 <unfinished ...>
 *     3072  1795554550.285451 exit(0)         = ?
 *     3031  1795554550.285394 <... futex resumed>) = 0
 *
 * A call is where it begins; lines that go on with one, or tell of signals and ends, are passed
 * over. Arguments are written raw, which spares strace from reading the program's memory.
 */
#include "exec/strace.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/paths.h"

#define LINE_BYTES 512
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

int hb_strace_find(char ret_path[PATH_MAX], struct hb_error *err)
{
    if (hb_paths_search(ret_path, "strace"))
        return 0;
    return hb_fail(err, HB_ERR_UNAVAILABLE,
                   "strace is not installed, which counts them: apt-get install strace");
}

void hb_strace_prefix(const char *strace, const char *log, const char *ret_words[])
{
    const char *const words[HB_STRACE_WORDS] = {
        strace, "-f", "-qq", "-ttt", "-e", "raw=all", "-e", "signal=none", "-o", log, "--"};

    memcpy(ret_words, words, sizeof words);
}

/* "1795554550.283663 " */
static bool read_instant(const char **at, int64_t *ret_wall_ns)
{
    char *end;
    long long seconds, micros;

    errno = 0;
    seconds = strtoll(*at, &end, 10);
    if (errno != 0 || end == *at || *end != '.' || seconds < 0 ||
        seconds > INT64_MAX / HB_NS_PER_S - 1)
        return false;
    *at = end + 1;
    micros = strtoll(*at, &end, 10);
    if (end != *at + 6 || *end != ' ' || micros < 0)
        return false;
    *at = end + 1;
    *ret_wall_ns = seconds * HB_NS_PER_S + micros * HB_NS_PER_US;
    return true;
}

/* When a call begins on this line, its instant and name; the name is cut out of the line. The
 * process before it is left out by some versions while there is one alone. */
static bool read_call(char *line, int64_t *ret_wall_ns, const char **ret_name)
{
    const char *at = line + strspn(line, "0123456789");
    size_t length;

    at = *at == ' ' ? at + strspn(at, " ") : line;
    if (!read_instant(&at, ret_wall_ns))
        return false;
    length = strspn(at, NAME_CHARACTERS);
    if (length == 0 || at[length] != '(')
        return false;
    line[at + length - line] = '\0';
    *ret_name = at;
    return true;
}

static void add_call(struct hb_call_counts *counts, const char *name, struct hb_arena *arena)
{
    size_t i = 0;

    while (i < counts->count && strcmp(counts->calls[i].name, name) != 0)
        i++;
    if (i == HB_STRACE_MAX_CALLS)
        return;
    if (i == counts->count)
        counts->calls[counts->count++].name = hb_arena_strdup(arena, name);
    counts->calls[i].calls++;
    counts->total++;
}

int hb_strace_count(FILE *log, int64_t from_wall_ns, int64_t to_wall_ns, struct hb_arena *arena,
                    struct hb_call_counts *ret_counts, struct hb_error *err)
{
    char line[LINE_BYTES];
    bool is_start = true;

    *ret_counts = (struct hb_call_counts){
        .calls = hb_arena_calloc(arena, HB_STRACE_MAX_CALLS, sizeof *ret_counts->calls)};
    while (fgets(line, sizeof line, log) != NULL) {
        bool is_whole_start = is_start;
        const char *name;
        int64_t wall_ns;

        is_start = strchr(line, '\n') != NULL;
        if (is_whole_start && read_call(line, &wall_ns, &name) && wall_ns >= from_wall_ns &&
            wall_ns < to_wall_ns)
            add_call(ret_counts, name, arena);
    }
    if (ret_counts->total == 0)
        return hb_fail(err, HB_ERR_RUN, "strace saw no system call of a request");
    return 0;
}
