/* The signed-rank distribution by convolution, and the one-sample Hodges-Lehmann estimate. */
#include "measure/stats_signed_rank.h"

#include <math.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/memory.h"
#include "measure/stats_ranks.h"
#include "measure/stats_summary.h"

static size_t walsh_count(size_t count)
{
    return count * (count + 1) / 2;
}

/* Probabilities of T = 0 … count (count + 1) / 2: each rank is in the sum or not. Caller frees. */
static double *exact_probabilities(size_t count)
{
    double *probabilities = hb_calloc(walsh_count(count) + 1, sizeof(*probabilities));

    probabilities[0] = 1;
    for (size_t rank = 1; rank <= count; rank++) {
        for (size_t sum = walsh_count(rank); sum >= rank; sum--)
            probabilities[sum] = (probabilities[sum] + probabilities[sum - rank]) / 2;
        for (size_t sum = 0; sum < rank; sum++)
            probabilities[sum] /= 2;
    }
    return probabilities;
}

static double normal_cdf_of(long statistic, size_t count)
{
    double n = (double)count;
    double deviation = sqrt(n * (n + 1) * (2 * n + 1) / 24);

    return erfc(-((double)statistic + 0.5 - n * (n + 1) / 4) / deviation / M_SQRT2) / 2;
}

double hb_signed_rank_cdf(long statistic, size_t count)
{
    HB_CLEANUP(hb_free_ptr) double *probabilities = NULL;
    double sum = 0;

    HB_ASSERT(count > 0);
    if (statistic < 0)
        return 0;
    if ((size_t)statistic >= walsh_count(count))
        return 1;
    if (count > HB_SIGNED_RANK_EXACT_MAX)
        return normal_cdf_of(statistic, count);
    probabilities = exact_probabilities(count);
    for (long i = 0; i <= statistic; i++)
        sum += probabilities[i];
    return fmin(sum, 1);
}

/* Where the distribution is approximate: it grows, so the end is found by halving. */
static long critical_by_halving(size_t count, double alpha)
{
    long low = -1, high = (long)walsh_count(count);

    while (high - low > 1) {
        long middle = low + (high - low) / 2;

        if (hb_signed_rank_cdf(middle, count) <= alpha + HB_PROBABILITY_SLACK)
            low = middle;
        else
            high = middle;
    }
    return low;
}

long hb_signed_rank_critical(size_t count, double alpha, double *ret_level)
{
    HB_CLEANUP(hb_free_ptr) double *probabilities = NULL;
    long critical = -1;
    double level = 0;

    HB_ASSERT(count > 0 && alpha < 1);
    if (count > HB_SIGNED_RANK_EXACT_MAX) {
        critical = critical_by_halving(count, alpha);
        *ret_level = hb_signed_rank_cdf(critical, count);
        return critical;
    }
    probabilities = exact_probabilities(count);
    while (level + probabilities[critical + 1] <= alpha + HB_PROBABILITY_SLACK)
        level += probabilities[++critical];
    *ret_level = level;
    return critical;
}

/* ---- the test ---- */

/* Distances from the margin, ranked; those of 0 come first. Caller frees. */
static struct hb_ranked *rank_distances(const double *values, size_t count, double margin)
{
    struct hb_ranked *items = hb_calloc(count, sizeof(*items));

    for (size_t i = 0; i < count; i++)
        items[i] = (struct hb_ranked){.value = fabs(values[i] - margin), .index = i};
    hb_rank(items, count);
    return items;
}

static bool are_ranks_distinct(const struct hb_ranked *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].doubled_rank != 2 * (i + 1))
            return false;
    }
    return true;
}

/* P(sum of the ranks that are in it >= observed), each of them in it or not. */
static double exact_tail(const struct hb_ranked *items, size_t count, size_t observed)
{
    HB_CLEANUP(hb_free_ptr) double *probabilities = NULL;
    size_t total = 0;
    double tail = 0;

    if (are_ranks_distinct(items, count))
        return hb_signed_rank_cdf((long)(walsh_count(count) - observed / 2), count);
    for (size_t i = 0; i < count; i++)
        total += items[i].doubled_rank;
    probabilities = hb_calloc(total + 1, sizeof(*probabilities));
    probabilities[0] = 1;
    for (size_t i = 0; i < count; i++) {
        size_t rank = items[i].doubled_rank;

        for (size_t sum = total + 1; sum-- > 0;)
            probabilities[sum] =
                (probabilities[sum] + (sum >= rank ? probabilities[sum - rank] : 0)) / 2;
    }
    for (size_t sum = observed; sum <= total; sum++)
        tail += probabilities[sum];
    return fmin(tail, 1);
}

static double approximate_tail(const struct hb_ranked *items, size_t count, size_t observed)
{
    double mean = 0, variance = 0;

    for (size_t i = 0; i < count; i++) {
        double rank = (double)items[i].doubled_rank;

        mean += rank / 2;
        variance += rank * rank / 4;
    }
    return erfc(((double)observed - 1 - mean) / sqrt(variance) / M_SQRT2) / 2; /* 1: half a rank */
}

double hb_signed_rank_p(const double *values, size_t count, double margin)
{
    HB_CLEANUP(hb_free_ptr) struct hb_ranked *items = NULL;
    size_t zeros = 0, observed = 0;

    HB_ASSERT(count > 0);
    items = rank_distances(values, count, margin);
    while (zeros < count && !(items[zeros].value > 0))
        zeros++;
    for (size_t i = zeros; i < count; i++)
        observed += values[items[i].index] > margin ? items[i].doubled_rank : 0;
    if (zeros == count)
        return 1;
    if (count > HB_SIGNED_RANK_EXACT_MAX)
        return approximate_tail(items + zeros, count - zeros, observed);
    return exact_tail(items + zeros, count - zeros, observed);
}

/* ---- the estimate ---- */

/* Largest k >= 1 with P(T <= k - 1) <= tail: the k-th smallest and k-th largest Walsh averages are
 * then the ends. */
static size_t end_rank(size_t count, double tail, double *ret_level)
{
    long critical = hb_signed_rank_critical(count, tail, ret_level);

    if (critical < 0)
        *ret_level = hb_signed_rank_cdf(0, count);
    return critical < 0 ? 1 : (size_t)critical + 1;
}

static double *sorted_walsh_averages(const double *values, size_t count)
{
    HB_CLEANUP(hb_free_ptr) double *averages = hb_calloc(walsh_count(count), sizeof(*averages));
    size_t next = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t j = i; j < count; j++)
            averages[next++] = values[i] / 2 + values[j] / 2;
    }
    return hb_sorted(averages, next);
}

int hb_hodges_lehmann(const double *values, size_t count, double confidence,
                      struct hb_interval *ret_interval, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) double *averages = NULL;
    size_t total = walsh_count(count);
    size_t rank;
    double covered, level;

    HB_ASSERT(count > 0 && confidence > 0 && confidence < 1);
    if (count > HB_WALSH_MAX)
        return hb_fail(err, HB_ERR_LIMIT, "%zu observations are more than the limit of %u", count,
                       HB_WALSH_MAX);
    averages = sorted_walsh_averages(values, count);
    rank = end_rank(count, (1 - confidence) / 2, &level);
    covered = 1 - 2 * level;
    *ret_interval = (struct hb_interval){
        .estimate = hb_sorted_median(averages, total),
        .low = averages[rank - 1],
        .high = averages[total - rank],
        .confidence = fmax(covered, 0),
        .reached = covered >= confidence - HB_PROBABILITY_SLACK,
    };
    return 0;
}
