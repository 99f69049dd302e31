/* What to type next, ready to be pasted into a shell. */
#include <inttypes.h>
#include <string.h>

#include "config/units.h"
#include "plan/axes.h"
#include "report/explain_parts.h"
#include "report/shell_word.h"

enum { COMMANDS_MAX = 6, CELL_DIGITS = 8 };

static void put_filter(struct hb_buf *text, const char *axis, const char *value)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf word;

    hb_buf_init(&word, 8192);
    hb_buf_printf(&word, "%s=%s", axis, value);
    hb_buf_puts(text, " --filter ");
    hb_shell_word_put(text, hb_buf_text(&word));
}

static enum hb_arrivals arrivals_of(const struct hb_run_row *run)
{
    if (run->burst > 0)
        return HB_ARRIVALS_BURSTS;
    return strcmp(run->arrivals, "poisson") == 0 ? HB_ARRIVALS_POISSON : HB_ARRIVALS_CONSTANT;
}

static void put_rate_filter(struct hb_buf *text, const struct hb_run_row *run)
{
    const struct hb_rate rate = {.per_second = run->rate,
                                 .arrivals = arrivals_of(run),
                                 .burst = run->burst,
                                 .every_ns = run->every_ns};
    HB_CLEANUP(hb_buf_release) struct hb_buf label;

    hb_buf_init(&label, 128);
    hb_rate_label(&rate, &label);
    put_filter(text, "rate", hb_buf_text(&label));
}

static void put_stored(struct hb_buf *text, const struct hb_evidence *evidence,
                       const char *database)
{
    hb_buf_printf(text, " --sweep %" PRId64, evidence->sweep->id);
    if (database != NULL) {
        hb_buf_puts(text, " --db ");
        hb_shell_word_put(text, database);
    }
}

static const char *replay_command(const struct hb_evidence *evidence, const char *database)
{
    const struct hb_run_row *run = evidence->cell->first;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 1 << 16);
    hb_buf_printf(&text, "http-benchmark replay %.*s", CELL_DIGITS, run->cell_id);
    if (run->subject[0] != '\0')
        hb_buf_printf(&text, "@%s", run->subject);
    put_stored(&text, evidence, database);
    return hb_arena_strdup(evidence->arena, hb_buf_text(&text));
}

static const char *report_command(const struct hb_evidence *evidence, const char *database)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 1 << 16);
    hb_buf_puts(&text, "http-benchmark report --format html -o report.html");
    put_stored(&text, evidence, database);
    return hb_arena_strdup(evidence->arena, hb_buf_text(&text));
}

static const char *rerun_command(const struct hb_evidence *evidence)
{
    const struct hb_run_row *run = evidence->cell->first;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    char concurrency[16], duration[HB_DURATION_TEXT_BYTES];

    hb_buf_init(&text, 1 << 16);
    snprintf(concurrency, sizeof concurrency, "%" PRIu32, run->concurrency);
    hb_format_duration(duration, run->duration_ns);
    hb_buf_puts(&text, "http-benchmark run ");
    hb_shell_word_put(&text, evidence->sweep->scenario_path);
    put_filter(&text, "client", run->client);
    if (run->subject[0] != '\0')
        put_filter(&text, "subject", run->subject);
    put_filter(&text, "server", run->server);
    put_filter(&text, "method", run->method);
    put_filter(&text, "url", run->url);
    put_filter(&text, "concurrency", concurrency);
    put_filter(&text, "duration", duration);
    put_rate_filter(&text, run);
    put_filter(&text, "protocol", run->http);
    put_filter(&text, "profile", run->profile);
    if (evidence->cell->runs_count < 5)
        hb_buf_puts(&text, " --set run.rounds=5");
    return hb_arena_strdup(evidence->arena, hb_buf_text(&text));
}

void hb_explain_commands(const struct hb_evidence *evidence, const char *database,
                         struct hb_explanation *explanation)
{
    const char **commands = hb_arena_calloc(evidence->arena, COMMANDS_MAX, sizeof *commands);
    size_t count = 0;

    commands[count++] = replay_command(evidence, database);
    commands[count++] = report_command(evidence, database);
    if (evidence->sweep->scenario_path[0] != '\0' && evidence->sweep->scenario_path[0] != '<')
        commands[count++] = rerun_command(evidence);
    explanation->commands = commands;
}
