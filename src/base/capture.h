/*
 * Run a short program and keep what it prints: version commands, `git rev-parse`. Directly, never
 * through a shell; standard input is empty; after the time limit its whole process group is killed.
 */
#ifndef HB_BASE_CAPTURE_H
#define HB_BASE_CAPTURE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct hb_capture {
    struct hb_buf out;    /* standard output, cut at out.maximum */
    struct hb_buf errors; /* standard error, likewise */
    int exit_code;        /* -1: killed by a signal or by us */
    bool timed_out;
};

void hb_capture_init(struct hb_capture *capture, size_t maximum);
void hb_capture_release(struct hb_capture *capture);

/*
 * argv is NULL-terminated; argv[0] is looked up in PATH unless it has a slash. Fails when the
 * program cannot be started ("nginx: No such file or directory"); an exit code other than 0 is a
 * result.
 */
int hb_capture_run(struct hb_capture *capture, const char *const *argv, int64_t timeout_ns,
                   struct hb_error *err) HB_MUST_CHECK;

#endif
