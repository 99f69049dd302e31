/* What the keeper says to the runner on its status pipe: fixed-size records, both ends are ours. */
#ifndef HB_EXEC_KEEPER_REPORT_H
#define HB_EXEC_KEEPER_REPORT_H

#include <stdint.h>

/* Descriptors of the keeper. 0 to 3 are the program's; these two are never passed on. */
#define HB_KEEPER_LIFE_FD 4   /* end of file: the runner is gone, or wants the end */
#define HB_KEEPER_STATUS_FD 5 /* write end of the reports */

/* argv of the keeper; an empty text means "none" */
enum hb_keeper_argument {
    HB_KEEPER_ARG_GRACE_NS = 1,
    HB_KEEPER_ARG_CPUS,
    HB_KEEPER_ARG_DIRECTORY,
    HB_KEEPER_ARG_MANNER,  /* bits of enum hb_keeper_manner, decimal */
    HB_KEEPER_ARG_PROGRAM, /* and its arguments, to the end */
};

enum hb_keeper_manner {
    HB_KEEPER_FIXED_ADDRESSES = 1,
    HB_KEEPER_COUNTS_INSTRUCTIONS = 2,
};

enum hb_keeper_report_kind {
    HB_KEEPER_STARTED, /* pid */
    HB_KEEPER_REFUSED, /* step, sys_errno: the program could not be started */
    HB_KEEPER_ENDED,   /* wait_status, cpu_ns, instructions, leftovers, survivors */
};

/* Where a start can fail. */
enum hb_keeper_step {
    HB_KEEPER_STEP_FORK,
    HB_KEEPER_STEP_CPUS,
    HB_KEEPER_STEP_DIRECTORY,
    HB_KEEPER_STEP_EXEC,
};

struct hb_keeper_report {
    uint32_t kind;
    int32_t pid;
    uint32_t step;
    int32_t sys_errno;
    int32_t wait_status; /* of the program, as from wait(2) */
    uint32_t survivors;  /* 1: some descendant could not be ended, even by SIGKILL */
    int64_t cpu_ns;
    int64_t instructions; /* -1: not counted */
    uint64_t leftovers;
};

#endif
