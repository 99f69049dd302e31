/* The list of formats, and the one place where a comparison's texts are made fit to be shown. */
#include "report/comparison.h"

#include <string.h>

#include "config/diag.h"
#include "report/comparison_formats.h"
#include "report/whole_file.h"

enum { TEXT_MAX_BYTES = 2000, SHOWN_MAX_BYTES = 1 << 14, MASKED_MAX_BYTES = 1 << 20 };

static const struct hb_comparison_format *const formats[] = {
    &hb_comparison_text,        &hb_comparison_json,  &hb_comparison_csv,  &hb_comparison_markdown,
    &hb_comparison_annotations, &hb_comparison_junit, &hb_comparison_html, NULL,
};

const struct hb_comparison_format *const *hb_comparison_formats(void)
{
    return formats;
}

const struct hb_comparison_format *hb_comparison_format_find(const char *name)
{
    for (size_t i = 0; formats[i] != NULL; i++) {
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    }
    return NULL;
}

struct cleaner {
    struct hb_arena *arena;
    const struct hb_secrets *secrets;
};

/* Masked before it is cut or escaped: half a secret would not be recognised. */
static const char *clean(const struct cleaner *cleaner, const char *text)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf masked, shown;

    hb_buf_init(&masked, MASKED_MAX_BYTES);
    hb_buf_init(&shown, SHOWN_MAX_BYTES);
    hb_secrets_mask(cleaner->secrets, text != NULL ? text : "", &masked);
    hb_escape(&shown, hb_buf_text(&masked), masked.length, TEXT_MAX_BYTES);
    return hb_arena_strdup(cleaner->arena, hb_buf_text(&shown));
}

static const char *const *clean_list(const struct cleaner *cleaner, const char *const *texts)
{
    const char **list;
    size_t count = 0;

    while (texts != NULL && texts[count] != NULL)
        count++;
    list = hb_arena_calloc(cleaner->arena, count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = clean(cleaner, texts[i]);
    return list;
}

static struct hb_cell_verdict clean_cell(const struct cleaner *cleaner,
                                         const struct hb_cell_verdict *cell)
{
    struct hb_cell_verdict shown = *cell;

    shown.cell_id = clean(cleaner, cell->cell_id);
    shown.client = clean(cleaner, cell->client);
    shown.client_library = clean(cleaner, cell->client_library);
    shown.server = clean(cleaner, cell->server);
    shown.method = clean(cleaner, cell->method);
    shown.url = clean(cleaner, cell->url);
    shown.why = clean(cleaner, cell->why);
    return shown;
}

static const struct hb_comparison_result *clean_result(const struct cleaner *cleaner,
                                                       const struct hb_comparison_result *result)
{
    struct hb_comparison_result *shown = hb_arena_memdup(cleaner->arena, result, sizeof *result);
    struct hb_cell_verdict *cells =
        hb_arena_calloc(cleaner->arena, result->cells_count, sizeof *cells);
    struct hb_suite_verdict *suites =
        hb_arena_calloc(cleaner->arena, result->suites_count, sizeof *suites);

    for (size_t i = 0; i < result->cells_count; i++)
        cells[i] = clean_cell(cleaner, &result->cells[i]);
    for (size_t i = 0; i < result->suites_count; i++) {
        suites[i] = result->suites[i];
        if (suites[i].name != NULL)
            suites[i].name = clean(cleaner, suites[i].name);
    }
    shown->cells = cells;
    shown->suites = suites;
    shown->base = clean(cleaner, result->base);
    shown->head = clean(cleaner, result->head);
    shown->contamination = clean(cleaner, result->contamination);
    shown->notices = clean_list(cleaner, result->notices);
    return shown;
}

static struct hb_comparison_report clean_report(const struct hb_comparison_report *report)
{
    struct cleaner cleaner = {.arena = report->arena, .secrets = report->secrets};
    struct hb_comparison_report shown = *report;

    shown.result = clean_result(&cleaner, report->result);
    shown.scenario = clean(&cleaner, report->scenario);
    shown.scenario_path = clean(&cleaner, report->scenario_path);
    shown.made_by = clean(&cleaner, report->made_by);
    shown.next = clean_list(&cleaner, report->next);
    return shown;
}

int hb_comparison_put(const struct hb_comparison_report *report,
                      const struct hb_comparison_format *format, FILE *out, struct hb_error *err)
{
    struct hb_comparison_report shown = clean_report(report);

    return format->write(&shown, out, err);
}

struct output {
    const struct hb_comparison_report *report;
    const struct hb_comparison_format *format;
};

static int write_output(const void *what, FILE *out, struct hb_error *err)
{
    const struct output *output = what;

    return hb_comparison_put(output->report, output->format, out, err);
}

int hb_comparison_write(const struct hb_comparison_report *report,
                        const struct hb_comparison_format *format, const char *path,
                        struct hb_error *err)
{
    return hb_write_whole(path, write_output, &(struct output){report, format}, err);
}
