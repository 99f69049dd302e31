/* From base against base to what a machine resolves. */
#include "gate/calibration.h"

#include <math.h>

#include "base/assert.h"
#include "gate/power.h"
#include "gate/procedure.h"
#include "measure/stats_signed_rank.h"

/* More pairs than this to see +10 % is no gate. */
#define CONFIRM_MOST 60u

static const double SOUGHT = 0.1; /* the change that confirm_pairs are suggested for */

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
        squares += verdict.scatter * verdict.scatter * (verdict.pairs - 1);
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

static unsigned pairs_to_see(double noise, const struct hb_gate_options *options)
{
    double limit = 1 + options->margins[HB_GATE_CPU].relative;

    for (unsigned pairs = hb_least_pairs(options->alpha); pairs <= CONFIRM_MOST; pairs++) {
        if (hb_resolution_of_pairs(pairs, options->alpha, noise, limit) <= SOUGHT)
            return pairs;
    }
    return 0;
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

    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        calibration.noise[i] = pool_noise(cells, (enum hb_gate_metric)i, options);
        calibration.margins[i] =
            hb_unchanged_margin(options->pooled_pairs, options->alpha, calibration.noise[i]);
    }
    calibration.false_route_rate = count_routed(cells, options);
    calibration.confirm_pairs = pairs_to_see(calibration.noise[HB_GATE_CPU], options);
    return calibration;
}
