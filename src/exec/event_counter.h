/*
 * Counters of the processor and the kernel, perf_event_open(2): of user space, of the program that
 * is started next and of all its descendants, from exec to the end. The opening process itself is
 * not counted. One program a counter: what is started after it may be counted or not, since the
 * kernel may have swapped the counter over to the first. Many virtual machines and containers
 * offer none.
 */
#ifndef HB_EXEC_EVENT_COUNTER_H
#define HB_EXEC_EVENT_COUNTER_H

#include <linux/perf_event.h>
#include <stdint.h>

/* `type` and `config` as perf_event_open(2) names them. A descriptor, close-on-exec; -1 with
 * errno. */
int hb_event_counter_open(uint32_t type, uint64_t config);

/* Instructions. */
static inline int hb_event_counter_instructions(void)
{
    return hb_event_counter_open(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS);
}

/* What was counted in processes that have ended and been waited for; -1: nothing, or not all the
 * time, as when counters are shared with others. */
int64_t hb_event_counter_read(int fd);

#endif
