/* A short run of a worker: one task, so many requests, no measurement. For wire profiles. */
#ifndef HB_EXEC_WIRE_RUN_H
#define HB_EXEC_WIRE_RUN_H

#include "exec/message.h"
#include "exec/relay.h"
#include "exec/wire.h"

struct hb_wire_run {
    const struct hb_wire_setup *setup;
    const char *base_url;   /* to send to */
    struct hb_relay *relay; /* to serve meanwhile; NULL: none */
    const char *counts;     /* file for strace to leave its counts in; NULL: runs without it */
    const char *strace;     /* its path */
    const struct hb_rundir *dir;
    uint64_t requests;
};

struct hb_wire_run_result {
    uint64_t requests; /* that ended, within three seconds */
    uint64_t verified; /* of these: with the expected response */
    char client_version[128];
};

int hb_wire_run(const struct hb_wire_run *run, struct hb_wire_run_result *ret_result,
                struct hb_error *err) HB_MUST_CHECK;

#endif
