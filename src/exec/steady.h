/*
 * Whether a series of figures, one for each second, only scatters or drifts: the Mann–Kendall trend
 * test (5 %, two-sided, normal approximation) together with a size: the halves' means differ by
 * more than a tenth. Both must hold, since a trend of one per cent can be significant and a
 * difference of a fifth can be chance. Fewer than HB_STEADY_MIN_POINTS points never drift.
 */
#ifndef HB_EXEC_STEADY_H
#define HB_EXEC_STEADY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HB_STEADY_MIN_POINTS 5
#define HB_STEADY_MAX_POINTS 64 /* longer series are averaged into this many blocks first */

/* The whole seconds of a run between two instants, counted from its start: [first, last), none when
 * they are equal. One that lacks no more than 50 ms is whole. */
void hb_whole_seconds(int64_t from_ns, int64_t to_ns, size_t *ret_first, size_t *ret_last);

bool hb_series_drifts(const double *values, size_t count);

#endif
