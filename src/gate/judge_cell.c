/* A whole cell: what precludes a verdict, then its metrics, of which the worst that decides counts.
 */
#include "gate/judge.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"

/* ---- rules ---- */

struct hb_rules hb_rules_of(const struct hb_gate_options *options, enum hb_comparison comparison,
                            const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    struct hb_rules rules = {.alpha = options->alpha,
                             .invalidating = hb_invalidating_flags(comparison)};

    memcpy(rules.margins, options->margins, sizeof rules.margins);
    if (scenario != NULL)
        rules.allow_failed = scenario->run.allow_failed;
    for (size_t i = 0; scenario != NULL && cell != NULL && i < options->overrides_count; i++) {
        const struct hb_gate_override *override = &options->overrides[i];

        if (!hb_pattern_matches(scenario, override->pattern, cell))
            continue;
        for (size_t metric = 0; metric < HB_GATE_METRICS; metric++) {
            if ((override->set >> metric & 1) != 0)
                rules.margins[metric] = override->margins[metric];
        }
    }
    return rules;
}

/* ---- what precludes a verdict ---- */

/* How the runs of one side ended. */
struct side_tally {
    unsigned ok, failed, skipped, flagged;
    uint64_t errors;
    unsigned flags;
    const char *failure; /* the first */
};

static void count_run(struct side_tally *tally, const struct hb_observation *run,
                      unsigned invalidating)
{
    bool failed = run->state == HB_OBSERVED_FAILED || run->state == HB_OBSERVED_SKIPPED;

    if (failed && tally->failure == NULL)
        tally->failure = run->failure != NULL ? run->failure : "";
    tally->failed += run->state == HB_OBSERVED_FAILED;
    tally->skipped += run->state == HB_OBSERVED_SKIPPED;
    if (run->state != HB_OBSERVED_OK)
        return;
    tally->ok++;
    tally->errors += run->errors;
    tally->flags |= run->flags;
    tally->flagged += (run->flags & invalidating) != 0;
}

static const char *side_name(size_t side)
{
    return side == HB_SIDE_BASE ? "base" : "head";
}

static const char *describe_failure(const struct side_tally *tally, size_t side,
                                    struct hb_arena *arena)
{
    unsigned bad = tally->failed + tally->skipped;

    return hb_arena_printf(arena, "%u of %u runs of %s %s%s%s", bad, bad + tally->ok,
                           side_name(side), tally->failed > 0 ? "failed" : "were skipped",
                           tally->failure[0] != '\0' ? ": " : "", tally->failure);
}

/* NULL: nothing did. */
static const char *find_error(const struct side_tally sides[HB_SIDES], bool tolerant,
                              struct hb_arena *arena)
{
    for (size_t i = HB_SIDES; i-- > 0;) {
        unsigned bad = sides[i].failed + sides[i].skipped;

        if (bad > 0 && (!tolerant || sides[i].ok <= bad))
            return describe_failure(&sides[i], i, arena);
        if (sides[i].ok == 0)
            return hb_arena_printf(arena, "nothing was measured of %s", side_name(i));
        if (sides[i].errors > 0)
            return hb_arena_printf(arena, "%llu requests of %s failed",
                                   (unsigned long long)sides[i].errors, side_name(i));
    }
    return NULL;
}

/* A lone run among several is luck, and one of five figures bends no median. */
static bool is_flagged(const struct side_tally *side)
{
    return side->flagged > HB_INVALID_SHARE * side->ok && (side->flagged > 1 || side->ok < 3);
}

static const char *find_objection(const struct side_tally sides[HB_SIDES], unsigned invalidating,
                                  struct hb_arena *arena)
{
    for (size_t i = HB_SIDES; i-- > 0;) {
        unsigned flags = sides[i].flags & invalidating;

        if (!is_flagged(&sides[i]))
            continue;
        return hb_arena_printf(arena, "%s in %u of %u runs of %s",
                               hb_flag_name((unsigned)__builtin_ctz(flags)), sides[i].flagged,
                               sides[i].ok, side_name(i));
    }
    return NULL;
}

/* Fills in what was counted; returns whether the metrics can be judged. */
static bool admit(const struct side_tally sides[HB_SIDES], const struct hb_rules *rules,
                  struct hb_arena *arena, struct hb_cell_verdict *verdict)
{
    const struct side_tally *base = &sides[HB_SIDE_BASE], *head = &sides[HB_SIDE_HEAD];
    const char *error = find_error(sides, rules->allow_failed > 0, arena);
    const char *objection =
        error == NULL ? find_objection(sides, rules->invalidating, arena) : NULL;

    verdict->base_ok = base->ok;
    verdict->base_failed = base->failed + base->skipped;
    verdict->base_errors = base->errors;
    verdict->head_ok = head->ok;
    verdict->head_failed = head->failed + head->skipped;
    verdict->head_errors = head->errors;
    verdict->flags = base->flags | head->flags;
    if (error == NULL && objection == NULL)
        return true;
    verdict->verdict = error != NULL ? HB_VERDICT_ERROR : HB_VERDICT_INVALID;
    verdict->why = error != NULL ? error : objection;
    return false;
}

static struct hb_cell_verdict label_verdict(const struct hb_run_row *label)
{
    if (label == NULL)
        return (struct hb_cell_verdict){.cell_id = "",
                                        .client = "",
                                        .client_library = "",
                                        .server = "",
                                        .method = "",
                                        .url = "",
                                        .verdict = HB_VERDICT_UNCHANGED,
                                        .why = ""};
    return (struct hb_cell_verdict){
        .cell_id = label->cell_id,
        .client = label->client,
        .client_library = label->client_library,
        .server = label->server,
        .method = label->method,
        .url = label->url,
        .concurrency = label->concurrency,
        .rate = label->rate,
        .burst = label->burst,
        .every_ns = label->every_ns,
        .duration_ns = label->duration_ns,
        .verdict = HB_VERDICT_UNCHANGED,
        .why = "",
    };
}

/* ---- the worst of the metrics ---- */

bool hb_is_precluded(enum hb_verdict verdict)
{
    return verdict != HB_VERDICT_REGRESSED && verdict != HB_VERDICT_INCONCLUSIVE &&
           verdict != HB_VERDICT_IMPROVED && verdict != HB_VERDICT_UNCHANGED;
}

/* Of two with one verdict the one that is further off. */
static bool is_worse(const struct hb_metric_verdict *a, const struct hb_metric_verdict *b)
{
    double a_off = fabs(log(a->ratio.estimate)), b_off = fabs(log(b->ratio.estimate));

    if (a->verdict != b->verdict)
        return a->verdict < b->verdict;
    return !isnan(a_off) && (isnan(b_off) || a_off > b_off);
}

void hb_settle_cell(struct hb_cell_verdict *cell)
{
    const struct hb_metric_verdict *worst = NULL;

    if (hb_is_precluded(cell->verdict))
        return;
    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        const struct hb_metric_verdict *metric = &cell->metrics[i];

        if (!metric->measured || metric->weight != HB_GATE_DECIDES ||
            (worst != NULL && !is_worse(metric, worst)))
            continue;
        worst = metric;
        cell->worst = (enum hb_gate_metric)i;
    }
    if (worst == NULL) {
        cell->verdict = HB_VERDICT_ERROR;
        cell->why = "nothing that decides was measured on both sides";
        return;
    }
    cell->verdict = worst->verdict;
    cell->reason = worst->reason;
}

/* ---- cells ---- */

int hb_judge_paired_cell(const struct hb_paired_cell *cell, const struct hb_rules *rules,
                         struct hb_arena *arena, struct hb_cell_verdict *ret_verdict,
                         struct hb_error *err)
{
    struct side_tally sides[HB_SIDES] = {0};

    *ret_verdict = label_verdict(cell->label);
    ret_verdict->control = cell->control;
    for (size_t i = 0; i < cell->count; i++) {
        for (size_t side = 0; side < HB_SIDES; side++)
            count_run(&sides[side], &cell->pairs[i].sides[side], rules->invalidating);
    }
    if (!admit(sides, rules, arena, ret_verdict))
        return 0;
    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        if (hb_judge_pairs((enum hb_gate_metric)i, &rules->margins[i], rules->alpha, cell->pairs,
                           cell->count, &ret_verdict->metrics[i], err) != 0)
            return -1;
    }
    hb_settle_cell(ret_verdict);
    return 0;
}

static bool is_missing(const struct hb_unpaired_cell *cell, struct hb_cell_verdict *verdict)
{
    if (cell->labels[HB_SIDE_BASE] != NULL && cell->labels[HB_SIDE_HEAD] != NULL)
        return false;
    verdict->verdict =
        cell->labels[HB_SIDE_HEAD] == NULL ? HB_VERDICT_REMOVED : HB_VERDICT_NO_BASELINE;
    verdict->why =
        cell->labels[HB_SIDE_HEAD] == NULL ? "head has no such cell" : "base has no such cell";
    return true;
}

static int judge_unpaired_metrics(const struct hb_unpaired_cell *cell, const struct hb_rules *rules,
                                  struct hb_cell_verdict *verdict, struct hb_error *err)
{
    struct hb_observation_view base = {cell->runs[HB_SIDE_BASE], cell->counts[HB_SIDE_BASE]};
    struct hb_observation_view head = {cell->runs[HB_SIDE_HEAD], cell->counts[HB_SIDE_HEAD]};

    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        if (hb_judge_unpaired((enum hb_gate_metric)i, &rules->margins[i], rules->alpha, base, head,
                              &verdict->metrics[i], err) != 0)
            return -1;
    }
    hb_settle_cell(verdict);
    return 0;
}

int hb_judge_unpaired_cell(const struct hb_unpaired_cell *cell, const struct hb_rules *rules,
                           struct hb_arena *arena, struct hb_cell_verdict *ret_verdict,
                           struct hb_error *err)
{
    const struct hb_run_row *label = cell->labels[HB_SIDE_HEAD];
    struct side_tally sides[HB_SIDES] = {0};

    *ret_verdict = label_verdict(label != NULL ? label : cell->labels[HB_SIDE_BASE]);
    for (size_t side = 0; side < HB_SIDES; side++) {
        for (size_t i = 0; i < cell->counts[side]; i++)
            count_run(&sides[side], &cell->runs[side][i], rules->invalidating);
    }
    if (is_missing(cell, ret_verdict) || !admit(sides, rules, arena, ret_verdict))
        return 0;
    return judge_unpaired_metrics(cell, rules, ret_verdict, err);
}

/* ---- what could have been seen ---- */

/* The smallest of the metrics that decide and are judged by an interval; INFINITY: none could show
 * anything; NAN: there are none. */
static double best_resolution(const struct hb_cell_verdict *cell, bool memory)
{
    double best = NAN;

    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        const struct hb_metric_verdict *metric = &cell->metrics[i];
        bool counts = metric->measured && metric->weight == HB_GATE_DECIDES && metric->limit > 1 &&
                      (i == HB_GATE_RSS) == memory;

        if (counts)
            best = fmin(best, isnan(metric->resolution) ? INFINITY : metric->resolution);
    }
    return best;
}

double hb_cell_resolution(const struct hb_cell_verdict *cell)
{
    double best;

    if (hb_is_precluded(cell->verdict))
        return NAN;
    best = best_resolution(cell, false);
    return isnan(best) ? best_resolution(cell, true) : best;
}
