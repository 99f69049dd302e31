/*
 * The machine as figures that a checkup judges: what may make measurements noisy, slow or
 * impossible here. A fact that cannot be read has the value that says so.
 */
#ifndef HB_EXEC_MACHINE_H
#define HB_EXEC_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define HB_MACHINE_WORD_BYTES 64
#define HB_MACHINE_UNKNOWN (-1)

struct hb_machine {
    int cpus;             /* that this process may use */
    double cpu_quota;     /* of the control group, in CPUs; 0: none */
    double load;          /* average over a minute; -1: unknown */
    double pressure;      /* share of the last 10 s in which a task waited for a CPU; -1: unknown */
    double steal;         /* share of CPU time since boot that other machines took; -1: unknown */
    int64_t available_kb; /* memory; -1: unknown */
    int64_t swapped_kb;   /* memory that is swapped out; -1: unknown */
    int64_t descriptors;  /* hard limit of open files; INT64_MAX: none */
    int64_t ports;        /* local TCP ports to connect from; -1: unknown */
    int64_t somaxconn;    /* longest accept queue; -1: unknown */
    int turbo, smt, virtual_machine;          /* 0 no, 1 yes, -1 unknown */
    char turbo_switch[HB_MACHINE_WORD_BYTES]; /* the file that turns it off, and the value; "" */
    char governor[HB_MACHINE_WORD_BYTES];     /* of CPU 0; "" unknown or none */
    char clock_source[HB_MACHINE_WORD_BYTES];
    char clock_sources[HB_MACHINE_WORD_BYTES]; /* those there are */
    bool counts_system_calls;                  /* strace is there */
    const char *counts_instructions;           /* what does: "perf", "callgrind"; NULL: nothing */
};

void hb_machine_read(struct hb_machine *ret_machine);

#endif
