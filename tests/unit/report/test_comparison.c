/* What comparisons are printed as: the same verdicts everywhere, and nothing that a name could do.
 */
#include "../test.h"

#include <csv.h>
#include <jansson.h>

#include "base/memory.h"
#include "config/utf8.h"
#include "report/columns.h"
#include "report/comparison_words.h"

#include "comparison_sample.h"

struct page {
    char *text;
    size_t length;
};

static struct page print_report(const struct hb_comparison_report *report, const char *format)
{
    struct page page = {0};
    FILE *out = open_memstream(&page.text, &page.length);

    assert_non_null(hb_comparison_format_find(format));
    assert_int_equal(hb_comparison_put(report, hb_comparison_format_find(format), out, NULL), 0);
    fclose(out);
    return page;
}

static struct page print(enum hb_made_up made_up, const char *format)
{
    struct hb_secrets secrets;
    struct hb_comparison_report report;
    struct hb_arena arena;
    struct page page;

    hb_arena_init(&arena);
    hb_secrets_init(&secrets);
    hb_secrets_add(&secrets, HB_SECRET);
    report = hb_made_up_report(made_up, &arena);
    report.secrets = &secrets;
    page = print_report(&report, format);
    hb_secrets_release(&secrets);
    hb_arena_release(&arena);
    return page;
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

static void assert_contains(const struct page *page, const char *part)
{
    if (strstr(page->text, part) == NULL)
        fail_msg("'%s' is not in:\n%.3000s", part, page->text);
}

static void assert_lacks(const struct page *page, const char *part)
{
    if (strstr(page->text, part) != NULL)
        fail_msg("'%s' is in: …%.300s", part, strstr(page->text, part));
}

static void every_format_can_be_found_and_described(HB_UNUSED void **state)
{
    static const char *const names[] = {"text",        "json",  "csv", "markdown",
                                        "annotations", "junit", "html"};

    for (size_t i = 0; i < HB_ARRAY_LEN(names); i++) {
        assert_string_equal(hb_comparison_formats()[i]->name, names[i]);
        assert_ptr_equal(hb_comparison_format_find(names[i]), hb_comparison_formats()[i]);
        assert_true(strlen(hb_comparison_formats()[i]->summary) > 5);
    }
    assert_null(hb_comparison_formats()[HB_ARRAY_LEN(names)]);
    assert_null(hb_comparison_format_find("yaml"));
}

/* In no format, from no text: neither a secret nor a byte that steers a terminal. */
static void names_leak_no_secret_and_steer_no_terminal(HB_UNUSED void **state)
{
    for (size_t i = 0; hb_comparison_formats()[i] != NULL; i++) {
        const char *format = hb_comparison_formats()[i]->name;
        struct page page = print(HB_MADE_UP_NASTY, format);

        assert_lacks(&page, HB_SECRET);
        assert_lacks(&page, "\xe2\x80\xae");
        for (size_t at = 0; at < page.length;) {
            uint32_t character = 0;
            size_t bytes = hb_utf8_decode(page.text + at, page.length - at, &character);

            if (bytes == 0)
                fail_msg("%s: byte %zu is no UTF-8", format, at);
            if ((character < ' ' && character != '\n' && character != '\r') || character == 0x7F)
                fail_msg("%s: byte %zu is control character %u", format, at, (unsigned)character);
            at += bytes;
        }
        free(page.text);
    }
}

/* To GitHub's runner a line of a job's log that begins with "::" is a command, and so is "##[". */
static void names_in_a_log_give_no_commands(HB_UNUSED void **state)
{
    static const char *const formats[] = {"text", "json", "csv", "markdown", "junit", "html"};

    for (size_t i = 0; i < HB_ARRAY_LEN(formats); i++) {
        struct page page = print(HB_MADE_UP_NASTY, formats[i]);

        for (char *line = page.text; line != NULL && *line != '\0';) {
            const char *first = line + strspn(line, " \t");

            if (strncmp(first, "::", 2) == 0)
                fail_msg("%s: %.80s", formats[i], line);
            line = strchr(line, '\n');
            line = line != NULL ? line + 1 : NULL;
        }
        free(page.text);
    }
}

static void the_terminal_gets_eighty_columns(HB_UNUSED void **state)
{
    for (int made_up = 0; made_up < HB_MADE_UPS; made_up++) {
        struct page page = print((enum hb_made_up)made_up, "text");

        for (const char *line = page.text;
             made_up != HB_MADE_UP_NASTY && made_up != HB_MADE_UP_LARGE && *line != '\0';) {
            size_t length = strcspn(line, "\n");

            if (hb_text_width(line, length) > HB_TEXT_COLUMNS)
                fail_msg("too wide: %.*s", (int)length, line);
            line += length + 1;
        }
        free(page.text);
    }
}

static void text_says_what_happened_and_what_to_type_next(HB_UNUSED void **state)
{
    struct page page = print(HB_MADE_UP_ORDINARY, "text");

    assert_int_equal(strncmp(page.text, "✕ error: 1 of 11 cells failed.", 30), 0);
    assert_contains(&page, "could have shown a change of 4.1 %");
    assert_contains(&page, "1 no_baseline");
    assert_contains(&page,
                    "▼ regressed: requests, GET /get on builtin, 16 at once (cell 3f2a0001)");
    assert_contains(&page, "throughput     -8.4 %      -9.5 % to -7.3 %  regressed");
    assert_contains(&page, "8123/s → 7439/s, 15 pairs, margin 3 %, could see 4.1 %");
    assert_contains(&page, "inconclusive: wide, advisory");
    assert_contains(&page, "2 of 15 runs of the head failed: the worker ended with code 1");
    assert_contains(&page, "control: base against base");
    assert_contains(&page, "! besides the subject, idna differs");
    assert_contains(&page, "⚑ server_limited: The server was the limit");
    assert_contains(&page, "httpx/async, 2 cells: throughput -8.4 % ▼");
    assert_contains(&page, "\nNext:\n  http-benchmark show 3f2a0001 --sweep 12\n");
    free(page.text);
}

static void colours_are_for_terminals_only(HB_UNUSED void **state)
{
    struct hb_comparison_report report;
    struct hb_arena arena;
    struct page page;

    hb_arena_init(&arena);
    report = hb_made_up_report(HB_MADE_UP_ORDINARY, &arena);
    page = print_report(&report, "text");
    assert_lacks(&page, "\x1b");
    free(page.text);
    report.colours = true;
    page = print_report(&report, "text");
    assert_contains(&page, "\x1b[1;31m▼ regressed\x1b[0m");
    free(page.text);
    hb_arena_release(&arena);
}

static void stored_results_are_called_advisory_everywhere(HB_UNUSED void **state)
{
    static const char *const formats[] = {"text", "markdown", "html", "junit"};

    for (size_t i = 0; i < HB_ARRAY_LEN(formats); i++) {
        struct page page = print(HB_MADE_UP_STORED, formats[i]);

        assert_contains(&page, "Advisory");
        free(page.text);
        page = print(HB_MADE_UP_ORDINARY, formats[i]);
        assert_lacks(&page, "Advisory");
        free(page.text);
    }
}

static void headlines_say_what_decided(HB_UNUSED void **state)
{
    static const struct {
        enum hb_made_up made_up;
        const char *headline, *resolution;
    } cases[] = {
        {HB_MADE_UP_ORDINARY, "1 of 11 cells failed",
         "Every cell could have shown a change of 4.1 %."},
        {HB_MADE_UP_GREEN, "4 of 4 cells are unchanged",
         "Every cell could have shown a change of 4.1 %; asked for: 5 %."},
        {HB_MADE_UP_SUITE, "all 4 cells together regressed: throughput -2.3 %",
         "Every cell could have shown a change of 4.1 %."},
        {HB_MADE_UP_CONTAMINATED, "1 of 11 cells failed",
         "Every cell could have shown a change of 4.1 %, which is not the 3 % that was asked for."},
        {HB_MADE_UP_EMPTY, "nothing was compared", "What it could have seen is not known."},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_arena arena;
        struct hb_comparison_report report;
        struct hb_buf text = {.maximum = 1000};

        hb_arena_init(&arena);
        report = hb_made_up_report(cases[i].made_up, &arena);
        hb_headline_put(report.result, &text);
        assert_string_equal(hb_buf_text(&text), cases[i].headline);
        hb_buf_clear(&text);
        hb_resolution_put(report.result, &text);
        assert_string_equal(hb_buf_text(&text), cases[i].resolution);
        hb_buf_release(&text);
        hb_arena_release(&arena);
    }
}

static void changes_are_of_the_figure_itself(HB_UNUSED void **state)
{
    struct hb_interval worse = {.estimate = 1.25, .low = 1.25, .high = 2};
    struct hb_change of_throughput = hb_change_of(HB_GATE_THROUGHPUT, &worse);
    struct hb_change of_cpu = hb_change_of(HB_GATE_CPU, &worse);
    struct hb_buf text = {.maximum = 100};

    hb_change_put(of_throughput.estimate, &text);
    hb_buf_puts(&text, "; ");
    hb_change_interval_put(&of_throughput, &text);
    hb_buf_puts(&text, "; ");
    hb_change_interval_put(&of_cpu, &text);
    assert_string_equal(hb_buf_text(&text), "-20.0 %; -50.0 % to -20.0 %; +25.0 % to +100 %");
    hb_buf_release(&text);
}

static void a_comment_fits_and_can_be_found_again(HB_UNUSED void **state)
{
    for (int made_up = 0; made_up < HB_MADE_UPS; made_up++) {
        struct page page = print((enum hb_made_up)made_up, "markdown");
        const char *first_end = strchr(page.text, '\n');

        assert_true(page.length <= 65000);
        assert_int_equal(strncmp(page.text, "<!-- http-benchmark:", 20), 0);
        assert_int_equal(occurrences(page.text, "-->"), 1);
        assert_ptr_equal(strstr(page.text, "-->"), first_end - 3);
        assert_int_equal(occurrences(page.text, "<details>"), occurrences(page.text, "</details>"));
        assert_int_equal(occurrences(page.text, "<code>"), occurrences(page.text, "</code>"));
        assert_string_equal(page.text + page.length - 7, "</sub>\n");
        free(page.text);
    }
}

static void a_comment_says_what_it_leaves_out(HB_UNUSED void **state)
{
    struct page page = print(HB_MADE_UP_LARGE, "markdown");

    assert_contains(&page, "1667 of 5000 cells regressed");
    assert_contains(&page, " more cells do not fit here; the report has them all.");
    free(page.text);
}

/* Each row of a table has as many separators as its head: no name adds a column or a line. */
static void names_break_no_table_of_a_comment(HB_UNUSED void **state)
{
    struct page page = print(HB_MADE_UP_NASTY, "markdown");
    size_t rows = 0;

    for (char *line = strtok(page.text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        size_t columns = occurrences(line, "|");

        if (line[0] == '#' || line[0] == '<')
            continue;
        if (line[0] != '|') {
            assert_null(strpbrk(line, "*[]`\\"));
            continue;
        }
        rows++;
        if (columns != 9 && columns != 4)
            fail_msg("%zu separators in: %s", columns, line);
    }
    assert_in_range(rows, 15, 40);
    free(page.text);
}

static void annotations_are_ten_at_most_the_worst_first(HB_UNUSED void **state)
{
    struct page page = print(HB_MADE_UP_ORDINARY, "annotations");

    assert_int_equal(occurrences(page.text, "\n"), 10);
    assert_int_equal(occurrences(page.text, "::error file=benchmarks/ci-gate.yaml,line=7,title="),
                     3);
    assert_int_equal(occurrences(page.text, "::warning "), 5);
    assert_int_equal(occurrences(page.text, "::notice "), 2);
    assert_true(strstr(page.text, "::warning ") < strstr(page.text, "::notice "));
    assert_contains(&page, "title=to know::besides the subject, idna differs: 3.10 in base, ");
    assert_contains(&page, "::throughput -8.4 %25, interval -9.5 %25 to -7.3 %25, 15 pairs, ");
    free(page.text);
    page = print(HB_MADE_UP_LARGE, "annotations");
    assert_int_equal(occurrences(page.text, "\n"), 10);
    assert_contains(&page, "3327 more cells changed or are in doubt");
    free(page.text);
    page = print(HB_MADE_UP_CONTAMINATED, "annotations");
    assert_contains(&page, "title=to know::The machine is contaminated: ");
    assert_contains(&page, "proves nothing.%0Athroughput of requests differed by 7 %25");
    free(page.text);
}

/* "::COMMAND PROPERTIES::MESSAGE" a line, whatever the names: no property may end the properties.
 */
static void names_break_no_annotation(HB_UNUSED void **state)
{
    struct page page = print(HB_MADE_UP_NASTY, "annotations");

    for (char *line = strtok(page.text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *message = strstr(line + 2, "::"), *title = strstr(line, ",title=");

        assert_int_equal(strncmp(line, "::", 2), 0);
        assert_non_null(message);
        *message = '\0';
        assert_non_null(title);
        assert_null(strpbrk(title + 7, ":,"));
        assert_int_equal(occurrences(line, ","), 2);
    }
    free(page.text);
}

struct counter {
    size_t cells, rows, wrong;
};

static void on_cell(void *data, size_t length, void *context)
{
    struct counter *counter = context;

    counter->cells++;
    counter->wrong += length > 0 && strchr("=@\t\r", *(const char *)data) != NULL;
}

static void on_row(HB_UNUSED int terminator, void *context)
{
    struct counter *counter = context;

    counter->rows++;
    counter->wrong += counter->cells != 31;
    counter->cells = 0;
}

static void tables_have_a_row_a_metric_and_no_formulas(HB_UNUSED void **state)
{
    static const enum hb_made_up made_ups[] = {HB_MADE_UP_ORDINARY, HB_MADE_UP_NASTY};

    for (size_t i = 0; i < HB_ARRAY_LEN(made_ups); i++) {
        struct page page = print(made_ups[i], "csv");
        struct counter counter = {0};
        struct csv_parser parser;

        csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
        assert_int_equal(csv_parse(&parser, page.text, page.length, on_cell, on_row, &counter),
                         page.length);
        assert_int_equal(csv_fini(&parser, on_cell, on_row, &counter), 0);
        csv_free(&parser);
        assert_int_equal(counter.wrong, 0);
        /* the head; six without figures; six with six metrics */
        assert_int_equal(counter.rows, 1 + 6 + 6 * 6);
        free(page.text);
    }
}

static void json_keeps_ratios_and_says_null_for_the_unknown(HB_UNUSED void **state)
{
    struct page page = print(HB_MADE_UP_ORDINARY, "json");
    json_t *root = json_loads(page.text, 0, NULL), *cell, *cpu, *connections;

    assert_non_null(root);
    cell = json_array_get(json_object_get(root, "cells"), 1);
    cpu = json_object_get(json_object_get(cell, "metrics"), "cpu");
    connections = json_object_get(json_object_get(cell, "metrics"), "connections");
    assert_string_equal(json_string_value(json_object_get(cell, "verdict")), "regressed");
    assert_int_equal(json_real_value(json_object_get(cpu, "ratio")) * 1000 + 0.5, 1092);
    assert_true(json_is_null(json_object_get(connections, "ratio")));
    assert_int_equal(json_integer_value(json_object_get(connections, "base")), 0);
    assert_int_equal(json_array_size(json_object_get(root, "cells")), 12);
    json_decref(root);
    free(page.text);
}

static void the_page_loads_nothing_and_names_are_no_markup(HB_UNUSED void **state)
{
    static const char *const parts[] = {
        "<script", "<b a", "<link", "<img", "src=", "href=", "url(", "@import", "onload"};
    struct page page = print(HB_MADE_UP_NASTY, "html");

    for (size_t i = 0; i < HB_ARRAY_LEN(parts); i++)
        assert_lacks(&page, parts[i]);
    assert_contains(&page, "default-src 'none'");
    assert_contains(&page, "&lt;/script&gt;&lt;b a=&#39;b&#39;&gt;");
    assert_contains(&page, "<svg role=\"img\"");
    free(page.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_can_be_found_and_described),
        cmocka_unit_test(names_leak_no_secret_and_steer_no_terminal),
        cmocka_unit_test(names_in_a_log_give_no_commands),
        cmocka_unit_test(the_terminal_gets_eighty_columns),
        cmocka_unit_test(text_says_what_happened_and_what_to_type_next),
        cmocka_unit_test(colours_are_for_terminals_only),
        cmocka_unit_test(stored_results_are_called_advisory_everywhere),
        cmocka_unit_test(headlines_say_what_decided),
        cmocka_unit_test(changes_are_of_the_figure_itself),
        cmocka_unit_test(a_comment_fits_and_can_be_found_again),
        cmocka_unit_test(a_comment_says_what_it_leaves_out),
        cmocka_unit_test(names_break_no_table_of_a_comment),
        cmocka_unit_test(annotations_are_ten_at_most_the_worst_first),
        cmocka_unit_test(names_break_no_annotation),
        cmocka_unit_test(tables_have_a_row_a_metric_and_no_formulas),
        cmocka_unit_test(json_keeps_ratios_and_says_null_for_the_unknown),
        cmocka_unit_test(the_page_loads_nothing_and_names_are_no_markup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
