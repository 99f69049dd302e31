/*
 * A comparison as JUnit XML, one test case a cell, in a form that the schemas of Jenkins' xUnit
 * plugin and of Ant both accept (so properties stand at the suite, which alone may have them).
 * Regressed is a failure; what could not be told is skipped, never passed; error is an error.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "report/comparison_formats.h"
#include "report/comparison_words.h"
#include "report/markup.h"

enum { TEXT_BYTES = 1 << 15 };

enum outcome { PASSED, SKIPPED, FAILURE, ERROR, OUTCOMES };

static enum outcome outcome_of(enum hb_verdict verdict)
{
    static const enum outcome outcomes[HB_VERDICT_COUNT] = {
        [HB_VERDICT_ERROR] = ERROR,          [HB_VERDICT_REGRESSED] = FAILURE,
        [HB_VERDICT_REMOVED] = SKIPPED,      [HB_VERDICT_NO_BASELINE] = SKIPPED,
        [HB_VERDICT_INCOMPARABLE] = SKIPPED, [HB_VERDICT_INVALID] = SKIPPED,
        [HB_VERDICT_INCONCLUSIVE] = SKIPPED, [HB_VERDICT_NEW] = SKIPPED,
        [HB_VERDICT_IMPROVED] = PASSED,      [HB_VERDICT_UNCHANGED] = PASSED,
    };

    return outcomes[verdict];
}

/* What is written of one test case. */
struct test_case {
    struct hb_buf name, message, details;
    enum hb_verdict verdict;
    double seconds;
};

static void test_case_init(struct test_case *test)
{
    hb_buf_init(&test->name, TEXT_BYTES);
    hb_buf_init(&test->message, TEXT_BYTES);
    hb_buf_init(&test->details, TEXT_BYTES);
}

static void test_case_release(struct test_case *test)
{
    hb_buf_release(&test->name);
    hb_buf_release(&test->message);
    hb_buf_release(&test->details);
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    hb_markup_text(out, text);
    fputc('"', out);
}

static void write_test(const struct hb_comparison_report *report, const struct test_case *test,
                       FILE *out)
{
    static const char *const elements[OUTCOMES] = {"", "skipped", "failure", "error"};
    enum outcome outcome = outcome_of(test->verdict);

    fputs("    <testcase", out);
    put_attribute(out, "classname", report->scenario);
    put_attribute(out, "name", hb_buf_text(&test->name));
    fprintf(out, " time=\"%.3f\"", test->seconds);
    if (outcome == PASSED) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, ">\n      <%s type=\"%s\"", elements[outcome], hb_verdict_name(test->verdict));
    put_attribute(out, "message", hb_buf_text(&test->message));
    fputc('>', out);
    hb_markup_text(out, hb_buf_text(&test->details));
    fprintf(out, "</%s>\n    </testcase>\n", elements[outcome]);
}

/* A line a metric. */
static void put_details(const struct hb_comparison_result *result,
                        const struct hb_metric_verdict *metrics, struct hb_buf *ret)
{
    for (int name = 0; name < HB_GATE_METRICS; name++) {
        const struct hb_metric_verdict *metric = &metrics[name];
        struct hb_change change = hb_change_of((enum hb_gate_metric)name, &metric->ratio);

        if (!hb_is_shown(metric))
            continue;
        hb_buf_printf(ret, "%s ", hb_gate_metric_name((enum hb_gate_metric)name));
        hb_change_put(change.estimate, ret);
        hb_buf_puts(ret, " (");
        hb_change_interval_put(&change, ret);
        hb_buf_puts(ret, ", ");
        hb_replicates_put(result, metric, ret);
        hb_buf_puts(ret, "): ");
        hb_metric_verdict_put(metric, ret);
        hb_buf_puts(ret, "\n");
    }
}

static void write_cell(const struct hb_comparison_report *report,
                       const struct hb_cell_verdict *cell, FILE *out)
{
    HB_CLEANUP(test_case_release) struct test_case test = {.verdict = cell->verdict};

    test_case_init(&test);
    test.seconds = (double)(cell->base_ok + cell->head_ok) * (double)cell->duration_ns / 1e9;
    hb_cell_put(cell, &test.name);
    hb_buf_printf(&test.name, " (cell %s)", cell->cell_id);
    hb_cell_reason_put(report->result, cell, &test.message);
    put_details(report->result, cell->metrics, &test.details);
    if (cell->flags != 0) {
        hb_buf_puts(&test.details, "flags: ");
        hb_flags_put(cell->flags, &test.details);
        hb_buf_puts(&test.details, "\n");
    }
    write_test(report, &test, out);
}

/* Small changes of all cells may add up to one that no cell shows. */
static enum hb_verdict suite_verdict(const struct hb_suite_verdict *suite)
{
    enum hb_verdict worst = HB_VERDICT_UNCHANGED;

    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (suite->metrics[metric].measured && suite->metrics[metric].weight == HB_GATE_DECIDES &&
            suite->metrics[metric].verdict < worst)
            worst = suite->metrics[metric].verdict;
    }
    return worst;
}

static bool has_suite(const struct hb_comparison_result *result)
{
    return result->suites_count > 0 && result->suites[0].cells > 1;
}

static void write_suite(const struct hb_comparison_report *report, FILE *out)
{
    const struct hb_suite_verdict *suite = &report->result->suites[0];
    HB_CLEANUP(test_case_release) struct test_case test = {.verdict = suite_verdict(suite)};

    test_case_init(&test);
    hb_buf_printf(&test.name, "all %zu cells together", suite->cells);
    hb_buf_printf(&test.message, "geometric means of the changes over %zu cells", suite->cells);
    put_details(report->result, suite->metrics, &test.details);
    write_test(report, &test, out);
}

/* Nothing compared is no success. */
static void write_nothing(const struct hb_comparison_report *report, FILE *out)
{
    HB_CLEANUP(test_case_release) struct test_case test = {.verdict = HB_VERDICT_ERROR};

    test_case_init(&test);
    hb_buf_puts(&test.name, "something is compared");
    hb_buf_puts(&test.message, "nothing was compared");
    write_test(report, &test, out);
}

static void count(const struct hb_comparison_result *result, size_t counts[OUTCOMES])
{
    for (int verdict = 0; verdict < HB_VERDICT_COUNT; verdict++)
        counts[outcome_of((enum hb_verdict)verdict)] += result->counts[verdict];
    if (has_suite(result))
        counts[outcome_of(suite_verdict(&result->suites[0]))]++;
    if (hb_compared_cells(result) == 0)
        counts[ERROR]++;
}

/* When nothing is known of the time, the epoch: Ant's schema wants one. */
static void put_counts(const struct hb_comparison_report *report, FILE *out)
{
    size_t counts[OUTCOMES] = {0};
    char measured[HB_TIMESTAMP_BYTES];
    double seconds = 0;

    count(report->result, counts);
    for (size_t i = 0; i < report->result->cells_count; i++) {
        const struct hb_cell_verdict *cell = &report->result->cells[i];

        if (!cell->control)
            seconds += (double)(cell->base_ok + cell->head_ok) * (double)cell->duration_ns / 1e9;
    }
    hb_format_timestamp(measured, report->measured_wall_ns);
    fprintf(out,
            " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\" "
            "timestamp=\"%.19s\" hostname=\"localhost\" id=\"0\"",
            counts[PASSED] + counts[SKIPPED] + counts[FAILURE] + counts[ERROR], counts[FAILURE],
            counts[ERROR], counts[SKIPPED], seconds, measured);
}

static void put_property(FILE *out, const char *name, const char *value)
{
    fputs("      <property", out);
    put_attribute(out, "name", name);
    put_attribute(out, "value", value);
    fputs("/>\n", out);
}

static void write_properties(const struct hb_comparison_report *report, FILE *out)
{
    const struct hb_comparison_result *result = report->result;
    HB_CLEANUP(hb_buf_release) struct hb_buf resolution = {.maximum = 64};

    hb_percent_put(result->resolution, &resolution);
    fputs("    <properties>\n", out);
    put_property(out, "base", result->base);
    put_property(out, "head", result->head);
    put_property(out, "verdict", hb_verdict_name(result->verdict));
    put_property(out, "resolution", hb_buf_text(&resolution));
    put_property(out, "compared", result->kind == HB_COMPARED_PAIRS ? "pairs" : "stored results");
    put_property(out, "made by", report->made_by);
    fputs("    </properties>\n", out);
}

static void write_output(const struct hb_comparison_report *report, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *remark;

    hb_buf_init(&text, TEXT_BYTES);
    hb_headline_put(report->result, &text);
    hb_buf_puts(&text, ". ");
    hb_resolution_put(report->result, &text);
    hb_buf_puts(&text, "\n");
    for (size_t i = 0; (remark = hb_comparison_remark(report->result, i)) != NULL; i++)
        hb_buf_printf(&text, "%s\n", remark);
    fputs("    <system-out>", out);
    hb_markup_text(out, hb_buf_text(&text));
    fputs("</system-out>\n    <system-err/>\n", out);
}

static int write_junit(const struct hb_comparison_report *report, FILE *out,
                       HB_UNUSED struct hb_error *err)
{
    const struct hb_comparison_result *result = report->result;

    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", out);
    put_attribute(out, "name", report->scenario[0] != '\0' ? report->scenario : "comparison");
    fputs(" package=\"http-benchmark\"", out);
    put_counts(report, out);
    fputs(">\n", out);
    write_properties(report, out);
    for (size_t i = 0; i < result->cells_count; i++) {
        if (!result->cells[i].control)
            write_cell(report, &result->cells[i], out);
    }
    if (has_suite(result))
        write_suite(report, out);
    if (hb_compared_cells(result) == 0)
        write_nothing(report, out);
    write_output(report, out);
    fputs("  </testsuite>\n</testsuites>\n", out);
    return 0;
}

const struct hb_comparison_format hb_comparison_junit = {
    .name = "junit",
    .extension = "xml",
    .summary = "test cases for Jenkins, GitLab and others",
    .write = write_junit,
};
