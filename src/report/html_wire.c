/* What each client really sent, side by side. A sweep may hold hundreds of requests: the first few
 * tables are open, the others fold, and beyond a limit the command `wire` shows them. */
#include "report/html_wire.h"

#include "report/markup.h"
#include "report/wire_rows.h"

#define OPEN_TABLES 2
#define MOST_TABLES 100

static void write_cell(const struct hb_wire_fact *fact, const char *text, FILE *out)
{
    fprintf(out, "<td class=\"text wrap%s\">", fact->differs ? " flag" : "");
    hb_markup_text(out, text);
    fputs("</td>", out);
}

static void write_fact(const struct hb_wire_fact *fact, size_t count, FILE *out)
{
    fputs("<tr><th scope=\"row\" class=\"text\">", out);
    if (fact->differs)
        fputs("<span class=\"flag\" title=\"not all the same\">≠</span> ", out);
    hb_markup_text(out, fact->label);
    fputs("</th>", out);
    for (size_t i = 0; i < count; i++)
        write_cell(fact, fact->cells[i], out);
    fputs("</tr>\n", out);
}

static void write_table(const struct hb_wire_row *wires, size_t count, struct hb_arena *arena,
                        FILE *out)
{
    const struct hb_wire_row **columns =
        hb_arena_calloc(arena, count, sizeof(struct hb_wire_row *));
    struct hb_wire_fact *facts;
    size_t facts_count;

    fputs("<div class=\"scroll\"><table><thead><tr><th></th>", out);
    for (size_t i = 0; i < count; i++) {
        columns[i] = &wires[i];
        fputs("<th scope=\"col\" class=\"text\">", out);
        hb_markup_text(out, wires[i].client);
        fputs("</th>", out);
    }
    fputs("</tr></thead><tbody>\n", out);
    hb_wire_facts(columns, count, arena, &facts, &facts_count);
    for (size_t i = 0; i < facts_count; i++)
        write_fact(&facts[i], count, out);
    fputs("</tbody></table></div>\n", out);
}

static void write_request(const struct hb_wire_row *wires, size_t count, bool open,
                          struct hb_arena *arena, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 1 << 16};

    hb_wire_describe(wires, &text);
    fprintf(out, "<details%s><summary>", open ? " open" : "");
    hb_markup_text(out, hb_buf_text(&text));
    fputs("</summary>\n", out);
    write_table(wires, count, arena, out);
    fputs("</details>\n", out);
}

static size_t same_request(const struct hb_report *report, size_t begin)
{
    size_t end = begin;

    while (end < report->wires_count &&
           hb_wire_same_request(&report->wires[begin], &report->wires[end]))
        end++;
    return end - begin;
}

void hb_html_wire(const struct hb_report *report, FILE *out)
{
    size_t tables = 0, left = 0;

    if (report->wires_count == 0)
        return;
    fputs("<section><h2>On the wire</h2>\n<p>What each client really sent, in a few requests of "
          "their own beside the measured runs: one task, one request after another, through a "
          "relay. Bytes are of TCP payload. System calls are counted under strace, between "
          "the ends of two requests; instructions, where they were asked for, are the difference "
          "of two runs. Rows that are not the same for all are marked ≠.</p>\n",
          out);
    for (size_t i = 0, count; i < report->wires_count; i += count) {
        count = same_request(report, i);
        if (tables < MOST_TABLES)
            write_request(&report->wires[i], count, tables < OPEN_TABLES, report->arena, out);
        left += tables++ >= MOST_TABLES;
    }
    if (left > 0)
        fprintf(out, "<p>And %zu more: <code>http-benchmark wire</code> shows them.</p>\n", left);
    fputs("</section>\n", out);
}
