/*
 * What each request takes of a client, counted: system calls by strace, instructions by the
 * processor where it offers its counter (perf events), else by callgrind. Runs of one task with
 * fixed addresses and hash seeds, through a relay that holds answers back until the client waits.
 * Their times mean nothing and are read by nobody.
 */
#ifndef HB_EXEC_WIRE_COUNTS_H
#define HB_EXEC_WIRE_COUNTS_H

#include "exec/rundir.h"
#include "exec/wire.h"

struct hb_wire_counting {
    const struct hb_wire_setup *setup;
    const struct hb_rundir *dir;
    struct hb_arena *arena; /* of the profile */
    const char *runtime;    /* as the client told it: "CPython 3.11.2"; NULL: not told */
};

/* Each fills its figures of a profile; a failure is the reason for not knowing them. */
typedef int hb_wire_count_fn(const struct hb_wire_counting *counting,
                             struct hb_wire_profile *profile, struct hb_error *err);

hb_wire_count_fn hb_wire_count_calls HB_MUST_CHECK;
hb_wire_count_fn hb_wire_count_instructions HB_MUST_CHECK;

/*
 * Why the instructions of this client are not counted; NULL: they can be. They repeat for native
 * programs and for CPython: what compiles as it runs, or collects garbage beside, takes other
 * instructions each time. `runtime` NULL: not known yet.
 */
const char *hb_wire_uncountable(const struct hb_entry *client, const char *runtime);

/* Whether something on this machine counts instructions, and what: "perf", "callgrind". NULL with
 * the reason and the remedy. */
const char *hb_wire_instruction_counter(struct hb_error *err);

#endif
