/* The steady-state test over a run's window. */
#include "exec/steady.h"

#include <math.h>

#include "base/macros.h"

#define SIGNIFICANT_Z 1.96
#define DRIFT_SHARE 0.10
#define WHOLE_SECOND_SLACK_NS (50 * HB_NS_PER_MS)

void hb_whole_seconds(int64_t from_ns, int64_t to_ns, size_t *ret_first, size_t *ret_last)
{
    from_ns -= WHOLE_SECOND_SLACK_NS;
    to_ns += WHOLE_SECOND_SLACK_NS;
    *ret_first = from_ns > 0 ? (size_t)((from_ns + HB_NS_PER_S - 1) / HB_NS_PER_S) : 0;
    *ret_last = to_ns > 0 ? (size_t)(to_ns / HB_NS_PER_S) : 0;
    if (*ret_last < *ret_first)
        *ret_last = *ret_first;
}

static double mean_of(const double *values, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

/* At most HB_STEADY_MAX_POINTS block means; the block length divides none away but the last few. */
static size_t average_blocks(const double *values, size_t count,
                             double blocks[HB_STEADY_MAX_POINTS])
{
    size_t length = (count + HB_STEADY_MAX_POINTS - 1) / HB_STEADY_MAX_POINTS;
    size_t blocks_count = count / length;

    for (size_t i = 0; i < blocks_count; i++)
        blocks[i] = mean_of(values + i * length, length);
    return blocks_count;
}

/* Mann–Kendall's S: pairs that rise less pairs that fall. */
static double trend_score(const double *values, size_t count)
{
    double score = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            score += (values[j] > values[i]) - (values[j] < values[i]);
    return score;
}

static bool trend_is_significant(const double *values, size_t count)
{
    double n = (double)count;
    double deviation = sqrt(n * (n - 1) * (2 * n + 5) / 18);

    return (fabs(trend_score(values, count)) - 1) / deviation > SIGNIFICANT_Z;
}

bool hb_series_drifts(const double *values, size_t count)
{
    double blocks[HB_STEADY_MAX_POINTS];
    size_t half;
    double first, second;

    if (count < HB_STEADY_MIN_POINTS)
        return false;
    count = average_blocks(values, count, blocks);
    half = count / 2;
    first = mean_of(blocks, half);
    second = mean_of(blocks + count - half, half);
    return fabs(second - first) > DRIFT_SHARE * (first + second) / 2 &&
           trend_is_significant(blocks, count);
}
