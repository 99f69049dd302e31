/*
 * SIGINT and SIGTERM as a descriptor, for as long as a sweep runs. SIGPIPE is ignored meanwhile: a
 * worker that ends early must not end the runner.
 */
#ifndef HB_EXEC_INTERRUPT_H
#define HB_EXEC_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"

struct hb_interrupt {
    int fd; /* readable once a signal came; stays so */
    sigset_t old_mask;
    struct sigaction old_pipe;
};

int hb_interrupt_begin(struct hb_interrupt *ret_interrupt, struct hb_error *err) HB_MUST_CHECK;

/* What to poll; -1 for NULL. */
int hb_interrupt_fd(const struct hb_interrupt *interrupt);

/* Whether one came; it is not taken away. False for NULL. */
bool hb_interrupt_came(const struct hb_interrupt *interrupt);

/* Puts everything back; signals that came are swallowed. */
void hb_interrupt_end(struct hb_interrupt *interrupt);

#endif
