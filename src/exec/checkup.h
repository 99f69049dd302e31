/*
 * What is wrong with a machine for benchmarking, and the command that mends it. One table of
 * checks, pure functions of the machine's figures: `doctor` shows them all, and a sweep warns of
 * those that would spoil its figures.
 */
#ifndef HB_EXEC_CHECKUP_H
#define HB_EXEC_CHECKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "exec/machine.h"

#define HB_CHECKS_MAX 16
#define HB_CHECK_TEXT_BYTES 256

enum hb_check_verdict {
    HB_CHECK_GOOD,
    HB_CHECK_NOTE,    /* a source of noise that many machines have, and that rounds average out */
    HB_CHECK_WARNING, /* it spoils figures, or sweeps will be refused */
    HB_CHECK_UNKNOWN,
};

const char *hb_check_verdict_name(enum hb_check_verdict verdict); /* "good", "note", … */

struct hb_check {
    const char *name; /* "governor" */
    bool spoils;      /* when it is a warning, every sweep is told before it begins */
    enum hb_check_verdict verdict;
    char what[HB_CHECK_TEXT_BYTES];   /* "the CPU frequency governor is powersave" */
    char remedy[HB_CHECK_TEXT_BYTES]; /* a command where there is one; "" when all is well */
};

/* Returns how many checks there are, always the same number. */
size_t hb_checkup(const struct hb_machine *machine, struct hb_check checks[HB_CHECKS_MAX]);

#endif
