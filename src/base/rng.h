/*
 * The one seeded random generator of the project (splitmix64, Steele et al. 2014,
 * "Fast splittable pseudorandom number generators"): order of runs and arrival times are
 * the same for the same seed on every machine.
 */
#ifndef HB_BASE_RNG_H
#define HB_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct hb_rng {
    uint64_t state;
};

static inline uint64_t hb_rng_next(struct hb_rng *rng)
{
    uint64_t z = (rng->state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* Uniform in [0, bound), without modulo bias worth the name (bound < 2^32). */
static inline uint64_t hb_rng_below(struct hb_rng *rng, uint64_t bound)
{
    return (uint64_t)(((unsigned __int128)hb_rng_next(rng) * bound) >> 64);
}

/* Uniform in (0, 1]. */
static inline double hb_rng_unit(struct hb_rng *rng)
{
    return (double)((hb_rng_next(rng) >> 11) + 1) * 0x1p-53;
}

#endif
