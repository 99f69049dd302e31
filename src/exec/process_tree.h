/*
 * Processes as /proc shows them, and who descends from whom. A process may vanish between any two
 * reads, and its number may be given to another: (pid, start_ticks) is the identity.
 */
#ifndef HB_EXEC_PROCESS_TREE_H
#define HB_EXEC_PROCESS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macros.h"

struct hb_process {
    pid_t pid, parent;
    char state; /* 'R', 'S', …; 'Z' has ended but was not waited for */
    uint64_t start_ticks;
    int64_t reaped_cpu_ns; /* CPU time of children it waited for; grained in clock ticks */
    uint64_t rss_bytes;
    uint32_t threads;
};

#define HB_PROCESS_LIST_MAX 4096 /* processes followed at once; more are left out */

struct hb_process_list {
    struct hb_process *items;
    size_t count, capacity;
};

void hb_process_list_release(struct hb_process_list *list);

/* -1 when there is no such process (any more). */
int hb_process_read(pid_t pid, struct hb_process *ret_process) HB_MUST_CHECK;

/* Add one process, unless it is there already. */
void hb_process_list_add(struct hb_process_list *list, const struct hb_process *process);

/*
 * Append all descendants of the processes in the list, each once. While processes are being born,
 * some may be missed; those that live on are found by the next call.
 */
void hb_process_list_add_descendants(struct hb_process_list *list);

#endif
