/* Cells and rows. */
#include "report/csv_writer.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void separate(struct hb_csv *csv)
{
    if (csv->in_row)
        fputc(',', csv->out);
    csv->in_row = true;
}

/* CSV is shown by cat as well: what steers a terminal stands there as '?'. */
static char *without_controls(const char *text)
{
    char *plain = hb_strdup(text);

    for (char *c = plain; *c != '\0'; c++) {
        if (((unsigned char)*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7F)
            *c = '?';
    }
    return plain;
}

void hb_csv_text(struct hb_csv *csv, const char *text)
{
    HB_CLEANUP(hb_free_ptr) char *neutral = NULL, *plain = NULL;

    if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL)
        neutral = hb_asprintf("'%s", text);
    separate(csv);
    plain = without_controls(neutral != NULL ? neutral : text);
    csv_fwrite(csv->out, plain, strlen(plain));
}

void hb_csv_number(struct hb_csv *csv, double value)
{
    char text[40];

    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    separate(csv);
    csv_fwrite(csv->out, text, strlen(text));
}

void hb_csv_empty(struct hb_csv *csv)
{
    separate(csv);
}

void hb_csv_end_row(struct hb_csv *csv)
{
    fputs("\r\n", csv->out);
    csv->in_row = false;
}
