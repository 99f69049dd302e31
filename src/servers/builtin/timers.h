/*
 * Connections that wait for an instant: one heap, one timer descriptor. The server's thread
 * suspends connections, and resumes them when the descriptor becomes readable; no connection waits
 * for another.
 */
#ifndef HB_SERVERS_BUILTIN_TIMERS_H
#define HB_SERVERS_BUILTIN_TIMERS_H

#include <stdint.h>

#include "base/error.h"

struct MHD_Connection;

struct hb_timer {
    int64_t due_ns; /* CLOCK_MONOTONIC */
    struct MHD_Connection *connection;
};

struct hb_timers {
    int fd;                /* readable when a connection is due: call hb_timers_expire() */
    struct hb_timer *heap; /* the soonest first */
    size_t count, capacity;
};

int hb_timers_init(struct hb_timers *timers, struct hb_error *err) HB_MUST_CHECK;
void hb_timers_release(struct hb_timers *timers);

/* Suspend a connection until `due_ns`. */
void hb_timers_suspend(struct hb_timers *timers, struct MHD_Connection *connection, int64_t due_ns);

/* Resume what is due; libmicrohttpd handles it at its next turn. */
void hb_timers_expire(struct hb_timers *timers);

/* Resume everything, due or not. */
void hb_timers_close(struct hb_timers *timers);

#endif
