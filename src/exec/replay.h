/*
 * One cell by hand: its server is started, its worker runs in the foreground with the terminal's
 * standard error and the user's environment and directory, and every line that crosses between the
 * two is shown. For writing a client, and for looking at one under perf, strace or a debugger.
 * Nothing is stored.
 */
#ifndef HB_EXEC_REPLAY_H
#define HB_EXEC_REPLAY_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "config/secrets.h"
#include "plan/plan.h"
#include "registry/registry.h"

#define HB_REPLAY_INPUT "{input}"

struct hb_replay {
    const struct hb_plan *plan;
    const struct hb_cell *cell;
    const struct hb_registry *registry;
    const struct hb_secrets *secrets; /* masked in what is shown; may be NULL */
    /*
     * Words in front of the client's command: {"perf", "stat", NULL}; NULL: none.
     *
     * A debugger wants the terminal for itself. When a word contains {input}, as in
     * {"gdb", "-ex", "run < {input}", "--args", NULL}, the job and go lines go into a file of that
     * name, whose time is not limited, and standard input and output are left to the debugger.
     */
    const char *const *prefix;
    uint64_t max_requests; /* 0: no limit but the time */
    FILE *out;             /* what is shown */
};

/* How the worker ended: its exit code, or 128 and the number of the signal that killed it. */
int hb_replay_run(const struct hb_replay *replay, int *ret_exit_code,
                  struct hb_error *err) HB_MUST_CHECK;

#endif
