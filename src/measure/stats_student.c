/*
 * The tail of Student's distribution is a regularized incomplete beta function, here by its
 * continued fraction (Abramowitz and Stegun 26.5.8), evaluated as Lentz does.
 */
#include "measure/stats_student.h"

#include <math.h>

#define TINY 1e-300
#define PRECISION 1e-15
#define MOST_STEPS 10000

static double away_from_zero(double value)
{
    return fabs(value) < TINY ? TINY : value;
}

/* The coefficient of the continued fraction's step; odd and even ones differ. */
static double coefficient(int step, double a, double b, double x)
{
    double m = floor(step / 2.0);

    if (step % 2 == 0)
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
}

static double continued_fraction(double a, double b, double x)
{
    double c = 1, d = 0, value = 1, factor = 2;

    for (int step = 1; step < MOST_STEPS && fabs(factor - 1) > PRECISION; step++) {
        double next = coefficient(step, a, b, x);

        d = 1 / away_from_zero(1 + next * d);
        c = away_from_zero(1 + next / c);
        factor = c * d;
        value *= factor;
    }
    return 1 / value;
}

/* I_x(a, b): on the side where the fraction converges fast. */
static double incomplete_beta(double a, double b, double x, double one_less_x)
{
    double front;

    if (x <= 0 || one_less_x <= 0)
        return x <= 0 ? 0 : 1;
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(one_less_x));
    if (x < (a + 1) / (a + b + 2))
        return front * continued_fraction(a, b, x) / a;
    return 1 - front * continued_fraction(b, a, one_less_x) / b;
}

double hb_student_two_sided(double t, double freedom)
{
    double square = t * t;

    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + square),
                           square / (freedom + square));
}

double hb_student_quantile(double probability, double freedom)
{
    double both = 2 * (1 - probability), low = 0, high = 1;

    while (hb_student_two_sided(high, freedom) > both)
        high *= 2;
    while (high - low > 1e-13 * high) {
        double middle = low + (high - low) / 2;

        if (hb_student_two_sided(middle, freedom) > both)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static double mean_of(const double *values, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

static double squares_about(const double *values, size_t count, double mean)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sum;
}

double hb_student_p(const double *first, size_t first_count, const double *second,
                    size_t second_count)
{
    double freedom = (double)(first_count + second_count) - 2, difference, variance;
    double first_mean, second_mean;

    if (first_count == 0 || second_count == 0 || freedom < 1)
        return 1;
    first_mean = mean_of(first, first_count);
    second_mean = mean_of(second, second_count);
    difference = fabs(first_mean - second_mean);
    variance = (squares_about(first, first_count, first_mean) +
                squares_about(second, second_count, second_mean)) /
               freedom;
    if (!(variance > 0))
        return difference > 0 ? 0 : 1;
    return hb_student_two_sided(
        difference / sqrt(variance * (1 / (double)first_count + 1 / (double)second_count)),
        freedom);
}
