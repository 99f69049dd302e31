/*
 * What a client really sends: a wire profile. A few requests go through a relay of ours between the
 * cell's client and its server, one task, one at a time, beside the measured runs and never timed;
 * where more is wanted, system calls and instructions are counted in short runs of their own
 * (wire_counts.h).
 *
 * Texts are printable UTF-8, whatever was sent. Credentials are masked in them (the values of
 * Authorization, Cookie and their like), and where the server listens is written as {server}, since
 * the port differs from time to time. Secrets of the scenario are left to the store.
 */
#ifndef HB_EXEC_WIRE_H
#define HB_EXEC_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "exec/topology.h"
#include "plan/plan.h"
#include "registry/registry.h"

#define HB_WIRE_PROFILE_REQUESTS 5 /* that a profile is made of */
#define HB_WIRE_MAX_DIFFERENT 16

struct hb_wire_header {
    const char *name, *value; /* as spelled */
};

/* A request as it was sent, and how many of the profile's requests were the same. */
struct hb_wire_request {
    const char *line; /* "GET /get HTTP/1.1" */
    const struct hb_wire_header *headers;
    size_t headers_count;
    const char *framing; /* "none", "content-length", "chunked" */
    uint64_t body_bytes;
    bool body_as_given; /* the body is what the scenario says */
    uint64_t bytes;     /* head, body and framing */
    uint64_t count;
};

struct hb_wire_call {
    const char *name;
    double per_request;
};

/* Figures a request; negative: unknown. Texts that say why something is unknown are "" when it is
 * known. */
struct hb_wire_profile {
    const char *client_version;               /* "" when not told */
    uint64_t requests, verified, connections; /* verified: with the expected response */
    double bytes_sent,
        bytes_received; /* by the client, of TCP payload: with TLS, if there is any */
    double setup_sent, setup_received; /* of a connection, before its first request: TLS, HTTP/2 */
    const struct hb_wire_request *seen;
    size_t seen_count;
    const char *seen_why;  /* why none could be read */
    const char *seen_note; /* how they were seen, when not as in the measured runs; "" else */
    double system_calls;
    const char *system_calls_why;
    const struct hb_wire_call *calls; /* those with at least a hundredth, most first */
    size_t calls_count;
    double instructions;        /* in user space */
    double instructions_spread; /* of repeated countings, highest less lowest, relative */
    const char *instructions_why;
    const char *instructions_how;                 /* "perf", "callgrind"; "" when unknown */
    uint64_t instructions_low, instructions_high; /* requests of the two runs */
};

struct hb_wire_setup {
    const struct hb_plan *plan;
    const struct hb_cell *cell;
    const struct hb_registry *registry;
    struct hb_topology *topology;
    const char *cpus;   /* of the client; NULL or "": not pinned */
    enum hb_wire depth; /* how much is looked at; HB_WIRE_NONE: requests */
    int interrupt_fd;
};

/* Take the profile of a cell, in `arena`. HB_ERR_INTERRUPTED when the interrupt came; otherwise a
 * failure is that of the client. Takes some seconds at most, and usually tenths. */
int hb_wire_capture(const struct hb_wire_setup *setup, struct hb_arena *arena,
                    struct hb_wire_profile *ret_profile, struct hb_error *err) HB_MUST_CHECK;

/* As it is stored and exported: one JSON object. */
void hb_wire_put_json(const struct hb_wire_profile *profile, struct hb_buf *ret_json);
int hb_wire_from_json(const char *json, struct hb_arena *arena, struct hb_wire_profile *ret_profile,
                      struct hb_error *err) HB_MUST_CHECK;

#endif
