/* Ranking: what both rank tests begin with. */
#include "measure/stats_ranks.h"

#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    double a = ((const struct hb_ranked *)left)->value;
    double b = ((const struct hb_ranked *)right)->value;

    return (a > b) - (a < b);
}

void hb_rank(struct hb_ranked *items, size_t count)
{
    size_t end;

    qsort(items, count, sizeof(*items), compare);
    for (size_t start = 0; start < count; start = end) {
        end = start + 1;
        while (end < count && compare(&items[start], &items[end]) == 0)
            end++;
        for (size_t i = start; i < end; i++)
            items[i].doubled_rank = start + 1 + end; /* twice the mean of start + 1 … end */
    }
}
