/* Clocks and timestamps. */
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>

#include "base/macros.h"

int64_t hb_wall_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * HB_NS_PER_S + now.tv_nsec;
}

/* Of some pairs of looks the closest: between the two of a pair anything may interrupt us. */
int64_t hb_wall_offset_ns(void)
{
    int64_t offset_ns = 0, least_ns = INT64_MAX;

    for (int i = 0; i < 10; i++) {
        int64_t before_ns = hb_now_ns(), wall_ns = hb_wall_ns(), took_ns = hb_now_ns() - before_ns;

        if (took_ns < least_ns) {
            least_ns = took_ns;
            offset_ns = wall_ns - before_ns - took_ns / 2;
        }
    }
    return offset_ns;
}

void hb_sleep_until_ns(int64_t instant_ns)
{
    struct timespec until = {.tv_sec = instant_ns / HB_NS_PER_S,
                             .tv_nsec = instant_ns % HB_NS_PER_S};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}

void hb_format_timestamp(char text[HB_TIMESTAMP_BYTES], int64_t wall_ns)
{
    time_t seconds = wall_ns / HB_NS_PER_S;
    struct tm parts;
    size_t used;

    gmtime_r(&seconds, &parts);
    used = strftime(text, HB_TIMESTAMP_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + used, HB_TIMESTAMP_BYTES - used, ".%03dZ",
             (int)(wall_ns / HB_NS_PER_MS % 1000));
}
