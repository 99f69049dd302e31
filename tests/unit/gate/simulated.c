/* Drawing runs, and leading a procedure through them as an executor would. */
#include "simulated.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/macros.h"
#include "base/memory.h"

struct hb_gate_options simulated_options(void)
{
    struct hb_gate_options options = {
        .screen_pairs = 5,
        .confirm_pairs = 15,
        .pooled_pairs = 30,
        .route_above = 0.02,
        .alpha = 0.01,
        .suite_margin = 0.01,
        .sentinels = 3,
    };

    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        options.margins[i].weight = HB_GATE_OFF;
    options.margins[HB_GATE_CPU] =
        (struct hb_gate_margin){.relative = 0.03, .weight = HB_GATE_DECIDES};
    return options;
}

/* Box and Muller. */
static double draw_normal(struct hb_rng *rng)
{
    double radius = sqrt(-2 * log(hb_rng_unit(rng)));

    return radius * cos(2 * M_PI * hb_rng_unit(rng));
}

/* The logarithm of what a run takes more than it should. */
static double draw_noise(struct hb_rng *rng, double variation, double outliers)
{
    double noise = variation * draw_normal(rng);

    return outliers > 0 && hb_rng_unit(rng) < outliers ? noise + log(1.5) : noise;
}

/* Throughput, CPU, p50 and p99 of one run go together; memory is its own. */
static struct hb_observation draw_run(const struct simulated_matrix *matrix, struct hb_rng *rng,
                                      double variation, double slower)
{
    double common = draw_noise(rng, variation, matrix->outliers) + log(slower);
    struct hb_observation run = {.state = HB_OBSERVED_OK, .failure = ""};
    double own = 0.3 * variation;

    run.values[HB_GATE_CPU] = 20000 * exp(common + own * draw_normal(rng));
    run.values[HB_GATE_THROUGHPUT] = 30000 / exp(common + own * draw_normal(rng));
    run.values[HB_GATE_P50] = 2e6 * exp(common + own * draw_normal(rng));
    run.values[HB_GATE_P99] = 8e6 * exp(common + 3 * variation * draw_normal(rng));
    run.values[HB_GATE_RSS] = 4e7 * exp(0.01 * draw_normal(rng));
    for (size_t i = HB_GATE_BYTES; i < HB_GATE_METRICS; i++)
        run.values[i] = NAN;
    if (matrix->options->margins[HB_GATE_THROUGHPUT].weight == HB_GATE_OFF)
        run.values[HB_GATE_CPU] = 20000 * exp(common);
    run.wall_ns = matrix->run_ns;
    return run;
}

struct simulation {
    const struct simulated_matrix *matrix;
    struct hb_rng *rng;
    struct hb_procedure_cell *cells;
    size_t count;
    struct hb_procedure *procedure;
    double drift;
    size_t *pairs; /* made, by cell */
};

static size_t variation_of(const struct simulated_matrix *matrix, size_t cell)
{
    return cell % matrix->variations_count;
}

static bool is_affected(const struct simulated_matrix *matrix, size_t cell)
{
    return cell < matrix->cells && cell / matrix->variations_count < matrix->affected;
}

static double slower_of(const struct simulation *simulation, size_t cell, enum hb_side side)
{
    const struct simulated_matrix *matrix = simulation->matrix;

    if (side == HB_SIDE_BASE)
        return 1;
    if (simulation->cells[cell].control)
        return matrix->side_effect;
    return is_affected(matrix, cell) ? matrix->effect : 1;
}

static void make_run(struct simulation *simulation, size_t cell, enum hb_side side, unsigned round)
{
    const struct simulated_matrix *matrix = simulation->matrix;
    double variation = matrix->variations[variation_of(matrix, cell)];
    struct hb_observation run;

    if (!hb_procedure_needs(simulation->procedure, cell, side, round))
        return;
    simulation->drift += matrix->drift * draw_normal(simulation->rng);
    run = draw_run(matrix, simulation->rng, variation,
                   slower_of(simulation, cell, side) * exp(simulation->drift));
    hb_procedure_learn(simulation->procedure, cell, side, round, &run);
    simulation->pairs[cell] += side == HB_SIDE_BASE;
}

static void make_rounds(struct simulation *simulation)
{
    unsigned rounds = hb_procedure_rounds(simulation->matrix->options);

    for (unsigned round = 0; round < rounds; round++) {
        for (size_t cell = 0; cell < simulation->count; cell++) {
            enum hb_side first = round % 2 == 0 ? HB_SIDE_BASE : HB_SIDE_HEAD;

            make_run(simulation, cell, first, round);
            make_run(simulation, cell, first == HB_SIDE_BASE ? HB_SIDE_HEAD : HB_SIDE_BASE, round);
        }
    }
}

/* Cells are told by their label, which holds their number: results come sorted. */
static struct hb_run_row *make_labels(size_t count, struct hb_arena *arena)
{
    struct hb_run_row *labels = hb_arena_calloc(arena, count, sizeof *labels);

    for (size_t i = 0; i < count; i++)
        labels[i] = (struct hb_run_row){.cell_id = hb_arena_printf(arena, "%zu", i),
                                        .client = i % 2 == 0 ? "even" : "odd",
                                        .client_library = "",
                                        .server = "",
                                        .method = "GET",
                                        .url = "/"};
    return labels;
}

static void add_cell(const struct simulation *simulation, const struct hb_cell_verdict *verdict,
                     struct simulated_outcome *outcome)
{
    const struct simulated_matrix *matrix = simulation->matrix;
    size_t cell = strtoul(verdict->cell_id, NULL, 10), at = variation_of(matrix, cell);
    bool regressed = verdict->verdict == HB_VERDICT_REGRESSED;

    if (verdict->control)
        return;
    outcome->pairs += (double)simulation->pairs[cell];
    outcome->resolution[at] += hb_cell_resolution(verdict);
    if (is_affected(matrix, cell)) {
        outcome->affected[at]++;
        outcome->caught[at] += regressed;
        return;
    }
    outcome->unaffected[at]++;
    outcome->unaffected_all++;
    outcome->unchanged[at] += verdict->verdict == HB_VERDICT_UNCHANGED;
    outcome->false_cells += regressed;
    outcome->routed_unaffected += simulation->pairs[cell] > matrix->options->screen_pairs;
}

static bool suite_regressed(const struct hb_comparison_result *result)
{
    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        const struct hb_metric_verdict *metric = &result->suites[0].metrics[i];

        if (metric->measured && metric->weight == HB_GATE_DECIDES &&
            metric->verdict == HB_VERDICT_REGRESSED)
            return true;
    }
    return false;
}

static void add_result(const struct simulation *simulation,
                       const struct hb_comparison_result *result, struct simulated_outcome *outcome)
{
    bool suite = suite_regressed(result);
    size_t before = outcome->false_cells;

    for (size_t i = 0; i < result->cells_count; i++)
        add_cell(simulation, &result->cells[i], outcome);
    outcome->gates++;
    outcome->suites += suite;
    outcome->contaminated += result->contaminated;
    outcome->false_gates +=
        outcome->false_cells > before || (suite && simulation->matrix->affected == 0);
}

void simulate_gate(const struct simulated_matrix *matrix, struct hb_rng *rng,
                   struct simulated_outcome *outcome)
{
    struct simulation simulation = {.matrix = matrix, .rng = rng};
    struct hb_comparison_result result;
    struct hb_run_row *labels;
    struct hb_arena arena;
    struct hb_error err;

    hb_arena_init(&arena);
    simulation.count = matrix->cells + matrix->options->sentinels;
    simulation.cells = hb_arena_calloc(&arena, simulation.count, sizeof *simulation.cells);
    simulation.pairs = hb_arena_calloc(&arena, simulation.count, sizeof *simulation.pairs);
    labels = make_labels(simulation.count, &arena);
    for (size_t i = 0; i < simulation.count; i++)
        simulation.cells[i] = (struct hb_procedure_cell){
            .label = &labels[i],
            .rules = hb_rules_of(matrix->options, HB_COMPARE_CLIENTS, NULL, NULL),
            .control = i >= matrix->cells,
            .run_ns = matrix->run_ns,
        };
    simulation.procedure = hb_procedure_new(matrix->options, simulation.cells, simulation.count);
    make_rounds(&simulation);
    if (hb_procedure_result(simulation.procedure, &arena, &result, &err) != 0)
        HB_ASSERT(false);
    add_result(&simulation, &result, outcome);
    hb_procedure_free(simulation.procedure);
    hb_arena_release(&arena);
}

enum hb_verdict simulate_pairs(unsigned pairs, double variation, double effect, double alpha,
                               struct hb_rng *rng)
{
    struct hb_gate_options options = simulated_options();
    struct simulated_matrix matrix = {.options = &options};
    HB_CLEANUP(hb_free_ptr) struct hb_pair *drawn = hb_calloc(pairs, sizeof *drawn);
    struct hb_metric_verdict verdict;
    struct hb_error err;

    for (unsigned i = 0; i < pairs; i++) {
        drawn[i].sides[HB_SIDE_BASE] = draw_run(&matrix, rng, variation, 1);
        drawn[i].sides[HB_SIDE_HEAD] = draw_run(&matrix, rng, variation, effect);
    }
    if (hb_judge_pairs(HB_GATE_CPU, &options.margins[HB_GATE_CPU], alpha, drawn, pairs, &verdict,
                       &err) != 0)
        HB_ASSERT(false);
    return verdict.verdict;
}
