/*
 * The log of strace against arbitrary bytes, which a client may write into it. The first byte says
 * where its time is cut: no call is lost or counted twice there.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/assert.h"
#include "base/macros.h"
#include "exec/strace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct hb_call_counts count(const uint8_t *data, size_t size, int64_t from_ns, int64_t to_ns,
                                   struct hb_arena *arena)
{
    FILE *log = fmemopen((void *)(uintptr_t)data, size, "r");
    struct hb_call_counts counts;
    uint64_t sum = 0;
    int result;

    HB_ASSERT(log != NULL);
    result = hb_strace_count(log, from_ns, to_ns, arena, &counts, NULL);
    fclose(log);
    for (size_t i = 0; i < counts.count; i++) {
        HB_ASSERT(counts.calls[i].name[0] != '\0' && counts.calls[i].calls > 0);
        sum += counts.calls[i].calls;
    }
    HB_ASSERT(counts.count <= HB_STRACE_MAX_CALLS && counts.total == sum);
    HB_ASSERT((result == 0) == (sum > 0));
    return counts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hb_call_counts all, before, after;
    struct hb_arena arena;
    int64_t cut_ns;

    if (size < 2)
        return 0;
    cut_ns = 1795554550 * HB_NS_PER_S + data[0] * HB_NS_PER_US;
    hb_arena_init(&arena);
    all = count(data + 1, size - 1, 0, INT64_MAX, &arena);
    before = count(data + 1, size - 1, 0, cut_ns, &arena);
    after = count(data + 1, size - 1, cut_ns, INT64_MAX, &arena);
    /* Only as many kinds of calls are known: of two times together more than of both at once. */
    HB_ASSERT(all.total <= before.total + after.total);
    HB_ASSERT(all.total == before.total + after.total || all.count == HB_STRACE_MAX_CALLS);
    hb_arena_release(&arena);
    return 0;
}
