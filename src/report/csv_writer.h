/*
 * RFC 4180 through libcsv. A text cell that a spreadsheet would take for a formula gets an
 * apostrophe in front; numbers never do.
 */
#ifndef HB_REPORT_CSV_WRITER_H
#define HB_REPORT_CSV_WRITER_H

#include <stdbool.h>
#include <stdio.h>

struct hb_csv {
    FILE *out;
    bool in_row; /* a cell was written in this row */
};

void hb_csv_text(struct hb_csv *csv, const char *text);
void hb_csv_number(struct hb_csv *csv, double value); /* shortest text that reads back as `value` */
void hb_csv_empty(struct hb_csv *csv);                /* not measured */
void hb_csv_end_row(struct hb_csv *csv);

#endif
