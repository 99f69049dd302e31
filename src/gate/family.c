/* Which tests are made at once, and the level that they leave to each other. */
#include "gate/family.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "gate/power.h"
#include "gate/procedure_state.h"

struct tests {
    struct hb_alarm *alarms; /* room for all */
    size_t count;
};

unsigned hb_interval_metrics(const struct hb_gate_margin *margins)
{
    unsigned metrics = 0;

    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        if (margins[i].weight == HB_GATE_DECIDES &&
            !hb_is_exact((enum hb_gate_metric)i, &margins[i]))
            metrics |= 1u << i;
    }
    return metrics;
}

static int add_tests(const struct hb_rules *rules, const struct hb_paired_cell *cell,
                     unsigned metrics, struct tests *tests, struct hb_error *err)
{
    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        struct hb_metric_verdict verdict;

        if ((metrics >> i & 1) == 0)
            continue;
        if (hb_judge_pairs((enum hb_gate_metric)i, &rules->margins[i], rules->alpha, cell->pairs,
                           cell->count, &verdict, err) != 0)
            return -1;
        if (verdict.measured && verdict.pairs > 1)
            tests->alarms[tests->count++] =
                (struct hb_alarm){verdict.pairs, verdict.scatter, verdict.limit};
    }
    return 0;
}

static int add_fresh(const struct hb_procedure *procedure, size_t cell, unsigned metrics,
                     struct hb_arena *arena, struct tests *tests, struct hb_error *err)
{
    struct hb_paired_cell fresh = hb_stage_pairs(procedure, cell, HB_STAGE_CONFIRM);
    struct hb_cell_verdict screened;

    if (hb_count_made(&fresh) == 0)
        return 0;
    if (hb_judge_screen(procedure, cell, arena, &screened, err) != 0)
        return -1;
    metrics &= hb_routed_metrics(procedure, cell, &screened);
    return add_tests(&procedure->cells[cell].rules, &fresh, metrics, tests, err);
}

static int add_last(const struct hb_procedure *procedure, size_t cell, unsigned metrics,
                    struct tests *tests, struct hb_error *err)
{
    struct hb_paired_cell more = hb_stage_pairs(procedure, cell, HB_STAGE_EXTEND);
    struct hb_paired_cell all = hb_stage_pairs(procedure, cell, HB_STAGE_SCREEN);

    if (hb_count_made(&more) == 0)
        return 0;
    all.count = procedure->rounds;
    return add_tests(&procedure->cells[cell].rules, &all, metrics, tests, err);
}

static void free_tests(struct tests *tests)
{
    free(tests->alarms);
}

static struct tests room_for(const struct hb_procedure *procedure)
{
    size_t most = procedure->count * HB_GATE_METRICS;

    return (struct tests){hb_calloc(most + 1, sizeof(struct hb_alarm)), 0};
}

int hb_find_family(const struct hb_procedure *procedure, struct hb_arena *arena,
                   struct hb_family *ret_family, struct hb_error *err)
{
    HB_CLEANUP(free_tests) struct tests fresh = room_for(procedure);
    HB_CLEANUP(free_tests) struct tests last = room_for(procedure);
    double alpha = procedure->options->alpha;

    for (size_t i = 0; i < procedure->count; i++) {
        unsigned metrics = hb_interval_metrics(procedure->cells[i].rules.margins);

        if (procedure->cells[i].control)
            continue;
        if (add_fresh(procedure, i, metrics, arena, &fresh, err) != 0 ||
            add_last(procedure, i, metrics, &last, err) != 0)
            return -1;
    }
    *ret_family = (struct hb_family){
        .fresh = hb_alarm_level(fresh.alarms, fresh.count, alpha, HB_SHARE_CONFIRM),
        .last = hb_alarm_level(last.alarms, last.count, alpha, HB_SHARE_LAST),
    };
    return 0;
}
