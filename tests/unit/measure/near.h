/* Comparing figures, and small samples to compare them on. */
#ifndef HB_TESTS_MEASURE_NEAR_H
#define HB_TESTS_MEASURE_NEAR_H

#include <math.h>

#include "../test.h"

#include "base/rng.h"

static inline void assert_near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("got %.12g, want %.12g", got, want);
}

/* Whole numbers in 0 … range - 1: with a small range there are ties and zeros. */
static inline void draw_whole(struct hb_rng *rng, double *values, size_t count, unsigned range)
{
    for (size_t i = 0; i < count; i++)
        values[i] = floor(hb_rng_unit(rng) * range);
}

#endif
