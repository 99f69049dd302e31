/* Inside the registry layer: run a small program to its end and keep what it prints. */
#ifndef HB_REGISTRY_CAPTURE_H
#define HB_REGISTRY_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct hb_capture {
    int spawn_errno;  /* not 0: it could not be started; the rest is meaningless */
    bool timed_out;   /* it was ended after the limit */
    int interrupt_fd; /* when it becomes readable, it is ended, too; -1: none */
    bool interrupted;
    int status;             /* as of waitpid() */
    struct hb_buf out, err; /* what was printed, up to the limit; more is read and dropped */
};

void hb_capture_init(struct hb_capture *capture, size_t limit_bytes);
void hb_capture_release(struct hb_capture *capture);

/*
 * Run argv[0] (no shell; standard input is empty) in a process group of its own, for timeout_ns at
 * most. When this returns, nothing of that group is left. Fails only for reasons of our own.
 */
int hb_capture_run(struct hb_capture *capture, char *const *argv, int64_t timeout_ns,
                   struct hb_error *err) HB_MUST_CHECK;

/* The last line that it printed on standard error, where git and package managers say what is
 * wrong; in the arena. */
const char *hb_capture_reason(const struct hb_capture *capture, struct hb_arena *arena);

#endif
