/*
 * What each request of a cell costs in countable things, at one connection and without any clock:
 * for gates on machines whose time cannot be trusted. A digest of the wire profile, which is where
 * they are counted; so there is one a cell (and all that send the same), not one a round.
 */
#ifndef HB_EXEC_COUNTS_H
#define HB_EXEC_COUNTS_H

#include <stdint.h>

#include "exec/wire.h"

struct hb_counts {
    double instructions_per_request; /* in user space, of the client; negative: unknown */
    double instructions_spread;      /* how far repeated countings were apart, relative */
    double system_calls_per_request; /* negative: unknown */
    double bytes_per_request;        /* on the wire, both ways; negative: unknown */
    double bytes_apart;  /* how far these may be apart, relative: encrypted ones vary a little */
    uint64_t unverified; /* requests without the expected response */
    int64_t connections; /* for HB_WIRE_PROFILE_REQUESTS requests; negative: unknown */
    const char *how;     /* instructions: "perf", "callgrind"; "" when unknown. Those
                            of different ways are not to be compared */
    uint64_t requests_low, requests_high; /* the two runs whose difference they are */
    const char *failure;                  /* why nothing is known; "" when something is */
    const char *instructions_why;         /* why they are unknown; "" when they are not */
    const char *system_calls_why;
};

/* Texts are borrowed. `profile` NULL: it could not be taken, for the reason `failure`. */
struct hb_counts hb_counts_of(const struct hb_wire_profile *profile, const char *failure);

#endif
