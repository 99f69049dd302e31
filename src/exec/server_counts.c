/* Figures by regular expressions, so that a new server's way of telling them is data. The sum over
 * all matches covers programs that tell a figure by parts (a line a status code). */
#include "exec/server_counts.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_MAX 10

/* The number in the last group that took part; false when none did. */
static bool last_number(const char *text, const regmatch_t *groups, uint64_t *ret_number)
{
    for (size_t i = GROUPS_MAX; i-- > 1;) {
        if (groups[i].rm_so >= 0) {
            *ret_number = strtoull(text + groups[i].rm_so, NULL, 10);
            return true;
        }
    }
    return false;
}

static bool sum_matches(const char *pattern, const char *text, uint64_t *ret_sum)
{
    regmatch_t groups[GROUPS_MAX];
    bool found = false;
    regex_t compiled;
    uint64_t number;

    *ret_sum = 0;
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NEWLINE) != 0)
        return false;
    while (*text != '\0' && regexec(&compiled, text, GROUPS_MAX, groups, 0) == 0) {
        if (last_number(text, groups, &number)) {
            *ret_sum += number;
            found = true;
        }
        text += groups[0].rm_eo > 0 ? groups[0].rm_eo : 1;
    }
    regfree(&compiled);
    return found;
}

static bool tells(const struct hb_entry_topology *topology, const char *name)
{
    for (size_t i = 0; i < topology->counts_count; i++) {
        if (strcmp(topology->counts[i].name, name) == 0)
            return true;
    }
    return false;
}

static uint64_t *figure(struct hb_server_counts *counts, const char *name)
{
    if (strcmp(name, "requests") == 0)
        return &counts->requests;
    if (strcmp(name, "connections") == 0)
        return &counts->connections;
    return strcmp(name, "bytes_in") == 0 ? &counts->bytes_in : &counts->bytes_out;
}

void hb_server_counts_parse(const struct hb_entry_topology *topology, const char *text,
                            uint64_t readings, struct hb_server_counts *ret_counts)
{
    struct hb_server_counts counts = {
        .known = tells(topology, "requests") && tells(topology, "connections"),
        .bytes_known = tells(topology, "bytes_in") && tells(topology, "bytes_out"),
    };

    for (size_t i = 0; i < topology->counts_count; i++) {
        const struct hb_entry_count *count = &topology->counts[i];
        uint64_t own = (uint64_t)count->own * readings, sum;

        if (!sum_matches(count->pattern, text, &sum))
            counts.known = false;
        *figure(&counts, count->name) = sum > own ? sum - own : 0;
    }
    *ret_counts = counts.known ? counts : (struct hb_server_counts){.known = false};
}
