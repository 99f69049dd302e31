/* Text tables. */
#include "../test.h"

#include "cli/table.h"

static void columns_are_as_wide_as_their_widest_cell(HB_UNUSED void **state)
{
    static const char *const headers[] = {"name", ">count", "note"};
    struct hb_text_table table;
    struct hb_arena arena;
    char text[512] = "";
    FILE *out = fmemopen(text, sizeof text, "w");

    hb_arena_init(&arena);
    hb_text_table_init(&table, &arena, headers, HB_ARRAY_LEN(headers));
    hb_text_table_add(&table, "µ");
    hb_text_table_addf(&table, "%d", 1234567);
    hb_text_table_add(&table, "last");
    hb_text_table_add(&table, "longer");
    hb_text_table_add(&table, "1");
    hb_text_table_add(&table, "");
    hb_text_table_print(&table, out);
    fclose(out);
    assert_string_equal(text, "name      count  note\n"
                              "µ       1234567  last\n"
                              "longer        1  \n");
    hb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
