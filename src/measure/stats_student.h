/*
 * Student's t-test for two samples of equal variance. Where change points are looked for it stands
 * in for the permutation test of E-divisive: deterministic, and able to say 10^-6 of forty figures.
 */
#ifndef HB_MEASURE_STATS_STUDENT_H
#define HB_MEASURE_STATS_STUDENT_H

#include <stddef.h>

/* P(|T| >= |t|) for Student's t with `freedom` > 0 degrees of freedom. */
double hb_student_two_sided(double t, double freedom);

/* The t of which P(T <= t) is `probability`, in [0.5, 1). */
double hb_student_quantile(double probability, double freedom);

/*
 * Two-sided p against "both samples have one mean". 1 when fewer than three observations leave
 * nothing to judge by; when neither sample varies, 1 for equal means and 0 for others.
 */
double hb_student_p(const double *first, size_t first_count, const double *second,
                    size_t second_count);

#endif
