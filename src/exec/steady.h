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

#define HB_STEADY_MIN_POINTS 5
#define HB_STEADY_MAX_POINTS 64 /* longer series are averaged into this many blocks first */

bool hb_series_drifts(const double *values, size_t count);

#endif
