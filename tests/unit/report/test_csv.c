/* The CSV writer, read back by libcsv's parser. */
#include "../test.h"

#include <csv.h>

#include "report/csv_writer.h"

struct cells {
    char texts[16][64];
    size_t count, rows;
};

static void on_cell(void *data, size_t length, void *context)
{
    struct cells *cells = context;

    snprintf(cells->texts[cells->count++], sizeof cells->texts[0], "%.*s", (int)length,
             (const char *)data);
}

static void on_row(HB_UNUSED int terminator, void *context)
{
    ((struct cells *)context)->rows++;
}

static void read_back(const char *text, size_t length, struct cells *cells)
{
    struct csv_parser parser;

    memset(cells, 0, sizeof *cells);
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    assert_int_equal(csv_parse(&parser, text, length, on_cell, on_row, cells), length);
    assert_int_equal(csv_fini(&parser, on_cell, on_row, cells), 0);
    csv_free(&parser);
}

static void cells_survive_commas_quotes_and_newlines(HB_UNUSED void **state)
{
    static const char *const texts[] = {"plain", "a,b", "say \"hi\"", "two\nlines", "", "é€"};
    char *text = NULL;
    size_t length = 0;
    struct cells cells;
    struct hb_csv csv = {.out = open_memstream(&text, &length)};

    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++)
        hb_csv_text(&csv, texts[i]);
    hb_csv_end_row(&csv);
    fclose(csv.out);
    read_back(text, length, &cells);
    assert_int_equal(cells.rows, 1);
    assert_int_equal(cells.count, HB_ARRAY_LEN(texts));
    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++)
        assert_string_equal(cells.texts[i], texts[i]);
    free(text);
}

static void formulas_are_neutralised_and_numbers_are_not(HB_UNUSED void **state)
{
    char *text = NULL;
    size_t length = 0;
    struct cells cells;
    struct hb_csv csv = {.out = open_memstream(&text, &length)};

    hb_csv_text(&csv, "=HYPERLINK(\"x\")");
    hb_csv_text(&csv, "-1+1");
    hb_csv_number(&csv, -1.5);
    hb_csv_empty(&csv);
    hb_csv_end_row(&csv);
    fclose(csv.out);
    read_back(text, length, &cells);
    assert_string_equal(cells.texts[0], "'=HYPERLINK(\"x\")");
    assert_string_equal(cells.texts[1], "'-1+1");
    assert_string_equal(cells.texts[2], "-1.5");
    assert_string_equal(cells.texts[3], "");
    free(text);
}

static void terminals_are_not_steered(HB_UNUSED void **state)
{
    char *text = NULL;
    size_t length = 0;
    struct cells cells;
    struct hb_csv csv = {.out = open_memstream(&text, &length)};

    hb_csv_text(&csv, "\x1b[31mred\x7f");
    hb_csv_end_row(&csv);
    fclose(csv.out);
    read_back(text, length, &cells);
    assert_string_equal(cells.texts[0], "?[31mred?");
    free(text);
}

static void numbers_read_back_exactly(HB_UNUSED void **state)
{
    static const double values[] = {0, 0.1, 1e-9, 123456789.25, 1.0 / 3, 9007199254740993.0};

    for (size_t i = 0; i < HB_ARRAY_LEN(values); i++) {
        char *text = NULL;
        size_t length = 0;
        struct cells cells;
        struct hb_csv csv = {.out = open_memstream(&text, &length)};

        hb_csv_number(&csv, values[i]);
        hb_csv_end_row(&csv);
        fclose(csv.out);
        read_back(text, length, &cells);
        assert_true(strtod(cells.texts[0], NULL) >= values[i] &&
                    strtod(cells.texts[0], NULL) <= values[i]);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_survive_commas_quotes_and_newlines),
        cmocka_unit_test(formulas_are_neutralised_and_numbers_are_not),
        cmocka_unit_test(terminals_are_not_steered),
        cmocka_unit_test(numbers_read_back_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
