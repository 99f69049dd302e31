/*
 * Formulas for what the signed-rank and rank-sum tests can see of normal scatter. The tests are
 * nearly as sharp as those on means (efficiency 3 / pi), less so for few pairs: the correction is
 * fitted to simulations and within 3 % from six pairs on. Where only the strongest outcome counts
 * (all pairs above the limit) the formula is exact.
 */
#include "gate/power.h"

#include <math.h>

#include "base/macros.h"
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

typedef double cdf_fn(long statistic, unsigned first, unsigned second);

static double signed_rank_cdf(long statistic, unsigned pairs, HB_UNUSED unsigned none)
{
    return hb_signed_rank_cdf(statistic, pairs);
}

static double rank_sum_cdf(long statistic, unsigned base, unsigned head)
{
    return hb_rank_sum_cdf(statistic, base, head);
}

/* The largest statistic that reaches alpha, -1 when none does; `high` does not. */
static long critical_value(cdf_fn *cdf, long high, unsigned first, unsigned second, double alpha)
{
    long low = -1;

    while (high - low > 1) {
        long middle = low + (high - low) / 2;

        if (cdf(middle, first, second) <= alpha + HB_PROBABILITY_SLACK)
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
    long last = (long)pairs * ((long)pairs + 1) / 2;
    long critical = critical_value(signed_rank_cdf, last, pairs, 0, alpha);

    set_level(&test, critical, hb_signed_rank_cdf(critical, pairs));
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
    long critical = critical_value(rank_sum_cdf, (long)base * (long)head, base, head, alpha);

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

/* ---- screen and confirmation ---- */

struct gate {
    struct test screen, confirm;
    double scatter, limit, route_above;
};

static double power_of_gate(const struct gate *gate, double change)
{
    double routed = (log1p(change) - log1p(gate->route_above)) / gate->screen.unit_error;
    double shift = log1p(change) - log(gate->limit);

    return normal_cdf(in_units(routed, gate->scatter)) *
           power_of(&gate->confirm, in_units(shift, gate->scatter));
}

double hb_resolution_of_gate(const struct hb_gate_options *options, double scatter, double limit)
{
    struct gate gate = {.scatter = scatter, .limit = limit, .route_above = options->route_above};
    double low = 0, high = 1000;

    if (options->screen_pairs == 0 || options->confirm_pairs == 0 || !is_scatter(scatter))
        return NAN;
    gate.screen = signed_rank_test(options->screen_pairs, options->alpha);
    gate.confirm = signed_rank_test(options->confirm_pairs, options->alpha);
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

double hb_estimate_variance(unsigned pairs, double scatter)
{
    return pairs > 0 && is_scatter(scatter) ? scatter * scatter / (EFFICIENCY * pairs) : NAN;
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
