/* "Did you mean": the nearest of a few words, by the number of edits a typist makes. */
#include <string.h>

#include "config/diag.h"

enum { WORD_MAX = 48 };

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/*
 * Edits between two words of at most WORD_MAX bytes: insertion, deletion, substitution, and swap
 * of two neighbours (optimal string alignment).
 */
static size_t edits(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b_length; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *spare = before;

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t substitution = last[j - 1] + (a[i - 1] != b[j - 1]);

            row[j] = min3(last[j] + 1, row[j - 1] + 1, substitution);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[b_length];
}

const char *hb_nearest(const char *wrong, const char *const *candidates, size_t count)
{
    size_t length = strlen(wrong);
    size_t allowed = length / 3 > 0 ? length / 3 : 1;
    size_t best = allowed + 1;
    const char *nearest = NULL;

    if (length == 0 || length > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        size_t distance = other <= WORD_MAX ? edits(wrong, length, candidates[i], other) : best;

        if (distance < best && distance < other) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
