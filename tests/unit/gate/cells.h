/* Cells made by hand: a client, a server, a load, and what one round showed. */
#ifndef HB_TESTS_GATE_CELLS_H
#define HB_TESTS_GATE_CELLS_H

#include "../test.h"

#include "gate/summary.h"

enum { CELLS_MAX = 32 };

struct made_cells {
    struct hb_run_row rows[CELLS_MAX];
    struct hb_cell_summary cells[CELLS_MAX];
    struct hb_summaries all;
};

static inline struct hb_estimate exactly(double value)
{
    return (struct hb_estimate){1, {.estimate = value, .low = value, .high = value}};
}

/* So many requests of one latency. */
static inline struct hb_latency latency_of(uint64_t count, int64_t ns)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;

    hb_hist_init(&hist);
    for (uint64_t i = 0; i < count; i++)
        hb_hist_add(&hist, ns);
    return hb_latency_of(&hist);
}

/* `rate` is due (0: closed loop), `verified` a second got through, none: the run failed. */
static inline struct hb_cell_summary *add_cell(struct made_cells *made, const char *client,
                                               const char *server, uint32_t concurrency,
                                               double rate, double verified)
{
    size_t at = made->all.count++;
    struct hb_cell_summary *cell = &made->cells[at];

    assert_true(at < CELLS_MAX);
    made->rows[at] = (struct hb_run_row){.client = client,
                                         .contender = client,
                                         .server = server,
                                         .method = "GET",
                                         .url = "/get",
                                         .concurrency = concurrency,
                                         .rate = rate};
    *cell = (struct hb_cell_summary){.first = &made->rows[at], .runs_count = 1};
    made->all.cells = made->cells;
    if (!(verified > 0)) {
        cell->failed = 1;
        return cell;
    }
    cell->ok = 1;
    cell->verified = (uint64_t)verified;
    cell->requests_per_second = exactly(verified);
    cell->cpu_per_request_ns = exactly(1e9 / verified);
    cell->response = latency_of(1, (int64_t)(1e9 / verified));
    return cell;
}

#endif
