/* Time. All measured instants are CLOCK_MONOTONIC nanoseconds; the wall clock is only for labels.
 */
#ifndef HB_BASE_CLOCK_H
#define HB_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

static inline int64_t hb_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Nanoseconds since 1970, UTC. */
int64_t hb_wall_ns(void);

/* What makes the time of day of a CLOCK_MONOTONIC instant; the same until somebody sets the clock.
 */
int64_t hb_wall_offset_ns(void);

/* Sleep until a CLOCK_MONOTONIC instant, through signals. */
void hb_sleep_until_ns(int64_t instant_ns);

/* "2026-11-24T03:49:35.123Z" */
#define HB_TIMESTAMP_BYTES 32
void hb_format_timestamp(char text[HB_TIMESTAMP_BYTES], int64_t wall_ns);

#endif
