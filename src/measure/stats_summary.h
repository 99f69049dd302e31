/* The plain figures of a handful of observations, one a round. */
#ifndef HB_MEASURE_STATS_SUMMARY_H
#define HB_MEASURE_STATS_SUMMARY_H

#include <stddef.h>

struct hb_summary {
    size_t count;
    double min, max, mean, median;
    double stddev;         /* of the sample (n - 1); 0 for a single observation */
    double cv;             /* stddev / |mean|; NAN when the mean is 0 */
    double geometric_mean; /* NAN unless all are positive */
};

/* At least one observation, none of them NAN. */
struct hb_summary hb_summarize(const double *values, size_t count);

/* Geometric mean alone; NAN unless all are positive. At least one observation. */
double hb_geometric_mean(const double *values, size_t count);

/*
 * Geometric mean of head / base over the cells that both sides have: those where both figures are
 * positive and finite (NAN: not measured). How many those are is part of the figure. NAN when there
 * are none.
 */
double hb_matched_ratio(const double *base, const double *head, size_t count, size_t *ret_matched);

/* A sorted copy, which the caller frees. */
double *hb_sorted(const double *values, size_t count);

/* Middle of sorted observations, or the mean of the two in the middle. */
double hb_sorted_median(const double *sorted, size_t count);

#endif
