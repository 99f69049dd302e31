/*
 * From a scenario to the ordered list of runs. Pure: nothing is started, opened or asked of the
 * machine, and the same scenario and seed give the same plan everywhere.
 *
 * A million cells must fit in well under 512 MB and a second, so cells are indices into the
 * scenario's axes.
 */
#ifndef HB_PLAN_PLAN_H
#define HB_PLAN_PLAN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "plan/axes.h"
#include "scenario/scenario.h"

#define HB_PLAN_MAX_CELLS 2000000u      /* of the matrix before `exclude`; of `include` */
#define HB_PLAN_MAX_RUNS 20000000u      /* cells × rounds */
#define HB_SCHEDULE_MAX_COUNT 50000000u /* due instants of one run: 400 MB */
#define HB_CELL_ID_BYTES 17             /* 16 hex digits and a NUL */

/* One combination of axis values: an index into each axis of the scenario. */
struct hb_cell {
    uint64_t id; /* XXH3-64 of its canonical JSON: stable across versions, ports, rounds, seeds */
    union {
        struct {
            uint32_t server, client, url;
            uint32_t method; /* enum hb_method */
            uint32_t concurrency, duration, rate, protocol, profile;
        };
        uint32_t at[HB_AXIS_COUNT]; /* the same, by enum hb_axis */
    };
    uint32_t include; /* 1 + index of the include entry it came from; 0: the matrix */
};

/* A cell as two subjects have it: what is compared. Indices of cells, which share their id. */
struct hb_cell_pair {
    uint32_t base, head;
    uint32_t control; /* the base once more; HB_NO_CELL: not in this one */
};

#define HB_NO_CELL UINT32_MAX

/* One execution of one cell. Its number in the plan is its index. */
struct hb_plan_run {
    uint32_t cell;
    uint32_t round; /* from 0 */
};

struct hb_plan {
    const struct hb_scenario *scenario;
    const struct hb_cell *cells; /* in the order of the matrix, then includes, then controls */
    size_t cells_count;
    const struct hb_cell_pair *pairs; /* in the order of their heads; of a base with several heads,
                                    only the first names the control */
    size_t pairs_count;               /* 0 without subjects, or when the filters leave none */
    const struct hb_plan_run *runs;   /* in order of execution */
    size_t runs_count;                /* cells_count × rounds */
    unsigned rounds;                  /* 1 for smoke, else the most that the scenario asks for */

    /* Runs beside those, behind them in both arrays: run runs_count + i is of cell cells_count + i.
     * Each is made once a sweep, when its server is up for the first time. */
    size_t yardsticks_count;

    /* By cell: the first one that sends the same requests, of which the wire profile is taken for
     * all. NULL: no profiles are wanted. */
    const uint32_t *wire_first;

    int64_t estimated_ns;       /* wall time of all runs, servers' start included */
    int64_t estimated_least_ns; /* of the rounds that are made in any case */
};

/* Of all yardsticks; runs get what the scenario says. */
#define HB_YARDSTICK_WARMUP_NS (200 * HB_NS_PER_MS) /* or the scenario's, when that is less */

static inline bool hb_plan_is_yardstick(const struct hb_plan *plan, size_t run)
{
    return plan->yardsticks_count > 0 && run >= plan->runs_count;
}

/* The number, from 0, of the yardstick that marks what a cell's server gives under its load. */
#define HB_NO_CEILING SIZE_MAX
size_t hb_plan_ceiling_of(const struct hb_plan *plan, const struct hb_cell *cell);

/* What is measured before the window of a run. */
int64_t hb_run_warmup_ns(const struct hb_plan *plan, size_t run);

/* One `--filter`: a glob for one axis, or for the subject, which is none. */
#define HB_FILTER_SUBJECT HB_AXIS_COUNT
struct hb_filter {
    enum hb_axis axis; /* or HB_FILTER_SUBJECT */
    const char *glob;
};

struct hb_plan_options {
    const struct hb_filter *filters; /* of one axis: alternatives; different axes must all match */
    size_t filters_count;
    bool smoke; /* one round, of one verified request a cell */
};

/*
 * Yardsticks: for each load (server of ours, method, URL, concurrency, protocol) that cells put on
 * a server, one run of the client that marks what is possible; and one of the client that sends
 * nothing. None for smoke, and none when the scenario does not want them.
 *
 * Expand the scenario: the product of the axes (each URL with its own methods) without what an
 * `exclude` matches, then the `include` entries, then only what the filters keep; and for each
 * round the servers in seeded random order, and within each its cells in seeded random order. A
 * round's order depends on the seed, its number and the cells alone.
 *
 * With subjects there is a cell for each, all with one id. In every round those of one id are next
 * to each other, the base between head and control, and each round has them the other way round
 * than the one before: half of the pairs begin with the base.
 *
 * Fails with HB_ERR_LIMIT (too many cells or runs, with the arithmetic), or HB_ERR_INPUT: an
 * exclude or filter that matches nothing, no cell left, two cells with one id.
 */
int hb_plan_make(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                 struct hb_arena *arena, struct hb_plan *ret_plan,
                 struct hb_error *err) HB_MUST_CHECK;

/* Texts as `--filter` takes them, "AXIS=GLOB". Sets only the filters of `options`. */
int hb_filters_parse(const char *const *texts, size_t texts_count, struct hb_arena *arena,
                     struct hb_plan_options *options, struct hb_error *err) HB_MUST_CHECK;

/* Whether a pattern (`exclude`, a gate's override) names a cell: all its globs match. */
bool hb_pattern_matches(const struct hb_scenario *scenario, const struct hb_pattern *pattern,
                        const struct hb_cell *cell);

/* The client of a cell as people and queries tell it from others, its profile with it:
 * "httpx/async stock", "httpx@0.27.2 stock". In `arena` when it has to be made. */
const char *hb_cell_client_label(const struct hb_scenario *scenario, const struct hb_cell *cell,
                                 struct hb_arena *arena);
const char *hb_cell_client_library(const struct hb_scenario *scenario, const struct hb_cell *cell,
                                   struct hb_arena *arena);

/* The name of a cell's subject; "" without subjects, and for yardsticks. Its number is the
 * client's. */
const char *hb_cell_subject(const struct hb_scenario *scenario, const struct hb_cell *cell);
bool hb_cell_is_control(const struct hb_scenario *scenario, const struct hb_cell *cell);

/* Who is held against others: the client, and the subject behind it: "httpx/async [head]". */
const char *hb_cell_contender(const struct hb_scenario *scenario, const struct hb_cell *cell,
                              struct hb_arena *arena);

void hb_cell_format_id(const struct hb_cell *cell, char text[HB_CELL_ID_BYTES]);

/*
 * What identifies a cell, as canonical JSON: keys sorted, no spaces, secrets unexpanded. Always
 * there: client, concurrency, duration_ns, method, server, url (with the digest of its request).
 * Left out when they are at their default, so that ids made before the axis existed stay valid:
 * profile (tuned), protocol (http/1.1), rate (closed loop).
 */
void hb_cell_canonical(const struct hb_scenario *scenario, const struct hb_cell *cell,
                       struct hb_buf *ret_json);

/* Expected wall time of one run: start of the worker, warm-up, window, the end of what is in
 * flight, cool-down. */
int64_t hb_run_estimate_ns(const struct hb_plan *plan, size_t run);

/* Expected wall time of the wire profile that is taken of a cell; 0 when none is, or when it is
 * another's too. */
int64_t hb_wire_estimate_ns(const struct hb_plan *plan, size_t cell);

/* What a schedule covers. */
struct hb_span {
    int64_t total_ns;
    int64_t warmup_ns; /* from the start to the window, with which bursts are aligned */
    int64_t window_ns;
};

/*
 * The due instants of an open loop: 64-bit nanosecond offsets from the start, ascending, all below
 * span->total_ns. Constant arrivals, Poisson ones from `seed`, or bursts: one
 * shortly after the window opens, the others whole periods before and after it. rate->per_second
 * must be above 0. HB_ERR_LIMIT when there would be more than HB_SCHEDULE_MAX_COUNT. Memory is
 * malloc'd; the caller frees *ret_offsets (NULL when the count is 0).
 */
int hb_schedule_make(const struct hb_rate *rate, const struct hb_span *span, uint64_t seed,
                     uint64_t **ret_offsets, size_t *ret_count, struct hb_error *err) HB_MUST_CHECK;

#endif
