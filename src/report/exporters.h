/* Every format's struct; each is defined at the end of its own file. */
#ifndef HB_REPORT_EXPORTERS_H
#define HB_REPORT_EXPORTERS_H

#include "report/report.h"

extern const struct hb_exporter hb_exporter_text;     /* text.c */
extern const struct hb_exporter hb_exporter_html;     /* html.c */
extern const struct hb_exporter hb_exporter_csv;      /* csv.c */
extern const struct hb_exporter hb_exporter_csv_long; /* csv_long.c */
extern const struct hb_exporter hb_exporter_json;     /* json.c */

#endif
