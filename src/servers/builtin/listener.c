/* Loopback only: this server echoes what it is sent and has no business on a network. */
#include "servers/builtin/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"

enum { BACKLOG = 4096 }; /* a burst of ten thousand connects must not be dropped and retried */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int parse_address(union address *ret_address, socklen_t *ret_bytes, const char *host,
                         struct hb_error *err)
{
    union address address = {0};
    bool loopback = false;

    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1) {
        address.any.sa_family = AF_INET;
        *ret_bytes = sizeof address.v4;
        loopback = ntohl(address.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    } else if (inet_pton(AF_INET6, host, &address.v6.sin6_addr) == 1) {
        address.any.sa_family = AF_INET6;
        *ret_bytes = sizeof address.v6;
        loopback = IN6_IS_ADDR_LOOPBACK(&address.v6.sin6_addr);
    }
    if (!loopback)
        return hb_fail(err, HB_ERR_INPUT, "'%s' is not a loopback address (127.0.0.0/8 or ::1)",
                       host);
    *ret_address = address;
    return 0;
}

/* sin_port and sin6_port are in the same place, right behind the family. */
static uint16_t *port_of(union address *address)
{
    return &address->v4.sin_port;
}

/* Accepted connections inherit TCP_NODELAY. SO_REUSEADDR permits a restart on a port in TIME_WAIT,
 * not sharing. */
static int set_options(int fd, struct hb_error *err)
{
    const int on = 1;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        return hb_fail_errno(err, errno, "set socket options");
    return 0;
}

static int bind_and_listen(int fd, union address *address, socklen_t bytes, const char *host,
                           struct hb_error *err)
{
    if (set_options(fd, err) != 0)
        return -1;
    if (bind(fd, &address->any, bytes) != 0 || listen(fd, BACKLOG) != 0)
        return hb_fail_errno(err, errno, "listen on %s port %u", host, ntohs(*port_of(address)));
    if (getsockname(fd, &address->any, &bytes) != 0)
        return hb_fail_errno(err, errno, "read the socket's address");
    return 0;
}

int hb_listener_open(struct hb_listener *ret_listener, const char *host, uint16_t port,
                     struct hb_error *err)
{
    union address address;
    socklen_t bytes = 0;
    int fd;

    if (parse_address(&address, &bytes, host, err) != 0)
        return -1;
    *port_of(&address) = htons(port);
    fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return hb_fail_errno(err, errno, "open a socket");
    if (bind_and_listen(fd, &address, bytes, host, err) != 0) {
        hb_fd_close(&fd);
        return -1;
    }
    inet_ntop(address.any.sa_family,
              address.any.sa_family == AF_INET ? (const void *)&address.v4.sin_addr
                                               : (const void *)&address.v6.sin6_addr,
              ret_listener->host, sizeof ret_listener->host);
    ret_listener->port = ntohs(*port_of(&address));
    ret_listener->fd = fd;
    return 0;
}
