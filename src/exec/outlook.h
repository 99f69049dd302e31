/*
 * How much of a sweep is left, by what is known now: runs that the policy finds superfluous are not
 * waited for. Looked over at the start of each round, since that takes a look at every run to come.
 */
#ifndef HB_EXEC_OUTLOOK_H
#define HB_EXEC_OUTLOOK_H

#include "exec/executor.h"

struct hb_outlook {
    const struct hb_plan *plan;
    const struct hb_exec_policy *policy;
    const size_t *runs; /* those of the sweep, yardsticks last; NULL: all of the plan */
    size_t count, own_count;

    size_t own_left, yardsticks_left; /* runs that have not begun */
    int64_t own_ns;                   /* their estimate */
    int64_t extra_ns;                 /* that of yardsticks and wire profiles */
    int64_t done_ns;                  /* of the runs made so far */
    int64_t began_ns;
};

/* With the members up to own_count filled in. `wire_ns`: of the profiles to come. */
void hb_outlook_begin(struct hb_outlook *outlook, int64_t wire_ns);

size_t hb_outlook_run(const struct hb_outlook *outlook, size_t position);

/* Count again what is left from a position on. */
void hb_outlook_look(struct hb_outlook *outlook, size_t position);

/* A run begins, and its share is no longer to come; a run was made. */
void hb_outlook_begin_run(struct hb_outlook *outlook, size_t run);
void hb_outlook_end_run(struct hb_outlook *outlook, size_t run);

int64_t hb_outlook_left_ns(const struct hb_outlook *outlook);

/* Whether the round that begins at a position goes beyond the budget (0: none), judged by how long
 * the runs so far took in truth. The first round is always made: less would be no result at all. */
bool hb_outlook_exceeds(const struct hb_outlook *outlook, size_t position, int64_t budget_ns);

#endif
