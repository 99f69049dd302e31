/* Text inside HTML and SVG, escaped: URLs, names, headers and error texts are hostile input. */
#ifndef HB_REPORT_MARKUP_H
#define HB_REPORT_MARKUP_H

#include <stdio.h>

/* Escapes & < > " ' and replaces control characters that HTML does not allow. NULL writes nothing.
 */
void hb_markup_text(FILE *out, const char *text);

/* The whole style sheet of a report, for a <style> element. */
extern const char hb_report_style[];

#endif
