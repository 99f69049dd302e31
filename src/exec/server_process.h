/*
 * One server program of ours under its keeper: its ready line, its counts, its log. Topologies are
 * made of these.
 */
#ifndef HB_EXEC_SERVER_PROCESS_H
#define HB_EXEC_SERVER_PROCESS_H

#include <jansson.h>
#include <netinet/in.h>

#include "base/buf.h"
#include "exec/interrupt.h"
#include "exec/keeper.h"
#include "exec/result.h"
#include "exec/tail.h"

struct hb_server_process {
    struct hb_child child;
    int events_fd;                        /* readable when there is something to take in */
    const struct hb_interrupt *interrupt; /* ends the wait for its ready line; NULL: none */
    bool ended;
    bool foreign;        /* knows nothing of us: all that it writes is its log */
    bool silent;         /* did not answer in time: not asked again */
    struct hb_buf line;  /* of standard output, not yet at its end */
    const char *awaited; /* type of the message we wait for; NULL: what it says is dropped */
    json_t *message;     /* of that type, once it has come */
    bool confused;       /* said something else in its first line, which is in `said` */
    char said[128];
    struct hb_tail log;
    char host[INET6_ADDRSTRLEN];
    unsigned port;
    char version[128];
};

/* Start it and wait for its ready line until deadline_ns (CLOCK_MONOTONIC), or until the interrupt
 * (NULL: none): HB_ERR_INTERRUPTED. */
int hb_server_process_start(struct hb_server_process *ret_process, const struct hb_paths *paths,
                            const char *const *argv, const char *cpus, int64_t deadline_ns,
                            const struct hb_interrupt *interrupt,
                            struct hb_error *err) HB_MUST_CHECK;

/* Start a program that says nothing to us; whether it is ready is another's business. `spec` needs
 * no stderr_fd and no grace. */
int hb_server_process_launch(struct hb_server_process *ret_process, const struct hb_paths *paths,
                             const struct hb_spawn_spec *spec, struct hb_error *err) HB_MUST_CHECK;

/* The failure of a process that ended before it was ready: quotes its last log line. */
int hb_server_process_fail_ended(struct hb_server_process *process, struct hb_error *err);

/* Take in what it has written; notices its end. */
void hb_server_process_drain(struct hb_server_process *process);

/* Ask for the counts and wait for the answer until deadline_ns; known = false when none came. */
void hb_server_process_counts(struct hb_server_process *process, int64_t deadline_ns,
                              struct hb_server_counts *ret_counts);

/* Stop and release. A zeroed struct is fine. */
void hb_server_process_stop(struct hb_server_process *process);

#endif
