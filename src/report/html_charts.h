/* The charts of the HTML report. */
#ifndef HB_REPORT_HTML_CHARTS_H
#define HB_REPORT_HTML_CHARTS_H

#include "report/group.h"
#include "report/report.h"

/* Throughput and CPU a request over concurrency, and latency percentiles. */
void hb_html_charts(const struct hb_report *report, const struct hb_cell_group *groups,
                    size_t groups_count, FILE *out);

#endif
