/*
 * Ranks with ties. Equal values share the mean of the ranks they take up, which may end in a half;
 * so ranks are given doubled, as whole numbers. Values tie only when they are equal to the last
 * bit.
 */
#ifndef HB_MEASURE_STATS_RANKS_H
#define HB_MEASURE_STATS_RANKS_H

#include <stddef.h>

struct hb_ranked {
    double value;
    size_t index;        /* of the observation in the caller's array */
    size_t doubled_rank; /* 2 … 2 * count */
};

/* Fill in the ranks by value; `items` are sorted by value on return. */
void hb_rank(struct hb_ranked *items, size_t count);

#endif
