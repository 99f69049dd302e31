/* What trust flags do to comparisons. */
#include "cells.h"

#include "gate/trust_rules.h"

static void one_client_on_several_servers_compares_servers(HB_UNUSED void **state)
{
    struct made_cells made = {0};

    assert_int_equal(hb_comparison_of(&made.all), HB_COMPARE_CLIENTS);
    add_cell(&made, "a", "nginx", 1, 0, 10);
    assert_int_equal(hb_comparison_of(&made.all), HB_COMPARE_CLIENTS);
    add_cell(&made, "a", "nginx", 16, 0, 10);
    assert_int_equal(hb_comparison_of(&made.all), HB_COMPARE_CLIENTS);
    add_cell(&made, "a", "caddy", 1, 0, 10);
    assert_int_equal(hb_comparison_of(&made.all), HB_COMPARE_SERVERS);
    add_cell(&made, "b", "caddy", 1, 0, 10);
    assert_int_equal(hb_comparison_of(&made.all), HB_COMPARE_CLIENTS);
}

static void the_side_that_was_the_limit_spoils_the_other_comparison(HB_UNUSED void **state)
{
    const struct {
        unsigned flags;
        bool clients, servers;
    } cases[] = {
        {0, true, true},
        {HB_FLAG_SERVER_LIMITED, false, true},
        {HB_FLAG_CLIENT_SATURATED, true, false},
        {HB_FLAG_GENERATOR_LATE, true, false},
        {HB_FLAG_COUNT_MISMATCH, false, false},
        {HB_FLAG_LITTLES_LAW, false, false},
        {HB_FLAG_SERVER_DEGRADED, false, false},
        {HB_FLAG_HOST_CONTENDED | HB_FLAG_NOT_STEADY | HB_FLAG_TOO_FEW_SAMPLES, true, true},
        {HB_FLAG_ERRORS | HB_FLAG_SERVER_LIMITED, false, true},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_cell_summary cell = {.flags = cases[i].flags};

        assert_int_equal(hb_is_comparable(&cell, HB_COMPARE_CLIENTS), cases[i].clients);
        assert_int_equal(hb_is_comparable(&cell, HB_COMPARE_SERVERS), cases[i].servers);
    }
}

static void every_flag_that_spoils_says_why(HB_UNUSED void **state)
{
    for (unsigned comparison = 0; comparison <= HB_COMPARE_SERVERS; comparison++) {
        for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
            bool spoils =
                (hb_invalidating_flags((enum hb_comparison)comparison) & (1u << bit)) != 0;

            assert_int_equal(hb_flag_objection(bit, (enum hb_comparison)comparison) != NULL,
                             spoils);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_client_on_several_servers_compares_servers),
        cmocka_unit_test(the_side_that_was_the_limit_spoils_the_other_comparison),
        cmocka_unit_test(every_flag_that_spoils_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
