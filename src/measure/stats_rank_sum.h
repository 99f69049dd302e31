/*
 * Two independent samples: Mann and Whitney's test and what follows from it, the Hodges-Lehmann
 * estimate of a shift (the median of all differences between an observation of one and one of the
 * other) with its exact interval. For stored baselines, whose runs have no partners; pairs belong
 * to stats_signed_rank.h.
 */
#ifndef HB_MEASURE_STATS_RANK_SUM_H
#define HB_MEASURE_STATS_RANK_SUM_H

#include <stddef.h>

#include "base/error.h"
#include "measure/stats_interval.h"

/* Above either: the normal approximation. */
#define HB_RANK_SUM_EXACT_MAX 200u        /* observations, both samples */
#define HB_RANK_SUM_EXACT_SMALLER_MAX 50u /* observations of the smaller sample */
#define HB_SHIFT_MAX 1024u                /* observations a sample: a million differences */

struct hb_sample_view {
    const double *values; /* borrowed */
    size_t count;         /* at least 1 */
};

/*
 * P(U <= statistic) when both samples come from one continuous distribution; U counts the pairs in
 * which the first sample's observation is the larger.
 */
double hb_rank_sum_cdf(long statistic, size_t first_count, size_t second_count);

/*
 * One-sided p against "head is base shifted by `margin` or less": the probability of so large a sum
 * of head's ranks, over all ways to deal the observations out. Equal observations share their mean
 * rank, and the distribution is that of the ranks at hand: exact with ties too.
 */
double hb_rank_sum_p(struct hb_sample_view base, struct hb_sample_view head, double margin);

/* By how much head lies above base. HB_ERR_LIMIT beyond HB_SHIFT_MAX observations a sample. */
int hb_shift(struct hb_sample_view base, struct hb_sample_view head, double confidence,
             struct hb_interval *ret_interval, struct hb_error *err) HB_MUST_CHECK;

#endif
