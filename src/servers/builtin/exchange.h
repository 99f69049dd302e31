/*
 * One request and its answer: what an endpoint reads, and what it fills in. Endpoints see nothing
 * of libmicrohttpd. An exchange with its buffers is used again for a later request.
 */
#ifndef HB_SERVERS_BUILTIN_EXCHANGE_H
#define HB_SERVERS_BUILTIN_EXCHANGE_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "servers/builtin/fields.h"
#include "servers/builtin/reply.h"
#include "servers/builtin/route.h"

enum {
    HB_TARGET_BYTES_MAX = 8190,
    HB_HEADERS_MAX = 100,
    HB_SCRATCH_BYTES_MAX = 1 << 20,
    HB_OUT_BYTES_MAX = 1 << 30, /* the longest body that may be built in memory */
};

struct hb_server;
struct MHD_Connection;

struct hb_header {
    struct hb_span name, value;
};

struct hb_exchange {
    struct hb_server *server;
    struct MHD_Connection *connection;
    struct hb_exchange *next_free;
    struct hb_arena arena; /* of this request */

    const char *method_name;
    enum hb_method method;
    struct hb_buf target; /* as sent */
    struct hb_buf path;   /* decoded */
    struct hb_span query; /* as sent, without ?; part of target */
    struct hb_header headers[HB_HEADERS_MAX];
    size_t header_count;
    const struct hb_route *route;
    struct hb_span captures[HB_CAPTURES_MAX];
    struct hb_fields args; /* see hb_request_args() */
    bool args_parsed;
    struct hb_buf body;
    unsigned refused_status; /* the request broke a limit; 0: it did not */

    bool begun, answered;           /* headers were seen; the endpoint has filled in `reply` */
    struct hb_buf out;              /* where an endpoint builds its body */
    struct hb_buf scratch;          /* for whatever a function needs until it returns */
    char address[INET6_ADDRSTRLEN]; /* of the client, see hb_request_origin() */
    struct hb_reply reply;
    union { /* what a streaming endpoint keeps between two reads */
        struct {
            int64_t start_ns;
            double pause_ns; /* between two bytes */
        } drip;
        struct {
            uint64_t next_id, count;
            size_t prefix_bytes; /* of `out`: the line before its id */
            size_t sent_bytes;   /* of the present line */
        } lines;
        size_t chunk_bytes;
    } stream;
};

struct hb_exchange *hb_exchange_new(struct hb_server *server);
void hb_exchange_recycle(
    struct hb_exchange *exchange); /* into server->free_exchanges; NULL is allowed */
void hb_exchange_free(struct hb_exchange *exchange);

/* The headers have arrived: find the route, decide whether the body is kept. */
void hb_exchange_begin(struct hb_exchange *exchange, struct MHD_Connection *connection,
                       const char *method);

void hb_exchange_take_body(struct hb_exchange *exchange, struct hb_span data);

/* The request is complete: let the endpoint, or an error page, fill in `reply`. */
void hb_exchange_answer(struct hb_exchange *exchange);

#endif
