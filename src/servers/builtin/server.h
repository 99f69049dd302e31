/*
 * The HTTP server: libmicrohttpd with epoll, on one thread. Everything here but the counts belongs
 * to that thread, so nothing is locked.
 */
#ifndef HB_SERVERS_BUILTIN_SERVER_H
#define HB_SERVERS_BUILTIN_SERVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/rng.h"
#include "servers/builtin/exchange.h"
#include "servers/builtin/listener.h"
#include "servers/builtin/timers.h"

enum {
    HB_BODY_BYTES_MAX = 128 << 20,   /* of one request */
    HB_BODIES_BYTES_MAX = 1 << 30,   /* of all requests at one time */
    HB_RANDOM_BLOCK_BYTES = 1 << 20, /* /bytes/N sends this block over and over */
};

/* One thread writes, another reads: each number is exact, and four of them may be a request apart.
 */
struct hb_counts {
    _Atomic uint64_t requests;    /* requests answered, counted before the answer is sent */
    _Atomic uint64_t connections; /* accepted */
    _Atomic uint64_t
        bytes_in; /* request line and headers of these, and decoded bodies as they arrive */
    _Atomic uint64_t
        bytes_out; /* response bodies handed over for sending; without headers and chunk framing */
};

struct hb_server {
    struct MHD_Daemon *daemon;
    pthread_t thread; /* the one that serves, if `serving` */
    bool serving;
    int stop_fd; /* an eventfd: readable when the thread shall end */
    struct hb_listener listener;
    bool tls;
    struct hb_timers timers;
    struct hb_counts counts;
    struct hb_rng rng;
    char *random_block;  /* HB_RANDOM_BLOCK_BYTES */
    size_t bodies_bytes; /* held at present */
    struct hb_exchange *free_exchanges;
};

/* For TLS: PEM texts, which must outlive the server. NULL: cleartext. */
struct hb_server_tls {
    char *certificate, *key;
};

/* Start answering on a listener, whose descriptor becomes the server's. */
int hb_server_start(struct hb_server *server, struct hb_listener listener,
                    const struct hb_server_tls *tls, struct hb_error *err) HB_MUST_CHECK;

/* Close all connections, finished or not, and free everything. */
void hb_server_stop(struct hb_server *server);

static inline void hb_count(_Atomic uint64_t *count, uint64_t more)
{
    /* Only one thread writes, so this needs no locked instruction. */
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

#endif
