/*
 * Loads the schedule and divides it among processes. The arithmetic of a measured loop is inline
 * in the header; nothing here runs while requests are sent.
 */
#include "clients/native/pacer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static int check_ascending(const uint64_t *offsets, uint64_t count, struct hb_error *err)
{
    uint64_t last = 0;

    for (uint64_t i = 0; i < count; i++) {
        if (offsets[i] < last || offsets[i] > HB_JOB_NS_MAX)
            return hb_fail(err, HB_ERR_INPUT, "schedule: offset %llu is out of order",
                           (unsigned long long)i);
        last = offsets[i];
    }
    return 0;
}

static int map_schedule(struct hb_pacer *pacer, const struct hb_job *job, struct hb_error *err)
{
    static const uint64_t nothing[1];
    size_t bytes = (size_t)job->schedule_count * sizeof(uint64_t);
    HB_CLEANUP(hb_fd_close) int fd = open(job->schedule_path, O_RDONLY | O_CLOEXEC);
    struct stat facts;
    void *memory;

    if (fd < 0 || fstat(fd, &facts) != 0)
        return hb_fail_errno(err, errno, "schedule: %s", job->schedule_path);
    if ((uint64_t)facts.st_size < bytes)
        return hb_fail(err, HB_ERR_INPUT, "schedule: %s is shorter than its %lld entries",
                       job->schedule_path, (long long)job->schedule_count);
    pacer->offsets = nothing;
    if (bytes == 0)
        return 0;
    memory = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (memory == MAP_FAILED)
        return hb_fail_errno(err, errno, "schedule: map %s", job->schedule_path);
    pacer->offsets = pacer->mapped = memory;
    pacer->mapped_bytes = bytes;
    return check_ascending(pacer->offsets, (uint64_t)job->schedule_count, err);
}

/* How many k below `count` have k mod stride = first. */
static uint64_t share_of(uint64_t count, uint64_t first, uint64_t stride)
{
    return count > first ? (count - first - 1) / stride + 1 : 0;
}

int hb_pacer_init(struct hb_pacer *pacer, const struct hb_job *job, struct hb_error *err)
{
    *pacer = (struct hb_pacer){.first = (uint64_t)job->process_index,
                               .stride = (uint64_t)job->process_count,
                               .limit = UINT64_MAX};
    if (job->schedule_path != NULL) {
        if (map_schedule(pacer, job, err) != 0)
            return -1;
        pacer->share = share_of((uint64_t)job->schedule_count, pacer->first, pacer->stride);
        pacer->limit = pacer->share;
    }
    if (job->max_requests > 0 && (uint64_t)job->max_requests < pacer->limit)
        pacer->limit = (uint64_t)job->max_requests;
    return 0;
}

void hb_pacer_release(struct hb_pacer *pacer)
{
    if (pacer->mapped != NULL)
        munmap(pacer->mapped, pacer->mapped_bytes);
    *pacer = (struct hb_pacer){0};
}

uint64_t hb_pacer_unsent(const struct hb_pacer *pacer, uint64_t started)
{
    return pacer->offsets == NULL ? 0 : pacer->share - started;
}
