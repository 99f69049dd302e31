/* The section "On the wire" of the HTML report. */
#ifndef HB_REPORT_HTML_WIRE_H
#define HB_REPORT_HTML_WIRE_H

#include "report/report.h"

/* A table for each request: clients as columns, what they sent as rows. Nothing when nothing was
 * looked at. */
void hb_html_wire(const struct hb_report *report, FILE *out);

#endif
