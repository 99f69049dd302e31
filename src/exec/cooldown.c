/* The pause between runs. The decision is a pure function of the machine's state; waiting is left
 * to ppoll, so that an interrupt ends it at once. */
#include "exec/cooldown.h"

#include <poll.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/macros.h"

#define LOOK_INTERVAL_NS (50 * HB_NS_PER_MS)

/* In proportion to the pause that was asked for: a busy machine must not stretch a short sweep out
 * of shape. */
static int64_t load_cap_ns(const struct hb_cooldown *cooldown)
{
    int64_t cap_ns = HB_COOLDOWN_LOAD_FACTOR * cooldown->minimum_ns;

    return cap_ns < HB_COOLDOWN_LOAD_CAP_NS ? cap_ns : HB_COOLDOWN_LOAD_CAP_NS;
}

const char *hb_cooldown_reason(const struct hb_cooldown *cooldown,
                               const struct hb_host_state *state, int64_t waited_ns)
{
    uint64_t free_ports =
        state->ports_total > state->ports_used ? state->ports_total - state->ports_used : 0;

    if (waited_ns < cooldown->minimum_ns)
        return "minimum";
    if (state->ports_total > 0 && free_ports < 2ULL * cooldown->next_connections &&
        waited_ns < HB_COOLDOWN_PORTS_CAP_NS)
        return "local ports are still taken";
    if (cooldown->minimum_ns > 0 && state->runnable > state->cores &&
        waited_ns < load_cap_ns(cooldown))
        return "the load has not settled";
    return NULL;
}

/* True when `fd` became readable first. */
static bool pause_ns(int64_t duration_ns, int fd)
{
    struct pollfd slot = {.fd = fd, .events = POLLIN};
    struct timespec limit = {duration_ns / HB_NS_PER_S, duration_ns % HB_NS_PER_S};

    return ppoll(&slot, 1, &limit, NULL) > 0;
}

bool hb_cooldown_wait(const struct hb_cooldown *cooldown, int interrupt_fd)
{
    int64_t began_ns = hb_now_ns();
    struct hb_host_state state;

    if (cooldown->minimum_ns > 0 && pause_ns(cooldown->minimum_ns, interrupt_fd))
        return true;
    for (;;) {
        hb_host_state_read(&state);
        if (hb_cooldown_reason(cooldown, &state, hb_now_ns() - began_ns) == NULL)
            return false;
        if (pause_ns(LOOK_INTERVAL_NS, interrupt_fd))
            return true;
    }
}
