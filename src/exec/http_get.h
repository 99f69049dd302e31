/* Asking a server of ours whether it is up and what it has counted: one GET, one answer. */
#ifndef HB_EXEC_HTTP_GET_H
#define HB_EXEC_HTTP_GET_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * GET on a new connection, within timeout_ns. Certificates are checked against the file `ca` alone
 * (unused for http URLs). The body goes to `ret_body`, up to its maximum; NULL: dropped. Fails with
 * HB_ERR_RUN, with the reason, unless the answer's status is 200.
 */
int hb_http_get(const char *url, const char *ca, int64_t timeout_ns, struct hb_buf *ret_body,
                struct hb_error *err) HB_MUST_CHECK;

#endif
