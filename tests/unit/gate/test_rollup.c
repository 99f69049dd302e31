/* Geometric means over shared cells, against sums done by hand. */
#include "cells.h"

#include <math.h>

#include "gate/rollup.h"

struct rolled {
    struct hb_arena arena;
    struct hb_rollup rollup;
};

static struct rolled roll_up(struct made_cells *made, bool open_loop)
{
    struct rolled rolled;

    hb_arena_init(&rolled.arena);
    rolled.rollup = hb_roll_up(&made->all, open_loop, &rolled.arena);
    return rolled;
}

static void assert_mean(const struct hb_rollup *rollup, size_t row, const char *name, double rate)
{
    assert_true(row < rollup->rows_count);
    assert_string_equal(rollup->rows[row].name, name);
    assert_true(fabs(rollup->rows[row].means[HB_ROLLUP_RATE] - rate) < 1e-9 * rate);
    assert_true(fabs(rollup->rows[row].means[HB_ROLLUP_CPU] - 1e9 / rate) < 1e-3);
}

static void means_are_over_the_loads_that_all_have(HB_UNUSED void **state)
{
    struct made_cells made = {0};
    struct rolled rolled;

    add_cell(&made, "slow", "s", 1, 0, 10);
    add_cell(&made, "quick", "s", 1, 0, 40);
    add_cell(&made, "slow", "s", 16, 0, 1000);
    add_cell(&made, "quick", "s", 16, 0, 4000);
    add_cell(&made, "quick", "s", 100, 0, 9); /* the other did not take part */
    rolled = roll_up(&made, false);
    assert_int_equal(rolled.rollup.names, 2);
    assert_int_equal(rolled.rollup.shared, 2);
    assert_int_equal(rolled.rollup.most, 3);
    assert_mean(&rolled.rollup, 0, "quick", 400);
    assert_mean(&rolled.rollup, 1, "slow", 100);
    hb_arena_release(&rolled.arena);
}

static void a_cell_that_failed_or_is_not_comparable_is_shared_by_none(HB_UNUSED void **state)
{
    struct made_cells made = {0};
    struct rolled rolled;

    add_cell(&made, "a", "s", 1, 0, 10);
    add_cell(&made, "b", "s", 1, 0, 20);
    add_cell(&made, "a", "s", 2, 0, 100);
    add_cell(&made, "b", "s", 2, 0, 0);
    add_cell(&made, "a", "s", 3, 0, 100)->flags = HB_FLAG_SERVER_LIMITED;
    add_cell(&made, "b", "s", 3, 0, 100);
    rolled = roll_up(&made, false);
    assert_int_equal(rolled.rollup.shared, 1);
    assert_int_equal(rolled.rollup.most, 3);
    assert_mean(&rolled.rollup, 0, "b", 20);
    hb_arena_release(&rolled.arena);
}

static void load_models_are_never_mixed(HB_UNUSED void **state)
{
    struct made_cells made = {0};
    struct rolled closed, open;

    add_cell(&made, "a", "s", 1, 0, 10);
    add_cell(&made, "b", "s", 1, 0, 20);
    add_cell(&made, "a", "s", 1, 500, 499);
    add_cell(&made, "b", "s", 1, 500, 498);
    closed = roll_up(&made, false);
    open = roll_up(&made, true);
    assert_int_equal(closed.rollup.shared, 1);
    assert_mean(&closed.rollup, 0, "b", 20);
    assert_int_equal(open.rollup.shared, 1);
    assert_string_equal(open.rollup.rows[0].name, "a"); /* the shorter p99 */
    hb_arena_release(&open.arena);
    hb_arena_release(&closed.arena);
}

static void without_a_shared_load_there_is_no_row(HB_UNUSED void **state)
{
    struct made_cells made = {0};
    struct rolled rolled;

    add_cell(&made, "a", "s", 1, 0, 10);
    add_cell(&made, "b", "s", 2, 0, 20);
    rolled = roll_up(&made, false);
    assert_int_equal(rolled.rollup.shared, 0);
    assert_int_equal(rolled.rollup.rows_count, 0);
    hb_arena_release(&rolled.arena);
    rolled = roll_up(&made, true);
    assert_int_equal(rolled.rollup.names, 0);
    hb_arena_release(&rolled.arena);
}

static void servers_are_rolled_up_when_they_are_compared(HB_UNUSED void **state)
{
    struct made_cells made = {0};
    struct rolled rolled;

    add_cell(&made, "a", "nginx", 1, 0, 40);
    add_cell(&made, "a", "caddy", 1, 0, 10)->flags = HB_FLAG_SERVER_LIMITED; /* of interest here */
    rolled = roll_up(&made, false);
    assert_mean(&rolled.rollup, 0, "nginx", 40);
    assert_mean(&rolled.rollup, 1, "caddy", 10);
    hb_arena_release(&rolled.arena);
}

static void a_figure_that_some_cell_lacks_has_no_mean(HB_UNUSED void **state)
{
    struct made_cells made = {0};
    struct rolled rolled;

    add_cell(&made, "a", "s", 1, 0, 10)->cpu_per_request_ns.n = 0;
    add_cell(&made, "b", "s", 1, 0, 20);
    rolled = roll_up(&made, false);
    assert_true(isnan(rolled.rollup.rows[1].means[HB_ROLLUP_CPU]));
    assert_false(isnan(rolled.rollup.rows[0].means[HB_ROLLUP_CPU]));
    hb_arena_release(&rolled.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_are_over_the_loads_that_all_have),
        cmocka_unit_test(a_cell_that_failed_or_is_not_comparable_is_shared_by_none),
        cmocka_unit_test(load_models_are_never_mixed),
        cmocka_unit_test(without_a_shared_load_there_is_no_row),
        cmocka_unit_test(servers_are_rolled_up_when_they_are_compared),
        cmocka_unit_test(a_figure_that_some_cell_lacks_has_no_mean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
