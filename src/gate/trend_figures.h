/* Inside the trend: the figures of every night, as the store has them. */
#ifndef HB_GATE_TREND_FIGURES_H
#define HB_GATE_TREND_FIGURES_H

#include "gate/trend.h"

#define HB_TREND_OTHERS 8

/* A cell in one night. */
struct hb_trend_figures {
    const char *series; /* what the cell is, its duration aside */
    const char *load;   /* the same without the client: what it shares with the pinned one's */
    const char *fingerprint;
    struct hb_run_row label; /* texts as a baseline keeps them */
    size_t night;
    double values[HB_GATE_METRICS]; /* medians over rounds; NAN: none that is fit to be compared */
};

struct hb_trend_collection {
    struct hb_trend_figures *figures; /* by fingerprint, series, night */
    size_t count, capacity;
    struct hb_trend_night *nights; /* by time */
    size_t nights_count, left_out;
    const char *others[HB_TREND_OTHERS]; /* subjects whose runs were not asked for, some of them */
    size_t others_count;
    const char *scenario;
    const char *subject; /* whose runs; NULL: those without one */
};

int hb_trend_collect(struct hb_store *store, const struct hb_trend_options *options,
                     struct hb_arena *arena, struct hb_trend_collection *ret_collection,
                     struct hb_error *err) HB_MUST_CHECK;
void hb_trend_collection_release(struct hb_trend_collection *collection);

/* What a series is known by, that of a subject apart from those of others. In `arena`. */
const char *hb_trend_key(const char *series, const char *subject, struct hb_arena *arena);

/* Each figure becomes a multiple of that of the client `pinned` in the same night under the same
 * load, NAN where it has none; those of `pinned` itself leave. Returns how many had none. */
size_t hb_trend_relate(struct hb_trend_collection *collection, const char *pinned);

#endif
