/* Hostile text in HTML. */
#include "../test.h"

#include "report/markup.h"

static void markup_and_control_characters_cannot_get_through(HB_UNUSED void **state)
{
    char text[256] = "";
    FILE *out = fmemopen(text, sizeof text, "w");

    hb_markup_text(out, "<script>alert(\"x\")</script>&'\x1b[31m\tü");
    hb_markup_text(out, NULL);
    fclose(out);
    assert_string_equal(text, "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"
                              "\xEF\xBF\xBD[31m\tü");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_and_control_characters_cannot_get_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
