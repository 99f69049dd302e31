/* The listening socket. The program binds it itself, so a port that it reports can be nobody
 * else's. */
#ifndef HB_SERVERS_BUILTIN_LISTENER_H
#define HB_SERVERS_BUILTIN_LISTENER_H

#include <netinet/in.h>
#include <stdint.h>

#include "base/error.h"

struct hb_listener {
    int fd; /* the caller closes it */
    char host[INET6_ADDRSTRLEN];
    uint16_t port;
};

/*
 * Listen on a loopback address: 127.0.0.0/8, ::1, or "localhost" (127.0.0.1); any other is
 * HB_ERR_INPUT. Port 0: the kernel chooses.
 */
int hb_listener_open(struct hb_listener *ret_listener, const char *host, uint16_t port,
                     struct hb_error *err) HB_MUST_CHECK;

#endif
