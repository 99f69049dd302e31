/* Percent-encoding of URLs (RFC 3986), in the three forms that httpbin's answers need. */
#ifndef HB_SERVERS_BUILTIN_PERCENT_H
#define HB_SERVERS_BUILTIN_PERCENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "servers/builtin/span.h"

/* Append the bytes that `text` stands for. A % without two hexadecimal digits stands for itself. */
void hb_percent_decode(struct hb_buf *out, struct hb_span text);

/*
 * The value of a query or form field: + is a space, escapes are decoded, and bytes that are not
 * UTF-8 come back as %XX, so the result is always valid UTF-8. Lives in `arena`, or is `text`
 * itself.
 */
struct hb_span hb_percent_field(struct hb_arena *arena, struct hb_span text);

/*
 * Append a readable URL part, as werkzeug's uri_to_iri() shows it: valid UTF-8 as it is, everything
 * that would change the URL's meaning escaped. A path comes decoded, a query as it was sent.
 */
void hb_percent_append_path(struct hb_buf *out, struct hb_span decoded_path);
void hb_percent_append_query(struct hb_buf *out, struct hb_span raw_query);

/* Append a Location: everything but printable ASCII and what is illegal in a URL is escaped. */
void hb_percent_append_location(struct hb_buf *out, struct hb_span text);

#endif
