/*
 * Interval for a median or another quantile of what the observations were drawn from, between two
 * of the observations themselves. Exact for any continuous distribution (the number of observations
 * below the quantile is binomial), where a bootstrap of a median covers 75 % instead of 95 % at
 * n = 3.
 */
#ifndef HB_MEASURE_STATS_ORDER_H
#define HB_MEASURE_STATS_ORDER_H

#include <stddef.h>

#include "measure/stats_interval.h"

/* P(B <= k) for B binomial with n trials of probability p in (0, 1). 0 for k < 0. */
double hb_binomial_cdf(long k, size_t n, double p);

/*
 * quantile and confidence in (0, 1); at least one observation. The estimate is the median, or the
 * observation of rank ceil(quantile * count). Each side gets at most half of what confidence
 * leaves.
 */
struct hb_interval hb_quantile_interval(const double *values, size_t count, double quantile,
                                        double confidence);

#endif
