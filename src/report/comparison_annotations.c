/*
 * A comparison as GitHub workflow commands: lines that the runner shows beside the diff. Ten a step
 * are shown, so the worst come first, then what has to be known beside the verdict, and the last
 * says how many cells there are besides.
 */
#include <string.h>

#include "report/comparison_formats.h"
#include "report/comparison_words.h"

enum { ANNOTATIONS_MAX = 10, TEXT_BYTES = 1 << 15 };

/* What ends a value: in a message the end of the line, in a property its separators too. */
static void put_escaped(FILE *out, const char *text, const char *special)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at < ' ' || *at == 0x7F || strchr(special, *at) != NULL)
            fprintf(out, "%%%02X", *at);
        else
            fputc(*at, out);
    }
}

static void put_property(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%s=", name);
    put_escaped(out, value, "%:,");
}

/* "::error file=…,line=…,title=…::" */
static void begin(const struct hb_comparison_report *report, enum hb_concern concern,
                  const char *title, FILE *out)
{
    static const char *const commands[] = {
        [HB_CONCERN_BAD] = "error",
        [HB_CONCERN_DOUBT] = "warning",
        [HB_CONCERN_GOOD] = "notice",
        [HB_CONCERN_NONE] = "notice",
    };

    fprintf(out, "::%s ", commands[concern]);
    if (report->scenario_path[0] != '\0') {
        put_property(out, "file", report->scenario_path);
        fprintf(out, ",line=%u,", report->scenario_line > 0 ? report->scenario_line : 1);
    }
    put_property(out, "title", title);
    fputs("::", out);
}

static void write_headline(const struct hb_comparison_report *report, FILE *out)
{
    const struct hb_comparison_result *result = report->result;
    HB_CLEANUP(hb_buf_release) struct hb_buf title, text;

    hb_buf_init(&title, TEXT_BYTES);
    hb_buf_init(&text, TEXT_BYTES);
    hb_buf_printf(&title, "%s: %s", report->scenario, hb_verdict_name(result->verdict));
    begin(report, hb_verdict_concern(result->verdict), hb_buf_text(&title), out);
    hb_buf_printf(&text, "%s → %s: ", result->base, result->head);
    hb_headline_put(result, &text);
    hb_buf_puts(&text, " (");
    hb_counts_put(result, &text);
    hb_buf_puts(&text, "). ");
    hb_resolution_put(result, &text);
    put_escaped(out, hb_buf_text(&text), "%");
    fputc('\n', out);
}

static void write_cell(const struct hb_comparison_report *report,
                       const struct hb_cell_verdict *cell, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf title, text;

    hb_buf_init(&title, TEXT_BYTES);
    hb_buf_init(&text, TEXT_BYTES);
    hb_buf_printf(&title, "%s: ", hb_verdict_name(cell->verdict));
    hb_cell_put(cell, &title);
    hb_cell_reason_put(report->result, cell, &text);
    if (text.length == 0)
        hb_buf_puts(&text, hb_verdict_name(cell->verdict));
    begin(report, hb_verdict_concern(cell->verdict), hb_buf_text(&title), out);
    put_escaped(out, hb_buf_text(&text), "%");
    fputc('\n', out);
}

/* All that readers of the verdict have to know beside it, as one annotation of a line each. */
static void write_remarks(const struct hb_comparison_report *report, FILE *out)
{
    const char *remark = hb_comparison_remark(report->result, 0);

    if (remark == NULL)
        return;
    begin(report, report->result->contaminated ? HB_CONCERN_DOUBT : HB_CONCERN_NONE, "to know",
          out);
    for (size_t i = 1; remark != NULL; i++) {
        put_escaped(out, remark, "%");
        remark = hb_comparison_remark(report->result, i);
        fputs(remark != NULL ? "%0A" : "\n", out);
    }
}

static bool is_annotated(const struct hb_cell_verdict *cell, enum hb_concern concern)
{
    return !cell->control && concern != HB_CONCERN_NONE &&
           hb_verdict_concern(cell->verdict) == concern;
}

static size_t count_annotated(const struct hb_comparison_result *result)
{
    size_t count = 0;

    for (size_t i = 0; i < result->cells_count; i++)
        count += is_annotated(&result->cells[i], hb_verdict_concern(result->cells[i].verdict));
    return count;
}

/* How many of `all` cells have room beside the headline, the remarks, and the word that there are
 * more. */
static size_t cells_room(const struct hb_comparison_result *result, size_t all)
{
    size_t room = ANNOTATIONS_MAX - 1 - (hb_comparison_remark(result, 0) != NULL);

    return all <= room ? all : room - 1;
}

static int write_annotations(const struct hb_comparison_report *report, FILE *out,
                             HB_UNUSED struct hb_error *err)
{
    const struct hb_comparison_result *result = report->result;
    size_t all = count_annotated(result), written = 0;
    size_t most = cells_room(result, all);

    write_headline(report, out);
    for (int concern = HB_CONCERN_BAD; concern < HB_CONCERN_NONE; concern++) {
        for (size_t i = 0; i < result->cells_count && written < most; i++) {
            if (!is_annotated(&result->cells[i], (enum hb_concern)concern))
                continue;
            write_cell(report, &result->cells[i], out);
            written++;
        }
    }
    write_remarks(report, out);
    if (written < all) {
        begin(report, HB_CONCERN_NONE, "more cells", out);
        fprintf(out, "%zu more cells changed or are in doubt; the report names them all.\n",
                all - written);
    }
    return 0;
}

const struct hb_comparison_format hb_comparison_annotations = {
    .name = "annotations",
    .extension = "annotations",
    .summary = "GitHub workflow commands, ten at most",
    .write = write_annotations,
};
