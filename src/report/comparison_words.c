/* The sentences and figures that all formats of a comparison share. */
#include "report/comparison_words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "exec/result.h"
#include "gate/summary.h"
#include "report/load_words.h"

const char *hb_verdict_sign(enum hb_verdict verdict)
{
    static const char *const signs[HB_VERDICT_COUNT] = {
        [HB_VERDICT_ERROR] = "✕",        [HB_VERDICT_REGRESSED] = "▼",
        [HB_VERDICT_REMOVED] = "−",      [HB_VERDICT_NO_BASELINE] = "∅",
        [HB_VERDICT_INCOMPARABLE] = "≠", [HB_VERDICT_INVALID] = "⚑",
        [HB_VERDICT_INCONCLUSIVE] = "?", [HB_VERDICT_NEW] = "+",
        [HB_VERDICT_IMPROVED] = "▲",     [HB_VERDICT_UNCHANGED] = "≈",
    };

    HB_ASSERT(verdict < HB_VERDICT_COUNT);
    return signs[verdict];
}

enum hb_concern hb_verdict_concern(enum hb_verdict verdict)
{
    static const enum hb_concern concerns[HB_VERDICT_COUNT] = {
        [HB_VERDICT_ERROR] = HB_CONCERN_BAD,          [HB_VERDICT_REGRESSED] = HB_CONCERN_BAD,
        [HB_VERDICT_REMOVED] = HB_CONCERN_DOUBT,      [HB_VERDICT_NO_BASELINE] = HB_CONCERN_DOUBT,
        [HB_VERDICT_INCOMPARABLE] = HB_CONCERN_DOUBT, [HB_VERDICT_INVALID] = HB_CONCERN_DOUBT,
        [HB_VERDICT_INCONCLUSIVE] = HB_CONCERN_DOUBT, [HB_VERDICT_NEW] = HB_CONCERN_NONE,
        [HB_VERDICT_IMPROVED] = HB_CONCERN_GOOD,      [HB_VERDICT_UNCHANGED] = HB_CONCERN_NONE,
    };

    HB_ASSERT(verdict < HB_VERDICT_COUNT);
    return concerns[verdict];
}

size_t hb_compared_cells(const struct hb_comparison_result *result)
{
    size_t cells = 0;

    for (size_t i = 0; i < HB_VERDICT_COUNT; i++)
        cells += result->counts[i];
    return cells;
}

/* What is said of the cells that have the verdict of everything. */
static const char *predicate(enum hb_verdict verdict, bool one)
{
    static const char *const predicates[HB_VERDICT_COUNT][2] = {
        [HB_VERDICT_ERROR] = {"failed", "failed"},
        [HB_VERDICT_REGRESSED] = {"regressed", "regressed"},
        [HB_VERDICT_REMOVED] = {"are missing from the head", "is missing from the head"},
        [HB_VERDICT_NO_BASELINE] = {"have no baseline", "has no baseline"},
        [HB_VERDICT_INCOMPARABLE] = {"cannot be compared", "cannot be compared"},
        [HB_VERDICT_INVALID] = {"carry flags that make their figures unfit to be compared",
                                "carries flags that make its figures unfit to be compared"},
        [HB_VERDICT_INCONCLUSIVE] = {"are inconclusive", "is inconclusive"},
        [HB_VERDICT_NEW] = {"are new, with nothing to compare to",
                            "is new, with nothing to compare to"},
        [HB_VERDICT_IMPROVED] = {"improved", "improved"},
        [HB_VERDICT_UNCHANGED] = {"are unchanged", "is unchanged"},
    };

    return predicates[verdict][one];
}

static void put_suite(const struct hb_comparison_result *result, struct hb_buf *ret)
{
    const struct hb_suite_verdict *suite = &result->suites[0];

    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        const struct hb_metric_verdict *verdict = &suite->metrics[metric];

        if (!hb_is_shown(verdict) || verdict->verdict != result->verdict)
            continue;
        hb_buf_printf(ret, ": %s ", hb_gate_metric_name((enum hb_gate_metric)metric));
        hb_change_put(hb_change_of((enum hb_gate_metric)metric, &verdict->ratio).estimate, ret);
        return;
    }
}

void hb_headline_put(const struct hb_comparison_result *result, struct hb_buf *ret)
{
    size_t cells = hb_compared_cells(result), of_it = result->counts[result->verdict];

    if (cells == 0) {
        hb_buf_puts(ret, "nothing was compared");
        return;
    }
    if (of_it > 0) {
        hb_buf_printf(ret, "%zu of %zu cell%s %s", of_it, cells, cells == 1 ? "" : "s",
                      predicate(result->verdict, of_it == 1));
        return;
    }
    hb_buf_printf(ret, "all %zu cells together %s", cells, predicate(result->verdict, false));
    if (result->suites_count > 0)
        put_suite(result, ret);
}

void hb_counts_put(const struct hb_comparison_result *result, struct hb_buf *ret)
{
    const char *separator = "";

    for (int verdict = 0; verdict < HB_VERDICT_COUNT; verdict++) {
        if (result->counts[verdict] == 0)
            continue;
        hb_buf_printf(ret, "%s%zu %s", separator, result->counts[verdict],
                      hb_verdict_name((enum hb_verdict)verdict));
        separator = ", ";
    }
    if (separator[0] == '\0')
        hb_buf_puts(ret, "no cell");
}

void hb_resolution_put(const struct hb_comparison_result *result, struct hb_buf *ret)
{
    if (isfinite(result->resolution) && result->resolution > 0) {
        hb_buf_puts(ret, "Every cell could have shown a change of ");
        hb_percent_put(result->resolution, ret);
    } else if (isinf(result->resolution)) {
        hb_buf_puts(ret, "Some cells could have shown no change, however large");
    } else {
        hb_buf_puts(ret, "What it could have seen is not known");
    }
    if (result->must_resolve > 0 && !isfinite(result->resolution)) {
        hb_buf_puts(ret, "; asked for: ");
        hb_percent_put(result->must_resolve, ret);
    } else if (result->must_resolve > 0) {
        hb_buf_puts(ret, result->unresolved ? ", which is not the " : "; asked for: ");
        hb_percent_put(result->must_resolve, ret);
        hb_buf_puts(ret, result->unresolved ? " that was asked for" : "");
    }
    hb_buf_puts(ret, ".");
}

const char *hb_comparison_remark(const struct hb_comparison_result *result, size_t index)
{
    const struct {
        bool applies;
        const char *text;
    } own[] = {
        {result->kind == HB_COMPARED_STORED,
         "Advisory: stored results, not made in pairs. What changed on the machine in between "
         "looks like a change of the subject."},
        {result->contaminated, "The machine is contaminated: base against base differed, so what "
                               "is read off the clock proves nothing."},
        {result->contaminated && result->contamination[0] != '\0', result->contamination},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(own); i++) {
        if (own[i].applies && index-- == 0)
            return own[i].text;
    }
    for (size_t i = 0; result->notices != NULL && result->notices[i] != NULL; i++) {
        if (index-- == 0)
            return result->notices[i];
    }
    return NULL;
}

void hb_load_put(const struct hb_cell_verdict *cell, struct hb_buf *ret)
{
    hb_buf_printf(ret, "%s %s on %s, %" PRIu32 " at once", cell->method, cell->url, cell->server,
                  cell->concurrency);
    hb_rate_put(cell->rate, cell->burst, cell->every_ns, ret);
}

void hb_cell_put(const struct hb_cell_verdict *cell, struct hb_buf *ret)
{
    hb_buf_printf(ret, "%s, ", cell->client);
    hb_load_put(cell, ret);
}

/* The limit that the interval was held against, for verdicts that are about it. */
static void put_limit(const struct hb_metric_verdict *metric, struct hb_buf *ret)
{
    if (metric->verdict == HB_VERDICT_REGRESSED && metric->margin.relative <= 0 &&
        metric->margin.floor <= 0) {
        hb_buf_puts(ret, ", where any difference counts");
    } else if (metric->verdict == HB_VERDICT_REGRESSED) {
        hb_buf_puts(ret, ", beyond ");
        hb_percent_put(metric->limit - 1, ret);
    } else if (isfinite(metric->resolution) && metric->resolution > 0) {
        hb_buf_puts(ret, ", could see ");
        hb_percent_put(metric->resolution, ret);
    }
}

static const char *reason_in_words(enum hb_inconclusive reason)
{
    static const char *const words[] = {
        [HB_CONCLUSIVE] = "",
        [HB_TOO_FEW_PAIRS] = "too few pairs for any outcome to count",
        [HB_WIDE] = "the interval is wider than the margin allows",
        [HB_BORDERLINE] = "the interval lies across the margin",
        [HB_CONTAMINATED] = "the machine was contaminated",
        [HB_NOT_CONFIRMED] = "worse in the screen, but not in fresh pairs",
        [HB_TOO_FEW_REQUESTS] = "a run had under 10,000 requests",
    };

    return words[reason];
}

void hb_cell_reason_put(const struct hb_comparison_result *result,
                        const struct hb_cell_verdict *cell, struct hb_buf *ret)
{
    const struct hb_metric_verdict *metric = &cell->metrics[cell->worst];
    struct hb_change change;

    if (cell->why[0] != '\0' || !metric->measured) {
        hb_buf_puts(ret, cell->why);
        return;
    }
    change = hb_change_of(cell->worst, &metric->ratio);
    hb_buf_printf(ret, "%s ", hb_gate_metric_name(cell->worst));
    hb_change_put(change.estimate, ret);
    hb_buf_puts(ret, ", interval ");
    hb_change_interval_put(&change, ret);
    hb_buf_puts(ret, ", ");
    hb_replicates_put(result, metric, ret);
    put_limit(metric, ret);
    if (cell->verdict == HB_VERDICT_INCONCLUSIVE && cell->reason != HB_CONCLUSIVE)
        hb_buf_printf(ret, ": %s", reason_in_words(cell->reason));
}

void hb_flags_put(unsigned flags, struct hb_buf *ret)
{
    const char *separator = "";

    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        if ((flags & (1u << bit)) == 0)
            continue;
        hb_buf_printf(ret, "%s%s", separator, hb_flag_name(bit));
        separator = ", ";
    }
}

bool hb_is_shown(const struct hb_metric_verdict *metric)
{
    return metric->measured && metric->weight != HB_GATE_OFF;
}

bool hb_tells_of_suites(const struct hb_comparison_result *result)
{
    if (result->suites_count == 0 || result->suites[0].cells < 2)
        return false;
    for (int metric = 0; metric < HB_GATE_METRICS; metric++)
        if (hb_is_shown(&result->suites[0].metrics[metric]))
            return true;
    return false;
}

/* Which of a summary's metrics has the same unit; HB_METRIC_COUNT: a plain number. */
static enum hb_metric unit_of(enum hb_gate_metric metric)
{
    static const enum hb_metric units[HB_GATE_METRICS] = {
        [HB_GATE_THROUGHPUT] = HB_METRIC_REQUESTS_PER_SECOND,
        [HB_GATE_CPU] = HB_METRIC_CPU_PER_REQUEST,
        [HB_GATE_P50] = HB_METRIC_P50,
        [HB_GATE_P99] = HB_METRIC_P99,
        [HB_GATE_RSS] = HB_METRIC_RSS_PEAK,
        [HB_GATE_BYTES] = HB_METRIC_RSS_PEAK,
        [HB_GATE_CONNECTIONS] = HB_METRIC_COUNT,
        [HB_GATE_SYSTEM_CALLS] = HB_METRIC_COUNT,
        [HB_GATE_INSTRUCTIONS] = HB_METRIC_COUNT,
    };

    return units[metric];
}

void hb_gate_figure_put(enum hb_gate_metric metric, double value, struct hb_buf *ret)
{
    enum hb_metric unit = unit_of(metric);

    if (!isfinite(value))
        hb_buf_puts(ret, "–");
    else if (unit != HB_METRIC_COUNT)
        hb_metric_format(unit, value, ret);
    else
        hb_buf_printf(ret, "%.*f", fabs(value) < 100 && value != floor(value) ? 2 : 0, value);
}

struct hb_change hb_change_of(enum hb_gate_metric metric, const struct hb_interval *ratio)
{
    if (metric == HB_GATE_THROUGHPUT)
        return (struct hb_change){1 / ratio->estimate - 1, 1 / ratio->high - 1, 1 / ratio->low - 1};
    return (struct hb_change){ratio->estimate - 1, ratio->low - 1, ratio->high - 1};
}

void hb_change_put(double change, struct hb_buf *ret)
{
    double percent = 100 * change;

    if (!isfinite(change))
        hb_buf_puts(ret, "–");
    else if (fabs(percent) < 0.05)
        hb_buf_puts(ret, "0.0 %");
    else
        hb_buf_printf(ret, "%+.*f %%", fabs(percent) < 99.95 ? 1 : 0, percent);
}

void hb_change_interval_put(const struct hb_change *change, struct hb_buf *ret)
{
    if (isnan(change->low) && isnan(change->high)) {
        hb_buf_puts(ret, "–");
        return;
    }
    hb_change_put(change->low, ret);
    hb_buf_puts(ret, " to ");
    hb_change_put(change->high, ret);
}

void hb_percent_put(double share, struct hb_buf *ret)
{
    double tenths = round(1000 * share);

    if (!isfinite(share))
        hb_buf_puts(ret, "–");
    else
        hb_buf_printf(ret, "%.*f %%", fmod(tenths, 10) != 0 && fabs(tenths) < 1000 ? 1 : 0,
                      tenths / 10);
}

void hb_margin_put(enum hb_gate_metric metric, const struct hb_gate_margin *margin,
                   struct hb_buf *ret)
{
    if (margin->relative <= 0) {
        if (margin->floor > 0)
            hb_gate_figure_put(metric, margin->floor, ret);
        else
            hb_buf_puts(ret, "exact");
        return;
    }
    hb_percent_put(margin->relative, ret);
    if (margin->floor > 0) {
        hb_buf_puts(ret, " and ");
        hb_gate_figure_put(metric, margin->floor, ret);
    }
}

void hb_metric_verdict_put(const struct hb_metric_verdict *metric, struct hb_buf *ret)
{
    hb_buf_puts(ret, hb_verdict_name(metric->verdict));
    if (metric->verdict == HB_VERDICT_INCONCLUSIVE && metric->reason != HB_CONCLUSIVE)
        hb_buf_printf(ret, ": %s", hb_inconclusive_name(metric->reason));
    if (metric->weight == HB_GATE_ADVISORY)
        hb_buf_puts(ret, ", advisory");
}

const char *hb_replicates(const struct hb_comparison_result *result)
{
    return result->kind == HB_COMPARED_PAIRS ? "pairs" : "runs a side";
}

void hb_replicates_put(const struct hb_comparison_result *result,
                       const struct hb_metric_verdict *metric, struct hb_buf *ret)
{
    if (metric->pairs == 0)
        hb_buf_puts(ret, "counted");
    else if (metric->pairs == 1)
        hb_buf_puts(ret, result->kind == HB_COMPARED_PAIRS ? "1 pair" : "1 run a side");
    else
        hb_buf_printf(ret, "%u %s", metric->pairs, hb_replicates(result));
}
