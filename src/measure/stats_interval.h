/*
 * An estimate with its interval. With few observations only some confidences exist: five rounds
 * cannot give more than 93.75 %. So an interval says what it attained, which reports show.
 */
#ifndef HB_MEASURE_STATS_INTERVAL_H
#define HB_MEASURE_STATS_INTERVAL_H

#include <stdbool.h>

/* Probabilities closer than this are equal: 0.9375 asked for and 0.9375 computed. */
#define HB_PROBABILITY_SLACK 1e-9

struct hb_interval {
    double estimate, low, high;
    double confidence; /* attained, exact: at least what was asked for when `reached` */
    bool reached;      /* false: too few observations; this is the widest interval there is */
};

#endif
