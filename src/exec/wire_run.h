/* A short run of a worker: one task, so many requests, no measurement. For wire profiles. */
#ifndef HB_EXEC_WIRE_RUN_H
#define HB_EXEC_WIRE_RUN_H

#include "exec/message.h"
#include "exec/relay.h"
#include "exec/wire.h"

struct hb_wire_run {
    const struct hb_wire_setup *setup;
    const char *base_url;      /* to send to */
    struct hb_relay *relay;    /* to serve meanwhile; NULL: none. Answers that it holds back
                                  pass when the whole client waits */
    const char *const *prefix; /* words before the command, NULL-terminated: a tool that counts;
                                  NULL: none */
    bool is_slow;              /* that tool makes it tens of times as slow */
    bool counts_instructions;  /* by the processor's counter */
    bool repeatable; /* with fixed addresses and hash seeds, unless the client's variables say
                        otherwise */
    const struct hb_rundir *dir;
    uint64_t requests;
    int64_t *ends_ns; /* where the instants go at which these ended; NULL: nobody asks */
};

struct hb_wire_run_result {
    uint64_t requests;    /* that ended, within three seconds; a minute of a slow one */
    uint64_t verified;    /* of these: with the expected response */
    int64_t instructions; /* of the whole program; -1: not counted */
    char client_version[128], runtime[128]; /* "" when not told */
};

int hb_wire_run(const struct hb_wire_run *run, struct hb_wire_run_result *ret_result,
                struct hb_error *err) HB_MUST_CHECK;

#endif
