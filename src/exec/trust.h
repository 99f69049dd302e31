/*
 * Trust flags: reasons, computed from a finished run's own data, not to believe it. Pure. What the
 * data cannot tell is not flagged. Thresholds stand in trust.c, with their reasons.
 */
#ifndef HB_EXEC_TRUST_H
#define HB_EXEC_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "exec/result.h"

/* What the flags need beside the result. */
struct hb_trust_facts {
    uint32_t concurrency;
    bool open_loop, keepalive;
    bool sends_nothing; /* the client only pretends: no server sees its requests */
    double ceiling;     /* requests/s of the yardstick in a closed loop; 0: unknown */
    int64_t planned_window_ns;
    size_t requests_count;               /* different requests that the workers cycle through */
    unsigned client_cores, server_cores; /* that each side can use at once */
    const unsigned *hop_cores; /* that each of result->hops can use; NULL: as the server */
    unsigned host_cores;
    uint64_t requests; /* request records of the whole run */
    uint64_t answered; /* of them, those that got a response */
};

unsigned hb_trust_flags(const struct hb_run_result *result, const struct hb_trust_facts *facts);

#endif
