/* What 'bisect' says: a line a candidate as it is told, then which one is the first bad one. */
#ifndef HB_CLI_BISECT_REPORT_H
#define HB_CLI_BISECT_REPORT_H

#include "cli/bisect_compare.h"

/* A bisection as far as it has come. */
struct hb_bisect_state {
    const struct hb_bisecting *bisecting;
    struct hb_bisection search;
    struct hb_bisect_finding *findings; /* by candidate; of those that were tried */
    size_t *tried;                      /* candidates in the order in which they were */
    size_t tried_count;
    struct hb_bisect_rules rules; /* of the steps, once the bad end was told */
};

/* "0.28.0  bad   cpu +21 %, interval +17 % to +26 %, 15 pairs" */
void hb_bisect_print_step(const struct hb_bisect_state *state, size_t candidate, FILE *out);

/* The first bad one, or those of which it is one, and what to type next. */
void hb_bisect_print_result(const struct hb_bisect_state *state, FILE *out);

/* All of it. */
void hb_bisect_print_json(const struct hb_bisect_state *state, FILE *out);

#endif
