/* A trend for the terminal, at most 80 columns: a line with a spark for each series worth one, and
 * the changes under it. */
#include <math.h>
#include <string.h>

#include "config/diag.h"
#include "report/columns.h"
#include "report/trend_words.h"

enum { NAME_COLUMNS = 19, SPARK_COLUMNS = 40, TEXT_BYTES = 1 << 14, BLOCKS = 8 };

#define LEAST_SPAN                                                                                 \
    0.05 /* of a spark, as a factor's logarithm: noise must not look like mountains */

/* Names come from the database, which may be a stranger's file. */
static void put_safe(struct hb_buf *text, struct hb_arena *arena, const char **ret)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf shown;

    hb_buf_init(&shown, 4 * TEXT_BYTES);
    hb_escape(&shown, hb_buf_text(text), text->length, TEXT_BYTES);
    *ret = hb_arena_strdup(arena, hb_buf_text(&shown));
    hb_buf_clear(text);
}

static void print_line(const struct hb_trend_report *report, struct hb_buf *text, int indent,
                       FILE *out)
{
    const char *shown;
    size_t first;

    put_safe(text, report->arena, &shown);
    first = strcspn(shown, " ");
    fprintf(out, "%*s%.*s", indent, "", (int)first, shown);
    hb_print_words(out, shown + first + (shown[first] != '\0'),
                   indent + hb_text_width(shown, first), indent + 2);
}

struct spark {
    double sums[SPARK_COLUMNS];
    size_t counts[SPARK_COLUMNS], columns;
    double low, high;
};

static void fill_spark(const struct hb_trend *trend, const struct hb_trend_series *series,
                       struct spark *spark)
{
    spark->columns = trend->nights_count < SPARK_COLUMNS ? trend->nights_count : SPARK_COLUMNS;
    for (size_t i = 0; i < series->count; i++) {
        size_t column = series->nights[i] * spark->columns / trend->nights_count;

        spark->sums[column] += log(series->values[i]);
        spark->counts[column]++;
    }
    spark->low = INFINITY;
    spark->high = -INFINITY;
    for (size_t i = 0; i < spark->columns; i++) {
        double mean = spark->sums[i] / (double)spark->counts[i]; /* NAN without figures */

        spark->low = fmin(spark->low, mean);
        spark->high = fmax(spark->high, mean);
        spark->sums[i] = mean;
    }
}

static void print_spark(const struct hb_trend *trend, const struct hb_trend_series *series,
                        FILE *out)
{
    static const char *const blocks[BLOCKS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    struct spark spark = {0};
    double middle, span;

    fill_spark(trend, series, &spark);
    middle = (spark.low + spark.high) / 2;
    span = fmax(spark.high - spark.low, LEAST_SPAN);
    for (size_t i = 0; i < spark.columns; i++) {
        double height = ((spark.sums[i] - middle) / span + 0.5) * (BLOCKS - 1);

        fputs(isnan(height) ? " " : blocks[(size_t)lround(height)], out);
    }
}

static void print_note(const struct hb_trend_point *point, struct hb_buf *text)
{
    hb_buf_printf(text, " [%s]", point->id);
    if (point->state[0] != '\0')
        hb_buf_printf(text, " – %s%s%s", point->state, point->note[0] != '\0' ? ": " : "",
                      point->note);
}

/* Where it is the same for all, a row need not say it. */
static void put_name(const struct hb_trend_series *series, struct hb_buf *text)
{
    if (series->rollup)
        hb_buf_puts(text, series->client);
    else
        hb_trend_series_put(series, text);
}

static void print_figure(const struct hb_trend *trend, const struct hb_trend_series *series,
                         FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 64);
    hb_trend_figure_put(trend, series->metric, series->values[series->count - 1], &text);
    fprintf(out, " %s", hb_buf_text(&text));
    if (series->rollup)
        fprintf(out, ", %zu cells", series->cells);
    fputc('\n', out);
}

static void print_series(const struct hb_trend_report *report, const struct hb_trend_series *series,
                         FILE *out)
{
    const struct hb_trend *trend = report->trend;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *name;

    hb_buf_init(&text, TEXT_BYTES);
    put_name(series, &text);
    put_safe(&text, report->arena, &name);
    fputs("  ", out);
    hb_print_padded(out, name, NAME_COLUMNS, false);
    if (hb_text_width(name, strlen(name)) > NAME_COLUMNS)
        fprintf(out, "\n%*s", NAME_COLUMNS + 2, "");
    fputc(' ', out);
    print_spark(trend, series, out);
    print_figure(trend, series, out);
    for (size_t i = 0; i < series->points_count; i++) {
        if (series->points[i].of != NULL)
            continue;
        hb_trend_point_put(trend, series, &series->points[i], &text);
        print_note(&series->points[i], &text);
        print_line(report, &text, 4, out);
    }
}

static bool same_section(const struct hb_trend_series *a, const struct hb_trend_series *b)
{
    return a->rollup == b->rollup && a->metric == b->metric &&
           strcmp(a->fingerprint, b->fingerprint) == 0;
}

static void print_heading(const struct hb_trend_report *report,
                          const struct hb_trend_series *series, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *shown;

    hb_buf_init(&text, TEXT_BYTES);
    hb_buf_printf(&text, "%s, %s", hb_gate_metric_name(series->metric),
                  series->rollup ? "geometric means over cells" : "single cells");
    if (hb_trend_machines(report->trend) > 1)
        hb_buf_printf(&text, ", machine %s", series->fingerprint);
    put_safe(&text, report->arena, &shown);
    fprintf(out, "\n%s\n", shown);
}

static int write_text(const struct hb_trend_report *report, FILE *out,
                      HB_UNUSED struct hb_error *err)
{
    const struct hb_trend *trend = report->trend;
    const struct hb_trend_series *last = NULL;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *remark;

    hb_buf_init(&text, TEXT_BYTES);
    hb_trend_title_put(trend, &text);
    print_line(report, &text, 0, out);
    hb_trend_counts_put(trend, &text);
    print_line(report, &text, 0, out);
    for (size_t i = 0; (remark = hb_trend_remark(trend, i, report->arena)) != NULL; i++) {
        hb_buf_puts(&text, remark);
        print_line(report, &text, 0, out);
    }
    for (size_t i = 0; i < trend->series_count; i++) {
        if (!hb_trend_is_shown(trend, &trend->series[i]))
            continue;
        if (last == NULL || !same_section(last, &trend->series[i]))
            print_heading(report, &trend->series[i], out);
        print_series(report, &trend->series[i], out);
        last = &trend->series[i];
    }
    return 0;
}

const struct hb_trend_format hb_trend_text = {.name = "text", .write = write_text};
