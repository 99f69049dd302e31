/* Comparing figures with bounds. What a figure is, summary.c says. */
#include "gate/thresholds.h"

static bool holds(const struct hb_threshold *threshold, double value)
{
    switch (threshold->comparison) {
    case HB_BELOW:
        return value < threshold->value;
    case HB_AT_MOST:
        return value <= threshold->value;
    case HB_ABOVE:
        return value > threshold->value;
    case HB_AT_LEAST:
        return value >= threshold->value;
    }
    return false;
}

/* Whether there is something to check: a cell that was skipped on purpose is not a failure. */
static bool is_checked(const struct hb_cell_summary *cell)
{
    return cell->runs_count > cell->skipped + cell->pending + cell->not_needed;
}

void hb_thresholds_check(const struct hb_threshold *thresholds, size_t thresholds_count,
                         const struct hb_summaries *summaries, struct hb_arena *arena,
                         struct hb_breach **ret_breaches, size_t *ret_count, size_t *ret_checked)
{
    struct hb_breach *breaches =
        hb_arena_calloc(arena, thresholds_count * summaries->count, sizeof *breaches);
    size_t count = 0, checked = 0;

    for (size_t i = 0; i < summaries->count; i++) {
        const struct hb_cell_summary *cell = &summaries->cells[i];

        if (!is_checked(cell))
            continue;
        for (size_t j = 0; j < thresholds_count; j++) {
            struct hb_breach breach = {.threshold = &thresholds[j], .cell = cell};

            checked++;
            breach.measured = hb_summary_metric(cell, thresholds[j].metric, &breach.value);
            if (!breach.measured || !holds(&thresholds[j], breach.value))
                breaches[count++] = breach;
        }
    }
    *ret_breaches = breaches;
    *ret_count = count;
    *ret_checked = checked;
}

void hb_breach_describe(const struct hb_breach *breach, struct hb_buf *ret_text)
{
    const struct hb_run_row *run = breach->cell->first;
    enum hb_metric metric = breach->threshold->metric;

    hb_buf_printf(ret_text, "%s %s %s %s ×%u: %s ", run->contender, run->method, run->server,
                  run->url, run->concurrency, hb_metric_name(metric));
    if (breach->measured)
        hb_metric_format(metric, breach->value, ret_text);
    else
        hb_buf_puts(ret_text, "was not measured");
    hb_buf_printf(ret_text, ", wanted %s", breach->threshold->text);
}
