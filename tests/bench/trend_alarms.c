/*
 * How often a trend cries wolf, and what it sees: simulated nights through the very search that
 * `trend` uses. trend_alarms [SERIES] (default 20,000); seeded, prints Markdown for docs/trend.md.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "gate/trend.h"
#include "measure/change_points.h"

enum { NIGHTS = 40, STEP_AT = 20 };

/* By the polar form of Box and Muller. */
static double draw_normal(struct hb_rng *rng)
{
    for (;;) {
        double x = 2 * hb_rng_unit(rng) - 1, y = 2 * hb_rng_unit(rng) - 1, square = x * x + y * y;

        if (square > 0 && square < 1)
            return x * sqrt(-2 * log(square) / square);
    }
}

/* Student's t with three degrees of freedom, of variance 1: nights that are far off now and then.
 */
static double draw_heavy(struct hb_rng *rng)
{
    double chi = 0, normal = draw_normal(rng);

    for (int i = 0; i < 3; i++) {
        double part = draw_normal(rng);

        chi += part * part;
    }
    return normal / sqrt(chi / 3) / sqrt(3);
}

/* One night in twenty of a busy machine: five times the scatter. */
static double draw_mixed(struct hb_rng *rng)
{
    return draw_normal(rng) * (hb_rng_unit(rng) < 0.05 ? 5 : 1);
}

/* What is left of the machine's drift: each night remembers half of the one before. */
static double draw_drifting(struct hb_rng *rng)
{
    static double last;

    last = 0.5 * last + sqrt(0.75) * draw_normal(rng);
    return last;
}

typedef double draw_fn(struct hb_rng *rng);

struct outcome {
    bool any;       /* a point, anywhere */
    bool near_step; /* within two nights of the step */
};

static struct outcome simulate(struct hb_rng *rng, draw_fn *draw, double scatter, double step,
                               double least)
{
    const struct hb_change_rules rules = {
        .alpha = HB_TREND_ALPHA, .magnitude = log1p(least), .shortest = HB_TREND_SHORTEST};
    struct outcome outcome = {0};
    struct hb_change_point *points;
    double values[NIGHTS];
    struct hb_error err = {0};
    size_t count;

    for (size_t i = 0; i < NIGHTS; i++)
        values[i] = scatter * draw(rng) + (i >= STEP_AT ? log1p(step) : 0);
    if (hb_change_points(values, NIGHTS, &rules, &points, &count, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    outcome.any = count > 0;
    for (size_t i = 0; i < count; i++)
        outcome.near_step = outcome.near_step || (points[i].index + HB_TREND_NEAR >= STEP_AT &&
                                                  points[i].index <= STEP_AT + HB_TREND_NEAR);
    free(points);
    return outcome;
}

static double share(size_t part, size_t all)
{
    return 100 * (double)part / (double)all;
}

static void print_alarms(size_t series)
{
    static const struct {
        const char *name;
        draw_fn *draw;
    } kinds[] = {{"normal", draw_normal},
                 {"heavy tails (t, 3 degrees)", draw_heavy},
                 {"one night in twenty 5 × as wide", draw_mixed},
                 {"drift (each night half of the last)", draw_drifting}};
    static const double leasts[] = {0, HB_TREND_ROLLUP_CHANGE, HB_TREND_CELL_CHANGE};

    printf("| flat series, scatter 2 %% | any size | from 1 %% (roll-up) | from 3 %% (cell) |\n"
           "|---|---|---|---|\n");
    for (size_t kind = 0; kind < HB_ARRAY_LEN(kinds); kind++) {
        printf("| %s |", kinds[kind].name);
        for (size_t least = 0; least < HB_ARRAY_LEN(leasts); least++) {
            struct hb_rng rng = {kind + 1};
            size_t alarms = 0;

            for (size_t i = 0; i < series; i++)
                alarms += simulate(&rng, kinds[kind].draw, 0.02, 0, leasts[least]).any;
            printf(" %.2f %% |", share(alarms, series));
        }
        putchar('\n');
    }
}

static void print_power(size_t series)
{
    static const double scatters[] = {0.01, 0.02, 0.03, 0.05}, steps[] = {0.02, 0.03, 0.05, 0.08};

    printf("\n| scatter from night to night | +2 %% | +3 %% | +5 %% | +8 %% "
           "|\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < HB_ARRAY_LEN(scatters); i++) {
        printf("| %.0f %% |", 100 * scatters[i]);
        for (size_t j = 0; j < HB_ARRAY_LEN(steps); j++) {
            struct hb_rng rng = {100 + 10 * i + j};
            size_t seen = 0;

            for (size_t k = 0; k < series; k++)
                seen += simulate(&rng, draw_normal, scatters[i], steps[j], HB_TREND_ROLLUP_CHANGE)
                            .near_step;
            printf(" %.0f %% |", share(seen, series));
        }
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    long series = argc > 1 ? strtol(argv[1], NULL, 10) : 20000;

    if (series < 1) {
        fprintf(stderr, "usage: trend_alarms [SERIES]\n");
        return 2;
    }
    print_alarms((size_t)series);
    print_power((size_t)series);
    return 0;
}
