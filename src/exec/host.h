/*
 * What the machine as a whole is doing right now, from /proc: CPU time spent, tasks that want to
 * run, local ports in use.
 */
#ifndef HB_EXEC_HOST_H
#define HB_EXEC_HOST_H

#include <stdbool.h>
#include <stdint.h>

/* Since boot, summed over all CPUs; grained in clock ticks. */
struct hb_host_cpu {
    bool known;
    int64_t busy_ns;  /* running programs: not idle, waiting, interrupts or steal */
    int64_t steal_ns; /* taken by other virtual machines */
};

void hb_host_cpu_read(struct hb_host_cpu *ret_cpu);

struct hb_host_state {
    uint64_t ports_total, ports_used; /* ephemeral TCP ports; 0 total: unknown */
    unsigned runnable;                /* tasks that run or want to, the caller left out */
    unsigned cores;
};

void hb_host_state_read(struct hb_host_state *ret_state);

#endif
