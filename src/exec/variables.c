/* Environments out of two lists. Copied as bytes: posix_spawn() promises to change no text, yet its
 * parameter has no const. */
#include "exec/variables.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"

static size_t count_of(const char *const *variables)
{
    size_t count = 0;

    while (variables[count] != NULL)
        count++;
    return count;
}

static bool has_same_name(const char *left, const char *right)
{
    size_t length = strcspn(left, "=");

    return strncmp(left, right, length) == 0 && right[length] == '=';
}

static bool has_name_of(const char *const *variables, const char *variable)
{
    for (; *variables != NULL; variables++) {
        if (has_same_name(*variables, variable))
            return true;
    }
    return false;
}

char **hb_variables_join(const char *const *own, const char *const *rest)
{
    const char *const none[] = {NULL};
    size_t count;
    char **joined;

    if (own == NULL)
        own = none;
    count = count_of(own);
    joined = hb_calloc(count + count_of(rest) + 1, sizeof *joined);
    memcpy(joined, own, count * sizeof *joined);
    for (; *rest != NULL; rest++) {
        if (!has_name_of(own, *rest))
            memcpy(&joined[count++], rest, sizeof *joined);
    }
    return joined;
}
