/* Rows, scale and band of a forest plot. */
#include "report/comparison_forest.h"

#include <math.h>

#include "report/comparison_words.h"
#include "report/markup.h"

enum {
    ROWS_MAX = 100,
    WIDTH = 1000,
    PLOT_LEFT = 470,
    PLOT_RIGHT = 900,
    ROW_HEIGHT = 22,
    TOP = 34,
    LABEL_BYTES = 1 << 15,
};

/* What all rows share. */
struct scale {
    enum hb_gate_metric metric;
    double reach; /* ln of the ratio at the right edge; as far to the left */
};

static const struct hb_metric_verdict *plotted(const struct hb_cell_verdict *cell,
                                               enum hb_gate_metric name)
{
    const struct hb_metric_verdict *metric = &cell->metrics[name];

    return hb_is_shown(metric) && metric->ratio.estimate > 0 && isfinite(metric->ratio.estimate)
               ? metric
               : NULL;
}

static double x_of(const struct scale *scale, double ratio)
{
    double share = (log(ratio) / scale->reach + 1) / 2;

    share = isnan(share) ? 0.5 : fmin(fmax(share, 0), 1);
    return PLOT_LEFT + share * (PLOT_RIGHT - PLOT_LEFT);
}

static double reach_of(double reach, double ratio)
{
    return ratio > 0 && isfinite(ratio) ? fmax(reach, fabs(log(ratio))) : reach;
}

/* As far as the farthest end of an interval, but neither nothing nor everything. */
static struct scale scale_of(const struct hb_comparison_result *result, enum hb_gate_metric metric,
                             size_t *ret_rows)
{
    struct scale scale = {.metric = metric, .reach = log(1.05)};

    *ret_rows = 0;
    for (size_t i = 0; i < result->cells_count; i++) {
        const struct hb_metric_verdict *verdict = plotted(&result->cells[i], metric);

        if (verdict == NULL)
            continue;
        ++*ret_rows;
        scale.reach = reach_of(scale.reach, verdict->ratio.low);
        scale.reach = reach_of(scale.reach, verdict->ratio.high);
        scale.reach = reach_of(scale.reach, verdict->limit * 1.02);
    }
    scale.reach = fmin(scale.reach * 1.05, log(3));
    return scale;
}

/* A tick at nothing, and at half the reach to either side. */
static void write_axis(const struct scale *scale, double bottom, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 64};

    for (int side = -1; side <= 1; side++) {
        double ratio = exp(side * scale->reach / 2);
        struct hb_interval point = {.estimate = ratio, .low = ratio, .high = ratio};

        hb_buf_clear(&text);
        hb_change_put(hb_change_of(scale->metric, &point).estimate, &text);
        fprintf(out,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.1f\"/>"
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                side == 0 ? "axis" : "grid", x_of(scale, ratio), TOP, x_of(scale, ratio), bottom,
                x_of(scale, ratio), TOP - 18, hb_buf_text(&text));
    }
    fprintf(out,
            "<text x=\"%d\" y=\"%d\">← better</text><text x=\"%d\" y=\"%d\" "
            "text-anchor=\"end\">worse →</text>\n",
            PLOT_LEFT, TOP - 4, PLOT_RIGHT, TOP - 4);
}

static const char *class_of(enum hb_verdict verdict)
{
    static const char *const classes[] = {
        [HB_CONCERN_BAD] = "fail",
        [HB_CONCERN_DOUBT] = "flag",
        [HB_CONCERN_GOOD] = "good",
        [HB_CONCERN_NONE] = "same",
    };

    return classes[hb_verdict_concern(verdict)];
}

/* Names are cut where the plot begins. */
static void write_label(const struct hb_cell_verdict *cell, double y, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, LABEL_BYTES);
    hb_cell_put(cell, &text);
    fprintf(out, "<svg x=\"0\" y=\"%.1f\" width=\"%d\" height=\"%d\"><text x=\"4\" y=\"15\">",
            y - 11, PLOT_LEFT - 8, ROW_HEIGHT);
    fprintf(out, "%s %s", hb_verdict_sign(cell->verdict), cell->control ? "control: " : "");
    hb_markup_text(out, hb_buf_text(&text));
    fputs("</text></svg>\n", out);
}

static void write_row(const struct scale *scale, const struct hb_cell_verdict *cell, double y,
                      FILE *out)
{
    const struct hb_metric_verdict *metric = plotted(cell, scale->metric);
    double low = x_of(scale, 1 / metric->limit), high = x_of(scale, metric->limit);
    HB_CLEANUP(hb_buf_release) struct hb_buf change = {.maximum = 64};

    write_label(cell, y, out);
    hb_change_put(hb_change_of(scale->metric, &metric->ratio).estimate, &change);
    fprintf(out,
            "<rect class=\"shade\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>"
            "<g class=\"%s\"><line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>"
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/></g>"
            "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s %s</text>\n",
            low, y - 10, high - low, ROW_HEIGHT, class_of(metric->verdict),
            x_of(scale, metric->ratio.low), y, x_of(scale, metric->ratio.high), y,
            x_of(scale, metric->ratio.estimate), y, WIDTH - 4, y + 4, hb_buf_text(&change),
            hb_verdict_sign(metric->verdict));
}

void hb_forest_write(const struct hb_comparison_result *result, enum hb_gate_metric metric,
                     unsigned id, FILE *out)
{
    size_t all, rows, written = 0;
    struct scale scale = scale_of(result, metric, &all);
    double bottom;

    if (all == 0)
        return;
    rows = all < ROWS_MAX ? all : ROWS_MAX;
    bottom = TOP + (double)rows * ROW_HEIGHT + 4;
    fprintf(out,
            "<h3>%s</h3>\n<figure class=\"forest\"><svg role=\"img\" viewBox=\"0 0 %d %.0f\" "
            "aria-labelledby=\"forest%u-t forest%u-d\"><title id=\"forest%u-t\">Change of %s"
            "</title><desc id=\"forest%u-d\">One row a cell, worse to the right, with interval and "
            "margin; the same figures are in the table of cells.</desc>\n",
            hb_gate_metric_name(metric), WIDTH, bottom + 4, id, id, id, hb_gate_metric_name(metric),
            id);
    for (size_t i = 0; i < result->cells_count && written < rows; i++) {
        if (plotted(&result->cells[i], metric) == NULL)
            continue;
        write_row(&scale, &result->cells[i], TOP + 14 + (double)written * ROW_HEIGHT, out);
        written++;
    }
    write_axis(&scale, bottom, out);
    fputs("</svg>", out);
    if (rows < all)
        fprintf(out, "<figcaption>The worst %zu of %zu cells.</figcaption>", rows, all);
    fputs("</figure>\n", out);
}
