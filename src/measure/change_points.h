/*
 * Where the level of a series changed: E-divisive (Matteson and James, "A nonparametric approach
 * for multiple change point analysis of multivariate data", 2014) with Student's t-test in place of
 * its permutation test, as Hunter and Apache Otava do. The energy statistic finds the most likely
 * point, of any kind of distribution; the test is fast, repeats exactly, and its p can be small.
 *
 * First every stretch is divided wherever a lenient test allows, then the weakest points are taken
 * away until all pass: a change that hides behind another is found once that one is known.
 */
#ifndef HB_MEASURE_CHANGE_POINTS_H
#define HB_MEASURE_CHANGE_POINTS_H

#include <stddef.h>

#include "base/error.h"

#define HB_CHANGE_POINTS_MAX 2048u /* observations of a series */

struct hb_change_rules {
    double alpha;     /* every point has p below it; 0.001 */
    double magnitude; /* and a difference of the means about it of at least this; 0: any */
    size_t shortest;  /* stretch between two points, or a point and an end; at least 1 */
};

struct hb_change_point {
    size_t index;         /* of the first observation after the change */
    double before, after; /* means of the stretches about it */
    double p;
};

/*
 * `values` are finite; for relative changes they are logarithms, and so is `magnitude`. Points in
 * order; the caller frees *ret_points (NULL when there is none). HB_ERR_LIMIT beyond
 * HB_CHANGE_POINTS_MAX.
 */
int hb_change_points(const double *values, size_t count, const struct hb_change_rules *rules,
                     struct hb_change_point **ret_points, size_t *ret_count,
                     struct hb_error *err) HB_MUST_CHECK;

/*
 * Of the stretch [start, end): where the energy statistic is largest, among the points that leave
 * `shortest` observations on both sides; 0 when there is no such point, or nothing varies.
 * *ret_energy is its value there.
 */
size_t hb_energy_split(const double *values, size_t start, size_t end, size_t shortest,
                       double *ret_energy);

#endif
