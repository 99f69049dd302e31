/* What a bisection makes of a verdict, and how one cell is singled out. */
#include "../test.h"

#include <math.h>
#include <string.h>

#include "cli/bisect_compare.h"

static struct hb_bisect_finding worse_by(double ratio)
{
    return (struct hb_bisect_finding){
        .is = HB_CANDIDATE_BAD,
        .metric = HB_GATE_P50,
        .verdict = {.measured = true,
                    .margin = {.relative = 0.05, .floor = 20000, .weight = HB_GATE_ADVISORY},
                    .ratio = {.estimate = ratio}},
    };
}

static void steps_ask_for_the_geometric_middle_of_the_metric_that_was_worse(void **state HB_UNUSED)
{
    struct hb_bisect_finding bad = worse_by(1.21);
    struct hb_bisect_rules rules = hb_bisect_rules_of(&bad);

    assert_int_equal(rules.metric, HB_GATE_P50);
    assert_true(fabs(rules.margin.relative - 0.1) < 1e-9);
    assert_int_equal(rules.margin.weight, HB_GATE_DECIDES);
    assert_true(rules.margin.floor <= 0);
    assert_false(rules.control);
}

static void a_margin_is_never_more_than_the_language_takes(void **state HB_UNUSED)
{
    struct hb_bisect_finding bad = worse_by(25);

    assert_true(hb_bisect_rules_of(&bad).margin.relative <= 1);
}

static void what_has_no_ratio_is_asked_for_by_its_own_margin(void **state HB_UNUSED)
{
    struct hb_bisect_finding bad = worse_by(NAN);

    bad.verdict.margin = (struct hb_gate_margin){.relative = 0, .floor = 0.5};
    assert_true(hb_bisect_rules_of(&bad).margin.relative <= 0);
    assert_true(hb_bisect_rules_of(&bad).margin.floor >= 0.5);
}

static void margins_are_written_in_the_unit_of_their_metric(void **state HB_UNUSED)
{
    static const struct {
        enum hb_gate_metric metric;
        struct hb_gate_margin margin;
        const char *text;
    } rows[] = {
        {HB_GATE_CPU,
         {.relative = 0.1, .floor = 200, .weight = HB_GATE_DECIDES},
         "gate.margins.cpu={margin: 10.000000%, floor: 200ns, weight: decides}"},
        {HB_GATE_RSS,
         {.relative = 0.05, .floor = 1048576, .weight = HB_GATE_OFF},
         "gate.margins.rss={margin: 5.000000%, floor: 1048576B, weight: off}"},
        {HB_GATE_THROUGHPUT,
         {.relative = 0.03, .floor = 5, .weight = HB_GATE_ADVISORY},
         "gate.margins.throughput={margin: 3.000000%, floor: 5.000000/s, weight: advisory}"},
        {HB_GATE_CONNECTIONS,
         {.floor = 0.5},
         "gate.margins.connections={margin: 0.000000%, floor: 0.500000, weight: decides}"},
    };
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;

    hb_arena_init(&arena);
    for (size_t i = 0; i < HB_ARRAY_LEN(rows); i++)
        assert_string_equal(hb_margin_override(rows[i].metric, &rows[i].margin, &arena),
                            rows[i].text);
}

static void git_bisect_is_told_what_it_understands(void **state HB_UNUSED)
{
    static const struct {
        int ours, git;
    } rows[] = {{0, 0},   {3, 3},   {4, 125}, {5, 125},  {6, 125},
                {7, 125}, {1, 129}, {2, 130}, {130, 130}};

    for (size_t i = 0; i < HB_ARRAY_LEN(rows); i++) {
        assert_int_equal(hb_exit_code_for("bisect", rows[i].ours), rows[i].git);
        assert_int_equal(hb_exit_code_for("gate", rows[i].ours), rows[i].ours);
        assert_int_equal(hb_exit_code_for(NULL, rows[i].ours), rows[i].ours);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_ask_for_the_geometric_middle_of_the_metric_that_was_worse),
        cmocka_unit_test(a_margin_is_never_more_than_the_language_takes),
        cmocka_unit_test(what_has_no_ratio_is_asked_for_by_its_own_margin),
        cmocka_unit_test(margins_are_written_in_the_unit_of_their_metric),
        cmocka_unit_test(git_bisect_is_told_what_it_understands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
