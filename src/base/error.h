/*
 * A failure as a plain value that the caller owns: nothing to free, no global
 * state, and it can cross a pipe as it is.
 *
 * Fallible functions return 0 or -1 and take `struct hb_error *err` last. On
 * success `err` is untouched. The innermost caller fills it with hb_fail();
 * callers on the way up add context with hb_wrap(): "open store: db.sqlite:
 * Permission denied". A NULL `err` is allowed everywhere.
 */
#ifndef HB_BASE_ERROR_H
#define HB_BASE_ERROR_H

#include "base/macros.h"

#define HB_ERROR_MESSAGE_BYTES 1024

enum hb_error_code {
    HB_OK = 0,
    HB_ERR_INTERNAL,    /* a bug or an exhausted machine: exit code 1 */
    HB_ERR_INPUT,       /* what the user wrote is wrong: exit code 2 */
    HB_ERR_SYSTEM,      /* the operating system said no; sys_errno tells why: exit code 1 */
    HB_ERR_UNAVAILABLE, /* a client or server is not installed: exit code 2 */
    HB_ERR_LIMIT,       /* a limit of this machine or of ours is exceeded: exit code 2 */
    HB_ERR_NOT_FOUND,   /* no such sweep, run or cell: exit code 2 */
    HB_ERR_RUN,         /* a run failed or measured nothing: exit code 6 */
    HB_ERR_BASELINE,    /* no baseline, or one that does not fit: exit code 5 */
    HB_ERR_INTERRUPTED, /* the user pressed Ctrl-C: exit code 130 */
};

struct hb_error {
    enum hb_error_code code;
    int sys_errno;         /* 0 when the operating system was not involved */
    unsigned line, column; /* 1-based place in the input; 0 when there is none */
    char message[HB_ERROR_MESSAGE_BYTES];
};

/* Fill `err` and return -1, so that `return hb_fail(...)` reads well. */
int hb_fail(struct hb_error *err, enum hb_error_code code, const char *format, ...) HB_PRINTF(3, 4);

/* As hb_fail() with HB_ERR_SYSTEM; appends ": " and the text of `sys_errno`. */
int hb_fail_errno(struct hb_error *err, int sys_errno, const char *format, ...) HB_PRINTF(3, 4);

/* Put "context: " in front of the message that is there; returns -1. */
int hb_wrap(struct hb_error *err, const char *format, ...) HB_PRINTF(2, 3);

/* The process exit code for an error code (docs/exit-codes.md). */
int hb_error_exit_code(enum hb_error_code code);

#endif
