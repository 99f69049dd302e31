/* Change points against an implementation of their definition, and the test that decides. */
#include "near.h"

#include "measure/change_points.h"
#include "measure/stats_student.h"

struct vector {
    const char *name;
    const double *values;
    size_t count;
    double magnitude;
    const struct hb_change_point *points;
    size_t points_count;
};

#include "change_points_vectors.h"

/* ---- Student's t ---- */

/* By scipy.stats.t.sf, doubled. */
static void the_tail_of_students_t_is_that_of_scipy(void **state)
{
    static const struct {
        double t, freedom, p;
    } known[] = {
        {0, 5, 1},
        {1, 1, 0.50000000000000011},
        {2.5, 3, 0.087706647008065561},
        {-2.5, 3, 0.087706647008065561},
        {3.551, 38, 0.0010426866388338768},
        {12.7, 1, 0.050024327689344165},
        {6.5, 38, 1.1766300992579659e-07},
        {40, 10, 2.2808577430857535e-12},
        {0.01, 200, 0.99203125515328106},
        {3.1, 1, 0.19865218439823706},
    };

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(known); i++)
        assert_near(hb_student_two_sided(known[i].t, known[i].freedom) / known[i].p, 1, 1e-11);
}

/* Published tables. */
static void quantiles_invert_the_tail(void **state)
{
    static const struct {
        double probability, freedom, t;
    } known[] = {
        {0.975, 4, 2.7764451052},
        {0.99, 16, 2.5834871853},
        {0.95, 10, 1.8124611228},
        {0.99, 1, 31.8205159538},
        {0.5, 7, 0},
    };

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(known); i++)
        assert_near(hb_student_quantile(known[i].probability, known[i].freedom), known[i].t, 1e-8);
}

/* By scipy.stats.ttest_ind. */
static void two_samples_are_told_apart_as_scipy_does(void **state)
{
    static const double first[] = {1.1, 0.9, 1.0, 1.2, 0.95}, second[] = {1.3, 1.25, 1.4};

    (void)state;
    assert_near(hb_student_p(first, 5, second, 3), 0.010798109849332979, 1e-14);
}

static void samples_that_say_nothing_have_p_one(void **state)
{
    static const double same[] = {2, 2, 2}, other[] = {3, 3, 3};

    (void)state;
    assert_near(hb_student_p(same, 1, other, 1), 1, 0);
    assert_near(hb_student_p(same, 0, other, 3), 1, 0);
    assert_near(hb_student_p(same, 3, same, 3), 1, 0);
    assert_near(hb_student_p(same, 3, other, 3), 0, 0);
}

/* ---- the energy statistic ---- */

static double mean_of_pairs(const double *a, size_t a_count, const double *b, size_t b_count)
{
    double sum = 0;
    size_t pairs = 0;

    for (size_t i = 0; i < a_count; i++) {
        for (size_t j = a == b ? i + 1 : 0; j < b_count; j++, pairs++)
            sum += fabs(a[i] - b[j]);
    }
    return pairs > 0 ? sum / (double)pairs : 0;
}

/* The definition, word for word. */
static double energy_by_definition(const double *values, size_t split, size_t count)
{
    const double *right = values + split;
    double n = (double)split, m = (double)(count - split);

    return n * m / (n + m) *
           (2 * mean_of_pairs(values, split, right, count - split) -
            mean_of_pairs(values, split, values, split) -
            mean_of_pairs(right, count - split, right, count - split));
}

static void the_split_is_where_the_definition_is_largest(void **state)
{
    struct hb_rng rng = {11};
    double values[24];

    (void)state;
    for (int round = 0; round < 200; round++) {
        double energy, most = 0;
        size_t best = 0, split;

        draw_whole(&rng, values, HB_ARRAY_LEN(values), round % 2 == 0 ? 1000 : 3);
        for (size_t at = 2; at <= HB_ARRAY_LEN(values) - 2; at++) {
            double here = energy_by_definition(values, at, HB_ARRAY_LEN(values));

            if (here > most + 1e-9) {
                most = here;
                best = at;
            }
        }
        split = hb_energy_split(values, 0, HB_ARRAY_LEN(values), 2, &energy);
        assert_near(energy, most, 1e-8);
        if (split != best) /* a tie */
            assert_near(energy_by_definition(values, split, HB_ARRAY_LEN(values)), most, 1e-8);
    }
}

/* ---- change points ---- */

static void check_points(const struct vector *vector)
{
    struct hb_change_rules rules = {.alpha = 0.001, .magnitude = vector->magnitude, .shortest = 3};
    struct hb_change_point *points;
    struct hb_error err = {0};
    size_t count;

    assert_int_equal(hb_change_points(vector->values, vector->count, &rules, &points, &count, &err),
                     0);
    if (count != vector->points_count)
        fail_msg("%s: %zu points, want %zu", vector->name, count, vector->points_count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(points[i].index, vector->points[i].index);
        assert_near(points[i].before, vector->points[i].before, 1e-10);
        assert_near(points[i].after, vector->points[i].after, 1e-10);
        assert_near(points[i].p / vector->points[i].p, 1, 1e-8);
    }
    free(points);
}

static void points_are_those_of_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(vectors); i++)
        check_points(&vectors[i]);
}

static size_t count_points(const double *values, size_t count, size_t shortest)
{
    struct hb_change_rules rules = {.alpha = 0.001, .shortest = shortest};
    struct hb_change_point *points;
    struct hb_error err = {0};
    size_t found;

    assert_int_equal(hb_change_points(values, count, &rules, &points, &found, &err), 0);
    free(points);
    return found;
}

static void short_and_constant_series_have_no_points(void **state)
{
    double values[40] = {0};

    (void)state;
    for (size_t count = 0; count <= 40; count++)
        assert_int_equal(count_points(values, count, 3), 0);
    values[3] = values[4] = values[5] = 1;
    assert_int_equal(count_points(values, 5, 3), 0);
    assert_int_equal(count_points(values, 6, 3), 1);
}

static void one_night_alone_is_no_change(void **state)
{
    struct hb_rng rng = {5};
    double values[40];

    (void)state;
    for (size_t i = 0; i < 40; i++)
        values[i] = hb_rng_unit(&rng);
    values[39] = 100;
    assert_int_equal(count_points(values, 40, 3), 0);
    assert_int_equal(count_points(values, 40, 1), 1);
}

static void too_long_a_series_is_refused(void **state)
{
    static double values[HB_CHANGE_POINTS_MAX + 1];
    struct hb_change_rules rules = {.alpha = 0.001, .shortest = 3};
    struct hb_change_point *points;
    struct hb_error err = {0};
    size_t count;

    (void)state;
    assert_int_equal(hb_change_points(values, HB_ARRAY_LEN(values), &rules, &points, &count, &err),
                     -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    assert_null(points);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tail_of_students_t_is_that_of_scipy),
        cmocka_unit_test(quantiles_invert_the_tail),
        cmocka_unit_test(two_samples_are_told_apart_as_scipy_does),
        cmocka_unit_test(samples_that_say_nothing_have_p_one),
        cmocka_unit_test(the_split_is_where_the_definition_is_largest),
        cmocka_unit_test(points_are_those_of_the_reference),
        cmocka_unit_test(short_and_constant_series_have_no_points),
        cmocka_unit_test(one_night_alone_is_no_change),
        cmocka_unit_test(too_long_a_series_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
