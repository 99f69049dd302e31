/* Schedule files. Which instants they hold is the plan layer's business. */
#include "exec/due.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/memory.h"

int hb_due_make(struct hb_due *ret_due, const struct hb_rundir *dir, const struct hb_rate *rate,
                const struct hb_span *span, uint64_t seed, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) uint64_t *offsets = NULL;

    if (hb_schedule_make(rate, span, seed, &offsets, &ret_due->count, err) < 0)
        return -1;
    if (hb_rundir_write(dir, "schedule", offsets, ret_due->count * sizeof(*offsets), ret_due->path,
                        err) < 0)
        return -1;
    ret_due->fd = open(ret_due->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return ret_due->fd >= 0 ? 0 : hb_fail_errno(err, errno, "open %s", ret_due->path);
}

void hb_due_release(struct hb_due *due)
{
    hb_fd_close(&due->fd);
}

/* An instant that cannot be read counts as never due. */
static uint64_t read_offset(const struct hb_due *due, size_t index)
{
    uint64_t offset;
    ssize_t count = pread(due->fd, &offset, sizeof(offset), (off_t)(index * sizeof(offset)));

    return count == sizeof(offset) ? offset : UINT64_MAX;
}

size_t hb_due_count_before(const struct hb_due *due, int64_t offset_ns)
{
    size_t first = 0, last = due->count;

    while (offset_ns > 0 && first < last) {
        size_t middle = first + (last - first) / 2;

        if (read_offset(due, middle) < (uint64_t)offset_ns)
            first = middle + 1;
        else
            last = middle;
    }
    return first;
}
