/* Progress and notices on their way to the sink. */
#include "exec/progress.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"

static const char *const phase_names[] = {
    [HB_PHASE_SERVER_START] = "starting server",
    [HB_PHASE_WIRE] = "looking at requests",
    [HB_PHASE_WORKER_START] = "starting client",
    [HB_PHASE_WARMUP] = "warm-up",
    [HB_PHASE_WINDOW] = "measuring",
    [HB_PHASE_DRAIN] = "draining",
    [HB_PHASE_COOLDOWN] = "cool-down",
};

const char *hb_exec_phase_name(enum hb_exec_phase phase)
{
    return phase_names[phase];
}

static void tell(struct hb_progress *progress, int64_t run_left_ns)
{
    progress->state.remaining_ns = progress->later_ns + (run_left_ns > 0 ? run_left_ns : 0);
    if (progress->sink->progress != NULL)
        progress->sink->progress(progress->sink->context, &progress->state);
}

void hb_progress_enter(struct hb_progress *progress, enum hb_exec_phase phase, int64_t run_left_ns)
{
    if (phase <= HB_PHASE_WORKER_START) {
        progress->state.requests_per_second = 0;
        progress->state.failed = 0;
        progress->told_verified = 0;
        progress->told_ns = 0;
    }
    progress->state.phase = phase;
    tell(progress, run_left_ns);
}

void hb_progress_update(struct hb_progress *progress, uint64_t verified, uint64_t failed,
                        int64_t run_left_ns)
{
    int64_t now_ns = hb_now_ns();
    double passed_s = (double)(now_ns - progress->told_ns) / (double)HB_NS_PER_S;

    if (progress->told_ns != 0 && passed_s > 0)
        progress->state.requests_per_second =
            (double)(verified - progress->told_verified) / passed_s;
    progress->told_ns = now_ns;
    progress->told_verified = verified;
    progress->state.failed = failed;
    tell(progress, run_left_ns);
}

void hb_progress_notice(const struct hb_progress *progress, const char *format, ...)
{
    char text[HB_ERROR_MESSAGE_BYTES];
    va_list arguments;

    if (progress->sink->notice == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    progress->sink->notice(progress->sink->context, text);
}
