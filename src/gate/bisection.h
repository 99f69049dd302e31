/*
 * Which of a row of candidates is the first bad one, by halving what is left, when some of them
 * cannot be told: those are passed over, and named when the answer lies among them. Pure.
 */
#ifndef HB_GATE_BISECTION_H
#define HB_GATE_BISECTION_H

#include <stdbool.h>
#include <stddef.h>

enum hb_candidate {
    HB_CANDIDATE_UNKNOWN, /* not tried */
    HB_CANDIDATE_GOOD,
    HB_CANDIDATE_BAD,
    HB_CANDIDATE_UNTELLABLE, /* tried, and cannot be told: inconclusive, or it did not work */
};

/* Candidates in order, from the first after the good one to the bad one, which is the last. */
struct hb_bisection {
    enum hb_candidate *candidates; /* borrowed; filled in by hb_bisection_tell() */
    size_t count;                  /* at least 1 */
    size_t good_end;               /* all before are good: 0 at first */
    size_t bad;                    /* the first known to be bad: count - 1 at first */
};

/* `candidates` has room for `count`. */
void hb_bisection_init(struct hb_bisection *bisection, enum hb_candidate *candidates, size_t count);

/* The one to try next: the untried one nearest to the middle. False: nothing is left to try. */
bool hb_bisection_next(const struct hb_bisection *bisection, size_t *ret_index);

void hb_bisection_tell(struct hb_bisection *bisection, size_t index, enum hb_candidate verdict);

/* How many tries are left at most, when all can be told. */
unsigned hb_bisection_steps(const struct hb_bisection *bisection);

#endif
