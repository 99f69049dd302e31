/*
 * Inside the registry layer: run a program that takes its time (an installer), line by line of what
 * it prints. Ctrl-C and SIGTERM end it and everything it started, and come back as an error, so
 * that whoever called can clean up.
 */
#ifndef HB_REGISTRY_FOLLOW_H
#define HB_REGISTRY_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define HB_FOLLOW_LINE_BYTES 4096 /* longer lines come in pieces */

struct hb_follow {
    char *const *argv;
    const char *folder; /* to run in; NULL: where we are */
    int64_t timeout_ns;
    void (*line)(void *context, const char *line); /* without its end; standard error too */
    void *context;
};

/*
 * HB_ERR_UNAVAILABLE: the program is not there. HB_ERR_RUN: it failed. HB_ERR_LIMIT: it took too
 * long. HB_ERR_INTERRUPTED: the user or a signal ended it.
 */
int hb_follow_run(const struct hb_follow *follow, struct hb_error *err) HB_MUST_CHECK;

#endif
