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
#include "scenario/scenario.h"

#define HB_PLAN_MAX_CELLS 2000000u
#define HB_CELL_ID_BYTES 17 /* 16 hex digits and a NUL */

/* One combination of axis values. */
struct hb_cell {
    uint64_t id; /* hash of its canonical JSON (hb_cell_canonical): stable across versions, ports,
                    rounds, seeds */
    uint32_t url, concurrency, duration;
    uint16_t server, client, rate, protocol;
    uint8_t method;   /* enum hb_method */
    uint32_t include; /* 1 + index of the include entry it came from; 0: the matrix */
};

/* One execution of one cell. Its number in the plan is its index. */
struct hb_plan_run {
    uint32_t cell;
    uint32_t round; /* from 0 */
};

struct hb_plan {
    const struct hb_scenario *scenario;
    const struct hb_cell *cells;
    size_t cells_count;
    const struct hb_plan_run *runs; /* in order of execution */
    size_t runs_count;
    int64_t estimated_ns; /* wall time of all runs, servers' start included */
};

struct hb_plan_options {
    const struct hb_pattern *filters; /* cells matching any of them stay; none: all stay */
    size_t filters_count;
    bool smoke; /* one round */
};

/*
 * Expand the scenario. Fails with HB_ERR_LIMIT (matrix too large, with the arithmetic), or
 * HB_ERR_INPUT: an exclude or filter that matches nothing, no cell left, two cells with one id.
 */
int hb_plan_make(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                 struct hb_arena *arena, struct hb_plan *ret_plan,
                 struct hb_error *err) HB_MUST_CHECK;

/* `--filter AXIS=GLOB`: several of one axis are alternatives; different axes must all match. */
int hb_filters_parse(const char *const *texts, size_t texts_count, struct hb_arena *arena,
                     struct hb_plan_options *options, struct hb_error *err) HB_MUST_CHECK;

void hb_cell_format_id(const struct hb_cell *cell, char text[HB_CELL_ID_BYTES]);

/* Canonical JSON of a cell: sorted keys, defaults left out, secrets unexpanded. */
void hb_cell_canonical(const struct hb_scenario *scenario, const struct hb_cell *cell,
                       struct hb_buf *ret_json);

/* Expected wall time of one run of a cell: warm-up, window, drain allowance, cool-down, overhead.
 */
int64_t hb_cell_estimate_ns(const struct hb_scenario *scenario, const struct hb_cell *cell);

/*
 * The due instants of an open loop: count 64-bit offsets from the start, ascending, covering
 * span_ns. Constant or Poisson arrivals from `seed`. Memory is malloc'd; the caller frees
 * *ret_offsets.
 */
int hb_schedule_make(const struct hb_rate *rate, int64_t span_ns, uint64_t seed,
                     uint64_t **ret_offsets, size_t *ret_count, struct hb_error *err) HB_MUST_CHECK;

#endif
