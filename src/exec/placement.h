/*
 * CPU placement: which cores the client, the server and the runner use. By default the allowed CPUs
 * are split in two halves, server first, client last, the runner with the server; CPUs that share a
 * physical core stay together where that is possible. On one CPU nothing is pinned.
 */
#ifndef HB_EXEC_PLACEMENT_H
#define HB_EXEC_PLACEMENT_H

#include "base/error.h"
#include "exec/cpu_list.h"
#include "scenario/scenario.h"

struct hb_placement {
    char client[HB_CPU_LIST_BYTES]; /* "0-1,3"; "" when not pinned */
    char server[HB_CPU_LIST_BYTES];
    char runner[HB_CPU_LIST_BYTES];
    unsigned client_count, server_count; /* CPUs in each; all allowed ones when not pinned */
};

/* What placement needs to know of the machine. */
struct hb_cpu_map {
    cpu_set_t allowed;     /* to this process */
    int core[CPU_SETSIZE]; /* the lowest CPU of the physical core that a CPU belongs to */
};

void hb_cpu_map_read(struct hb_cpu_map *ret_map);

/*
 * Honours run.cpus (where only one side is given, the other gets what is left); fails with
 * HB_ERR_INPUT on CPUs that are not allowed to this process. Call it before the runner
 * is pinned, which narrows what is allowed.
 */
int hb_placement_choose(const struct hb_run_options *run, struct hb_placement *ret_placement,
                        struct hb_error *err) HB_MUST_CHECK;

/* The same on a given machine: pure. */
int hb_placement_choose_on(const struct hb_cpu_map *map, const struct hb_run_options *run,
                           struct hb_placement *ret_placement, struct hb_error *err) HB_MUST_CHECK;

#endif
