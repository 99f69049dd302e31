/*
 * All cells together: a uniform +2 % slips under every cell's margin. The geometric mean of the
 * cells' ratios, with Student's t for its error: the scatter is that within each cell, so cells may
 * differ in their effects as they like (Welch's and Satterthwaite's degrees of freedom). On the
 * screen alone, of which all cells have as many pairs, whatever came after.
 */
#include "gate/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "gate/power.h"
#include "gate/procedure_state.h"
#include "measure/stats_student.h"

/* Fewer prove nothing, however alike they are. */
static const double FREEDOM_LEAST = 4;

/* Sums over the cells of a suite, of logarithms. */
struct sums {
    size_t cells;
    unsigned pairs;
    double ratios, bases, heads;
    double variances; /* of the cells' estimates */
    double squares;   /* of those, over their degrees of freedom */
};

/* Where a floor is above the margin, changes of a percent are nothing to anyone. */
static bool is_below_floor(const struct hb_metric_verdict *cell)
{
    return cell->limit > 1 + cell->margin.relative + 1e-9;
}

/* Of unpaired runs the scatter is that of one; the difference of two sides has that of both. */
static double variance_of(const struct hb_metric_verdict *cell, enum hb_comparison_kind kind)
{
    double variance = hb_estimate_variance(cell->pairs, cell->scatter);

    return kind == HB_COMPARED_STORED ? 2 * variance : variance;
}

static void add_cell(struct sums *sums, const struct hb_metric_verdict *cell,
                     enum hb_comparison_kind kind)
{
    double variance = variance_of(cell, kind);

    if (!cell->measured || cell->pairs < 2 || !isfinite(variance) || is_below_floor(cell))
        return;
    sums->cells++;
    sums->pairs += cell->pairs;
    sums->ratios += log(cell->ratio.estimate);
    sums->bases += log(cell->base);
    sums->heads += log(cell->head);
    sums->variances += variance;
    sums->squares += variance * variance / (cell->pairs - 1);
}

/* P(T >= t). */
static double upper_tail(double t, double freedom)
{
    double half = hb_student_two_sided(t, freedom) / 2;

    return t > 0 ? half : 1 - half;
}

static void set_interval(const struct sums *sums, double alpha, struct hb_metric_verdict *suite)
{
    double count = (double)sums->cells;
    double freedom = sums->variances > 0 ? sums->variances * sums->variances / sums->squares
                                         : sums->pairs - count;
    double centre = sums->ratios / count, error = sqrt(sums->variances) / count;
    double reach = hb_student_quantile(1 - alpha, freedom) * error;

    suite->ratio = (struct hb_interval){
        .estimate = exp(centre),
        .low = exp(centre - reach),
        .high = exp(centre + reach),
        .confidence = 1 - 2 * alpha,
        .reached = freedom >= FREEDOM_LEAST,
    };
    suite->p_worse = error > 0 ? upper_tail((centre - log(suite->limit)) / error, freedom) : NAN;
    suite->resolution =
        suite->limit * exp(reach + error * hb_student_quantile(HB_POWER, freedom)) - 1;
}

/* One test of everything on the screen, which nothing confirms; the metrics share it. */
static double level_of(const struct hb_gate_options *options)
{
    int metrics = __builtin_popcount(hb_interval_metrics(options->margins));

    return options->alpha * HB_SHARE_SUITE / (metrics > 1 ? metrics : 1);
}

static struct hb_metric_verdict judge_sums(const struct hb_gate_options *options,
                                           enum hb_gate_metric metric, const struct sums *sums)
{
    struct hb_metric_verdict suite = {.measured = sums->cells > 0,
                                      .weight = options->margins[metric].weight,
                                      .margin = options->margins[metric],
                                      .limit = 1 + options->suite_margin,
                                      .scatter = NAN,
                                      .pairs = sums->pairs};

    if (!suite.measured)
        return (struct hb_metric_verdict){0};
    suite.margin.relative = options->suite_margin;
    suite.margin.floor = 0;
    suite.base = exp(sums->bases / (double)sums->cells);
    suite.head = exp(sums->heads / (double)sums->cells);
    set_interval(sums, level_of(options), &suite);
    hb_conclude(&suite);
    return suite;
}

static bool is_of(const struct hb_cell_verdict *cell, const char *client)
{
    return client == NULL || strcmp(cell->client, client) == 0;
}

static struct hb_suite_verdict judge_suite(const struct hb_gate_options *options,
                                           enum hb_comparison_kind kind,
                                           const struct hb_cell_verdict *cells, size_t count,
                                           const char *client)
{
    struct hb_suite_verdict suite = {.name = client};

    for (size_t i = 0; i < count; i++)
        suite.cells += is_of(&cells[i], client);
    for (size_t metric = 0; metric < HB_GATE_METRICS; metric++) {
        struct sums sums = {0};

        if (hb_is_exact((enum hb_gate_metric)metric, &options->margins[metric]))
            continue;
        for (size_t i = 0; i < count; i++) {
            if (is_of(&cells[i], client))
                add_cell(&sums, &cells[i].metrics[metric], kind);
        }
        suite.metrics[metric] = judge_sums(options, (enum hb_gate_metric)metric, &sums);
    }
    return suite;
}

/* A suite of one cell is that cell, which is judged by its own margin. */
static void only_show(struct hb_suite_verdict *suite)
{
    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        if (suite->metrics[i].weight == HB_GATE_DECIDES)
            suite->metrics[i].weight = HB_GATE_ADVISORY;
    }
}

static int compare_clients(const void *left, const void *right)
{
    const struct hb_cell_verdict *a = left, *b = right;

    return strcmp(a->client, b->client);
}

/* By the first metric that both have. */
static int compare_suites(const void *left, const void *right)
{
    const struct hb_suite_verdict *a = left, *b = right;

    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        double first = a->metrics[i].ratio.estimate, second = b->metrics[i].ratio.estimate;

        if (a->metrics[i].measured && b->metrics[i].measured && first != second)
            return first < second ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

static int screen_cells(const struct hb_procedure *procedure,
                        const struct hb_cell_verdict *verdicts, struct hb_arena *arena,
                        struct hb_cell_verdict *ret_cells, size_t *ret_count, struct hb_error *err)
{
    size_t count = 0;

    for (size_t i = 0; i < procedure->count; i++) {
        if (procedure->cells[i].control || hb_is_precluded(verdicts[i].verdict))
            continue;
        if (hb_judge_screen(procedure, i, arena, &ret_cells[count], err) != 0)
            return -1;
        ret_cells[count].client = verdicts[i].client;
        count += !hb_is_precluded(ret_cells[count].verdict);
    }
    *ret_count = count;
    return 0;
}

struct hb_suite_verdict *hb_suites_of(const struct hb_gate_options *options,
                                      enum hb_comparison_kind kind, struct hb_cell_verdict *cells,
                                      size_t count, struct hb_arena *arena, size_t *ret_count)
{
    struct hb_suite_verdict *suites = hb_arena_calloc(arena, count + 1, sizeof *suites);
    size_t made = 1;

    suites[0] = judge_suite(options, kind, cells, count, NULL);
    if (count < 2)
        only_show(&suites[0]);
    qsort(cells, count, sizeof *cells, compare_clients);
    for (size_t i = 0; i < count; i++) {
        if (cells[i].client[0] == '\0' ||
            (i > 0 && strcmp(cells[i].client, cells[i - 1].client) == 0))
            continue;
        suites[made] = judge_suite(options, kind, cells, count, cells[i].client);
        only_show(&suites[made++]);
    }
    qsort(suites + 1, made - 1, sizeof *suites, compare_suites);
    *ret_count = made;
    return suites;
}

int hb_judge_suites(const struct hb_procedure *procedure, const struct hb_cell_verdict *verdicts,
                    struct hb_arena *arena, struct hb_suite_verdict **ret_suites, size_t *ret_count,
                    struct hb_error *err)
{
    struct hb_cell_verdict *cells = hb_arena_calloc(arena, procedure->count, sizeof *cells);
    size_t count;

    if (screen_cells(procedure, verdicts, arena, cells, &count, err) != 0)
        return -1;
    *ret_suites =
        hb_suites_of(procedure->options, HB_COMPARED_PAIRS, cells, count, arena, ret_count);
    return 0;
}
