/*
 * Each connection is two pipes back to back, each with one buffer: it is read when the buffer is
 * empty and written until it is. Which descriptor is waited for what follows from the buffers.
 */
#include "exec/relay.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/memory.h"

#define PIPE_BYTES 65536u
#define EVENTS_AT_ONCE 64
#define CONNECT_LIMIT_S 2

/* One direction of a connection. */
struct pipe {
    char *data;
    size_t begin, end; /* what is read, but not yet written */
    bool ended;        /* nothing more will be read */
};

struct connection;

/* One socket of a connection: what an event refers to. */
struct end {
    struct connection *connection;
    struct pipe in; /* what is read from this socket, for the other */
    int fd;
    uint32_t events; /* as registered */
};

struct connection {
    size_t number;
    struct end client, server;
    bool told_end; /* the client knows that the server sends no more */
};

struct hb_relay {
    struct hb_relay_spec spec;
    struct sockaddr_storage server;
    socklen_t server_length;
    char *url, *authority;
    int listen_fd, events_fd;
    struct hb_relay_counts counts;
    struct connection *connections[HB_RELAY_MAX_CONNECTIONS];
};

/* ---- addresses ---- */

/* "http://HOST:PORT" with HOST in brackets or not, and maybe no port. */
struct origin {
    char *scheme, *host, *bare_host, *port;
};

static void origin_release(struct origin *origin)
{
    free(origin->scheme);
    free(origin->host);
    free(origin->bare_host);
    free(origin->port);
}

static int parse_origin(const char *url, struct origin *ret, struct hb_error *err)
{
    const char *host = strstr(url, "://"), *end, *port;
    bool bracketed;

    if (host == NULL)
        return hb_fail(err, HB_ERR_INPUT, "%.200s: not an origin", url);
    ret->scheme = hb_strndup(url, (size_t)(host - url));
    host += 3;
    bracketed = host[0] == '[';
    end = host + strcspn(host, bracketed ? "]" : ":/");
    end += bracketed && *end == ']' ? 1 : 0;
    ret->host = hb_strndup(host, (size_t)(end - host));
    ret->bare_host = bracketed && end - host >= 2 ? hb_strndup(host + 1, (size_t)(end - host) - 2)
                                                  : hb_strdup(ret->host);
    port = *end == ':' ? end + 1 : "";
    ret->port = hb_strndup(port, strcspn(port, "/"));
    if (ret->port[0] == '\0') {
        free(ret->port);
        ret->port = hb_strdup(strcmp(ret->scheme, "https") == 0 ? "443" : "80");
    }
    return 0;
}

static int find_server(struct hb_relay *relay, const struct origin *origin, struct hb_error *err)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int failure = getaddrinfo(origin->bare_host, origin->port, &hints, &found);

    if (failure != 0)
        return hb_fail(err, HB_ERR_RUN, "%.200s: %s", relay->spec.url, gai_strerror(failure));
    memcpy(&relay->server, found->ai_addr, found->ai_addrlen);
    relay->server_length = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

/* A loopback address of the server's family, any port. */
static socklen_t loopback(const struct hb_relay *relay, struct sockaddr_storage *ret_address)
{
    *ret_address = (struct sockaddr_storage){.ss_family = relay->server.ss_family};
    if (relay->server.ss_family == AF_INET6) {
        ((struct sockaddr_in6 *)ret_address)->sin6_addr = in6addr_loopback;
        return sizeof(struct sockaddr_in6);
    }
    ((struct sockaddr_in *)ret_address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof(struct sockaddr_in);
}

static unsigned port_of(const struct sockaddr_storage *address)
{
    return ntohs(address->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_port
                                                : ((const struct sockaddr_in *)address)->sin_port);
}

static int listen_on_loopback(struct hb_relay *relay, const struct origin *origin,
                              struct hb_error *err)
{
    struct sockaddr_storage address;
    socklen_t length = loopback(relay, &address);

    relay->listen_fd =
        socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (relay->listen_fd < 0 || bind(relay->listen_fd, (struct sockaddr *)&address, length) < 0 ||
        listen(relay->listen_fd, SOMAXCONN) < 0 ||
        getsockname(relay->listen_fd, (struct sockaddr *)&address, &length) < 0)
        return hb_fail_errno(err, errno, "listen");
    relay->authority = hb_asprintf("%s:%u", origin->host, port_of(&address));
    relay->url = hb_asprintf("%s://%s", origin->scheme, relay->authority);
    return 0;
}

/* ---- connections ---- */

/* What is held back for the client is none of the events' business. */
static bool is_held(const struct hb_relay *relay, const struct end *from)
{
    return relay->spec.holds_answers && from == &from->connection->server;
}

static uint32_t wanted(const struct hb_relay *relay, const struct end *end, const struct end *other)
{
    uint32_t events = 0;

    if (!end->in.ended && end->in.begin == end->in.end)
        events |= EPOLLIN;
    if (other->in.begin < other->in.end && !is_held(relay, other))
        events |= EPOLLOUT;
    return events;
}

static void rearm(struct hb_relay *relay, struct end *end, const struct end *other)
{
    struct epoll_event event = {.events = wanted(relay, end, other), .data.ptr = end};

    if (event.events != end->events)
        (void)epoll_ctl(relay->events_fd, EPOLL_CTL_MOD, end->fd, &event);
    end->events = event.events;
}

static void close_connection(struct hb_relay *relay, struct connection *connection)
{
    relay->connections[connection->number] = NULL;
    hb_fd_close(&connection->client.fd);
    hb_fd_close(&connection->server.fd);
    free(connection->client.in.data);
    free(connection->server.in.data);
    free(connection);
}

static int dial(const struct hb_relay *relay)
{
    const struct timeval limit = {.tv_sec = CONNECT_LIMIT_S};
    const int on = 1;
    int fd = socket(relay->server.ss_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (const struct sockaddr *)&relay->server, relay->server_length) < 0 ||
        hb_fd_set_nonblocking(fd, NULL) < 0)
        hb_fd_close(&fd);
    return fd;
}

static void add_end(struct hb_relay *relay, struct connection *connection, struct end *end, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = end};

    end->connection = connection;
    end->fd = fd;
    end->events = EPOLLIN;
    end->in.data = hb_alloc(PIPE_BYTES);
    (void)epoll_ctl(relay->events_fd, EPOLL_CTL_ADD, fd, &event);
}

/* Who looks at the bytes knows connections by their number, which therefore is never used again.
 * HB_RELAY_MAX_CONNECTIONS: there is none left. */
static size_t find_slot(const struct hb_relay *relay)
{
    size_t slot = 0;

    if (relay->spec.saw != NULL)
        return relay->counts.connections < HB_RELAY_MAX_CONNECTIONS
                   ? (size_t)relay->counts.connections
                   : HB_RELAY_MAX_CONNECTIONS;
    while (slot < HB_RELAY_MAX_CONNECTIONS && relay->connections[slot] != NULL)
        slot++;
    return slot;
}

/* A client whose server does not take connections is to see just that: a closed one. */
static void accept_one(struct hb_relay *relay)
{
    const int on = 1;
    int client = accept4(relay->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    size_t slot = find_slot(relay);
    bool full = slot >= HB_RELAY_MAX_CONNECTIONS;
    int server = client < 0 || full ? -1 : dial(relay);
    struct connection *connection;

    if (server < 0) {
        hb_fd_close(&client);
        return;
    }
    (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection = hb_alloc(sizeof *connection);
    connection->number = slot;
    relay->counts.connections++;
    add_end(relay, connection, &connection->client, client);
    add_end(relay, connection, &connection->server, server);
    relay->connections[connection->number] = connection;
}

/* ---- passing on ---- */

static void count(struct hb_relay *relay, const struct end *from, const char *data, size_t length)
{
    if (from == &from->connection->client) {
        relay->counts.sent += length;
        if (relay->spec.saw != NULL)
            relay->spec.saw(relay->spec.context, from->connection->number, data, length);
    } else {
        relay->counts.received += length;
    }
}

static void fill(struct hb_relay *relay, struct end *from)
{
    struct pipe *pipe = &from->in;
    ssize_t got;

    if (pipe->ended || pipe->begin < pipe->end)
        return;
    got = recv(from->fd, pipe->data, PIPE_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    pipe->begin = 0;
    pipe->end = got > 0 ? (size_t)got : 0;
    pipe->ended = got <= 0;
    if (got > 0)
        count(relay, from, pipe->data, pipe->end);
}

/* -1 when nobody takes it any more. */
static int drain(struct end *from, struct end *to)
{
    struct pipe *pipe = &from->in;

    while (pipe->begin < pipe->end) {
        ssize_t put = send(to->fd, pipe->data + pipe->begin, pipe->end - pipe->begin, MSG_NOSIGNAL);

        if (put < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (put < 0)
            return -1;
        pipe->begin += (size_t)put;
    }
    if (pipe->ended)
        (void)shutdown(to->fd, SHUT_WR);
    return 0;
}

static bool is_over(const struct end *end)
{
    return end != NULL && end->in.ended && end->in.begin == end->in.end;
}

/* `broken`: an end that the system will wake us for again and again. */
static void serve_connection(struct hb_relay *relay, struct connection *connection,
                             const struct end *broken)
{
    struct end *client = &connection->client, *server = &connection->server;

    fill(relay, client);
    fill(relay, server);
    if (drain(client, server) < 0 || (!is_held(relay, server) && drain(server, client) < 0) ||
        is_over(broken) || (is_over(client) && is_over(server))) {
        close_connection(relay, connection);
        return;
    }
    rearm(relay, client, server);
    rearm(relay, server, client);
}

int hb_relay_fd(const struct hb_relay *relay)
{
    return relay->events_fd;
}

/* One event a call and connection: closing one must not leave the other's event behind. */
void hb_relay_serve(struct hb_relay *relay)
{
    struct epoll_event event;

    for (unsigned i = 0; i < EVENTS_AT_ONCE; i++) {
        struct end *end;

        if (epoll_wait(relay->events_fd, &event, 1, 0) != 1)
            return;
        end = event.data.ptr;
        if (end == NULL)
            accept_one(relay);
        else
            serve_connection(relay, end->connection,
                             (event.events & (EPOLLERR | EPOLLHUP)) != 0 ? end : NULL);
    }
}

static bool has_held(const struct connection *connection)
{
    const struct pipe *pipe = &connection->server.in;

    return pipe->begin < pipe->end || (pipe->ended && !connection->told_end);
}

bool hb_relay_holds(const struct hb_relay *relay)
{
    for (size_t i = 0; relay->spec.holds_answers && i < HB_RELAY_MAX_CONNECTIONS; i++)
        if (relay->connections[i] != NULL && has_held(relay->connections[i]))
            return true;
    return false;
}

static void let_pass(struct hb_relay *relay, struct connection *connection)
{
    struct end *client = &connection->client, *server = &connection->server;

    if (drain(server, client) < 0) {
        close_connection(relay, connection);
        return;
    }
    connection->told_end = is_over(server);
    rearm(relay, server, client);
}

void hb_relay_let_pass(struct hb_relay *relay)
{
    for (size_t i = 0; i < HB_RELAY_MAX_CONNECTIONS; i++)
        if (relay->connections[i] != NULL && has_held(relay->connections[i]))
            let_pass(relay, relay->connections[i]);
}

struct hb_relay_counts hb_relay_counts(const struct hb_relay *relay)
{
    return relay->counts;
}

/* ---- life ---- */

static int start(struct hb_relay *relay, struct hb_error *err)
{
    struct epoll_event event = {.events = EPOLLIN};
    HB_CLEANUP(origin_release) struct origin origin = {0};

    if (parse_origin(relay->spec.url, &origin, err) < 0 || find_server(relay, &origin, err) < 0 ||
        listen_on_loopback(relay, &origin, err) < 0)
        return -1;
    relay->events_fd = epoll_create1(EPOLL_CLOEXEC);
    if (relay->events_fd < 0 ||
        epoll_ctl(relay->events_fd, EPOLL_CTL_ADD, relay->listen_fd, &event) < 0)
        return hb_fail_errno(err, errno, "epoll");
    return 0;
}

int hb_relay_start(const struct hb_relay_spec *spec, struct hb_relay **ret_relay,
                   struct hb_error *err)
{
    struct hb_relay *relay = hb_alloc(sizeof *relay);

    relay->spec = *spec;
    relay->listen_fd = -1;
    relay->events_fd = -1;
    if (start(relay, err) < 0) {
        hb_relay_stop(relay);
        return hb_wrap(err, "relay");
    }
    *ret_relay = relay;
    return 0;
}

const char *hb_relay_url(const struct hb_relay *relay)
{
    return relay->url;
}

const char *hb_relay_authority(const struct hb_relay *relay)
{
    return relay->authority;
}

void hb_relay_stop(struct hb_relay *relay)
{
    if (relay == NULL)
        return;
    for (size_t i = 0; i < HB_RELAY_MAX_CONNECTIONS; i++)
        if (relay->connections[i] != NULL)
            close_connection(relay, relay->connections[i]);
    hb_fd_close(&relay->listen_fd);
    hb_fd_close(&relay->events_fd);
    free(relay->url);
    free(relay->authority);
    free(relay);
}
