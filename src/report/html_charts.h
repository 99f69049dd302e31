/* The charts of the HTML report. */
#ifndef HB_REPORT_HTML_CHARTS_H
#define HB_REPORT_HTML_CHARTS_H

#include "report/group.h"
#include "report/report.h"

/* Throughput and CPU a request over concurrency, and latency percentiles. *chart_id makes ids that
 * are unique in the page. */
void hb_html_charts(const struct hb_report *report, const struct hb_cell_group *groups,
                    size_t groups_count, unsigned *chart_id, FILE *out);

/* What time did to the figures: within runs, second by second, and over the sweep. Collapsed. */
int hb_html_time(const struct hb_report *report, const struct hb_cell_group *groups,
                 size_t groups_count, unsigned *chart_id, FILE *out,
                 struct hb_error *err) HB_MUST_CHECK;

#endif
