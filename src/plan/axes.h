/*
 * The axes of a matrix as data: their names, how many values each has, and what a value looks like
 * to a person and in a cell's identity. Expansion, globs, cell ids and listings all go through
 * here, so an axis added later is one row (and its field in struct hb_cell).
 */
#ifndef HB_PLAN_AXES_H
#define HB_PLAN_AXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "scenario/scenario.h"

/* In the order of expansion: the first varies slowest. */
enum hb_axis {
    HB_AXIS_SERVER,
    HB_AXIS_CLIENT,
    HB_AXIS_URL,
    HB_AXIS_METHOD, /* its index is an enum hb_method */
    HB_AXIS_CONCURRENCY,
    HB_AXIS_DURATION,
    HB_AXIS_RATE,
    HB_AXIS_PROTOCOL,
    HB_AXIS_PROFILE,
    HB_AXIS_COUNT
};

/* "server", as `--filter`, `exclude` and `include` write it. */
const char *hb_axis_name(enum hb_axis axis);

/* By its name, or by its key in `matrix` ("servers"); -1 when there is none. */
int hb_axis_from_name(const char *name);

/* How many values the axis has, those that only `include` entries use being the last ones. */
size_t hb_axis_count(const struct hb_scenario *scenario, enum hb_axis axis);

/* How many of them the matrix is made of. */
size_t hb_axis_matrix_count(const struct hb_scenario *scenario, enum hb_axis axis);

/* Append what a person reads and a glob is held against: "httpx/async", "POST", "16", "5s". */
void hb_axis_label(const struct hb_scenario *scenario, enum hb_axis axis, size_t index,
                   struct hb_buf *ret_text);

/* The label of a value of `rate`: "closed", "500/s", "500/s poisson", "40 every 100ms". */
void hb_rate_label(const struct hb_rate *rate, struct hb_buf *ret_text);

/*
 * Append the value as a member of canonical JSON: `"method":"POST"`. Nothing when it is the
 * default of an axis that a scenario need not know about (rate, protocol, profile).
 */
void hb_axis_canonical(const struct hb_scenario *scenario, enum hb_axis axis, size_t index,
                       struct hb_buf *ret_json);

/*
 * Whether a glob (fnmatch, `*` crosses slashes) names this value. A text equal to the label always
 * does, even when it holds glob characters ("/get?x=1"). A client is also known by its bare name
 * ("httpx" names all its modes), a duration in any unit ("500ms" is "0.5s").
 */
bool hb_axis_matches(const struct hb_scenario *scenario, enum hb_axis axis, size_t index,
                     const char *glob);

/* The glob that a pattern holds for an axis; NULL: every value matches. */
const char *hb_pattern_glob(const struct hb_pattern *pattern, enum hb_axis axis);

#endif
