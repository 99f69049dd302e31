/*
 * What was possible: the yardstick client's rate on the same server, URL, protocol and concurrency,
 * measured once a sweep, and what the harness itself costs. Every report gives clients as a share
 * of the first.
 */
#ifndef HB_REPORT_YARDSTICK_H
#define HB_REPORT_YARDSTICK_H

#include "gate/summary.h"
#include "store/store.h"

struct hb_ceilings {
    const struct hb_run_row *rows; /* made or not */
    size_t count;
};

/* The yardstick under the load of `run`; NULL: none was measured. */
const struct hb_run_row *hb_yardstick_of(const struct hb_ceilings *all,
                                         const struct hb_run_row *run);

/* The client that sends nothing; NULL: not measured. */
const struct hb_run_row *hb_yardstick_floor(const struct hb_ceilings *all);

/* The CPU that the harness takes for a request, in nanoseconds; false: not measured. */
bool hb_yardstick_floor_ns(const struct hb_ceilings *all, double *ret_ns);

/* A rate as a share of what was possible for `run`, 1 being all of it; false: not known. */
bool hb_yardstick_share(const struct hb_ceilings *all, const struct hb_run_row *run, double rate,
                        double *ret_share);

/* The same of a cell's rate, the median of its rounds. */
bool hb_yardstick_cell_share(const struct hb_ceilings *all, const struct hb_cell_summary *cell,
                             double *ret_share);

/* "Share: of the requests/s that epoll/async got under the same load, the most that was possible
 * here. …": which yardsticks there were, why a share of `cells` is above all of it, and the floor;
 * nothing where there were none. Not escaped. */
void hb_yardsticks_describe(const struct hb_ceilings *all, const struct hb_summaries *cells,
                            struct hb_buf *ret_text);

#endif
