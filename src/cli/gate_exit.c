/* What verdicts mean to whoever waits for an exit code (docs/exit-codes.md). */
#include "cli/gate_run.h"

int hb_gate_exit_code(const struct hb_comparison_result *result,
                      const struct hb_gate_options *options)
{
    const int inconclusive = options->fail_inconclusive ? HB_EXIT_INCONCLUSIVE : HB_EXIT_OK;
    const int meaning[HB_VERDICT_COUNT] = {
        [HB_VERDICT_ERROR] = HB_EXIT_RUNS_FAILED,     [HB_VERDICT_REGRESSED] = HB_EXIT_REGRESSION,
        [HB_VERDICT_REMOVED] = HB_EXIT_BASELINE,      [HB_VERDICT_NO_BASELINE] = HB_EXIT_BASELINE,
        [HB_VERDICT_INCOMPARABLE] = HB_EXIT_BASELINE, [HB_VERDICT_INVALID] = inconclusive,
        [HB_VERDICT_INCONCLUSIVE] = inconclusive,
    };
    int code = meaning[result->verdict];
    size_t cells = 0;

    for (size_t i = 0; i < HB_VERDICT_COUNT; i++) {
        cells += result->counts[i];
        if (result->counts[i] > 0)
            code = hb_exit_worst(code, meaning[i]);
    }
    if (cells == 0)
        code = hb_exit_worst(code, HB_EXIT_RUNS_FAILED);
    if (result->contaminated)
        code = hb_exit_worst(code, HB_EXIT_CONTAMINATED);
    if (result->unresolved)
        code = hb_exit_worst(code, HB_EXIT_INCONCLUSIVE);
    return code;
}
