/* One metric of one cell: collecting its figures, and holding their interval against the limit. */
#include "gate/judge.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "gate/power.h"
#include "measure/stats_rank_sum.h"
#include "measure/stats_signed_rank.h"
#include "measure/stats_summary.h"

/* Runs of each side that an exact metric needs: one alone cannot show that it repeats. */
static const size_t EXACT_LEAST = 2;

bool hb_is_time_based(enum hb_gate_metric metric)
{
    return metric <= HB_GATE_P99;
}

bool hb_more_is_better(enum hb_gate_metric metric)
{
    return metric == HB_GATE_THROUGHPUT;
}

bool hb_is_exact(enum hb_gate_metric metric, const struct hb_gate_margin *margin)
{
    return metric > HB_GATE_RSS && !(margin->relative > 0);
}

/* What counting leaves open, in the metric's unit: health checks are among what a server counts,
 * and a window cuts through requests at both ends. */
static double grain_of(enum hb_gate_metric metric)
{
    static const double grains[HB_GATE_METRICS] = {
        [HB_GATE_BYTES] = 0.5,
        [HB_GATE_CONNECTIONS] = 0.001,
        [HB_GATE_SYSTEM_CALLS] = 0.01,
    };

    return grains[metric];
}

/* Figures of one metric: in the metric's unit, and what is tested. */
struct sample {
    double *base, *head; /* unpaired: of different counts */
    size_t base_count, head_count;
    double *logs; /* pairs: ln of the ratio, above 0 is worse */
};

static void sample_release(struct sample *sample)
{
    free(sample->base);
    free(sample->head);
    free(sample->logs);
}

static struct sample sample_of(size_t base_room, size_t head_room)
{
    return (struct sample){
        .base = hb_calloc(base_room + 1, sizeof(double)),
        .head = hb_calloc(head_room + 1, sizeof(double)),
        .logs = hb_calloc(base_room + 1, sizeof(double)),
    };
}

struct question {
    enum hb_gate_metric metric;
    const struct hb_gate_margin *margin;
    double alpha;
};

static bool is_usable(const struct question *question, const struct hb_observation *run)
{
    double value = run->values[question->metric];

    return run->state == HB_OBSERVED_OK && isfinite(value) &&
           (value > 0 || (value >= 0 && hb_is_exact(question->metric, question->margin)));
}

/* ln(head / base), or ln(base / head) where more is better. */
static double worse_by(enum hb_gate_metric metric, double base, double head)
{
    double difference = log(head) - log(base);

    return hb_more_is_better(metric) ? -difference : difference;
}

static struct sample collect_pairs(const struct question *question, const struct hb_pair *pairs,
                                   size_t count)
{
    struct sample sample = sample_of(count, count);

    for (size_t i = 0; i < count; i++) {
        const struct hb_observation *base = &pairs[i].sides[HB_SIDE_BASE];
        const struct hb_observation *head = &pairs[i].sides[HB_SIDE_HEAD];
        size_t at = sample.base_count;

        if (!is_usable(question, base) || !is_usable(question, head))
            continue;
        sample.base[at] = base->values[question->metric];
        sample.head[at] = head->values[question->metric];
        sample.logs[at] = worse_by(question->metric, sample.base[at], sample.head[at]);
        sample.head_count = ++sample.base_count;
    }
    return sample;
}

static size_t collect_side(const struct question *question, struct hb_observation_view side,
                           double *values)
{
    size_t count = 0;

    for (size_t i = 0; i < side.count; i++) {
        if (is_usable(question, &side.runs[i]))
            values[count++] = side.runs[i].values[question->metric];
    }
    return count;
}

static double median_of(const double *values, size_t count)
{
    HB_CLEANUP(hb_free_ptr) double *sorted = NULL;

    if (count == 0)
        return NAN;
    sorted = hb_sorted(values, count);
    return hb_sorted_median(sorted, count);
}

/* The ratio beyond which a change counts. */
static double limit_of(const struct question *question, double base)
{
    double floor = question->margin->floor;
    double relative = 1 + fmax(question->margin->relative, 0);

    if (!(floor > 0))
        return relative;
    if (hb_more_is_better(question->metric))
        return floor < base ? fmax(relative, base / (base - floor)) : INFINITY;
    return fmax(relative, (base + floor) / base);
}

static unsigned smaller(size_t a, size_t b)
{
    return (unsigned)(a < b ? a : b);
}

static struct hb_metric_verdict begin(const struct question *question, const struct sample *sample)
{
    struct hb_metric_verdict verdict = {
        .measured = true,
        .weight = question->margin->weight,
        .verdict = HB_VERDICT_INCONCLUSIVE,
        .reason = HB_TOO_FEW_PAIRS,
        .margin = *question->margin,
        .base = median_of(sample->base, sample->base_count),
        .head = median_of(sample->head, sample->head_count),
        .ratio = {.estimate = NAN, .low = NAN, .high = NAN},
        .p_worse = NAN,
        .scatter = NAN,
        .resolution = NAN,
        .pairs = smaller(sample->base_count, sample->head_count),
    };

    verdict.limit = limit_of(question, verdict.base);
    return verdict;
}

/* ---- exact metrics ---- */

struct range {
    double low, high;
};

static struct range range_of(const double *values, size_t count)
{
    struct hb_summary summary = hb_summarize(values, count);

    return (struct range){summary.min, summary.max};
}

static double ratio_or_nan(double head, double base)
{
    return base > 0 ? head / base : NAN;
}

static void judge_exact(const struct question *question, const struct sample *sample,
                        struct hb_metric_verdict *verdict)
{
    double slack = fmax(question->margin->floor, grain_of(question->metric));
    struct range base = range_of(sample->base, sample->base_count);
    struct range head = range_of(sample->head, sample->head_count);

    verdict->limit = 1;
    verdict->ratio = (struct hb_interval){.estimate = ratio_or_nan(verdict->head, verdict->base),
                                          .low = ratio_or_nan(head.low, base.high),
                                          .high = ratio_or_nan(head.high, base.low),
                                          .confidence = 1,
                                          .reached = true};
    if (sample->base_count < EXACT_LEAST || sample->head_count < EXACT_LEAST)
        return;
    verdict->resolution = ratio_or_nan(slack, verdict->base);
    verdict->reason = HB_CONCLUSIVE;
    if (head.low > base.high + slack)
        verdict->verdict = HB_VERDICT_REGRESSED;
    else if (head.high < base.low - slack)
        verdict->verdict = HB_VERDICT_IMPROVED;
    else if (fmax(head.high, base.high) - fmin(head.low, base.low) <= slack)
        verdict->verdict = HB_VERDICT_UNCHANGED;
    else
        verdict->reason = HB_BORDERLINE;
}

/* ---- intervals ---- */

static void set_ratio(struct hb_metric_verdict *verdict, const struct hb_interval *logs)
{
    verdict->ratio = *logs;
    verdict->ratio.estimate = exp(logs->estimate);
    verdict->ratio.low = exp(logs->low);
    verdict->ratio.high = exp(logs->high);
}

static bool exceeds(double a, double b)
{
    return a > b * (1 + 1e-12);
}

/* The rule. Strict on every side, and by more than logarithms and their inverse round off. */
void hb_conclude(struct hb_metric_verdict *verdict)
{
    const struct hb_interval *ratio = &verdict->ratio;
    double limit = verdict->limit;
    bool inside = exceeds(ratio->low, 1 / limit) && exceeds(limit, ratio->high);

    verdict->verdict = HB_VERDICT_INCONCLUSIVE;
    if (exceeds(ratio->low, limit) && ratio->reached)
        verdict->verdict = HB_VERDICT_REGRESSED;
    else if (exceeds(1 / limit, ratio->high) && ratio->reached)
        verdict->verdict = HB_VERDICT_IMPROVED;
    else if (inside && ratio->confidence >= HB_UNCHANGED_CONFIDENCE - HB_PROBABILITY_SLACK)
        verdict->verdict = HB_VERDICT_UNCHANGED;
    if (verdict->verdict != HB_VERDICT_INCONCLUSIVE)
        verdict->reason = HB_CONCLUSIVE;
    else if (!ratio->reached)
        verdict->reason = HB_TOO_FEW_PAIRS;
    else
        verdict->reason = ratio->high / ratio->low >= limit * limit ? HB_WIDE : HB_BORDERLINE;
}

/* ---- both kinds ---- */

/* Whether the metric is there at all on either side. */
static bool is_known(enum hb_gate_metric metric, struct hb_observation_view side)
{
    for (size_t i = 0; i < side.count; i++) {
        if (side.runs[i].state == HB_OBSERVED_OK && !isnan(side.runs[i].values[metric]))
            return true;
    }
    return false;
}

/* Nothing to compare: a metric that neither side has is not missed, unless it was to decide and
 * the runs were too short for it. */
static void judge_nothing(const struct question *question, bool known,
                          struct hb_metric_verdict *verdict)
{
    bool short_runs =
        question->metric == HB_GATE_P99 && !known && question->margin->weight == HB_GATE_DECIDES;

    if (short_runs)
        verdict->reason = HB_TOO_FEW_REQUESTS;
    else if (!known)
        *verdict = (struct hb_metric_verdict){0};
}

static int judge_pairs(const struct question *question, const struct sample *sample,
                       struct hb_metric_verdict *verdict, struct hb_error *err)
{
    struct hb_interval logs;

    if (hb_hodges_lehmann(sample->logs, sample->base_count, 1 - 2 * question->alpha, &logs, err) !=
        0)
        return -1;
    set_ratio(verdict, &logs);
    verdict->p_worse = hb_signed_rank_p(sample->logs, sample->base_count, log(verdict->limit));
    verdict->scatter = hb_summarize(sample->logs, sample->base_count).stddev;
    verdict->resolution =
        hb_resolution_of_pairs(verdict->pairs, question->alpha, verdict->scatter, verdict->limit);
    hb_conclude(verdict);
    return 0;
}

static bool any_pair_knows(enum hb_gate_metric metric, const struct hb_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_known(metric, (struct hb_observation_view){pairs[i].sides, HB_SIDES}))
            return true;
    }
    return false;
}

int hb_judge_pairs(enum hb_gate_metric metric, const struct hb_gate_margin *margin, double alpha,
                   const struct hb_pair *pairs, size_t count, struct hb_metric_verdict *ret_verdict,
                   struct hb_error *err)
{
    struct question question = {metric, margin, alpha};
    HB_CLEANUP(sample_release) struct sample sample = {0};

    *ret_verdict = (struct hb_metric_verdict){0};
    if (margin->weight == HB_GATE_OFF)
        return 0;
    sample = collect_pairs(&question, pairs, count);
    *ret_verdict = begin(&question, &sample);
    if (sample.base_count == 0)
        judge_nothing(&question, any_pair_knows(metric, pairs, count), ret_verdict);
    else if (hb_is_exact(metric, margin))
        judge_exact(&question, &sample, ret_verdict);
    else
        return judge_pairs(&question, &sample, ret_verdict, err);
    return 0;
}

static void take_logs(double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = log(values[i]);
}

/* The spread of runs within both sides. */
static double scatter_of(const struct sample *sample)
{
    double base = hb_summarize(sample->base, sample->base_count).stddev;
    double head = hb_summarize(sample->head, sample->head_count).stddev;
    double base_free = (double)sample->base_count - 1, head_free = (double)sample->head_count - 1;

    return sqrt((base * base * base_free + head * head * head_free) /
                fmax(base_free + head_free, 1));
}

/* `sample` is in logarithms from here on. */
static int judge_runs(const struct question *question, struct sample *sample,
                      struct hb_metric_verdict *verdict, struct hb_error *err)
{
    bool turned = hb_more_is_better(question->metric);
    struct hb_sample_view base = {sample->base, sample->base_count};
    struct hb_sample_view head = {sample->head, sample->head_count};
    struct hb_sample_view better = turned ? head : base, worse = turned ? base : head;
    struct hb_interval logs;

    take_logs(sample->base, sample->base_count);
    take_logs(sample->head, sample->head_count);
    if (hb_shift(better, worse, 1 - 2 * question->alpha, &logs, err) != 0)
        return -1;
    set_ratio(verdict, &logs);
    verdict->p_worse = hb_rank_sum_p(better, worse, log(verdict->limit));
    verdict->scatter = scatter_of(sample);
    verdict->resolution = hb_resolution_of_runs((unsigned)base.count, (unsigned)head.count,
                                                question->alpha, verdict->scatter, verdict->limit);
    hb_conclude(verdict);
    return 0;
}

int hb_judge_unpaired(enum hb_gate_metric metric, const struct hb_gate_margin *margin, double alpha,
                      struct hb_observation_view base, struct hb_observation_view head,
                      struct hb_metric_verdict *ret_verdict, struct hb_error *err)
{
    struct question question = {metric, margin, alpha};
    HB_CLEANUP(sample_release) struct sample sample = {0};

    *ret_verdict = (struct hb_metric_verdict){0};
    if (margin->weight == HB_GATE_OFF)
        return 0;
    sample = sample_of(base.count, head.count);
    sample.base_count = collect_side(&question, base, sample.base);
    sample.head_count = collect_side(&question, head, sample.head);
    *ret_verdict = begin(&question, &sample);
    if (sample.base_count == 0 || sample.head_count == 0)
        judge_nothing(&question, is_known(metric, base) || is_known(metric, head), ret_verdict);
    else if (hb_is_exact(metric, margin))
        judge_exact(&question, &sample, ret_verdict);
    else
        return judge_runs(&question, &sample, ret_verdict, err);
    return 0;
}

/* ---- the fewest that can fire ---- */

unsigned hb_least_pairs(double alpha)
{
    unsigned pairs = 1;

    while (pairs < HB_WALSH_MAX && ldexp(1, -(int)pairs) > alpha)
        pairs++;
    return pairs;
}

unsigned hb_least_runs(double alpha)
{
    unsigned runs = 1;

    while (runs < HB_SHIFT_MAX && hb_rank_sum_cdf(0, runs, runs) > alpha)
        runs++;
    return runs;
}
