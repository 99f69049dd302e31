/*
 * How figures went over the nights: one series a cell, metric and machine (fingerprint), of the
 * sweeps of one scenario in one database, and the points at which the level changed
 * (measure/change_points.h). Relative to a client that runs every night and does not change, where
 * one is named: the machine's drift touches both, and the ratio is rid of it.
 *
 * Roll-ups come first: the geometric mean of a client's cells scatters less than any of them and is
 * one series instead of hundreds. A cell's points that stand beside one of its client's roll-up
 * belong to that; a cell that changes alone must be the more certain, the more cells there are.
 *
 * For people to look at. Never a gate: a point needs nights after it to be seen.
 */
#ifndef HB_GATE_TREND_H
#define HB_GATE_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "scenario/gate_options.h"
#include "store/store.h"

#define HB_TREND_ALPHA 0.001
#define HB_TREND_SHORTEST 3u /* nights on either side of a point */
#define HB_TREND_LEAST_NIGHTS (2 * HB_TREND_SHORTEST)
#define HB_TREND_NIGHTS_MAX 1000u /* the newest are looked at */
#define HB_TREND_ROLLUP_CHANGE 0.01
#define HB_TREND_CELL_CHANGE 0.03
#define HB_TREND_NEAR 2u /* nights by which one change may show earlier in one series */
#define HB_TREND_ID_BYTES 9

struct hb_trend_options {
    const char *scenario;  /* NULL: the newest sweep's */
    const char *pinned;    /* client, as scenarios name it; NULL: figures as they are */
    const char *subject;   /* whose runs; NULL: those of sweeps without subjects */
    unsigned metrics;      /* bits of enum hb_gate_metric; 0: the measured ones */
    int64_t since_wall_ns; /* sweeps begun before are left out; 0: none */
    double least_change;   /* smaller ones are no points; 0: the two above */
};

struct hb_trend_night {
    int64_t sweep_id, wall_ns;
    const char *revision; /* "" when unknown */
    const char *fingerprint;
    size_t cells; /* with figures */
};

struct hb_trend_point {
    size_t at;      /* in the series: the first night after the change */
    double change;  /* of the figure, relative: 0.062, -0.04 */
    double p;       /* of the t-test between the stretches about it */
    bool worse;     /* less throughput, or more of anything else */
    size_t cells;   /* of a roll-up: how many of its cells changed there, too */
    const char *of; /* of a cell: id of the roll-up's point that it belongs to; NULL: none */
    char id[HB_TREND_ID_BYTES]; /* by which people refer to it */
    const char *state, *note;   /* what somebody said of it; "" when nobody did */
};

/* Label texts are "" in a roll-up, save the client. */
struct hb_trend_series {
    const char *key; /* of annotations */
    const char *client, *server, *method, *url, *protocol;
    uint32_t concurrency, burst; /* burst: 0: no bursts */
    double rate;                 /* 0: closed loop; of bursts the mean */
    int64_t every_ns;            /* from one burst to the next */
    int64_t duration_ns;
    bool rollup;
    size_t cells; /* that a roll-up is over; 1 */
    const char *fingerprint;
    enum hb_gate_metric metric;
    const size_t *nights; /* indices into those of the trend, ascending; gaps are nights without */
    const double *values; /* in the metric's unit, or as a multiple of the pinned client's */
    size_t count;
    struct hb_trend_point *points;
    size_t points_count;
};

struct hb_trend {
    const char *scenario;
    const char *pinned;  /* NULL: absolute */
    const char *subject; /* NULL: of sweeps without subjects */
    const struct hb_trend_night *nights;
    size_t nights_count;
    size_t nights_left_out;               /* older than HB_TREND_NIGHTS_MAX */
    const struct hb_trend_series *series; /* roll-ups first; then by metric, client, load */
    size_t series_count;
    size_t unpaired; /* figures for which the pinned client had none under the same load */
};

/*
 * Everything in `arena`. HB_ERR_NOT_FOUND when the database holds no such sweep, or the pinned
 * client or the subject in none of them, or comparisons of subjects only; fewer nights than
 * HB_TREND_LEAST_NIGHTS are no error: series without points.
 */
int hb_trend_load(struct hb_store *store, const struct hb_trend_options *options,
                  struct hb_arena *arena, struct hb_trend *ret_trend,
                  struct hb_error *err) HB_MUST_CHECK;

/* The point with that id, and its series; NULL when there is none. */
const struct hb_trend_point *hb_trend_find(const struct hb_trend *trend, const char *id,
                                           const struct hb_trend_series **ret_series);

/* The night of a point's first figure after the change, and of the last before. */
const struct hb_trend_night *hb_trend_after(const struct hb_trend *trend,
                                            const struct hb_trend_series *series,
                                            const struct hb_trend_point *point);
const struct hb_trend_night *hb_trend_before(const struct hb_trend *trend,
                                             const struct hb_trend_series *series,
                                             const struct hb_trend_point *point);

#endif
