/* Comparing figures with bounds. What a figure is, summary.c says. */
#include "gate/thresholds.h"

#include <stdlib.h>

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
    case HB_NO_BOUND:
        return true;
    }
    return false;
}

/* Whether there is something to check: a cell that was skipped on purpose is not a failure. */
static bool is_checked(const struct hb_cell_summary *cell)
{
    return cell->runs_count > cell->skipped + cell->pending + cell->not_needed;
}

/* Of a client that says it sent what no server saw, no figure is one. */
static bool counts_disagree(const struct hb_cell_summary *cell)
{
    return (cell->flags & HB_FLAG_COUNT_MISMATCH) != 0;
}

/* ---- what a cell must satisfy ---- */

static void lay_over(const struct hb_threshold *thresholds, size_t count,
                     const struct hb_threshold *by_metric[HB_METRIC_COUNT])
{
    for (size_t i = 0; i < count; i++)
        by_metric[thresholds[i].metric] = &thresholds[i];
}

size_t hb_thresholds_of(const struct hb_scenario *scenario, const struct hb_cell *cell,
                        struct hb_threshold *ret)
{
    const struct hb_threshold *by_metric[HB_METRIC_COUNT] = {NULL};
    size_t count = 0;

    lay_over(scenario->thresholds, scenario->thresholds_count, by_metric);
    for (size_t i = 0; cell != NULL && i < scenario->threshold_overrides_count; i++) {
        const struct hb_threshold_override *override = &scenario->threshold_overrides[i];

        if (hb_pattern_matches(scenario, &override->pattern, cell))
            lay_over(override->thresholds, override->count, by_metric);
    }
    for (size_t i = 0; i < HB_METRIC_COUNT; i++) {
        if (by_metric[i] != NULL && by_metric[i]->comparison != HB_NO_BOUND)
            ret[count++] = *by_metric[i];
    }
    return count;
}

/* Subjects of a cell have one id, and patterns do not tell them apart. */
static const struct hb_cell *find_cell(const struct hb_plan *plan, const char *id)
{
    uint64_t wanted = strtoull(id, NULL, 16);
    bool matters = plan->scenario->threshold_overrides_count > 0;

    for (size_t i = 0; matters && i < plan->cells_count; i++) {
        if (plan->cells[i].id == wanted)
            return &plan->cells[i];
    }
    return NULL;
}

/* ---- checking ---- */

struct checking {
    struct hb_breach *breaches;
    size_t count, checked;
};

static void check_cell(struct checking *checking, const struct hb_cell_summary *cell,
                       const struct hb_threshold *thresholds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hb_breach breach = {.threshold = &thresholds[i], .cell = cell};

        checking->checked++;
        breach.measured =
            hb_summary_metric(cell, thresholds[i].metric, &breach.value) && !counts_disagree(cell);
        if (!breach.measured || !holds(&thresholds[i], breach.value))
            checking->breaches[checking->count++] = breach;
    }
}

void hb_thresholds_check(const struct hb_plan *plan, const struct hb_summaries *summaries,
                         struct hb_arena *arena, struct hb_breach **ret_breaches, size_t *ret_count,
                         size_t *ret_checked)
{
    struct checking checking = {
        .breaches =
            hb_arena_calloc(arena, HB_METRIC_COUNT * summaries->count, sizeof *checking.breaches),
    };

    for (size_t i = 0; i < summaries->count; i++) {
        const struct hb_cell_summary *cell = &summaries->cells[i];
        struct hb_threshold *own = hb_arena_calloc(arena, HB_METRIC_COUNT, sizeof *own);

        if (is_checked(cell))
            check_cell(
                &checking, cell, own,
                hb_thresholds_of(plan->scenario, find_cell(plan, cell->first->cell_id), own));
    }
    *ret_breaches = checking.breaches;
    *ret_count = checking.count;
    *ret_checked = checking.checked;
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
        hb_buf_puts(ret_text, counts_disagree(breach->cell)
                                  ? "is not believed (count_mismatch: client and server disagree)"
                                  : "was not measured");
    hb_buf_printf(ret_text, ", wanted %s", breach->threshold->text);
}
