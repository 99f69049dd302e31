/* What endpoints ask of a request. */
#ifndef HB_SERVERS_BUILTIN_REQUEST_H
#define HB_SERVERS_BUILTIN_REQUEST_H

#include "servers/builtin/exchange.h"

/* The first header of that name (any case), NULL when there is none. Values are NUL-terminated too.
 */
const struct hb_header *hb_request_header(const struct hb_exchange *exchange, struct hb_span name);

/* The query's arguments; parsed at the first call. */
struct hb_fields *hb_request_args(struct hb_exchange *exchange);

/* The first argument of that name, exactly or in any case; false when there is none. */
bool hb_request_arg(struct hb_exchange *exchange, struct hb_span name, struct hb_span *ret_value);
bool hb_request_arg_nocase(struct hb_exchange *exchange, struct hb_span name,
                           struct hb_span *ret_value);

/* What the client says it reached us by, proxies included: for URLs that point back here. */
const char *hb_request_scheme(const struct hb_exchange *exchange);
struct hb_span hb_request_host(struct hb_exchange *exchange);
void hb_request_append_url(struct hb_exchange *exchange, struct hb_buf *out);

/* The client's address, or what X-Forwarded-For says. */
struct hb_span hb_request_origin(struct hb_exchange *exchange);

#endif
