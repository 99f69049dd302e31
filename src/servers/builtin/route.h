/* Which handler answers a request: methods, path patterns, and how they match. The table is in
 * routes.c. */
#ifndef HB_SERVERS_BUILTIN_ROUTE_H
#define HB_SERVERS_BUILTIN_ROUTE_H

#include "servers/builtin/span.h"

enum hb_method {
    HB_METHOD_OTHER = 0, /* no route has it */
    HB_GET = 1 << 0,
    HB_HEAD = 1 << 1,
    HB_POST = 1 << 2,
    HB_PUT = 1 << 3,
    HB_PATCH = 1 << 4,
    HB_DELETE = 1 << 5,
    HB_OPTIONS = 1 << 6,
    HB_TRACE = 1 << 7,
};

enum { HB_CAPTURES_MAX = 2, HB_ALLOW_BYTES = 64 };

struct hb_exchange;

struct hb_route {
    /* Literal text with captures: {int} digits, {text} one path segment, {path} the rest. None is
     * empty. */
    const char *pattern;
    void (*handle)(struct hb_exchange *exchange);
    unsigned methods; /* of enum hb_method; HEAD comes with GET, every route answers OPTIONS */
    bool reads_body;  /* else a request body is discarded as it arrives */
};

/* Does the decoded path match? Fills `captures`, in order. */
bool hb_route_match(const char *pattern, struct hb_span path,
                    struct hb_span ret_captures[HB_CAPTURES_MAX]);

/* The first route of the table that matches, NULL when none does. */
const struct hb_route *hb_route_find(struct hb_span path,
                                     struct hb_span ret_captures[HB_CAPTURES_MAX]);

enum hb_method hb_method_parse(const char *name);

/* "GET, HEAD, OPTIONS": the value of an Allow header. */
void hb_route_allow(const struct hb_route *route, char text[HB_ALLOW_BYTES]);

#endif
