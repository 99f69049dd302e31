/*
 * What a gate sees and how often it cries wolf, over drawn figures: the tables of docs/gating.md.
 *
 *   gate_simulation [SHARE [PART]]    of the full number of trials; 1 takes some twenty minutes
 */
#include "../unit/gate/simulated.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "gate/power.h"

static const double VARIATIONS[] = {0.01, 0.02, 0.03, 0.05};
enum { KINDS = HB_ARRAY_LEN(VARIATIONS) };

static double share_of(size_t part, size_t whole)
{
    return whole > 0 ? (double)part / (double)whole : NAN;
}

/* The upper end of a one-sided 95 % interval for a share of which `part` was seen. */
static double at_most(size_t part, size_t whole)
{
    double k = (double)part + 1, z = 1.645;

    if (part == 0)
        return 3 / (double)whole;
    return k * pow(1 - 1 / (9 * k) + z / (3 * sqrt(k)), 3) / (double)whole;
}

/* ---- one cell, so many pairs ---- */

static double chance(enum hb_verdict wanted, unsigned pairs, double variation, double effect,
                     size_t trials)
{
    struct hb_rng rng = {.state = 11};
    size_t seen = 0;

    for (size_t i = 0; i < trials; i++)
        seen += simulate_pairs(pairs, variation, effect, 0.025, &rng) == wanted;
    return share_of(seen, trials);
}

static void print_pairs(size_t trials)
{
    static const unsigned pairs[] = {6, 10, 20, 30};

    printf("One cell, judged once at 95 %% against 3 %% (%zu trials a figure):\n"
           "P(regressed) at +5 / +8 / +10 %%; P(unchanged) at 0\n\n| run CV |",
           trials);
    for (size_t i = 0; i < HB_ARRAY_LEN(pairs); i++)
        printf(" %u pairs |", pairs[i]);
    printf("\n|---|---|---|---|---|\n");
    for (size_t kind = 0; kind < KINDS; kind++) {
        printf("| %.0f %% |", VARIATIONS[kind] * 100);
        for (size_t i = 0; i < HB_ARRAY_LEN(pairs); i++)
            printf(" %.2f / %.2f / %.2f; %.2f |",
                   chance(HB_VERDICT_REGRESSED, pairs[i], VARIATIONS[kind], 1.05, trials),
                   chance(HB_VERDICT_REGRESSED, pairs[i], VARIATIONS[kind], 1.08, trials),
                   chance(HB_VERDICT_REGRESSED, pairs[i], VARIATIONS[kind], 1.10, trials),
                   chance(HB_VERDICT_UNCHANGED, pairs[i], VARIATIONS[kind], 1, trials));
        printf("\n");
    }
}

/* ---- is what a verdict claims to see true? ---- */

static void print_resolution(size_t trials)
{
    static const unsigned pairs[] = {6, 7, 10, 15, 20, 30};

    printf("\nHow often a change of the size that \"could be seen\" is seen (stated: 0.90):\n\n"
           "| pairs | 95 %% | 98 %% |\n|---|---|---|\n");
    for (size_t i = 0; i < HB_ARRAY_LEN(pairs); i++) {
        printf("| %u |", pairs[i]);
        for (size_t level = 0; level < 2; level++) {
            double alpha = level == 0 ? 0.025 : 0.01;
            double change = hb_resolution_of_pairs(pairs[i], alpha, 0.03 * M_SQRT2, 1.03);
            struct hb_rng rng = {.state = 12};
            size_t seen = 0;

            for (size_t k = 0; !isnan(change) && k < trials; k++)
                seen +=
                    simulate_pairs(pairs[i], 0.03, 1 + change, alpha, &rng) == HB_VERDICT_REGRESSED;
            if (isnan(change))
                printf(" never |");
            else
                printf(" %.3f |", share_of(seen, trials));
        }
        printf("\n");
    }
}

/* ---- matrices ---- */

static struct hb_gate_options four_metrics(void)
{
    struct hb_gate_options options = simulated_options();

    options.margins[HB_GATE_THROUGHPUT] = options.margins[HB_GATE_CPU];
    options.margins[HB_GATE_P50] =
        (struct hb_gate_margin){.relative = 0.05, .floor = 20000, .weight = HB_GATE_DECIDES};
    options.margins[HB_GATE_RSS] =
        (struct hb_gate_margin){.relative = 0.05, .floor = 1048576, .weight = HB_GATE_DECIDES};
    return options;
}

static void print_outcome(const char *name, const struct simulated_matrix *matrix, size_t gates)
{
    struct simulated_outcome outcome = {0};
    struct hb_rng rng = {.state = 13};
    double cells = (double)(matrix->cells * gates);

    for (size_t i = 0; i < gates; i++)
        simulate_gate(matrix, &rng, &outcome);
    printf("| %s | %zu | %.4f (≤ %.4f) |", name, gates,
           share_of(outcome.false_gates, outcome.gates),
           at_most(outcome.false_gates, outcome.gates));
    for (size_t kind = 0; kind < matrix->variations_count; kind++)
        printf("%s%.2f", kind > 0 ? " / " : " ",
               share_of(outcome.caught[kind], outcome.affected[kind]));
    printf(" |");
    for (size_t kind = 0; kind < matrix->variations_count; kind++)
        printf("%s%.2f", kind > 0 ? " / " : " ",
               share_of(outcome.unchanged[kind], outcome.unaffected[kind]));
    printf(" | %.1f | %.3f | %.4f |\n", outcome.pairs / cells,
           share_of(outcome.suites, outcome.gates), share_of(outcome.contaminated, outcome.gates));
    fflush(stdout);
}

static void print_matrices(double share)
{
    struct hb_gate_options one = simulated_options(), four = four_metrics(), short_one = one;
    const struct simulated_matrix plain = {.options = &one,
                                           .cells = 200,
                                           .variations = VARIATIONS,
                                           .variations_count = KINDS,
                                           .drift = 0.002,
                                           .effect = 1.08,
                                           .side_effect = 1};
    struct simulated_matrix matrix = plain;

    short_one.pooled_pairs = short_one.screen_pairs; /* no extension */
    printf(
        "\n200 cells, 50 of each run CV, drift, 3 sentinels. Caught and unchanged: by run CV 1 / "
        "2 / 3 / 5 %%\n\n| matrix | gates | false alarm a gate (95 %% bound) | caught | unchanged "
        "| pairs a cell | suite regressed | contaminated |\n|---|---|---|---|---|---|---|---|\n");
    matrix.options = &short_one;
    print_outcome("nothing changed, no extension", &matrix, (size_t)(3000 * share));
    matrix.affected = 5;
    print_outcome("+8 % in 20 cells, no extension", &matrix, (size_t)(200 * share));
    matrix = plain;
    print_outcome("nothing changed", &matrix, (size_t)(3000 * share));
    matrix.affected = 5;
    print_outcome("+8 % in 20 cells", &matrix, (size_t)(200 * share));
    matrix.effect = 1.05;
    print_outcome("+5 % in 20 cells", &matrix, (size_t)(200 * share));
    matrix.affected = 50;
    matrix.effect = 1.02;
    print_outcome("+2 % in all cells", &matrix, (size_t)(200 * share));
    matrix = plain;
    matrix.options = &four;
    print_outcome("nothing changed, four metrics", &matrix, (size_t)(1000 * share));
    matrix.outliers = 0.02;
    print_outcome("the same, 2 % of runs +50 %", &matrix, (size_t)(1000 * share));
    matrix.affected = 5;
    print_outcome("+8 % in 20 cells, the same", &matrix, (size_t)(100 * share));
    matrix = plain;
    matrix.side_effect = 1.06;
    print_outcome("base against base differs by 6 %", &matrix, (size_t)(200 * share));
}

/* Where the margin is no help: every cell scatters by more than it. */
static void print_noisy(double share)
{
    static const double noisy[] = {0.10};
    struct hb_gate_options four = four_metrics(), short_four = four;
    struct simulated_matrix matrix = {.options = &short_four,
                                      .cells = 200,
                                      .variations = noisy,
                                      .variations_count = 1,
                                      .effect = 1.2,
                                      .side_effect = 1};

    short_four.pooled_pairs = short_four.screen_pairs;
    printf(
        "\n200 cells, four metrics, all of a run CV of 10 %%\n\n| matrix | gates | false alarm a "
        "gate (95 %% bound) | caught | unchanged | pairs a cell | suite regressed | "
        "contaminated |\n|---|---|---|---|---|---|---|---|\n");
    print_outcome("nothing changed, no extension", &matrix, (size_t)(1000 * share));
    matrix.options = &four;
    print_outcome("nothing changed", &matrix, (size_t)(1000 * share));
    matrix.affected = 20;
    print_outcome("+20 % in 20 cells", &matrix, (size_t)(100 * share));
}

static void print_small(double share)
{
    static const double variation[][1] = {{0.01}, {0.02}, {0.03}, {0.05}, {0.10}};
    struct hb_gate_options four = four_metrics();

    printf(
        "\nFour cells, four metrics, 12 minutes at 3 s a run, each run CV for itself\n\n"
        "| matrix | gates | false alarm a gate (95 %% bound) | caught | unchanged | pairs a cell "
        "| suite regressed | contaminated |\n|---|---|---|---|---|---|---|---|\n");
    four.budget_ns = 720 * HB_NS_PER_S;
    for (size_t i = 0; i < HB_ARRAY_LEN(variation); i++) {
        struct simulated_matrix matrix = {.options = &four,
                                          .cells = 4,
                                          .variations = variation[i],
                                          .variations_count = 1,
                                          .drift = 0.002,
                                          .effect = 1.1,
                                          .side_effect = 1,
                                          .run_ns = 3 * HB_NS_PER_S};
        char name[64];

        snprintf(name, sizeof name, "CV %.0f %%, nothing changed", variation[i][0] * 100);
        print_outcome(name, &matrix, (size_t)(10000 * share));
        matrix.affected = 1;
        snprintf(name, sizeof name, "CV %.0f %%, +10 %% in one cell", variation[i][0] * 100);
        print_outcome(name, &matrix, (size_t)(2000 * share));
    }
}

/* ---- all of it ---- */

static void print_all_pairs(double share)
{
    print_pairs((size_t)(20000 * share) + 1);
}

static void print_all_resolutions(double share)
{
    print_resolution((size_t)(20000 * share) + 1);
}

static const struct {
    const char *name;
    void (*print)(double share);
} parts[] = {
    {"pairs", print_all_pairs},   {"resolution", print_all_resolutions},
    {"matrices", print_matrices}, {"noisy", print_noisy},
    {"small", print_small},
};

static bool print_parts(const char *name, double share)
{
    bool found = false;

    for (size_t i = 0; i < HB_ARRAY_LEN(parts); i++) {
        if (name != NULL && strcmp(name, parts[i].name) != 0)
            continue;
        parts[i].print(share);
        found = true;
    }
    return found;
}

int main(int argc, char **argv)
{
    double share = argc > 1 ? atof(argv[1]) : 1;

    if (share > 0 && share <= 100 && print_parts(argc > 2 ? argv[2] : NULL, share))
        return 0;
    fprintf(stderr,
            "usage: gate_simulation [SHARE of the full number of trials [pairs | resolution "
            "| matrices | noisy | small]]\n");
    return 2;
}
