/* Figures as people read them. */
#include "../test.h"

#include "gate/summary.h"

static void figures_have_three_digits_and_the_unit_that_fits(HB_UNUSED void **state)
{
    static const struct {
        enum hb_metric metric;
        double value;
        const char *text;
    } cases[] = {
        {HB_METRIC_P50, 999, "999 ns"},
        {HB_METRIC_P50, 999.7, "1.00 µs"},
        {HB_METRIC_P50, 12345, "12.3 µs"},
        {HB_METRIC_P99, 312e6, "312 ms"},
        {HB_METRIC_MAX, 5.25e9, "5.25 s"},
        {HB_METRIC_MAX, 7200e9, "7200 s"},
        {HB_METRIC_RSS_PEAK, 1536, "1.50 KiB"},
        {HB_METRIC_RSS_PEAK, 44e6, "42.0 MiB"},
        {HB_METRIC_ERROR_RATE, 0.0012, "0.12 %"},
        {HB_METRIC_REQUESTS_PER_SECOND, 30500, "30500/s"},
        {HB_METRIC_REQUESTS_PER_SECOND, 0, "0/s"},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_buf text;

        hb_buf_init(&text, 100);
        hb_metric_format(cases[i].metric, cases[i].value, &text);
        assert_string_equal(hb_buf_text(&text), cases[i].text);
        hb_buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_have_three_digits_and_the_unit_that_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
