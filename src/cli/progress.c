/* The progress line. It is rewritten in place and never longer than the terminal is wide. */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/planning.h"

void hb_progress_init(struct hb_progress_line *line, bool quiet)
{
    struct winsize size;
    const char *term = getenv("TERM");

    *line = (struct hb_progress_line){.columns = 80};
    line->enabled = !quiet && isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        line->columns = size.ws_col;
}

void hb_progress_clear(struct hb_progress_line *line)
{
    if (line->shown)
        fputs("\r\033[K", stderr);
    line->shown = false;
}

/* "12.3k" */
static void format_rate(char *text, size_t bytes, double rate)
{
    if (rate >= 10000)
        snprintf(text, bytes, "%.1fk", rate / 1000);
    else
        snprintf(text, bytes, "%.0f", rate);
}

/* Print at most `columns` characters of UTF-8 text. */
static void print_cut(const char *text, unsigned columns)
{
    const char *end = text;

    for (; *end != '\0'; end++) {
        if (((unsigned char)*end & 0xC0) != 0x80 && columns-- == 0)
            break;
    }
    fwrite(text, 1, (size_t)(end - text), stderr);
}

void hb_progress_show_text(struct hb_progress_line *line, const char *text)
{
    if (!line->enabled)
        return;
    fputs("\r\033[K", stderr);
    print_cut(text, line->columns - 1);
    fflush(stderr);
    line->shown = true;
}

void hb_progress_show(struct hb_progress_line *line, const struct hb_plan *plan,
                      const struct hb_exec_progress *progress)
{
    const struct hb_cell *cell = &plan->cells[plan->runs[progress->run].cell];
    const struct hb_scenario *scenario = plan->scenario;
    const char *subject = hb_cell_subject(scenario, cell);
    char remaining[HB_ROUGH_TIME_BYTES], rate[32], text[512];

    if (!line->enabled)
        return;
    hb_format_rough_time(remaining, progress->remaining_ns);
    format_rate(rate, sizeof rate, progress->requests_per_second);
    snprintf(text, sizeof text, "[%zu/%zu] %s%s%s %s ×%u · %s · %s/s · %llu errors · %s left",
             progress->runs_done + 1, progress->runs_total, scenario->clients[cell->client].label,
             subject[0] != '\0' ? " " : "", subject, hb_method_name((enum hb_method)cell->method),
             scenario->concurrency[cell->concurrency], hb_exec_phase_name(progress->phase), rate,
             (unsigned long long)progress->failed, remaining);
    hb_progress_show_text(line, text);
}
