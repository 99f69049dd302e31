/* The words that stand for enumerations in the file. */
#include "base/assert.h"
#include "store/store.h"

static const char *const status_names[] = {
    [HB_SWEEP_RUNNING] = "running",
    [HB_SWEEP_COMPLETE] = "complete",
    [HB_SWEEP_INTERRUPTED] = "interrupted",
    [HB_SWEEP_BUDGET] = "budget",
};

static const char *const hist_kind_names[] = {
    [HB_HIST_RESPONSE] = "response", [HB_HIST_SERVICE] = "service", [HB_HIST_FAILED] = "failed",
    [HB_HIST_TTFB] = "ttfb",         [HB_HIST_CONNECT] = "connect", [HB_HIST_LAG] = "lag",
};

_Static_assert(HB_ARRAY_LEN(hist_kind_names) == HB_HIST_KIND_COUNT, "a name a kind");

const char *hb_sweep_status_name(enum hb_sweep_status status)
{
    HB_ASSERT((size_t)status < HB_ARRAY_LEN(status_names));
    return status_names[status];
}

const char *hb_hist_kind_name(enum hb_hist_kind kind)
{
    HB_ASSERT((size_t)kind < HB_ARRAY_LEN(hist_kind_names));
    return hist_kind_names[kind];
}
