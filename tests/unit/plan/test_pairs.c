/* Cells of subjects: what is paired, and in which order the sides of a pair run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../arena_state.h"

#include "fixture.h"

enum { CLIENTS = 3, CONCURRENCIES = 5, CELLS = CLIENTS * CONCURRENCIES };

/* Three clients in five concurrencies for each of `heads` and the base. */
static struct hb_scenario *in_pairs(struct hb_arena *arena, size_t heads, unsigned controls)
{
    static const char *const names[] = {"base", "head", "next", "last"};
    size_t width = 1 + heads + (controls > 0);
    struct hb_scenario *scenario = make_scenario(
        arena, (struct sizes){.clients = CLIENTS * width, .concurrency = CONCURRENCIES});
    struct hb_client_spec *clients =
        hb_arena_memdup(arena, scenario->clients, CLIENTS * width * sizeof *clients);
    struct hb_subject *subjects = hb_arena_calloc(arena, width, sizeof *subjects);

    for (size_t i = 0; i < CLIENTS * width; i++) {
        clients[i] = scenario->clients[i - i % width];
        clients[i].subject = (uint32_t)(i % width);
    }
    for (size_t i = 0; i < width; i++)
        subjects[i].name = names[i];
    subjects[width - 1].control = controls > 0;
    scenario->clients = clients;
    scenario->subjects = subjects;
    scenario->subjects_count = width;
    scenario->control_cells = controls;
    scenario->run.rounds = 4;
    return scenario;
}

static uint32_t subject_of(const struct hb_plan *plan, uint32_t cell)
{
    return plan->scenario->clients[plan->cells[cell].client].subject;
}

static void each_cell_is_there_once_for_each_subject_with_one_id(void **state)
{
    struct hb_plan plan = make_plan(in_pairs(*state, 2, 0), *state);

    assert_int_equal(plan.cells_count, CELLS * 3);
    assert_int_equal(plan.pairs_count, CELLS * 2);
    for (size_t i = 0; i < plan.pairs_count; i++) {
        const struct hb_cell_pair *pair = &plan.pairs[i];

        assert_int_equal(subject_of(&plan, pair->base), 0);
        assert_int_not_equal(subject_of(&plan, pair->head), 0);
        assert_true(plan.cells[pair->base].id == plan.cells[pair->head].id);
        assert_int_equal(plan.cells[pair->base].concurrency, plan.cells[pair->head].concurrency);
        assert_int_equal(pair->control, HB_NO_CELL);
    }
    assert_string_equal(hb_cell_subject(plan.scenario, &plan.cells[plan.pairs[0].base]), "base");
}

static void the_control_takes_part_in_as_many_cells_as_asked_for(void **state)
{
    struct hb_plan plan = make_plan(in_pairs(*state, 1, 3), *state);
    size_t controls = 0;

    assert_int_equal(plan.cells_count, CELLS * 2 + 3);
    assert_int_equal(plan.pairs_count, CELLS);
    for (size_t i = 0; i < plan.pairs_count; i++) {
        const struct hb_cell_pair *pair = &plan.pairs[i];

        if (pair->control == HB_NO_CELL)
            continue;
        controls++;
        assert_int_equal(subject_of(&plan, pair->control), 2);
        assert_true(plan.cells[pair->base].id == plan.cells[pair->control].id);
    }
    assert_int_equal(controls, 3);
    plan = make_plan(in_pairs(*state, 1, 100), *state);
    assert_int_equal(plan.cells_count, CELLS * 3);
}

static void a_base_with_several_heads_has_one_control(void **state)
{
    struct hb_plan plan = make_plan(in_pairs(*state, 2, CELLS), *state);

    assert_int_equal(plan.cells_count, CELLS * 4);
    for (size_t i = 0; i < plan.pairs_count; i++)
        assert_int_equal(plan.pairs[i].control != HB_NO_CELL,
                         subject_of(&plan, plan.pairs[i].head) == 1);
}

/* Where each cell runs in a round. */
static const uint32_t *positions(const struct hb_plan *plan, unsigned round, struct hb_arena *arena)
{
    uint32_t *at = hb_arena_calloc(arena, plan->cells_count, sizeof *at);
    size_t seen = 0;

    for (size_t i = 0; i < plan->runs_count; i++) {
        if (plan->runs[i].round == round)
            at[plan->runs[i].cell] = (uint32_t)seen++;
    }
    assert_int_equal(seen, plan->cells_count);
    return at;
}

static int distance(const uint32_t *at, uint32_t from, uint32_t to)
{
    return (int)at[to] - (int)at[from];
}

static void the_sides_of_a_pair_are_neighbours_and_change_places_each_round(void **state)
{
    struct hb_plan plan = make_plan(in_pairs(*state, 1, 3), *state);

    for (size_t i = 0; i < plan.pairs_count; i++) {
        const struct hb_cell_pair *pair = &plan.pairs[i];
        int first = distance(positions(&plan, 0, *state), pair->base, pair->head);

        assert_int_equal(first * first, 1);
        for (unsigned round = 1; round < plan.rounds; round++) {
            const uint32_t *at = positions(&plan, round, *state);

            assert_int_equal(distance(at, pair->base, pair->head), round % 2 == 0 ? first : -first);
            if (pair->control != HB_NO_CELL)
                assert_int_equal(distance(at, pair->base, pair->control),
                                 -distance(at, pair->base, pair->head));
        }
    }
}

static int count_base_first(const struct hb_plan *plan, struct hb_arena *arena)
{
    const uint32_t *at = positions(plan, 0, arena);
    int count = 0;

    for (size_t i = 0; i < plan->pairs_count; i++)
        count += distance(at, plan->pairs[i].base, plan->pairs[i].head) > 0;
    return count;
}

static void half_of_the_pairs_begin_with_the_base_and_the_seed_says_which(void **state)
{
    struct hb_scenario *scenario = in_pairs(*state, 1, 0);
    bool seen[CELLS] = {false};

    for (uint64_t seed = 0; seed < 50; seed++) {
        struct hb_plan plan;
        const uint32_t *at;
        int count;

        scenario->run.seed = seed;
        plan = make_plan(scenario, *state);
        count = count_base_first(&plan, *state);
        assert_in_range(count, CELLS / 2, CELLS / 2 + 1);
        at = positions(&plan, 0, *state);
        for (size_t i = 0; i < plan.pairs_count; i++)
            seen[i] |= distance(at, plan.pairs[i].base, plan.pairs[i].head) > 0;
    }
    for (size_t i = 0; i < CELLS; i++)
        assert_true(seen[i]);
}

static void several_heads_stand_around_the_base(void **state)
{
    struct hb_plan plan = make_plan(in_pairs(*state, 3, 0), *state);
    const uint32_t *at = positions(&plan, 2, *state);

    for (size_t i = 0; i < plan.pairs_count; i++) {
        int apart = distance(at, plan.pairs[i].base, plan.pairs[i].head);
        uint32_t head = subject_of(&plan, plan.pairs[i].head);

        assert_int_equal(apart * apart, head == 3 ? 4 : 1);
    }
}

static void subjects_leave_the_order_of_a_scenario_without_them_alone(void **state)
{
    struct hb_scenario *with = in_pairs(*state, 1, 0);
    struct hb_scenario *without =
        make_scenario(*state, (struct sizes){.clients = CLIENTS, .concurrency = CONCURRENCIES});
    struct hb_plan pairs, single;

    without->run = with->run;
    pairs = make_plan(with, *state);
    single = make_plan(without, *state);
    assert_null(single.pairs);
    for (size_t i = 0; i < single.runs_count; i++) {
        const struct hb_cell *a = &single.cells[single.runs[i].cell];
        const struct hb_cell *b = &pairs.cells[pairs.runs[2 * i].cell];

        assert_int_equal(a->concurrency, b->concurrency);
        assert_int_equal(a->client, b->client / 2);
    }
}

static struct hb_plan filtered(const struct hb_scenario *scenario, const char *filter,
                               struct hb_arena *arena)
{
    struct hb_plan_options options = {0};
    struct hb_error err = {0};
    struct hb_plan plan;

    assert_int_equal(hb_filters_parse(&filter, 1, arena, &options, &err), 0);
    if (hb_plan_make(scenario, &options, arena, &plan, &err) != 0)
        fail_msg("%s", err.message);
    return plan;
}

static void a_filter_may_name_a_subject(void **state)
{
    struct hb_scenario *scenario = in_pairs(*state, 1, 2);
    struct hb_plan plan = filtered(scenario, "subject=h*", *state);

    assert_int_equal(plan.cells_count, CELLS);
    assert_int_equal(plan.pairs_count, 0);
    for (uint32_t i = 0; i < plan.cells_count; i++)
        assert_int_equal(subject_of(&plan, i), 1);
    plan = filtered(scenario, "concurrency=3", *state);
    assert_int_equal(plan.pairs_count, CLIENTS);
    assert_int_equal(plan.cells_count, CLIENTS * 2 + 2);
}

static void a_filter_that_names_no_subject_is_refused(void **state)
{
    const struct hb_filter filter = {.axis = HB_FILTER_SUBJECT, .glob = "haed"};
    const struct hb_plan_options options = {.filters = &filter, .filters_count = 1};
    struct hb_scenario *plain = make_scenario(*state, (struct sizes){0});

    assert_string_equal(refusal(in_pairs(*state, 1, 1), &options, HB_ERR_INPUT, *state),
                        "--filter: no subject matches 'haed'; did you mean 'head'?");
    assert_string_equal(refusal(plain, &options, HB_ERR_INPUT, *state),
                        "--filter: the scenario has no subjects");
}

static void a_server_of_a_subjects_own_is_used_by_its_cells_alone(void **state)
{
    struct hb_scenario *scenario = in_pairs(*state, 1, 1);
    struct hb_server_spec servers[2] = {scenario->servers[0], scenario->servers[0]};
    struct hb_plan plan;

    servers[0].subjects = 1u << 1;
    servers[1].subjects = 1u << 0 | 1u << 2;
    scenario->servers = servers;
    scenario->servers_count = 2;
    plan = make_plan(scenario, *state);
    assert_int_equal(plan.cells_count, CELLS * 2 + 1);
    assert_int_equal(plan.pairs_count, CELLS);
    for (uint32_t i = 0; i < plan.cells_count; i++)
        assert_int_equal(plan.cells[i].server, subject_of(&plan, i) == 1 ? 0 : 1);
}

static void the_control_shares_the_wire_profile_of_the_base(void **state)
{
    struct hb_scenario *scenario = in_pairs(*state, 1, 3);
    struct hb_plan plan;

    scenario->run.wire = HB_WIRE_REQUESTS;
    plan = make_plan(scenario, *state);
    for (size_t i = 0; i < plan.pairs_count; i++) {
        const struct hb_cell_pair *pair = &plan.pairs[i];

        assert_int_not_equal(plan.wire_first[pair->base], plan.wire_first[pair->head]);
        if (pair->control != HB_NO_CELL)
            assert_int_equal(plan.wire_first[pair->base], plan.wire_first[pair->control]);
    }
}

static void an_override_of_the_gate_that_matches_nothing_is_refused(void **state)
{
    static const struct hb_pattern pattern = {.client = "clent0",
                                              .place = {.file = "test.yaml", .line = 7}};
    const struct hb_gate_override override = {.pattern = &pattern};
    struct hb_scenario *scenario = in_pairs(*state, 1, 0);

    scenario->gate.overrides = &override;
    scenario->gate.overrides_count = 1;
    assert_string_equal(refusal(scenario, NULL, HB_ERR_INPUT, *state),
                        "line 7: override: no client matches 'clent0'; did you mean 'client0'?");
}

static void an_override_of_the_thresholds_that_matches_nothing_is_refused(void **state)
{
    static const struct hb_threshold_override override = {
        .pattern = {.url = "/url7", .place = {.file = "test.yaml", .line = 7}}};
    struct hb_scenario *scenario = in_pairs(*state, 1, 0);

    scenario->threshold_overrides = &override;
    scenario->threshold_overrides_count = 1;
    assert_string_equal(refusal(scenario, NULL, HB_ERR_INPUT, *state),
                        "line 7: override: no url matches '/url7'; did you mean '/url0'?");
}

static void an_override_of_cells_that_were_excluded_is_refused(void **state)
{
    static const struct hb_pattern exclude = {.client = "client0"};
    static const struct hb_threshold_override override = {
        .pattern = {.client = "client0", .place = {.file = "test.yaml", .line = 7}}};
    struct hb_scenario *scenario = make_scenario(*state, (struct sizes){.clients = 2});

    scenario->excludes = &exclude;
    scenario->excludes_count = 1;
    scenario->threshold_overrides = &override;
    scenario->threshold_overrides_count = 1;
    assert_string_equal(refusal(scenario, NULL, HB_ERR_INPUT, *state),
                        "line 7: override: no cell of the matrix has this combination");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_cell_is_there_once_for_each_subject_with_one_id),
        TEST(the_control_takes_part_in_as_many_cells_as_asked_for),
        TEST(a_base_with_several_heads_has_one_control),
        TEST(the_sides_of_a_pair_are_neighbours_and_change_places_each_round),
        TEST(half_of_the_pairs_begin_with_the_base_and_the_seed_says_which),
        TEST(several_heads_stand_around_the_base),
        TEST(subjects_leave_the_order_of_a_scenario_without_them_alone),
        TEST(a_filter_may_name_a_subject),
        TEST(a_filter_that_names_no_subject_is_refused),
        TEST(a_server_of_a_subjects_own_is_used_by_its_cells_alone),
        TEST(the_control_shares_the_wire_profile_of_the_base),
        TEST(an_override_of_the_gate_that_matches_nothing_is_refused),
        TEST(an_override_of_the_thresholds_that_matches_nothing_is_refused),
        TEST(an_override_of_cells_that_were_excluded_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
