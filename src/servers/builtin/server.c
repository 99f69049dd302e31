/* The libmicrohttpd daemon and its callbacks; what to answer is the business of exchange.c. */
#include "servers/builtin/server.h"

#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"

enum {
    IDLE_TIMEOUT_S = 120, /* longer than any client keeps an idle connection */
    OWN_DESCRIPTORS = 32, /* what is not a connection */
};

/* The request line has arrived. The target is copied, since libmicrohttpd decodes it in place. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection HB_UNUSED)
{
    struct hb_exchange *exchange = hb_exchange_new(cls);

    hb_buf_puts(&exchange->target, target);
    return exchange;
}

/* Say no before the body is sent; what follows on this connection is not looked at. */
static bool refuse(struct hb_exchange *exchange)
{
    hb_exchange_answer(exchange);
    hb_reply_header(exchange, "Connection", HB_SPAN("close"));
    return hb_reply_send(exchange);
}

/* Called when the headers are there, for each piece of the body, at its end, and after a delay. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
                                  const char *url HB_UNUSED, const char *method,
                                  const char *version HB_UNUSED, const char *data,
                                  size_t *data_bytes, void **state)
{
    struct hb_server *server = cls;
    struct hb_exchange *exchange = *state;

    if (!exchange->begun) {
        hb_exchange_begin(exchange, connection, method);
        return exchange->refused_status == 0 || refuse(exchange) ? MHD_YES : MHD_NO;
    }
    if (*data_bytes > 0) {
        hb_exchange_take_body(exchange, (struct hb_span){data, *data_bytes});
        *data_bytes = 0;
        return MHD_YES;
    }
    if (!exchange->answered) {
        hb_exchange_answer(exchange);
        if (exchange->reply.delay_ns > 0) {
            hb_timers_suspend(&server->timers, connection, hb_now_ns() + exchange->reply.delay_ns);
            return MHD_YES;
        }
    }
    return hb_reply_send(exchange) ? MHD_YES : MHD_NO;
}

static void on_completed(void *cls HB_UNUSED, struct MHD_Connection *connection HB_UNUSED,
                         void **state, enum MHD_RequestTerminationCode why HB_UNUSED)
{
    hb_exchange_recycle(*state);
    *state = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection HB_UNUSED,
                          void **context HB_UNUSED, enum MHD_ConnectionNotificationCode what)
{
    struct hb_server *server = cls;

    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        hb_count(&server->counts.connections, 1);
}

/* As many connections as the machine permits: the soft limit of descriptors is raised to the hard
 * one. */
static unsigned raise_connection_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1024 - OWN_DESCRIPTORS;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > 1u << 20 ? 1u << 20 : (unsigned)limit.rlim_cur - OWN_DESCRIPTORS;
}

static int prepare(struct hb_server *server, struct hb_error *err)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        return hb_fail_errno(err, errno, "read random bytes");
    server->rng.state = seed;
    server->random_block = hb_alloc(HB_RANDOM_BLOCK_BYTES);
    for (size_t i = 0; i < HB_RANDOM_BLOCK_BYTES; i += sizeof seed) {
        seed = hb_rng_next(&server->rng);
        memcpy(server->random_block + i, &seed, sizeof seed);
    }
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (server->stop_fd < 0)
        return hb_fail_errno(err, errno, "create an event descriptor");
    return hb_timers_init(&server->timers, err);
}

/* How long libmicrohttpd can do without being called, when nothing happens; -1: for ever. */
static int patience_ms(struct MHD_Daemon *daemon)
{
    unsigned long long ms;

    if (MHD_get_timeout(daemon, &ms) != MHD_YES)
        return -1;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

/*
 * The thread that serves. libmicrohttpd is told when to look, rather than to wait by itself: it
 * fetches events 128 at a time, and after exactly 128 (or 256, …) of them its own loop waits once
 * more before it handles any. 128 clients that wait for their answers would wait with it.
 */
static void *serve(void *cls)
{
    struct hb_server *server = cls;
    const union MHD_DaemonInfo *events =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[] = {{events->epoll_fd, POLLIN, 0},
                           {server->timers.fd, POLLIN, 0},
                           {server->stop_fd, POLLIN, 0}};

    while (fds[2].revents == 0) {
        int count = poll(fds, HB_ARRAY_LEN(fds), patience_ms(server->daemon));

        HB_ASSERT(count >= 0 || errno == EINTR);
        if (fds[1].revents != 0)
            hb_timers_expire(&server->timers);
        MHD_run(server->daemon);
    }
    return NULL;
}

static struct MHD_Daemon *make_daemon(struct hb_server *server, const struct hb_server_tls *tls)
{
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem secure[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, tls != NULL ? tls->certificate : NULL},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, tls != NULL ? tls->key : NULL},
        {MHD_OPTION_END, 0, NULL}};

    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (tls != NULL ? MHD_USE_TLS : 0), 0, NULL, NULL,
        on_request, server, MHD_OPTION_LISTEN_SOCKET, server->listener.fd,
        MHD_OPTION_CONNECTION_LIMIT, raise_connection_limit(), MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_ARRAY, tls != NULL ? secure : none, MHD_OPTION_END);
}

int hb_server_start(struct hb_server *server, struct hb_listener listener,
                    const struct hb_server_tls *tls, struct hb_error *err)
{
    int problem;

    *server = (struct hb_server){
        .listener = listener, .tls = tls != NULL, .timers.fd = -1, .stop_fd = -1};
    if (prepare(server, err) != 0)
        return -1;
    server->daemon = make_daemon(server, tls);
    if (server->daemon == NULL)
        return hb_fail(err, HB_ERR_SYSTEM, "libmicrohttpd does not start%s",
                       tls != NULL ? ": are certificate and key right?" : "");
    problem = pthread_create(&server->thread, NULL, serve, server);
    if (problem != 0)
        return hb_fail_errno(err, problem, "start a thread");
    server->serving = true;
    return 0;
}

static void end_thread(struct hb_server *server)
{
    if (!server->serving)
        return;
    eventfd_write(server->stop_fd, 1);
    pthread_join(server->thread, NULL);
}

void hb_server_stop(struct hb_server *server)
{
    end_thread(server);
    if (server->daemon != NULL) {
        hb_timers_close(&server->timers); /* suspended connections would abort the stop */
        MHD_stop_daemon(server->daemon);
    }
    while (server->free_exchanges != NULL) {
        struct hb_exchange *next = server->free_exchanges->next_free;

        hb_exchange_free(server->free_exchanges);
        server->free_exchanges = next;
    }
    hb_timers_release(&server->timers);
    hb_fd_close(&server->stop_fd);
    free(server->random_block);
}
