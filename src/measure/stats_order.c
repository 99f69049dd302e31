/* Order-statistic intervals: which two of the sorted observations enclose a quantile. */
#include "measure/stats_order.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"
#include "measure/stats_summary.h"

static double binomial_probability(size_t k, size_t n, double p)
{
    double log_choose = lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);

    return exp(log_choose + (double)k * log(p) + (double)(n - k) * log1p(-p));
}

double hb_binomial_cdf(long k, size_t n, double p)
{
    double sum = 0;

    HB_ASSERT(p > 0 && p < 1);
    if (k >= (long)n)
        return 1;
    for (long i = 0; i <= k; i++)
        sum += binomial_probability((size_t)i, n, p);
    return fmin(sum, 1);
}

/*
 * Largest rank r >= 1 with P(B < r) <= tail, so that the quantile lies below observation r with at
 * most that probability. 1 when even the smallest observation fails.
 */
static size_t lower_rank(size_t count, double quantile, double tail)
{
    double below = binomial_probability(0, count, quantile);
    size_t rank = 1;

    while (rank < count) {
        below += binomial_probability(rank, count, quantile);
        if (below > tail + HB_PROBABILITY_SLACK)
            break;
        rank++;
    }
    return rank;
}

static double estimate_of(const double *sorted, size_t count, double quantile)
{
    size_t rank = (size_t)ceil(nextafter(quantile, 0) * (double)count);

    if (quantile == 0.5)
        return hb_sorted_median(sorted, count);
    return sorted[rank == 0 ? 0 : rank - 1];
}

struct hb_interval hb_quantile_interval(const double *values, size_t count, double quantile,
                                        double confidence)
{
    HB_CLEANUP(hb_free_ptr) double *sorted = NULL;
    double tail = (1 - confidence) / 2;
    size_t low, high;
    double covered;

    HB_ASSERT(count > 0 && quantile > 0 && quantile < 1 && confidence > 0 && confidence < 1);
    sorted = hb_sorted(values, count);
    low = lower_rank(count, quantile, tail);
    high = count + 1 - lower_rank(count, 1 - quantile, tail); /* the mirror image */
    if (high < low) /* so little is asked for that the two sides meet */
        high = low;
    covered = hb_binomial_cdf((long)high - 1, count, quantile) -
              hb_binomial_cdf((long)low - 1, count, quantile);
    return (struct hb_interval){
        .estimate = estimate_of(sorted, count, quantile),
        .low = sorted[low - 1],
        .high = sorted[high - 1],
        .confidence = covered,
        .reached = covered >= confidence - HB_PROBABILITY_SLACK,
    };
}
