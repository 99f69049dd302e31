/*
 * The pause between two runs: a minimum time, and longer only while the machine has not recovered:
 * free local ports below twice what the next run needs, or more tasks that want to run than there
 * are cores. Both waits have a cap, so a busy machine slows a sweep down but never stops it.
 */
#ifndef HB_EXEC_COOLDOWN_H
#define HB_EXEC_COOLDOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "exec/host.h"

#define HB_COOLDOWN_PORTS_CAP_NS (65 * HB_NS_PER_S) /* TIME_WAIT lasts 60 s */
#define HB_COOLDOWN_LOAD_FACTOR 5 /* waiting for the load: so many times the minimum, */
#define HB_COOLDOWN_LOAD_CAP_NS (5 * HB_NS_PER_S) /* and never longer than this */

struct hb_cooldown {
    int64_t minimum_ns;        /* 0: no pause, and no waiting for the load to settle */
    uint32_t next_connections; /* of the next run */
};

/* Why it is too early to go on after waiting for waited_ns; NULL when it is not. */
const char *hb_cooldown_reason(const struct hb_cooldown *cooldown,
                               const struct hb_host_state *state, int64_t waited_ns);

/* Wait. Returns true as soon as `interrupt_fd` (-1: none) becomes readable, else false. */
bool hb_cooldown_wait(const struct hb_cooldown *cooldown, int interrupt_fd);

#endif
