/* Charts, read as text. */
#include "../test.h"

#include "report/chart.h"

static const struct hb_chart_point points[] = {
    {0, 0.9, 0.9, 0.9}, {5, 1.1, 1.1, 1.1}, {10, 1, 1, 1}};
static const struct hb_chart_tick ticks[] = {{0, "0"}, {10, "10"}};

/* The SVG of a chart of three points. The caller frees. */
static char *draw(bool scattered, double y_from, double shaded_to, const char *label)
{
    struct hb_chart_series series = {label, points, HB_ARRAY_LEN(points), scattered};
    struct hb_chart chart = {.title = "t",
                             .description = "d",
                             .x_label = "x",
                             .y_metric = HB_METRIC_ERROR_RATE,
                             .y_from = y_from,
                             .shaded_to = shaded_to,
                             .x_ticks = ticks,
                             .x_ticks_count = HB_ARRAY_LEN(ticks),
                             .series = &series,
                             .series_count = 1};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    hb_chart_write(&chart, 1, out);
    fclose(out);
    return text;
}

/* The part before the legend, which has a line of its own. */
static bool plot_has(char *text, const char *part)
{
    char *legend = strstr(text, "<figcaption>");

    assert_non_null(legend);
    *legend = '\0';
    return strstr(text, part) != NULL;
}

static void scattered_points_have_no_line(HB_UNUSED void **state)
{
    char *line = draw(false, 0, 0, "a"), *dots = draw(true, 0, 0, "a");

    assert_true(plot_has(line, "<polyline"));
    assert_false(plot_has(dots, "<polyline"));
    assert_non_null(strstr(dots, "<circle"));
    free(line);
    free(dots);
}

static void the_axis_begins_where_it_is_told_and_at_zero_else(HB_UNUSED void **state)
{
    char *whole = draw(true, 0, 0, "a"), *part = draw(true, 0.9, 0, "a");

    assert_non_null(strstr(whole, ">0 %<"));
    assert_null(strstr(part, ">0 %<"));
    assert_non_null(strstr(part, ">90.0 %<"));
    free(whole);
    free(part);
}

static void the_shade_reaches_as_far_as_the_warm_up(HB_UNUSED void **state)
{
    char *plain = draw(false, 0, 0, "a"), *shaded = draw(false, 0, 5, "a");

    assert_null(strstr(plain, "class=\"shade\""));
    assert_non_null(strstr(shaded, "class=\"shade\" x=\"78\" y=\"12\" width=\"267.0\""));
    free(plain);
    free(shaded);
}

static void labels_are_escaped(HB_UNUSED void **state)
{
    char *text = draw(false, 0, 0, "<script>");

    assert_null(strstr(text, "<script>"));
    assert_non_null(strstr(text, "&lt;script&gt;"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scattered_points_have_no_line),
        cmocka_unit_test(the_axis_begins_where_it_is_told_and_at_zero_else),
        cmocka_unit_test(the_shade_reaches_as_far_as_the_warm_up),
        cmocka_unit_test(labels_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
