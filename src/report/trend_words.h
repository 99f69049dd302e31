/* What all formats of a trend say alike, and the formats themselves. */
#ifndef HB_REPORT_TREND_WORDS_H
#define HB_REPORT_TREND_WORDS_H

#include "base/buf.h"
#include "report/trend.h"

extern const struct hb_trend_format hb_trend_text; /* trend_text.c */
extern const struct hb_trend_format hb_trend_json; /* trend_json.c */
extern const struct hb_trend_format hb_trend_html; /* trend_html.c */

/* How many changes there are: points that belong to no other. */
struct hb_trend_counts {
    size_t worse, better;
    size_t said; /* of both: somebody said something of them */
};
struct hb_trend_counts hb_trend_count(const struct hb_trend *trend);

/* "client-selection: 40 nights, 2026-10-01 to 2026-11-09, relative to epoll/async" */
void hb_trend_title_put(const struct hb_trend *trend, struct hb_buf *ret);
/* "2 changes for the worse, 1 for the better; 1 of them explained." */
void hb_trend_counts_put(const struct hb_trend *trend, struct hb_buf *ret);

/* How many fingerprints the nights have. */
size_t hb_trend_machines(const struct hb_trend *trend);

/* Sentences that a reader needs to believe the rest; NULL when there is no such index. In `arena`.
 */
const char *hb_trend_remark(const struct hb_trend *trend, size_t index, struct hb_arena *arena);

/* Whether a series is worth a row: a roll-up; a client's only cell; a cell that changed alone. */
bool hb_trend_is_shown(const struct hb_trend *trend, const struct hb_trend_series *series);

/* "httpx/async over 12 cells", "httpx/async, GET /get on builtin, 16 at once" */
void hb_trend_series_put(const struct hb_trend_series *series, struct hb_buf *ret);
/* "12.3 µs", or "1.34 ×" of the pinned client's */
void hb_trend_figure_put(const struct hb_trend *trend, enum hb_gate_metric metric, double value,
                         struct hb_buf *ret);
/* "▼ +6.2 % on 2026-10-25 (sweep 25 after 24, abc1234..def5678, p 2e-09)" */
void hb_trend_point_put(const struct hb_trend *trend, const struct hb_trend_series *series,
                        const struct hb_trend_point *point, struct hb_buf *ret);

#endif
