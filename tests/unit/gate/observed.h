/* Observations made by hand, and scatter drawn from a seed. */
#ifndef HB_TESTS_GATE_OBSERVED_H
#define HB_TESTS_GATE_OBSERVED_H

#include "../test.h"

#include <math.h>

#include "base/rng.h"
#include "gate/observations.h"

/* An ok run with one figure for all metrics. */
static inline struct hb_observation observed(double value)
{
    struct hb_observation run = {.state = HB_OBSERVED_OK, .failure = ""};

    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        run.values[i] = value;
    return run;
}

static inline struct hb_observation run_failed(const char *why)
{
    struct hb_observation run = observed(NAN);

    run.state = HB_OBSERVED_FAILED;
    run.failure = why;
    return run;
}

/* Base and head, head the base times a ratio. */
static inline struct hb_pair pair_of(double base, double ratio)
{
    return (struct hb_pair){{observed(base), observed(base * ratio)}, 0};
}

/* Box and Muller. */
static inline double draw_normal(struct hb_rng *rng)
{
    double radius = sqrt(-2 * log(hb_rng_unit(rng)));

    return radius * cos(2 * M_PI * hb_rng_unit(rng));
}

#endif
