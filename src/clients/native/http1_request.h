/* Requests of the epoll client, as bytes made once before the run. */
#ifndef HB_CLIENTS_NATIVE_HTTP1_REQUEST_H
#define HB_CLIENTS_NATIVE_HTTP1_REQUEST_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "clients/native/job.h"

/* The parts of an http URL. */
struct hb_http1_target {
    char host[256];     /* without the brackets of an IPv6 address */
    char port[8];       /* "80" when the URL has none */
    char origin[272];   /* host and port as written: the Host header */
    const char *path;   /* with the query; points into the URL, and may lack the leading '/' */
    size_t path_length; /* without the fragment */
};

/* Refuses user names, and parts that do not fit. */
int hb_http1_target_parse(struct hb_http1_target *ret_target, const char *url,
                          struct hb_error *err) HB_MUST_CHECK;

struct hb_http1_wire {
    const char *bytes;
    size_t length;
    bool head;
};

/* Request line, Host and Content-Length unless given, the given headers as they are, the body. */
struct hb_http1_wire hb_http1_wire_make(const struct hb_request *request,
                                        const struct hb_http1_target *target,
                                        struct hb_arena *arena);

#endif
