/* What verdicts and their reasons are called, in tables, JSON and the store. */
#include "gate/verdict.h"

#include "base/assert.h"

const char *hb_verdict_name(enum hb_verdict verdict)
{
    static const char *const names[HB_VERDICT_COUNT] = {
        [HB_VERDICT_ERROR] = "error",
        [HB_VERDICT_REGRESSED] = "regressed",
        [HB_VERDICT_REMOVED] = "removed",
        [HB_VERDICT_NO_BASELINE] = "no_baseline",
        [HB_VERDICT_INCOMPARABLE] = "incomparable",
        [HB_VERDICT_INVALID] = "invalid",
        [HB_VERDICT_INCONCLUSIVE] = "inconclusive",
        [HB_VERDICT_NEW] = "new",
        [HB_VERDICT_IMPROVED] = "improved",
        [HB_VERDICT_UNCHANGED] = "unchanged",
    };

    HB_ASSERT(verdict < HB_VERDICT_COUNT);
    return names[verdict];
}

const char *hb_inconclusive_name(enum hb_inconclusive reason)
{
    static const char *const names[] = {
        [HB_CONCLUSIVE] = "",
        [HB_TOO_FEW_PAIRS] = "too_few_pairs",
        [HB_WIDE] = "wide",
        [HB_BORDERLINE] = "borderline",
        [HB_CONTAMINATED] = "contaminated",
        [HB_NOT_CONFIRMED] = "not_confirmed",
        [HB_TOO_FEW_REQUESTS] = "too_few_requests",
    };

    HB_ASSERT(reason <= HB_TOO_FEW_REQUESTS);
    return names[reason];
}
