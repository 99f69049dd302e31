/* Numbers with units, against the same numbers computed here. */
#include "support.h"

#include <math.h>
#include <stdio.h>

#include "config/units.h"

static void durations_are_number_times_unit(void **state)
{
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"ns", 1},         {"us", 1000},       {"ms", 1000000},
                 {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000}};

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(units); i++) {
        for (int64_t n = 0; n < 1000; n += 7) {
            char text[32], formatted[HB_DURATION_TEXT_BYTES];
            int64_t ns = -1, again = -1;

            snprintf(text, sizeof text, "%lld%s", (long long)n, units[i].unit);
            assert_int_equal(hb_parse_duration(text, &ns), 0);
            assert_int_equal(ns, n * units[i].ns);
            hb_format_duration(formatted, ns);
            assert_int_equal(hb_parse_duration(formatted, &again), 0);
            assert_int_equal(again, ns);
        }
    }
}

static void fractions_are_exact_to_the_nanosecond(void **state)
{
    int64_t ns;

    (void)state;
    assert_int_equal(hb_parse_duration("1.5s", &ns), 0);
    assert_int_equal(ns, 1500000000);
    assert_int_equal(hb_parse_duration("0.1s", &ns), 0);
    assert_int_equal(ns, 100000000);
    assert_int_equal(hb_parse_duration("2.000000001s", &ns), 0);
    assert_int_equal(ns, 2000000001);
}

static void what_is_no_duration_is_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        "5",
                                        "s",
                                        "-1s",
                                        "+1s",
                                        "5 s",
                                        "5S",
                                        "1e3s",
                                        "1.s",
                                        ".5s",
                                        "1d",
                                        "0x5s",
                                        "1..5s",
                                        "1s ",
                                        "inf s",
                                        "nan",
                                        "99999999999999999999h"};
    int64_t ns;

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(wrong); i++)
        assert_int_equal(hb_parse_duration(wrong[i], &ns), -1);
}

static void sizes_rates_and_percentages_carry_their_units(void **state)
{
    int64_t bytes;
    double value;

    (void)state;
    assert_int_equal(hb_parse_size("64KB", &bytes), 0);
    assert_int_equal(bytes, 64000);
    assert_int_equal(hb_parse_size("64KiB", &bytes), 0);
    assert_int_equal(bytes, 65536);
    assert_int_equal(hb_parse_size("1.5GiB", &bytes), 0);
    assert_int_equal(bytes, 3LL << 29);
    assert_int_equal(hb_parse_size("64", &bytes), -1);
    assert_int_equal(hb_parse_rate("1.5k/s", &value), 0);
    assert_true(fabs(value - 1500) < 1e-9);
    assert_int_equal(hb_parse_rate("30/m", &value), 0);
    assert_true(fabs(value - 0.5) < 1e-9);
    assert_int_equal(hb_parse_rate("500", &value), -1);
    assert_int_equal(hb_parse_percent("0.1%", &value), 0);
    assert_true(fabs(value - 0.001) < 1e-12);
    assert_int_equal(hb_parse_percent("0.1", &value), -1);
}

static void whole_numbers_end_where_64_bits_do(void **state)
{
    int64_t value;

    (void)state;
    assert_int_equal(hb_parse_integer("9223372036854775807", &value), 0);
    assert_true(value == INT64_MAX);
    assert_int_equal(hb_parse_integer("-9223372036854775808", &value), 0);
    assert_true(value == INT64_MIN);
    assert_int_equal(hb_parse_integer("9223372036854775808", &value), -1);
    assert_int_equal(hb_parse_integer(" 5", &value), -1);
    assert_int_equal(hb_parse_integer("5 ", &value), -1);
    assert_int_equal(hb_parse_integer("-", &value), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_number_times_unit),
        cmocka_unit_test(fractions_are_exact_to_the_nanosecond),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(sizes_rates_and_percentages_carry_their_units),
        cmocka_unit_test(whole_numbers_end_where_64_bits_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
