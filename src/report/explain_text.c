/* An explanation for people, 80 columns wide. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "config/diag.h"
#include "report/explain.h"
#include "report/group.h"
#include "report/load_words.h"

enum { COLUMNS = 80, LABEL_COLUMNS = 23, ESCAPED_MAX_BYTES = 1 << 16 };

static const char *const headings[HB_FACTS_SECTIONS] = {
    "Figures",
    "What may have held it back",
    "Requests",
    "Connections and bytes",
    "Where the time went",
    "Provenance",
};

static size_t width_of(const char *text, size_t length)
{
    size_t width = 0;

    for (size_t i = 0; i < length; i++)
        width += ((unsigned char)text[i] & 0xC0) != 0x80;
    return width;
}

/* `text` from `column` on, broken between words, following lines indented. */
static void print_wrapped(FILE *out, const char *text, size_t column, size_t indent)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf shown;
    bool first = true;

    hb_buf_init(&shown, ESCAPED_MAX_BYTES);
    hb_escape(&shown, text, strlen(text), ESCAPED_MAX_BYTES / 4);
    text = hb_buf_text(&shown);
    while (*text != '\0') {
        size_t spaces = strspn(text, " ");
        size_t length = strcspn(text + spaces, " ");
        size_t width = width_of(text + spaces, length);

        if (!first && column + spaces + width > COLUMNS) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            text += spaces;
            spaces = 0;
        }
        fwrite(text, 1, spaces + length, out);
        column += spaces + width;
        text += spaces + length;
        first = false;
    }
    fputc('\n', out);
}

static void print_title(const struct hb_explanation *explanation, FILE *out)
{
    const struct hb_cell_summary *cell = &explanation->cells.cells[0];
    const struct hb_run_row *run = cell->first;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    char started[HB_TIMESTAMP_BYTES];

    hb_buf_init(&text, ESCAPED_MAX_BYTES);
    if (explanation->run != NULL)
        hb_buf_printf(&text, "Run %u (round %u, %s) of cell %.8s", explanation->run->position + 1,
                      explanation->run->round + 1, explanation->run->status, run->cell_id);
    else
        hb_buf_printf(&text, "Cell %.8s, %zu of %zu runs measured", run->cell_id, cell->ok,
                      cell->runs_count - cell->not_needed);
    hb_buf_printf(&text, ": %s, %s %s on %s, %" PRIu32 " at once for %g s", run->contender,
                  run->method, run->url, run->server, run->concurrency,
                  (double)run->duration_ns / 1e9);
    hb_rate_put(run->rate, run->burst, run->every_ns, &text);
    print_wrapped(out, hb_buf_text(&text), 0, 2);
    hb_format_timestamp(started, explanation->sweep->started_wall_ns);
    hb_buf_clear(&text);
    hb_buf_printf(&text, "sweep %" PRId64 " of %s, %.16s UTC, %s", explanation->sweep->id,
                  explanation->sweep->scenario_name, started, explanation->sweep->status);
    print_wrapped(out, hb_buf_text(&text), 0, 2);
}

static void print_section(const struct hb_explanation *explanation, enum hb_fact_section section,
                          FILE *out)
{
    bool any = false;

    for (size_t i = 0; i < explanation->facts_count; i++) {
        const struct hb_fact *fact = &explanation->facts[i];

        if (fact->section != section)
            continue;
        if (!any)
            fprintf(out, "\n%s\n", headings[section]);
        any = true;
        fprintf(out, "  %-*s", LABEL_COLUMNS - 2, fact->label);
        print_wrapped(out, fact->text, LABEL_COLUMNS, LABEL_COLUMNS);
    }
}

static void print_figure(enum hb_metric metric, double value, bool known, int columns, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    int width;

    hb_buf_init(&text, 64);
    if (known)
        hb_metric_format(metric, value, &text);
    else
        hb_buf_puts(&text, "–");
    width = (int)width_of(hb_buf_text(&text), text.length);
    fprintf(out, "%*s%s", columns > width ? columns - width : 0, "", hb_buf_text(&text));
}

static void print_failure(const struct hb_run_row *run, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, ESCAPED_MAX_BYTES);
    hb_buf_printf(&text, "%10s  %s", run->status, run->failure);
    print_wrapped(out, hb_buf_text(&text), 14, 26);
}

static void print_run(const struct hb_run_row *run, FILE *out)
{
    double verified = (double)run->verified;

    fprintf(out, "  %5u %6u", run->round + 1, run->position + 1);
    if (strcmp(run->status, "ok") != 0) {
        print_failure(run, out);
        return;
    }
    print_figure(HB_METRIC_REQUESTS_PER_SECOND, run->requests_per_second, true, 11, out);
    print_figure(HB_METRIC_P50, (double)run->response_p50_ns, run->verified > 0, 10, out);
    print_figure(HB_METRIC_P99, (double)run->response_p99_ns, run->verified > 0, 10, out);
    print_figure(HB_METRIC_CPU_PER_REQUEST, (double)run->client_cpu_ns / verified,
                 run->client_cpu_ns >= 0 && run->verified > 0, 11, out);
    print_figure(HB_METRIC_CPU_PER_REQUEST, (double)run->server_cpu_ns / verified,
                 run->server_cpu_ns >= 0 && run->verified > 0, 11, out);
    fprintf(out, "%7" PRIu64 "\n", run->failed);
}

static void print_runs(const struct hb_explanation *explanation, FILE *out)
{
    const struct hb_cell_summary *cell = &explanation->cells.cells[0];

    fprintf(out, "\nRound by round\n  %5s %6s%11s%10s%10s%11s%11s%7s\n", "round", "run", "verified",
            "p50", "p99", "client CPU", "server CPU", "errors");
    for (size_t i = 0; i < cell->runs_count; i++)
        print_run(cell->runs[i], out);
}

static void print_flags(const struct hb_explanation *explanation, FILE *out)
{
    const struct hb_cell_summary *cell = &explanation->cells.cells[0];

    fputs("\nTrust flags\n", out);
    if (cell->ok == 0)
        fputs("  nothing was measured\n", out);
    else if (explanation->flags_count == 0)
        fputs("  none: nothing speaks against these figures\n", out);
    for (size_t i = 0; i < explanation->flags_count; i++) {
        const struct hb_flag_fact *flag = &explanation->flags[i];

        fprintf(out, "  ⚑ %s, in %zu of %zu run%s\n    ", hb_flag_name(flag->bit_number),
                flag->runs, cell->ok, cell->ok == 1 ? "" : "s");
        print_wrapped(out, hb_flag_meaning(flag->bit_number), 4, 4);
        fputs("    ", out);
        print_wrapped(out, flag->evidence, 4, 4);
        if (flag->objection != NULL) {
            fputs("    Not comparable: ", out);
            print_wrapped(out, flag->objection, 20, 4);
        }
    }
}

/* Broken before options, with a backslash: it can be pasted as it stands. */
static void print_command(const char *command, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf shown;
    size_t column = 2;

    hb_buf_init(&shown, ESCAPED_MAX_BYTES);
    hb_escape(&shown, command, strlen(command), ESCAPED_MAX_BYTES / 4);
    command = hb_buf_text(&shown);
    fputs("  ", out);
    while (*command != '\0') {
        const char *end = strstr(command + 1, " --");
        size_t length = end != NULL ? (size_t)(end - command) : strlen(command);

        if (column > 2 && column + width_of(command, length) + 2 > COLUMNS) {
            fputs(" \\\n   ", out);
            column = 3;
        }
        fwrite(command, 1, length, out);
        column += width_of(command, length);
        command += length;
    }
    fputc('\n', out);
}

void hb_explanation_text(const struct hb_explanation *explanation, FILE *out)
{
    print_title(explanation, out);
    print_section(explanation, HB_FACTS_FIGURES, out);
    print_runs(explanation, out);
    print_flags(explanation, out);
    for (int section = HB_FACTS_FIGURES + 1; section < HB_FACTS_SECTIONS; section++)
        print_section(explanation, (enum hb_fact_section)section, out);
    fputs("\nNext\n", out);
    for (const char *const *command = explanation->commands; *command != NULL; command++)
        print_command(*command, out);
}
