/*
 * CPU placement: which cores the client, the server and the runner use. By default the allowed
 * cores are split in two halves, server first, client last, the runner with the server; on one core
 * nothing is pinned.
 */
#ifndef HB_EXEC_PLACEMENT_H
#define HB_EXEC_PLACEMENT_H

#include "base/error.h"
#include "scenario/scenario.h"

struct hb_placement {
    char client[256], server[256], runner[256]; /* "0-1,3"; "" when not pinned */
    unsigned client_count, server_count; /* cores in each; all allowed ones when not pinned */
};

/* Honours run.cpus; fails on cores that do not exist or are not allowed to this process. */
int hb_placement_choose(const struct hb_run_options *run, struct hb_placement *ret_placement,
                        struct hb_error *err) HB_MUST_CHECK;

#endif
