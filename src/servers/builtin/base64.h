/* Base64 (RFC 4648) for data URLs and Basic authentication. */
#ifndef HB_SERVERS_BUILTIN_BASE64_H
#define HB_SERVERS_BUILTIN_BASE64_H

#include "base/buf.h"
#include "servers/builtin/span.h"

void hb_base64_append(struct hb_buf *out, struct hb_span bytes);

/* Append the decoded bytes; false when the text is not padded base64, and then `out` is undefined.
 */
bool hb_base64_decode(struct hb_buf *out, struct hb_span text);

#endif
