/* What clients said they cannot obey: beside the figures, so that a comparison is not taken for
 * fairer than it is. */
#include "report/html_tables.h"

#include <string.h>

#include "report/markup.h"

void hb_html_unhonoured(const struct hb_report *report, FILE *out)
{
    const char *client = "";

    if (report->unhonoured_count == 0)
        return;
    fputs(
        "<section><h2>What clients could not honour</h2>\n"
        "<p>Each client is asked for the same. Where its library cannot do that, it says so.</p>\n"
        "<table><thead><tr><th>client</th><th>what</th><th>why</th></tr></thead>\n<tbody>\n",
        out);
    for (size_t i = 0; i < report->unhonoured_count; i++) {
        const struct hb_unhonoured_row *row = &report->unhonoured[i];

        fputs("<tr><td>", out);
        hb_markup_text(out, strcmp(row->client, client) != 0 ? row->client : "");
        fputs("</td><td>", out);
        hb_markup_text(out, row->what);
        fputs("</td><td>", out);
        hb_markup_text(out, row->why);
        fputs("</td></tr>\n", out);
        client = row->client;
    }
    fputs("</tbody></table></section>\n", out);
}
