/* No library: one system call to open, one to read. The keeper links it. */
#include "exec/event_counter.h"

#include <sys/syscall.h>
#include <unistd.h>

int hb_event_counter_open(uint32_t type, uint64_t config)
{
    struct perf_event_attr attributes = {
        .type = type,
        .size = sizeof attributes,
        .config = config,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
        .disabled = 1,
        .inherit = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .enable_on_exec = 1,
    };

    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

int64_t hb_event_counter_read(int fd)
{
    struct {
        uint64_t count, enabled_ns, running_ns;
    } counted;

    if (read(fd, &counted, sizeof counted) != sizeof counted || counted.count == 0 ||
        counted.running_ns != counted.enabled_ns || counted.count > INT64_MAX)
        return -1;
    return (int64_t)counted.count;
}
