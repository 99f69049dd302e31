/* Means, spread and medians. Intervals are in stats_order.c and stats_signed_rank.c. */
#include "measure/stats_summary.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double *hb_sorted(const double *values, size_t count)
{
    double *sorted = hb_calloc(count, sizeof(*sorted));

    memcpy(sorted, values, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare);
    return sorted;
}

double hb_sorted_median(const double *sorted, size_t count)
{
    HB_ASSERT(count > 0);
    if (count % 2 == 1)
        return sorted[count / 2];
    return sorted[count / 2 - 1] / 2 + sorted[count / 2] / 2;
}

double hb_geometric_mean(const double *values, size_t count)
{
    double log_sum = 0;

    HB_ASSERT(count > 0);
    for (size_t i = 0; i < count; i++) {
        if (!(values[i] > 0))
            return NAN;
        log_sum += log(values[i]);
    }
    return exp(log_sum / (double)count);
}

static bool is_measured(double value)
{
    return isfinite(value) && value > 0;
}

double hb_matched_ratio(const double *base, const double *head, size_t count, size_t *ret_matched)
{
    double log_sum = 0;
    size_t matched = 0;

    for (size_t i = 0; i < count; i++) {
        if (!is_measured(base[i]) || !is_measured(head[i]))
            continue;
        log_sum += log(head[i]) - log(base[i]); /* their quotient could overflow */
        matched++;
    }
    *ret_matched = matched;
    return matched > 0 ? exp(log_sum / (double)matched) : NAN;
}

static double mean_of(const double *values, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

/* From the deviations, so that close values of large magnitude keep their digits. */
static double stddev_of(const double *values, size_t count, double mean)
{
    double squares = 0;

    if (count < 2)
        return 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / (double)(count - 1));
}

struct hb_summary hb_summarize(const double *values, size_t count)
{
    HB_CLEANUP(hb_free_ptr) double *sorted = NULL;
    struct hb_summary summary = {.count = count};

    HB_ASSERT(count > 0);
    sorted = hb_sorted(values, count);
    summary.min = sorted[0];
    summary.max = sorted[count - 1];
    summary.median = hb_sorted_median(sorted, count);
    summary.mean = mean_of(values, count);
    summary.stddev = stddev_of(values, count, summary.mean);
    summary.cv = summary.mean == 0 ? NAN : summary.stddev / fabs(summary.mean);
    summary.geometric_mean = hb_geometric_mean(values, count);
    return summary;
}
