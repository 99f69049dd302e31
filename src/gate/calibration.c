/* From base against base to what a machine resolves. */
#include "gate/calibration.h"

#include <math.h>

#include "base/assert.h"
#include "gate/family.h"
#include "gate/power.h"
#include "gate/procedure.h"
#include "measure/stats_signed_rank.h"

struct hb_calibration hb_calibration_assumed(void)
{
    /* Of pairs: about 1.4 times the variation from run to run. */
    static const double noise[HB_GATE_METRICS] = {
        [HB_GATE_THROUGHPUT] = 0.08, [HB_GATE_CPU] = 0.05, [HB_GATE_P50] = 0.08,
        [HB_GATE_P99] = 0.3,         [HB_GATE_RSS] = 0.01, [HB_GATE_INSTRUCTIONS] = 0.007,
    };
    struct hb_calibration assumed = {.order_effect = NAN, .false_route_rate = 0.3};

    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        assumed.noise[i] = noise[i] > 0 ? noise[i] : NAN;
        assumed.margins[i] = NAN;
    }
    return assumed;
}

/* ---- noise ---- */

/* Never more than can be judged. */
static struct hb_metric_verdict judge(enum hb_gate_metric metric,
                                      const struct hb_gate_margin *margin,
                                      const struct hb_gate_options *options,
                                      const struct hb_pair *pairs, size_t count)
{
    struct hb_metric_verdict verdict;
    size_t counted = count < HB_WALSH_MAX ? count : HB_WALSH_MAX;

    if (hb_judge_pairs(metric, margin, options->alpha, pairs, counted, &verdict, NULL) != 0)
        HB_ASSERT(false);
    return verdict;
}

/* The scatter of normal pairs that would leave as wide an interval. A few pairs that are far off,
 * as every shared machine has them, blow up a standard deviation, but not the interval that a gate
 * decides by. Where there are too few pairs for an interval, it is the standard deviation. */
static double scatter_of(const struct hb_metric_verdict *verdict)
{
    double reach = log(verdict->ratio.high / verdict->ratio.low) / 2;

    if (!verdict->ratio.reached)
        return verdict->scatter;
    return hb_scatter_of_interval(verdict->pairs, verdict->ratio.confidence, reach);
}

/* Within cells: cells differ in nothing here, but a lasting difference between sides is no noise.
 * NAN: no cell has two pairs with this figure. */
static double pool_noise(const struct hb_paired_cells *cells, enum hb_gate_metric metric,
                         const struct hb_gate_options *options)
{
    static const struct hb_gate_margin any = {.relative = 0.03, .weight = HB_GATE_DECIDES};
    double squares = 0, freedom = 0;

    for (size_t i = 0; i < cells->count; i++) {
        const struct hb_paired_cell *cell = &cells->cells[i];
        struct hb_metric_verdict verdict = judge(metric, &any, options, cell->pairs, cell->count);

        if (!verdict.measured || verdict.pairs < 2)
            continue;
        squares += pow(scatter_of(&verdict), 2) * (verdict.pairs - 1);
        freedom += verdict.pairs - 1;
    }
    return freedom > 0 ? sqrt(squares / freedom) : NAN;
}

/* ---- what a screen would have routed for nothing ---- */

static bool is_routed(const struct hb_gate_options *options, const struct hb_pair *pairs)
{
    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        const struct hb_gate_margin *margin = &options->margins[i];
        struct hb_metric_verdict verdict;

        if (margin->weight != HB_GATE_DECIDES || hb_is_exact((enum hb_gate_metric)i, margin))
            continue;
        verdict = judge((enum hb_gate_metric)i, margin, options, pairs, options->screen_pairs);
        if (verdict.measured && verdict.ratio.estimate > hb_route_bar(options, &verdict))
            return true;
    }
    return false;
}

static double count_routed(const struct hb_paired_cells *cells,
                           const struct hb_gate_options *options)
{
    unsigned screen = options->screen_pairs;
    double routed = 0, screens = 0;

    for (size_t i = 0; screen > 0 && i < cells->count; i++) {
        for (size_t first = 0; first + screen <= cells->cells[i].count; first += screen) {
            routed += is_routed(options, cells->cells[i].pairs + first);
            screens++;
        }
    }
    return screens > 0 ? routed / screens : NAN;
}

/* ---- suggestions ---- */

/* Of one cell that is slower, whatever the scenario says of pairs: for each metric one test. */
static struct hb_pairs_needed pairs_to_catch(double noise, const struct hb_gate_options *options)
{
    struct hb_gate_options open = *options;
    int tests = __builtin_popcount(hb_interval_metrics(options->margins));

    open.open_pairs = HB_GATE_OPEN_SCREEN | HB_GATE_OPEN_CONFIRM;
    return hb_pairs_to_catch(&open, (size_t)tests, noise,
                             1 + options->margins[HB_GATE_CPU].relative, HB_SOUGHT);
}

static size_t count_pairs(const struct hb_paired_cells *cells)
{
    size_t count = 0;

    for (size_t i = 0; i < cells->count; i++)
        count += cells->cells[i].count;
    return count;
}

struct hb_calibration hb_calibrate(const struct hb_paired_cells *cells,
                                   const struct hb_gate_options *options)
{
    struct hb_calibration calibration = {
        .cells = cells->count, .pairs = count_pairs(cells), .order_effect = NAN};
    struct hb_pairs_needed needed;

    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        calibration.noise[i] = pool_noise(cells, (enum hb_gate_metric)i, options);
        calibration.margins[i] =
            hb_unchanged_margin(options->pooled_pairs, options->alpha, calibration.noise[i]);
    }
    calibration.false_route_rate = count_routed(cells, options);
    needed = pairs_to_catch(calibration.noise[HB_GATE_CPU], options);
    calibration.screen_pairs = needed.screen;
    calibration.confirm_pairs = needed.confirm;
    return calibration;
}
