/* A concurrency that the machine does not hold is refused before the first request. */
#include "clients/native/limits.h"

#include <errno.h>
#include <sys/resource.h>

#define SPARE 64 /* files, pipes, libraries */
/* Pools: a multi handle of 32 transfers has two descriptors of its own. */
#define TASKS_A_SPARE 16

uint64_t hb_limits_descriptors(uint64_t tasks, unsigned per_task)
{
    return per_task == 0 ? SPARE : tasks * per_task + tasks / TASKS_A_SPARE + SPARE;
}

int hb_limits_make_room(uint64_t descriptors, struct hb_error *err)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return hb_fail_errno(err, errno, "getrlimit");
    if (descriptors > limit.rlim_max)
        return hb_fail(err, HB_ERR_LIMIT,
                       "%llu descriptors are needed and RLIMIT_NOFILE allows %llu: raise it "
                       "(ulimit -Hn, LimitNOFILE=, --ulimit nofile=) or lower the concurrency",
                       (unsigned long long)descriptors, (unsigned long long)limit.rlim_max);
    if (limit.rlim_cur >= descriptors)
        return 0;
    limit.rlim_cur = descriptors;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? 0 : hb_fail_errno(err, errno, "setrlimit");
}
