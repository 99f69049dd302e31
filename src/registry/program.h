/* Inside the registry layer: start a program in a process group of its own. */
#ifndef HB_REGISTRY_PROGRAM_H
#define HB_REGISTRY_PROGRAM_H

#include <sys/types.h>

#include "base/error.h"

struct hb_program {
    char *const *argv;  /* argv[0] is looked up in PATH; no shell */
    const char *folder; /* to start in; NULL: where we are */
    int out, err;       /* its descriptors 1 and 2; its standard input is empty */
};

/* Signals as a program expects them. Returns 0, or the errno of what went wrong. */
int hb_program_start(const struct hb_program *program, pid_t *ret_pid) HB_MUST_CHECK;

/* A descriptor that never blocks us, and the one that the program writes to. */
struct hb_output_pipe {
    int read, write;
};

int hb_output_pipe_open(struct hb_output_pipe *ret_pipe, struct hb_error *err) HB_MUST_CHECK;
void hb_output_pipe_close(struct hb_output_pipe *pipe); /* for HB_CLEANUP */

#endif
