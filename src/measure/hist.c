/*
 * Recording and reading a histogram. Recording sits in the loop that reads every sample of a run,
 * so it is a handful of instructions without a branch that depends on the data; everything else may
 * walk the counts. The encoding is hist_codec.c's.
 */
#include "measure/hist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "measure/hist_layout.h"

void hb_hist_init(struct hb_hist *hist)
{
    hist->counts = hb_calloc(HB_HIST_BUCKETS, sizeof(*hist->counts));
    hb_hist_clear(hist);
}

void hb_hist_release(struct hb_hist *hist)
{
    free(hist->counts);
    *hist = (struct hb_hist){.min_ns = INT64_MAX, .max_ns = INT64_MIN};
}

void hb_hist_clear(struct hb_hist *hist)
{
    memset(hist->counts, 0, HB_HIST_BUCKETS * sizeof(*hist->counts));
    hist->count = 0;
    hist->clamped = 0;
    hist->min_ns = INT64_MAX;
    hist->max_ns = INT64_MIN;
    hist->sum_ns = 0;
}

void hb_hist_add(struct hb_hist *hist, int64_t value_ns)
{
    if (__builtin_expect((uint64_t)value_ns > HB_HIST_MAX_NS, 0)) {
        value_ns = value_ns < 0 ? 0 : HB_HIST_MAX_NS;
        hist->clamped++;
    }
    hist->counts[hb_hist_index(value_ns)]++;
    hist->count++;
    hist->sum_ns += (double)value_ns;
    hist->min_ns = value_ns < hist->min_ns ? value_ns : hist->min_ns;
    hist->max_ns = value_ns > hist->max_ns ? value_ns : hist->max_ns;
}

void hb_hist_merge(struct hb_hist *into, const struct hb_hist *from)
{
    if (from->count == 0)
        return;
    for (size_t i = hb_hist_index(from->min_ns); i <= hb_hist_index(from->max_ns); i++)
        into->counts[i] += from->counts[i];
    into->count += from->count;
    into->clamped += from->clamped;
    into->sum_ns += from->sum_ns;
    into->min_ns = from->min_ns < into->min_ns ? from->min_ns : into->min_ns;
    into->max_ns = from->max_ns > into->max_ns ? from->max_ns : into->max_ns;
}

/*
 * How many values the quantile must cover: its share of all, rounded up. The neighbouring smaller
 * double keeps a share that is a whole number (0.07 of 100) from being rounded up to the next.
 */
static uint64_t quantile_rank(uint64_t count, double quantile)
{
    double rank;

    HB_ASSERT(quantile >= 0 && quantile <= 1);
    rank = ceil(nextafter(quantile, 0) * (double)count);
    if (rank < 1)
        return 1;
    return rank >= (double)count ? count : (uint64_t)rank;
}

/* The slot in which the quantile lies, and how many values stand in it and below. Not for an empty
 * histogram. */
static size_t find_quantile(const struct hb_hist *hist, double quantile, uint64_t *ret_covered)
{
    uint64_t rank = quantile_rank(hist->count, quantile);
    size_t last = hb_hist_index(hist->max_ns);
    size_t index = hb_hist_index(hist->min_ns);
    uint64_t covered = hist->counts[index];

    while (covered < rank && index < last)
        covered += hist->counts[++index];
    *ret_covered = covered;
    return index;
}

int64_t hb_hist_quantile(const struct hb_hist *hist, double quantile)
{
    uint64_t covered;
    int64_t value_ns;

    if (hist->count == 0)
        return 0;
    value_ns = hb_hist_slot_highest(find_quantile(hist, quantile, &covered));
    return value_ns < hist->max_ns ? value_ns : hist->max_ns;
}

double hb_hist_mean(const struct hb_hist *hist)
{
    return hist->count == 0 ? 0 : hist->sum_ns / (double)hist->count;
}

uint64_t hb_hist_count_above(const struct hb_hist *hist, double quantile)
{
    uint64_t covered;

    if (hist->count == 0)
        return 0;
    find_quantile(hist, quantile, &covered);
    return hist->count - covered;
}
