/*
 * One server program of a topology: the proxy that clients reach, or an instance behind it. A
 * program of ours speaks the control channel (topology.h); any other is run as the `topology`
 * section of its registry file says: configuration written into a run directory of its own, ports
 * chosen and then proved to be its own, readiness by its own signal and by a request that gets
 * through.
 */
#ifndef HB_EXEC_HOP_H
#define HB_EXEC_HOP_H

#include "exec/certificate.h"
#include "exec/rundir.h"
#include "exec/server_process.h"
#include "registry/registry.h"

#define HB_HOP_LABEL_BYTES 96

struct hb_hop {
    char label[HB_HOP_LABEL_BYTES]; /* "nginx", "builtin 2" */
    const struct hb_entry *entry;
    struct hb_server_process process;
    struct hb_rundir dir;        /* of a foreign program; else none */
    char *http_url, *https_url;  /* without a trailing slash; NULL: not served */
    char *authority;             /* PEM file that clients trust; NULL: no TLS */
    char *counts_url;            /* NULL: tells nothing that way */
    uint64_t readings;           /* of counts_url */
    unsigned cores;              /* that it can use at once; 0: not known */
    struct hb_buf configuration; /* as it took effect: command line, files */
};

struct hb_hop_spec {
    const struct hb_registry *registry;
    const struct hb_entry *entry;
    const char *label;
    const char *options_json;
    const char *config;             /* template instead of the entry's first; NULL: none */
    const char *cpus;               /* NULL or "": not pinned */
    const struct hb_hop *upstreams; /* instances to pass requests on to */
    size_t upstreams_count;
    struct hb_certificates *certificates; /* to serve TLS with, made when it is first needed */
    int64_t deadline_ns;                  /* CLOCK_MONOTONIC */
    const struct hb_interrupt *interrupt; /* gives up, too; NULL: none */
};

/* Start and wait until it serves. On failure nothing is left. `entry` must outlive the hop. */
int hb_hop_start(struct hb_hop *ret_hop, const struct hb_hop_spec *spec,
                 struct hb_error *err) HB_MUST_CHECK;

/* What it counted since it started; known = false where it does not tell. Waits at most 1 s. */
void hb_hop_counts(struct hb_hop *hop, struct hb_server_counts *ret_counts);

/* "127.0.0.1:43211": where it serves HTTP. */
const char *hb_hop_address(const struct hb_hop *hop);

/* Begin to end it, and return at once. A zeroed struct is fine. */
void hb_hop_end(struct hb_hop *hop);

/* Stop gently, then hard; wait; release. A zeroed struct is fine. */
void hb_hop_stop(struct hb_hop *hop);

#endif
