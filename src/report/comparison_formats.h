/* Every format's struct; each is defined at the end of its own file. */
#ifndef HB_REPORT_COMPARISON_FORMATS_H
#define HB_REPORT_COMPARISON_FORMATS_H

#include "report/comparison.h"

extern const struct hb_comparison_format hb_comparison_text;        /* comparison_text.c */
extern const struct hb_comparison_format hb_comparison_json;        /* comparison_json.c */
extern const struct hb_comparison_format hb_comparison_csv;         /* comparison_csv.c */
extern const struct hb_comparison_format hb_comparison_markdown;    /* comparison_markdown.c */
extern const struct hb_comparison_format hb_comparison_annotations; /* comparison_annotations.c */
extern const struct hb_comparison_format hb_comparison_junit;       /* comparison_junit.c */
extern const struct hb_comparison_format hb_comparison_html;        /* comparison_html.c */

#endif
