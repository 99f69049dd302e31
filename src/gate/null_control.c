/*
 * Base against base, in the same schedule as everything else. What would have been called a change
 * there is none, so the machine makes changes up: one sentinel that is confirmed like a cell, or
 * all of them together, in one direction.
 */
#include "gate/procedure_state.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/memory.h"

/* Of the level of a cell: it is one test, on the screen, that voids everything. */
static const double STRICTER = 0.1;

static bool is_change(const struct hb_metric_verdict *verdict)
{
    return verdict->measured &&
           (verdict->verdict == HB_VERDICT_REGRESSED || verdict->verdict == HB_VERDICT_IMPROVED);
}

static bool is_looked_at(const struct hb_gate_margin *margin, enum hb_gate_metric metric)
{
    return margin->weight == HB_GATE_DECIDES && hb_is_time_based(metric);
}

static const char *describe(const struct hb_metric_verdict *verdict, enum hb_gate_metric metric,
                            const char *where, struct hb_arena *arena)
{
    return hb_arena_printf(arena, "base against base differed by %.1f %% in %s over %u pairs%s%s",
                           fabs(expm1(log(verdict->ratio.estimate))) * 100,
                           hb_gate_metric_name(metric), verdict->pairs,
                           where[0] != '\0' ? " of " : "", where);
}

static const char *label_of(const struct hb_procedure *procedure, size_t cell,
                            struct hb_arena *arena)
{
    const struct hb_run_row *label = procedure->cells[cell].label;

    if (label == NULL)
        return "";
    return hb_arena_printf(arena, "%s %s", label->client, label->url);
}

/* One sentinel, as a cell is judged: routed by the screen, decided by fresh pairs. */
static int check_sentinel(const struct hb_procedure *procedure, size_t cell, struct hb_arena *arena,
                          const char **ret_why, struct hb_error *err)
{
    const struct hb_rules *rules = &procedure->cells[cell].rules;
    struct hb_paired_cell fresh = hb_stage_pairs(procedure, cell, HB_STAGE_CONFIRM);
    struct hb_cell_verdict screened;
    unsigned routed;

    if (hb_judge_screen(procedure, cell, arena, &screened, err) != 0)
        return -1;
    routed = hb_routed_metrics(procedure, cell, &screened);
    for (unsigned i = 0; (*ret_why)[0] == '\0' && i < HB_GATE_METRICS; i++) {
        struct hb_metric_verdict verdict;

        if ((routed >> i & 1) == 0)
            continue;
        if (hb_judge_pairs((enum hb_gate_metric)i, &rules->margins[i], rules->alpha, fresh.pairs,
                           fresh.count, &verdict, err) != 0)
            return -1;
        if (is_change(&verdict))
            *ret_why =
                describe(&verdict, (enum hb_gate_metric)i, label_of(procedure, cell, arena), arena);
    }
    return 0;
}

/* The screens of all sentinels. Caller frees. */
static struct hb_pair *pool_sentinels(const struct hb_procedure *procedure, size_t *ret_count)
{
    size_t most = procedure->count * procedure->options->screen_pairs, count = 0;
    struct hb_pair *pool = hb_calloc(most + 1, sizeof *pool);

    for (size_t i = 0; i < procedure->count; i++) {
        struct hb_paired_cell screen = hb_stage_pairs(procedure, i, HB_STAGE_SCREEN);

        if (!procedure->cells[i].control)
            continue;
        memcpy(pool + count, screen.pairs, screen.count * sizeof *pool);
        count += screen.count;
    }
    *ret_count = count;
    return pool;
}

/* All of them, against the finer margin of the suite. */
static int check_together(const struct hb_procedure *procedure, struct hb_arena *arena,
                          const char **ret_why, struct hb_error *err)
{
    struct hb_paired_cell all = {0};
    HB_CLEANUP(hb_free_ptr) struct hb_pair *pool = pool_sentinels(procedure, &all.count);

    all.pairs = pool;
    if (all.count == 0)
        return 0;
    if (hb_count_made(&all) == 0)
        *ret_why = "no run of base against base succeeded";
    for (unsigned i = 0; (*ret_why)[0] == '\0' && i < HB_GATE_METRICS; i++) {
        struct hb_gate_margin margin = procedure->options->margins[i];
        struct hb_metric_verdict verdict;

        if (!is_looked_at(&margin, (enum hb_gate_metric)i))
            continue;
        margin.relative = procedure->options->suite_margin;
        if (hb_judge_pairs((enum hb_gate_metric)i, &margin, procedure->options->alpha * STRICTER,
                           all.pairs, all.count, &verdict, err) != 0)
            return -1;
        if (is_change(&verdict))
            *ret_why = describe(&verdict, (enum hb_gate_metric)i, "", arena);
    }
    return 0;
}

int hb_find_contamination(const struct hb_procedure *procedure, struct hb_arena *arena,
                          const char **ret_why, struct hb_error *err)
{
    *ret_why = "";
    for (size_t i = 0; (*ret_why)[0] == '\0' && i < procedure->count; i++) {
        if (procedure->cells[i].control && check_sentinel(procedure, i, arena, ret_why, err) != 0)
            return -1;
    }
    return (*ret_why)[0] == '\0' ? check_together(procedure, arena, ret_why, err) : 0;
}
