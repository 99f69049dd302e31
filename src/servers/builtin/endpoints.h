/* The endpoints, one file a group. Each fills in exchange->reply. The table of routes is in
 * routes.c. */
#ifndef HB_SERVERS_BUILTIN_ENDPOINTS_H
#define HB_SERVERS_BUILTIN_ENDPOINTS_H

#include "servers/builtin/exchange.h"

/* endpoint_inspect.c: what the request looks like */
void hb_endpoint_get(struct hb_exchange *exchange);
void hb_endpoint_with_body(struct hb_exchange *exchange); /* /post /put /patch /delete */
void hb_endpoint_anything(struct hb_exchange *exchange);
void hb_endpoint_headers(struct hb_exchange *exchange);
void hb_endpoint_ip(struct hb_exchange *exchange);
void hb_endpoint_user_agent(struct hb_exchange *exchange);
void hb_endpoint_uuid(struct hb_exchange *exchange);
void hb_endpoint_gzip(struct hb_exchange *exchange);

/* endpoint_status.c */
void hb_endpoint_status(struct hb_exchange *exchange);

/* endpoint_slow.c: answers that take their time */
void hb_endpoint_delay(struct hb_exchange *exchange);
void hb_endpoint_drip(struct hb_exchange *exchange);

/* endpoint_bytes.c: bodies of a given size */
void hb_endpoint_bytes(struct hb_exchange *exchange);
void hb_endpoint_stream_bytes(struct hb_exchange *exchange);
void hb_endpoint_stream(struct hb_exchange *exchange);

/* endpoint_redirect.c */
void hb_endpoint_redirect(struct hb_exchange *exchange);
void hb_endpoint_relative_redirect(struct hb_exchange *exchange);
void hb_endpoint_absolute_redirect(struct hb_exchange *exchange);
void hb_endpoint_redirect_to(struct hb_exchange *exchange);
/* A 302 with the page that browsers of old needed; used by the cookie endpoints too. */
void hb_reply_redirect(struct hb_exchange *exchange, struct hb_span location);

/* endpoint_identity.c: authentication and cookies */
void hb_endpoint_basic_auth(struct hb_exchange *exchange);
void hb_endpoint_cookies(struct hb_exchange *exchange);
void hb_endpoint_set_cookie(struct hb_exchange *exchange);
void hb_endpoint_set_cookies(struct hb_exchange *exchange);
void hb_endpoint_delete_cookies(struct hb_exchange *exchange);

#endif
