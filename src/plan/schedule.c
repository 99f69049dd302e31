/* Due instants of an open loop. Made by the runner, once, so that no worker needs a random
 * generator and every language gets the same arrivals. */
#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/rng.h"

static uint64_t *make_constant(double gap_ns, int64_t span_ns, size_t *ret_count)
{
    size_t capacity = (size_t)((double)span_ns / gap_ns) + 2;
    uint64_t *offsets = hb_calloc(capacity, sizeof *offsets);
    size_t count = 0;

    /* Each from its own number, so that rounding never adds up. */
    while (count < capacity && (double)count * gap_ns < (double)span_ns) {
        offsets[count] = (uint64_t)((double)count * gap_ns);
        count++;
    }
    *ret_count = count;
    return offsets;
}

/* Gaps between arrivals of a Poisson process are exponential. */
static uint64_t *make_poisson(double gap_ns, int64_t span_ns, uint64_t seed, size_t *ret_count)
{
    double expected = (double)span_ns / gap_ns;
    size_t capacity = (size_t)(expected + 6 * sqrt(expected)) + 16;
    uint64_t *offsets = hb_calloc(capacity, sizeof *offsets);
    struct hb_rng rng = {.state = seed};
    double at = -log(hb_rng_unit(&rng)) * gap_ns;
    size_t count = 0;

    while (at < (double)span_ns) {
        if (count == capacity)
            offsets = hb_grow(offsets, &capacity, count, sizeof *offsets);
        offsets[count++] = (uint64_t)at;
        at += -log(hb_rng_unit(&rng)) * gap_ns;
    }
    *ret_count = count;
    return offsets;
}

/* How long after the window's opening its first burst is due. The runner looks at the clock a bit
 * after the instants it has chosen, on a busy machine by tens of milliseconds: a burst on the edge
 * would fall out at the one end and in at the other, where there is no time left to answer it. */
static int64_t burst_margin_ns(int64_t every_ns, int64_t window_ns)
{
    static const int64_t most_ns = 250 * HB_NS_PER_MS;
    int64_t quarter_ns = (every_ns < window_ns ? every_ns : window_ns) / 4;

    return quarter_ns < most_ns ? quarter_ns : most_ns;
}

/* As many bursts before the window as fit into it whole periods ahead. */
static uint64_t *make_bursts(const struct hb_rate *rate, const struct hb_span *span,
                             size_t *ret_count)
{
    int64_t first_ns =
        (span->warmup_ns + burst_margin_ns(rate->every_ns, span->window_ns)) % rate->every_ns;
    size_t bursts = first_ns < span->total_ns
                        ? (size_t)((span->total_ns - first_ns - 1) / rate->every_ns) + 1
                        : 0;
    uint64_t *offsets = hb_calloc(bursts * rate->burst + 1, sizeof *offsets);
    size_t count = 0;

    for (size_t i = 0; i < bursts; i++)
        for (uint32_t k = 0; k < rate->burst; k++)
            offsets[count++] = (uint64_t)first_ns + i * (uint64_t)rate->every_ns;
    *ret_count = count;
    return offsets;
}

int hb_schedule_make(const struct hb_rate *rate, const struct hb_span *span, uint64_t seed,
                     uint64_t **ret_offsets, size_t *ret_count, struct hb_error *err)
{
    int64_t span_ns = span->total_ns;
    double gap_ns = 1e9 / rate->per_second;
    double expected = (double)span_ns / gap_ns;
    uint64_t *offsets;
    size_t count;

    HB_ASSERT(rate->per_second > 0 && span_ns >= 0 && span->warmup_ns >= 0);
    if (!(expected <= HB_SCHEDULE_MAX_COUNT))
        return hb_fail(err, HB_ERR_LIMIT,
                       "%g requests/s × %g s = %.0f requests to schedule; the limit is %u",
                       rate->per_second, (double)span_ns / 1e9, expected, HB_SCHEDULE_MAX_COUNT);
    if (rate->arrivals == HB_ARRIVALS_BURSTS)
        offsets = make_bursts(rate, span, &count);
    else if (rate->arrivals == HB_ARRIVALS_POISSON)
        offsets = make_poisson(gap_ns, span_ns, seed, &count);
    else
        offsets = make_constant(gap_ns, span_ns, &count);
    if (count == 0) {
        free(offsets);
        offsets = NULL;
    }
    *ret_offsets = offsets;
    *ret_count = count;
    return 0;
}
