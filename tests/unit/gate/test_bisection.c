/* Bisection against a plain search, with and without candidates that cannot be told. */
#include "../test.h"
#include "gate/bisection.h"

#include "base/macros.h"
#include "base/rng.h"

enum { CANDIDATES_MAX = 200 };

struct row {
    enum hb_candidate told[CANDIDATES_MAX];
    bool untellable[CANDIDATES_MAX];
    size_t count, first_bad;
    unsigned tries;
};

static void bisect(struct row *row, struct hb_bisection *bisection)
{
    size_t index;

    hb_bisection_init(bisection, row->told, row->count);
    for (row->tries = 0; hb_bisection_next(bisection, &index); row->tries++) {
        assert_true(row->tries < row->count);
        if (row->untellable[index])
            hb_bisection_tell(bisection, index, HB_CANDIDATE_UNTELLABLE);
        else
            hb_bisection_tell(bisection, index,
                              index >= row->first_bad ? HB_CANDIDATE_BAD : HB_CANDIDATE_GOOD);
    }
}

static void the_first_bad_one_is_found_in_few_tries(void **state HB_UNUSED)
{
    for (size_t count = 1; count <= 70; count++) {
        for (size_t bad = 0; bad < count; bad++) {
            struct row row = {.count = count, .first_bad = bad};
            struct hb_bisection bisection;

            hb_bisection_init(&bisection, row.told, count);
            unsigned steps = hb_bisection_steps(&bisection);

            bisect(&row, &bisection);
            assert_int_equal(bisection.bad, bad);
            assert_int_equal(bisection.good_end, bad);
            assert_true(row.tries <= steps);
        }
    }
}

static void what_cannot_be_told_is_passed_over_and_bounds_the_answer(void **state HB_UNUSED)
{
    struct hb_rng rng = {.state = 5};

    for (unsigned round = 0; round < 2000; round++) {
        struct row row = {.count = 1 + hb_rng_below(&rng, CANDIDATES_MAX)};
        struct hb_bisection bisection;

        row.first_bad = hb_rng_below(&rng, row.count);
        for (size_t i = 0; i + 1 < row.count; i++)
            row.untellable[i] = hb_rng_below(&rng, 4) == 0;
        bisect(&row, &bisection);
        assert_true(bisection.good_end <= row.first_bad && row.first_bad <= bisection.bad);
        for (size_t i = bisection.good_end; i < bisection.bad; i++)
            assert_true(row.untellable[i]);
    }
}

static void a_single_candidate_needs_no_try(void **state HB_UNUSED)
{
    struct row row = {.count = 1};
    struct hb_bisection bisection;

    bisect(&row, &bisection);
    assert_int_equal(row.tries, 0);
    assert_int_equal(bisection.bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_bad_one_is_found_in_few_tries),
        cmocka_unit_test(what_cannot_be_told_is_passed_over_and_bounds_the_answer),
        cmocka_unit_test(a_single_candidate_needs_no_try),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
