/*
 * Wilcoxon's signed-rank distribution and what follows from it for one sample: the Hodges-Lehmann
 * estimate (the median of all Walsh averages, the means of two observations, each with itself
 * included) and its exact interval. For observations whose distribution is symmetric, such as the
 * logarithms of paired ratios, it needs fewer of them than the median does.
 */
#ifndef HB_MEASURE_STATS_SIGNED_RANK_H
#define HB_MEASURE_STATS_SIGNED_RANK_H

#include <stddef.h>

#include "base/error.h"
#include "measure/stats_interval.h"

#define HB_SIGNED_RANK_EXACT_MAX 200u /* above: the normal approximation, good to three digits */
#define HB_WALSH_MAX 1024u            /* observations: half a million Walsh averages */

/*
 * P(T <= statistic), T the sum of the ranks of the positive ones among `count` observations when
 * neither sign is likelier. count >= 1.
 */
double hb_signed_rank_cdf(long statistic, size_t count);

/* The largest statistic with P(T <= statistic) <= alpha, and that probability; -1 and 0: not even 0
 * is as improbable. alpha in (0, 1), count >= 1. */
long hb_signed_rank_critical(size_t count, double alpha, double *ret_level);

/*
 * One-sided p against "the centre is `margin` or less": the probability of so large a sum of the
 * ranks of what lies above the margin, over all signs. Equal distances share their mean rank;
 * observations at the margin itself take part in the ranking and then speak for neither side
 * (Pratt's way: dropping them first would make them count for the majority). Exact with ties and
 * zeros too; 1 when all observations are at the margin. The smallest p there can be is 2^-count.
 */
double hb_signed_rank_p(const double *values, size_t count, double margin);

/* HB_ERR_LIMIT beyond HB_WALSH_MAX observations; at least one. */
int hb_hodges_lehmann(const double *values, size_t count, double confidence,
                      struct hb_interval *ret_interval, struct hb_error *err) HB_MUST_CHECK;

#endif
