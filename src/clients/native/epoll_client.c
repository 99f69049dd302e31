/*
 * The minimal client: cleartext HTTP/1.1, one connection a task, one send and one recv a request.
 * It marks what the machine can do, so it has nothing a library would need: requests are bytes
 * made before the run, bodies are counted and dropped, descriptors are registered once
 * (edge-triggered) and never touched again.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"
#include "clients/native/http1.h"
#include "clients/native/http1_request.h"
#include "clients/native/loop.h"

#define RECEIVE_BYTES (64u << 10)
#define RECEIVES_A_TURN 16 /* then the other connections have theirs */

enum phase {
    PHASE_IDLE, /* no request; the connection may be open */
    PHASE_CONNECTING,
    PHASE_SENDING,
    PHASE_RECEIVING,
};

struct connection {
    int fd; /* -1: none */
    enum phase phase;
    const struct addrinfo *address; /* the one it connects to */
    const struct hb_http1_wire *wire;
    size_t sent;
    int64_t start_ns;
    struct hb_reply reply;
    struct hb_http1 parser;
};

struct client {
    struct hb_loop loop;
    const struct hb_worker *worker;
    struct hb_http1_wire *wires;  /* one a request of the job */
    struct addrinfo *addresses;   /* NULL: the name did not resolve */
    const struct addrinfo *works; /* the address to try first */
    struct connection *connections;
    char received[RECEIVE_BYTES];
};

static void begin_send(struct client *client, struct connection *connection);

static size_t task_of(const struct client *client, const struct connection *connection)
{
    return (size_t)(connection - client->connections);
}

static void end_request(struct client *client, struct connection *connection, int64_t end_ns,
                        enum hb_outcome outcome)
{
    connection->phase = PHASE_IDLE;
    connection->reply.outcome = (uint8_t)outcome;
    connection->reply.status = connection->parser.status;
    connection->reply.bytes = connection->parser.body_bytes;
    hb_loop_end(&client->loop, task_of(client, connection), end_ns, &connection->reply);
}

static void fail_request(struct client *client, struct connection *connection,
                         enum hb_outcome outcome)
{
    hb_fd_close(&connection->fd);
    end_request(client, connection, hb_now_ns(), outcome);
}

/* ---- connecting ---- */

/* A connection attempt to connection->address; false: it failed at once. */
static bool begin_connect(struct client *client, struct connection *connection)
{
    const struct addrinfo *address = connection->address;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.u64 = task_of(client, connection)};
    int on = 1;

    connection->fd =
        socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (connection->fd < 0)
        return false;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    connection->phase = PHASE_CONNECTING;
    if ((connect(connection->fd, address->ai_addr, address->ai_addrlen) != 0 &&
         errno != EINPROGRESS) ||
        epoll_ctl(client->loop.epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
        hb_fd_close(&connection->fd);
        return false;
    }
    return true;
}

/* Tries one address after the other; the failure of the last is the request's. */
static void connect_from(struct client *client, struct connection *connection,
                         const struct addrinfo *address)
{
    for (; address != NULL; address = address->ai_next) {
        connection->address = address;
        if (begin_connect(client, connection))
            return;
    }
    fail_request(client, connection, HB_OUTCOME_CONNECT);
}

static void finish_connect(struct client *client, struct connection *connection)
{
    int problem = 0;
    socklen_t length = sizeof(problem);

    getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &problem, &length);
    if (problem != 0) {
        hb_fd_close(&connection->fd);
        connect_from(client, connection, connection->address->ai_next);
        return;
    }
    client->works = connection->address;
    connection->reply.connect_ns = hb_now_ns() - connection->start_ns;
    begin_send(client, connection);
}

/* ---- one request ---- */

static void send_rest(struct client *client, struct connection *connection)
{
    const struct hb_http1_wire *wire = connection->wire;

    while (connection->sent < wire->length) {
        ssize_t count = send(connection->fd, wire->bytes + connection->sent,
                             wire->length - connection->sent, MSG_NOSIGNAL);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count < 0) {
            fail_request(client, connection, HB_OUTCOME_RESET);
            return;
        }
        connection->sent += (size_t)count;
    }
    connection->phase = PHASE_RECEIVING;
}

static void begin_send(struct client *client, struct connection *connection)
{
    connection->phase = PHASE_SENDING;
    connection->sent = 0;
    send_rest(client, connection);
}

static void complete(struct client *client, struct connection *connection, bool reusable)
{
    int64_t end_ns = hb_now_ns();

    if (!reusable)
        hb_fd_close(&connection->fd);
    if (connection->reply.ttfb_ns == 0)
        connection->reply.ttfb_ns = end_ns - connection->start_ns;
    end_request(client, connection, end_ns, HB_OUTCOME_OK);
}

static void connection_ended(struct client *client, struct connection *connection, ssize_t count)
{
    enum hb_outcome outcome = count == 0 ? hb_http1_end(&connection->parser) : HB_OUTCOME_RESET;

    if (outcome == HB_OUTCOME_OK)
        complete(client, connection, false);
    else
        fail_request(client, connection, outcome);
}

/* What was received has been parsed; false: the request is over. */
static bool take_received(struct client *client, struct connection *connection, size_t count)
{
    struct hb_http1 *parser = &connection->parser;
    size_t used = hb_http1_feed(parser, client->received, count);

    if (parser->state == HB_HTTP1_DONE) {
        complete(client, connection,
                 parser->keep_alive && used == count && connection->phase == PHASE_RECEIVING &&
                     client->worker->job.keepalive);
        return false;
    }
    if (parser->state == HB_HTTP1_INVALID) {
        fail_request(client, connection, HB_OUTCOME_PROTOCOL);
        return false;
    }
    if (connection->reply.ttfb_ns == 0)
        connection->reply.ttfb_ns = hb_now_ns() - connection->start_ns;
    return true;
}

/* Edge-triggered: there is no second event for what is left, so the descriptor is armed again. */
static void rearm(struct client *client, const struct connection *connection)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.u64 = task_of(client, connection)};

    epoll_ctl(client->loop.epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

static void receive(struct client *client, struct connection *connection)
{
    for (int turn = 0; turn < RECEIVES_A_TURN; turn++) {
        ssize_t count = recv(connection->fd, client->received, RECEIVE_BYTES, 0);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count <= 0) {
            connection_ended(client, connection, count);
            return;
        }
        if (!take_received(client, connection, (size_t)count))
            return;
    }
    rearm(client, connection);
}

/* ---- what the loop calls ---- */

static void start(void *state, size_t task, const struct hb_request *request, int64_t start_ns)
{
    struct client *client = state;
    struct connection *connection = &client->connections[task];

    connection->wire = &client->wires[request - client->worker->job.requests];
    connection->start_ns = start_ns;
    connection->reply = (struct hb_reply){0};
    hb_http1_begin(&connection->parser, connection->wire->head);
    if (client->addresses == NULL)
        fail_request(client, connection, HB_OUTCOME_DNS);
    else if (connection->fd >= 0)
        begin_send(client, connection);
    else
        connect_from(client, connection, client->works);
}

static void ready(void *state, const struct epoll_event *event)
{
    struct client *client = state;
    struct connection *connection = &client->connections[event->data.u64];
    bool readable = (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;

    if (connection->phase == PHASE_CONNECTING)
        finish_connect(client, connection);
    else if (connection->phase == PHASE_SENDING)
        send_rest(client, connection);
    if (connection->fd < 0 || !readable)
        return;
    if (connection->phase == PHASE_IDLE)
        hb_fd_close(&connection->fd); /* closed by the server, or data nobody asked for */
    else if (connection->phase != PHASE_CONNECTING)
        receive(client, connection);
    if (connection->phase == PHASE_IDLE && (event->events & EPOLLRDHUP) != 0)
        hb_fd_close(&connection->fd);
}

static bool connecting(const void *state, size_t task)
{
    return ((const struct client *)state)->connections[task].phase == PHASE_CONNECTING;
}

static void expire(void *state, size_t task)
{
    struct client *client = state;

    fail_request(client, &client->connections[task], HB_OUTCOME_TIMEOUT);
}

static const struct hb_loop_driver driver = {
    .start = start,
    .ready = ready,
    .connecting = connecting,
    .expire = expire,
};

/* ---- what the kit calls ---- */

/* All requests go to one origin, so that a task keeps its connection. */
static int make_wires(struct client *client, struct hb_worker *worker,
                      struct hb_http1_target *ret_target, struct hb_error *err)
{
    struct hb_job *job = &worker->job;
    struct hb_http1_target target;

    if (hb_http1_target_parse(ret_target, job->requests[0].url, err) != 0)
        return -1;
    client->wires = hb_calloc(job->request_count, sizeof(*client->wires));
    for (size_t i = 0; i < job->request_count; i++) {
        if (hb_http1_target_parse(&target, job->requests[i].url, err) != 0)
            return -1;
        if (strcmp(target.origin, ret_target->origin) != 0)
            return hb_fail(err, HB_ERR_UNAVAILABLE, "all URLs must have the same host and port");
        client->wires[i] = hb_http1_wire_make(&job->requests[i], &target, &job->arena);
    }
    return 0;
}

/* A name that does not resolve is no reason to stop: each request will say so. */
static void resolve(struct client *client, const struct hb_http1_target *target)
{
    static const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};

    if (getaddrinfo(target->host, target->port, &hints, &client->addresses) != 0)
        client->addresses = NULL;
    client->works = client->addresses;
}

static int prepare(struct hb_worker *worker, void **ret_state, struct hb_error *err)
{
    struct client *client = hb_alloc(sizeof(*client));
    struct hb_http1_target target;

    *ret_state = client;
    client->worker = worker;
    client->loop.epoll_fd = -1;
    client->connections = hb_calloc((size_t)worker->job.concurrency, sizeof(*client->connections));
    for (int64_t i = 0; i < worker->job.concurrency; i++)
        client->connections[i].fd = -1;
    if (make_wires(client, worker, &target, err) != 0)
        return -1;
    resolve(client, &target);
    return hb_loop_init(&client->loop, worker, &driver, client, err);
}

static void run(struct hb_worker *worker HB_UNUSED, void *state)
{
    hb_loop_run(&((struct client *)state)->loop);
}

static void release(void *state)
{
    struct client *client = state;

    if (client == NULL)
        return;
    for (int64_t i = 0; i < client->worker->job.concurrency; i++)
        hb_fd_close(&client->connections[i].fd);
    if (client->addresses != NULL)
        freeaddrinfo(client->addresses);
    hb_loop_release(&client->loop);
    free(client->connections);
    free(client->wires);
    free(client);
}

static const struct hb_worker_client epoll_client = {
    .name = "epoll",
    .mode = "async",
    .descriptors_per_task = 1,
    .prepare = prepare,
    .run = run,
    .release = release,
};

static const struct hb_worker_client *const clients[] = {&epoll_client};

int main(int argc, char **argv)
{
    return hb_worker_main(argc, argv, clients, HB_ARRAY_LEN(clients), HB_VERSION);
}
