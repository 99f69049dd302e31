/* The committed schema and reference page are what the field tables say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "scenario/scenario.h"

static void assert_committed(const char *path, void (*put)(struct hb_buf *ret), const char *command)
{
    struct hb_buf made, committed;
    struct hb_error err = {0};

    hb_buf_init(&made, 1 << 20);
    hb_buf_init(&committed, 1 << 20);
    put(&made);
    assert_int_equal(hb_buf_read_file(&committed, path, &err), 0);
    if (strcmp(hb_buf_text(&made), hb_buf_text(&committed)) != 0)
        fail_msg("%s is out of date; make it again: hb-docgen %s > %s", path, command, path);
    hb_buf_release(&made);
    hb_buf_release(&committed);
}

static void the_committed_schema_is_the_tables_schema(void **state)
{
    (void)state;
    assert_committed(HB_SOURCE_DIR "/schemas/scenario.schema.json", hb_scenario_put_schema,
                     "schema");
}

static void the_committed_reference_is_the_tables_reference(void **state)
{
    (void)state;
    assert_committed(HB_SOURCE_DIR "/docs/scenario-reference.md", hb_scenario_put_reference,
                     "reference");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_committed_schema_is_the_tables_schema),
        cmocka_unit_test(the_committed_reference_is_the_tables_reference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
