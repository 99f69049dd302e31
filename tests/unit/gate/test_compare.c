/* Comparisons without a procedure: every cell for itself, and what is said of all of them. */
#include "../test.h"

#include <math.h>

#include "gate/compare.h"

enum { RUNS = 8 };

static const struct hb_gate_options options = {
    .margins = {[HB_GATE_THROUGHPUT] = {.relative = 0.03, .weight = HB_GATE_DECIDES},
                [HB_GATE_CPU] = {.weight = HB_GATE_OFF},
                [HB_GATE_P50] = {.weight = HB_GATE_OFF},
                [HB_GATE_P99] = {.weight = HB_GATE_OFF},
                [HB_GATE_RSS] = {.weight = HB_GATE_OFF},
                [HB_GATE_BYTES] = {.weight = HB_GATE_OFF},
                [HB_GATE_CONNECTIONS] = {.weight = HB_GATE_OFF},
                [HB_GATE_SYSTEM_CALLS] = {.weight = HB_GATE_OFF},
                [HB_GATE_INSTRUCTIONS] = {.weight = HB_GATE_OFF}},
    .alpha = 0.01,
    .suite_margin = 0.01,
};

static struct hb_rules rules(void)
{
    struct hb_rules made = {.alpha = HB_COMPARE_ALPHA};

    memcpy(made.margins, options.margins, sizeof made.margins);
    return made;
}

static struct hb_run_row label(const char *id, const char *client)
{
    return (struct hb_run_row){.cell_id = id,
                               .client = client,
                               .client_library = client,
                               .server = "builtin",
                               .method = "GET",
                               .url = "/get"};
}

/* A little scatter, the same on both sides. */
static struct hb_observation observation(double throughput, size_t run)
{
    struct hb_observation made = {.state = HB_OBSERVED_OK, .failure = ""};

    for (int metric = 0; metric < HB_GATE_METRICS; metric++)
        made.values[metric] = NAN;
    made.values[HB_GATE_THROUGHPUT] = throughput * (1 + 0.001 * (double)(run % 3));
    return made;
}

static struct hb_paired_cell pairs(const struct hb_run_row *of, double base, double head,
                                   bool control, struct hb_arena *arena)
{
    struct hb_paired_cell cell = {.label = of, .control = control, .count = RUNS};

    cell.pairs = hb_arena_calloc(arena, RUNS, sizeof *cell.pairs);
    for (size_t i = 0; i < RUNS; i++)
        cell.pairs[i] = (struct hb_pair){.sides = {observation(base, i), observation(head, i + 1)},
                                         .round = (unsigned)i};
    return cell;
}

static void worst_comes_first_and_controls_count_for_nothing(HB_UNUSED void **state)
{
    struct hb_run_row a = label("a", "one"), b = label("b", "two"), c = label("c", "two");
    struct hb_arena arena;
    struct hb_comparison_result result;

    hb_arena_init(&arena);
    {
        struct hb_paired_cell cells[] = {
            pairs(&a, 1000, 1000, false, &arena),
            pairs(&b, 1000, 800, false, &arena),
            pairs(&c, 1000, 1300, false, &arena),
            pairs(&a, 1000, 700, true, &arena),
        };
        const struct hb_rules of[] = {rules(), rules(), rules(), rules()};
        const struct hb_paired_cells all = {cells, HB_ARRAY_LEN(cells)};

        assert_int_equal(hb_compare_pairs(&all, of, &options, &arena, &result, NULL), 0);
    }
    assert_int_equal(result.kind, HB_COMPARED_PAIRS);
    assert_int_equal(result.verdict, HB_VERDICT_REGRESSED);
    assert_string_equal(result.cells[0].cell_id, "b");
    assert_string_equal(result.cells[1].cell_id, "c");
    assert_string_equal(result.cells[2].cell_id, "a");
    assert_true(result.cells[3].control);
    assert_int_equal(result.counts[HB_VERDICT_REGRESSED], 1);
    assert_int_equal(result.counts[HB_VERDICT_IMPROVED], 1);
    assert_int_equal(result.counts[HB_VERDICT_UNCHANGED], 1);
    assert_int_equal(result.suites[0].cells, 3);
    assert_string_equal(result.suites[1].name, "two");
    assert_int_equal(result.suites[1].cells, 2);
    assert_int_equal(result.suites[0].metrics[HB_GATE_THROUGHPUT].weight, HB_GATE_ADVISORY);
    hb_arena_release(&arena);
}

static struct hb_unpaired_cell stored(const struct hb_run_row *base, const struct hb_run_row *head,
                                      struct hb_arena *arena)
{
    struct hb_unpaired_cell cell = {.labels = {base, head}};

    for (size_t side = 0; side < HB_SIDES; side++) {
        cell.counts[side] = cell.labels[side] != NULL ? RUNS : 0;
        cell.runs[side] = hb_arena_calloc(arena, RUNS, sizeof *cell.runs[side]);
        for (size_t i = 0; i < RUNS; i++)
            cell.runs[side][i] = observation(1000, i);
    }
    return cell;
}

static void cells_without_a_counterpart_are_called_so(HB_UNUSED void **state)
{
    struct hb_run_row a = label("a", "one"), b = label("b", "one"), c = label("c", "one");
    static const enum hb_verdict unmatched[] = {HB_VERDICT_NEW, HB_VERDICT_NO_BASELINE};

    for (size_t i = 0; i < HB_ARRAY_LEN(unmatched); i++) {
        struct hb_arena arena;
        struct hb_comparison_result result;
        const struct hb_rules of[] = {rules(), rules(), rules()};

        hb_arena_init(&arena);
        {
            struct hb_unpaired_cell cells[] = {stored(&a, &a, &arena), stored(NULL, &b, &arena),
                                               stored(&c, NULL, &arena)};
            const struct hb_unpaired_cells all = {cells, HB_ARRAY_LEN(cells)};

            assert_int_equal(
                hb_compare_stored(&all, of, &options, unmatched[i], &arena, &result, NULL), 0);
        }
        assert_int_equal(result.kind, HB_COMPARED_STORED);
        assert_int_equal(result.verdict, HB_VERDICT_REMOVED);
        assert_int_equal(result.counts[unmatched[i]], 1);
        assert_int_equal(result.counts[HB_VERDICT_REMOVED], 1);
        assert_int_equal(result.counts[HB_VERDICT_UNCHANGED], 1);
        assert_int_equal(result.suites[0].cells, 1);
        hb_arena_release(&arena);
    }
}

static void nothing_compared_is_an_error(HB_UNUSED void **state)
{
    const struct hb_paired_cells none = {0};
    struct hb_arena arena;
    struct hb_comparison_result result;

    hb_arena_init(&arena);
    assert_int_equal(hb_compare_pairs(&none, NULL, &options, &arena, &result, NULL), 0);
    assert_int_equal(result.verdict, HB_VERDICT_ERROR);
    assert_int_equal(result.suites[0].cells, 0);
    hb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worst_comes_first_and_controls_count_for_nothing),
        cmocka_unit_test(cells_without_a_counterpart_are_called_so),
        cmocka_unit_test(nothing_compared_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
