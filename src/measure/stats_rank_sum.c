/* The rank-sum distribution by counting subsets, and the shift between two samples. */
#include "measure/stats_rank_sum.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/memory.h"
#include "measure/stats_ranks.h"
#include "measure/stats_summary.h"

/* How many of the subsets of `chosen` ranks have each sum; row k of the table is for k ranks. */
struct sums {
    double *counts; /* as floating point: 10^29 subsets of a hundred ranks, added only */
    size_t chosen, width;
};

static void sums_release(struct sums *sums)
{
    free(sums->counts);
}

static void add_rank(struct sums *sums, size_t rank)
{
    for (size_t k = sums->chosen; k >= 1; k--) {
        double *to = sums->counts + k * sums->width;
        const double *from = to - sums->width;

        for (size_t sum = sums->width - 1; sum >= rank; sum--)
            to[sum] += from[sum - rank];
    }
}

static struct sums count_subsets(const size_t *ranks, size_t count, size_t chosen)
{
    struct sums sums = {.chosen = chosen, .width = 1};

    for (size_t i = 0; i < count; i++)
        sums.width += ranks[i];
    sums.counts = hb_calloc((chosen + 1) * sums.width, sizeof(*sums.counts));
    sums.counts[0] = 1;
    for (size_t i = 0; i < count; i++)
        add_rank(&sums, ranks[i]);
    return sums;
}

/* Share of the subsets whose sum is within low … high. */
static double share_between(const struct sums *sums, size_t low, size_t high)
{
    const double *row = sums->counts + sums->chosen * sums->width;
    double all = 0, within = 0;

    for (size_t sum = 0; sum < sums->width; sum++) {
        all += row[sum];
        within += sum >= low && sum <= high ? row[sum] : 0;
    }
    return within / all;
}

/* P(Z <= z). */
static double normal_cdf(double z)
{
    return erfc(-z / M_SQRT2) / 2;
}

static double approximate_cdf(long statistic, double first, double second)
{
    double deviation = sqrt(first * second * (first + second + 1) / 12);

    return normal_cdf(((double)statistic + 0.5 - first * second / 2) / deviation);
}

/* A sum of ranks is U and the least sum there is: 1 + 2 + … */
static size_t least_sum(size_t count)
{
    return count * (count + 1) / 2;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool is_exact(size_t first_count, size_t second_count)
{
    return first_count + second_count <= HB_RANK_SUM_EXACT_MAX &&
           smaller(first_count, second_count) <= HB_RANK_SUM_EXACT_SMALLER_MAX;
}

static struct sums untied_sums(size_t count, size_t chosen)
{
    size_t ranks[HB_RANK_SUM_EXACT_MAX];

    for (size_t i = 0; i < count; i++)
        ranks[i] = i + 1;
    return count_subsets(ranks, count, chosen);
}

/* P(U <= u) for every u there is. Caller frees. */
static double *cumulate(size_t first_count, size_t second_count)
{
    size_t last = first_count * second_count, chosen = smaller(first_count, second_count);
    double *cumulative = hb_calloc(last + 1, sizeof(*cumulative));
    HB_CLEANUP(sums_release) struct sums sums = {0};
    const double *row;

    if (!is_exact(first_count, second_count)) {
        for (size_t u = 0; u <= last; u++)
            cumulative[u] = approximate_cdf((long)u, (double)first_count, (double)second_count);
        return cumulative;
    }
    sums = untied_sums(first_count + second_count, chosen); /* U is the same for either sample */
    row = sums.counts + chosen * sums.width + least_sum(chosen);
    cumulative[0] = row[0];
    for (size_t u = 1; u <= last; u++)
        cumulative[u] = cumulative[u - 1] + row[u];
    for (size_t u = 0; u <= last; u++)
        cumulative[u] /= cumulative[last];
    return cumulative;
}

double hb_rank_sum_cdf(long statistic, size_t first_count, size_t second_count)
{
    HB_CLEANUP(hb_free_ptr) double *cumulative = NULL;

    HB_ASSERT(first_count > 0 && second_count > 0);
    if (statistic < 0)
        return 0;
    if ((size_t)statistic >= first_count * second_count)
        return 1;
    cumulative = cumulate(first_count, second_count);
    return cumulative[statistic];
}

/* ---- the test ---- */

/* Both samples in one, base first; head moved back by the margin. Caller frees. */
static struct hb_ranked *rank_together(struct hb_sample_view base, struct hb_sample_view head,
                                       double margin)
{
    struct hb_ranked *items = hb_calloc(base.count + head.count, sizeof(*items));

    for (size_t i = 0; i < base.count; i++)
        items[i] = (struct hb_ranked){.value = base.values[i], .index = i};
    for (size_t i = 0; i < head.count; i++)
        items[base.count + i] =
            (struct hb_ranked){.value = head.values[i] - margin, .index = base.count + i};
    hb_rank(items, base.count + head.count);
    return items;
}

/* `observed` is the sum of head's ranks; the rest of all ranks is base's. */
static double exact_p(const struct hb_ranked *items, size_t base_count, size_t head_count,
                      size_t observed)
{
    size_t ranks[HB_RANK_SUM_EXACT_MAX], all = 0, count = base_count + head_count;
    HB_CLEANUP(sums_release) struct sums sums = {0};

    for (size_t i = 0; i < count; i++)
        all += ranks[i] = items[i].doubled_rank;
    sums = count_subsets(ranks, count, smaller(base_count, head_count));
    if (head_count <= base_count)
        return share_between(&sums, observed, all);
    return share_between(&sums, 0, all - observed);
}

/* Mean and deviation of the sum of `chosen` of the ranks at hand, ties and all. */
static double approximate_p(const struct hb_ranked *items, size_t count, size_t chosen,
                            size_t observed)
{
    double n = (double)count, k = (double)chosen, squares = 0, deviation;

    for (size_t i = 0; i < count; i++) {
        double off = (double)items[i].doubled_rank - (n + 1);

        squares += off * off;
    }
    deviation = sqrt(k * (n - k) / n * squares / (n - 1));
    if (!(deviation > 0)) /* all are equal */
        return 1;
    return normal_cdf(-((double)observed - 1 - k * (n + 1)) / deviation); /* 1: half a rank */
}

double hb_rank_sum_p(struct hb_sample_view base, struct hb_sample_view head, double margin)
{
    size_t count = base.count + head.count, observed = 0;
    HB_CLEANUP(hb_free_ptr) struct hb_ranked *items = NULL;

    HB_ASSERT(base.count > 0 && head.count > 0);
    items = rank_together(base, head, margin);
    for (size_t i = 0; i < count; i++)
        observed += items[i].index >= base.count ? items[i].doubled_rank : 0;
    if (!is_exact(base.count, head.count))
        return approximate_p(items, count, head.count, observed);
    return exact_p(items, base.count, head.count, observed);
}

/* ---- the shift ---- */

static double *sorted_differences(struct hb_sample_view base, struct hb_sample_view head)
{
    HB_CLEANUP(hb_free_ptr)
    double *differences = hb_calloc(base.count * head.count, sizeof(*differences));
    size_t next = 0;

    for (size_t i = 0; i < head.count; i++) {
        for (size_t j = 0; j < base.count; j++)
            differences[next++] = head.values[i] - base.values[j];
    }
    return hb_sorted(differences, next);
}

/* Largest k >= 1 with P(U <= k - 1) <= tail: the k-th difference from each end bounds the shift. */
static size_t end_rank(const double *cumulative, size_t total, double tail)
{
    size_t rank = 1;

    while (rank < total / 2 + total % 2 && cumulative[rank] <= tail + HB_PROBABILITY_SLACK)
        rank++;
    return rank;
}

int hb_shift(struct hb_sample_view base, struct hb_sample_view head, double confidence,
             struct hb_interval *ret_interval, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) double *differences = NULL;
    HB_CLEANUP(hb_free_ptr) double *cumulative = NULL;
    size_t total = base.count * head.count, rank;
    double covered;

    HB_ASSERT(base.count > 0 && head.count > 0 && confidence > 0 && confidence < 1);
    if (base.count > HB_SHIFT_MAX || head.count > HB_SHIFT_MAX)
        return hb_fail(err, HB_ERR_LIMIT, "%zu and %zu observations are more than the limit of %u",
                       base.count, head.count, HB_SHIFT_MAX);
    differences = sorted_differences(base, head);
    cumulative = cumulate(base.count, head.count);
    rank = end_rank(cumulative, total, (1 - confidence) / 2);
    covered = 1 - 2 * cumulative[rank - 1];
    *ret_interval = (struct hb_interval){
        .estimate = hb_sorted_median(differences, total),
        .low = differences[rank - 1],
        .high = differences[total - rank],
        .confidence = fmax(covered, 0),
        .reached = covered >= confidence - HB_PROBABILITY_SLACK,
    };
    return 0;
}
