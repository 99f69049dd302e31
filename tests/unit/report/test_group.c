/* Grouping and ranking of cells made by hand. */
#include "../gate/cells.h"

#include "report/group.h"

static const char *name_at(const struct hb_cell_group *group, size_t rank)
{
    return hb_compared_name(group->cells[rank]->first, group->comparison);
}

static struct hb_cell_group *group_cells(struct made_cells *made, struct hb_arena *arena,
                                         size_t want)
{
    struct hb_cell_group *groups;
    size_t count;

    hb_group_cells(&made->all, arena, &groups, &count);
    assert_int_equal(count, want);
    return groups;
}

static void the_fastest_is_first_and_what_is_not_comparable_after_the_rest(HB_UNUSED void **state)
{
    struct made_cells made = {0};
    struct hb_cell_group *group;
    struct hb_arena arena;

    hb_arena_init(&arena);
    add_cell(&made, "failed", "s", 1, 0, 0);
    add_cell(&made, "limited", "s", 1, 0, 900)->flags = HB_FLAG_SERVER_LIMITED;
    add_cell(&made, "slow", "s", 1, 0, 10);
    add_cell(&made, "quick", "s", 1, 0, 100)->flags = HB_FLAG_CLIENT_SATURATED;
    group = group_cells(&made, &arena, 1);
    assert_int_equal(group->comparable, 2);
    assert_string_equal(name_at(group, 0), "quick");
    assert_string_equal(name_at(group, 1), "slow");
    assert_string_equal(name_at(group, 2), "limited");
    assert_string_equal(name_at(group, 3), "failed");
    hb_arena_release(&arena);
}

static void servers_are_ranked_when_one_client_met_several(HB_UNUSED void **state)
{
    struct made_cells made = {0};
    struct hb_cell_group *groups;
    struct hb_arena arena;
    struct hb_buf title;

    hb_arena_init(&arena);
    hb_buf_init(&title, 256);
    add_cell(&made, "c", "caddy", 1, 0, 10);
    add_cell(&made, "c", "caddy", 2, 0, 10);
    add_cell(&made, "c", "nginx", 1, 0, 20);
    add_cell(&made, "c", "nginx", 2, 0, 20)->flags = HB_FLAG_CLIENT_SATURATED;
    groups = group_cells(&made, &arena, 2);
    assert_string_equal(name_at(&groups[0], 0), "nginx");
    assert_string_equal(name_at(&groups[1], 0), "caddy");
    assert_int_equal(groups[1].comparable, 1);
    assert_true(hb_same_family(&groups[0], &groups[1]));
    hb_group_describe(&groups[0], true, &title);
    assert_string_equal(hb_buf_text(&title), "GET /get with c, 1 at once");
    hb_buf_release(&title);
    hb_arena_release(&arena);
}

static void load_models_are_never_ranked_together(HB_UNUSED void **state)
{
    struct made_cells made = {0};
    struct hb_cell_group *groups;
    struct hb_arena arena;

    hb_arena_init(&arena);
    add_cell(&made, "a", "s", 1, 0, 10);
    add_cell(&made, "b", "s", 1, 500, 499);
    groups = group_cells(&made, &arena, 2);
    assert_false(hb_same_family(&groups[0], &groups[1]));
    hb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fastest_is_first_and_what_is_not_comparable_after_the_rest),
        cmocka_unit_test(servers_are_ranked_when_one_client_met_several),
        cmocka_unit_test(load_models_are_never_ranked_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
