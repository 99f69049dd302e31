/*
 * The lines that a worker says: ready, error, done (docs/worker-protocol.md). Pure: a line in, a
 * checked value out. Anything else than the page allows is refused with a text that names it.
 */
#ifndef HB_EXEC_MESSAGE_H
#define HB_EXEC_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define HB_WORKER_LINE_MAX (1u << 20) /* what a worker has to say is short */

struct hb_ready {
    char *client_version; /* malloc'd; NULL when not told */
    char *runtime;        /* "CPython 3.11.7"; malloc'd; NULL when not told */
    char *http;           /* "1.1" or "2"; malloc'd */
    int64_t clock_ns;
    int64_t pid; /* 0 when not told */
};

/*
 * Read the answer to a job, without its newline. A worker's own error message is a failure that
 * quotes it: HB_ERR_RUN, or HB_ERR_UNAVAILABLE when it says that something is not installed.
 */
int hb_ready_parse(const char *line, size_t length, struct hb_ready *ret_ready,
                   struct hb_error *err) HB_MUST_CHECK;
void hb_ready_release(struct hb_ready *ready);

struct hb_done {
    uint64_t requests, unsent, unfinished, bytes;
    int64_t connections; /* -1: the library hides it */
};

int hb_done_parse(const char *line, size_t length, struct hb_done *ret_done,
                  struct hb_error *err) HB_MUST_CHECK;

#endif
