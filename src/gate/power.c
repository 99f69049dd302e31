/*
 * Formulas for what the signed-rank and rank-sum tests can see of normal scatter. The tests are
 * nearly as sharp as those on means (efficiency 3 / pi), less so for few pairs: the correction is
 * fitted to simulations and within 3 % from six pairs on. Where only the strongest outcome counts
 * (all pairs above the limit) the formula is exact.
 */
#include "gate/power.h"

#include <math.h>

#include "base/macros.h"
#include "gate/family.h"
#include "measure/stats_rank_sum.h"
#include "measure/stats_signed_rank.h"

static const double EFFICIENCY = 3 / M_PI;
static const double Z_POWER = 1.2815515655446004; /* of HB_POWER */

static double normal_cdf(double z)
{
    return erfc(-z / M_SQRT2) / 2;
}

/* By halving: to 1e-12, and this is not hot. */
static double normal_quantile(double probability)
{
    double low = -40, high = 40;

    while (high - low > 1e-12) {
        double middle = (low + high) / 2;

        if (normal_cdf(middle) < probability)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* What a test makes of a shift given in units of one observation's scatter. */
struct test {
    bool fires;        /* some outcome reaches alpha */
    bool all_or_none;  /* only the strongest does */
    double count;      /* observations, for the correction */
    double unit_error; /* standard error of the estimate */
    double z;          /* of the level that is attained: the largest up to alpha */
    double factor;     /* the shift that it shows with HB_POWER */
};

/* The largest statistic that reaches alpha, -1 when none does; the last one does not. */
static long critical_rank_sum(unsigned base, unsigned head, double alpha)
{
    long low = -1, high = (long)base * (long)head;

    while (high - low > 1) {
        long middle = low + (high - low) / 2;

        if (hb_rank_sum_cdf(middle, base, head) <= alpha + HB_PROBABILITY_SLACK)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void set_level(struct test *test, long critical, double level)
{
    double n = test->count;

    test->fires = critical >= 0;
    if (!test->fires)
        return;
    test->z = -normal_quantile(level);
    test->factor = (test->z + Z_POWER) * test->unit_error *
                   (1 + 0.3 * pow(test->z, 2) / n + 0.27 * pow(test->z, 6) / pow(n, 3));
}

static struct test signed_rank_test(unsigned pairs, double alpha)
{
    struct test test = {.count = pairs, .unit_error = sqrt(1 / (EFFICIENCY * pairs))};
    double level;
    long critical = hb_signed_rank_critical(pairs, alpha, &level);

    set_level(&test, critical, level);
    if (critical == 0) {
        test.all_or_none = true;
        test.factor = normal_quantile(pow(HB_POWER, 1 / test.count));
    }
    return test;
}

static struct test rank_sum_test(unsigned base, unsigned head, double alpha)
{
    struct test test = {.count = (double)base + head - 1,
                        .unit_error = sqrt((1.0 / base + 1.0 / head) / EFFICIENCY)};
    long critical = critical_rank_sum(base, head, alpha);

    set_level(&test, critical, hb_rank_sum_cdf(critical, base, head));
    return test;
}

static double power_of(const struct test *test, double shift)
{
    if (!test->fires)
        return 0;
    if (test->all_or_none)
        return pow(normal_cdf(shift), test->count);
    return normal_cdf(shift / test->factor * (test->z + Z_POWER) - test->z);
}

static bool is_scatter(double scatter)
{
    return isfinite(scatter) && scatter >= 0;
}

/* Scatter of nothing is no proof of infinite sharpness, but division by it is not defined. */
static double in_units(double shift, double scatter)
{
    return shift / fmax(scatter, 1e-9);
}

double hb_power_of_pairs(unsigned pairs, double alpha, double scatter, double shift)
{
    struct test test;

    if (pairs == 0 || !is_scatter(scatter))
        return 0;
    test = signed_rank_test(pairs, alpha);
    return power_of(&test, in_units(shift, scatter));
}

static double resolution_of(const struct test *test, double scatter, double limit)
{
    if (!test->fires || !is_scatter(scatter))
        return NAN;
    return limit * exp(test->factor * scatter) - 1;
}

double hb_resolution_of_pairs(unsigned pairs, double alpha, double scatter, double limit)
{
    struct test test;

    if (pairs == 0)
        return NAN;
    test = signed_rank_test(pairs, alpha);
    return resolution_of(&test, scatter, limit);
}

double hb_resolution_of_runs(unsigned base, unsigned head, double alpha, double scatter,
                             double limit)
{
    struct test test;

    if (base == 0 || head == 0)
        return NAN;
    test = rank_sum_test(base, head, alpha);
    return resolution_of(&test, scatter, limit);
}

/* ---- false alarms ---- */

/* Expected of all of them. Those of one stage mostly have as many pairs. */
static double count_alarms(const struct hb_alarm *alarms, size_t count, double level)
{
    struct test test = {0};
    double expected = 0;

    for (size_t i = 0; i < count; i++) {
        if (i == 0 || alarms[i].pairs != alarms[i - 1].pairs)
            test = signed_rank_test(alarms[i].pairs, level);
        if (is_scatter(alarms[i].scatter))
            expected += power_of(&test, in_units(-log(alarms[i].limit), alarms[i].scatter));
    }
    return expected;
}

double hb_alarm_level(const struct hb_alarm *alarms, size_t count, double alpha, double share)
{
    enum { HALVINGS = 12 };
    double low = log(alpha * 1e-6), high = log(alpha);

    if (count_alarms(alarms, count, alpha) <= alpha * share)
        return alpha;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;

        if (count_alarms(alarms, count, exp(middle)) <= alpha * share)
            low = middle;
        else
            high = middle;
    }
    return exp(low);
}

/* All alike, as one that counts as often. */
double hb_level_among(const struct hb_gate_options *options, size_t tests, double scatter,
                      double limit)
{
    const struct hb_alarm alike = {options->confirm_pairs, scatter, limit};

    return hb_alarm_level(&alike, 1, options->alpha,
                          HB_SHARE_CONFIRM / (double)(tests > 0 ? tests : 1));
}

/* ---- screen and confirmation ---- */

struct gate {
    struct test screen, confirm;
    double scatter, log_limit, log_route;
};

static struct gate gate_of(const struct hb_gate_options *options, double level, double scatter,
                           double limit)
{
    return (struct gate){
        .screen = signed_rank_test(options->screen_pairs, options->alpha),
        .confirm = signed_rank_test(options->confirm_pairs, level),
        .scatter = scatter,
        .log_limit = log(limit),
        .log_route = log1p(options->route_above),
    };
}

static double power_to_route(const struct gate *gate, double change)
{
    double above = (log1p(change) - gate->log_route) / gate->screen.unit_error;

    return normal_cdf(in_units(above, gate->scatter));
}

static double power_of_gate(const struct gate *gate, double change)
{
    double shift = log1p(change) - gate->log_limit;

    return power_to_route(gate, change) * power_of(&gate->confirm, in_units(shift, gate->scatter));
}

static bool can_judge(const struct hb_gate_options *options, double scatter)
{
    return options->screen_pairs > 0 && options->confirm_pairs > 0 && is_scatter(scatter);
}

double hb_power_of_gate(const struct hb_gate_options *options, double level, double scatter,
                        double limit, double change)
{
    struct gate gate;

    if (!can_judge(options, scatter))
        return 0;
    gate = gate_of(options, level, scatter, limit);
    return power_of_gate(&gate, change);
}

double hb_resolution_of_gate(const struct hb_gate_options *options, double level, double scatter,
                             double limit)
{
    double low = 0, high = 1000;
    struct gate gate;

    if (!can_judge(options, scatter))
        return NAN;
    gate = gate_of(options, level, scatter, limit);
    if (!(power_of_gate(&gate, high) >= HB_POWER))
        return NAN;
    while (high - low > 1e-6) {
        double middle = (low + high) / 2;

        if (power_of_gate(&gate, middle) < HB_POWER)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* ---- how many pairs ---- */

static bool is_routed_often(const struct hb_gate_options *options, double scatter, double change)
{
    struct gate gate = gate_of(options, options->alpha, scatter, 1);

    return power_to_route(&gate, change) >= (1 + HB_CATCH) / 2;
}

unsigned hb_more_pairs(unsigned pairs)
{
    unsigned more = pairs + 1 + pairs / 32; /* coarser than one where one more hardly shows */

    return pairs < HB_PAIRS_MOST && more > HB_PAIRS_MOST ? HB_PAIRS_MOST : more;
}

struct hb_pairs_needed hb_pairs_to_catch(const struct hb_gate_options *options, size_t tests,
                                         double scatter, double limit, double change)
{
    static const struct hb_pairs_needed none;
    struct hb_gate_options tried = *options;
    bool screen_open = (options->open_pairs & HB_GATE_OPEN_SCREEN) != 0;
    bool confirm_open = (options->open_pairs & HB_GATE_OPEN_CONFIRM) != 0;

    if (!can_judge(options, scatter))
        return none;
    scatter *= HB_CAUTION;
    while (screen_open && tried.screen_pairs < HB_SCREEN_MOST &&
           !is_routed_often(&tried, scatter, change))
        tried.screen_pairs++;
    if (confirm_open)
        tried.confirm_pairs = 1;
    while (hb_power_of_gate(&tried, hb_level_among(&tried, tests, scatter, limit), scatter, limit,
                            change) < HB_CATCH) {
        if (!confirm_open || tried.confirm_pairs >= HB_PAIRS_MOST)
            return none;
        tried.confirm_pairs = hb_more_pairs(tried.confirm_pairs);
    }
    return (struct hb_pairs_needed){tried.screen_pairs, tried.confirm_pairs};
}

double hb_estimate_variance(unsigned pairs, double scatter)
{
    return pairs > 0 && is_scatter(scatter) ? scatter * scatter / (EFFICIENCY * pairs) : NAN;
}

double hb_scatter_of_interval(unsigned pairs, double confidence, double reach)
{
    return reach / -normal_quantile((1 - confidence) / 2) * sqrt(EFFICIENCY * pairs);
}

/* Both ends have to lie inside: each does 19 times in 20. */
double hb_unchanged_margin(unsigned pairs, double alpha, double scatter)
{
    static const double Z_BOTH = 1.6448536269514722;
    struct test test;

    if (pairs == 0 || !is_scatter(scatter))
        return NAN;
    test = signed_rank_test(pairs, alpha);
    return test.fires ? expm1(test.factor * (test.z + Z_BOTH) / (test.z + Z_POWER) * scatter) : NAN;
}

unsigned hb_pairs_to_acquit(double alpha, double scatter, double margin)
{
    for (unsigned pairs = 1; pairs <= HB_ACQUIT_MOST; pairs++) {
        if (hb_unchanged_margin(pairs, alpha, scatter) <= margin)
            return pairs;
    }
    return 0;
}
