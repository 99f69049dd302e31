/*
 * Gates over runs that were made: stretches of stored pairs, one after the other in time, led
 * through the judge and the procedure themselves.
 *
 *   gate_resampling GATES GATE.db SAME.db [SLOWER.db …]
 *
 * GATES is how many are drawn of each kind; a twentieth of it of those with four cells.
 * GATE.db holds a gate, of which the margins are taken. SAME.db holds sweeps of base against base,
 * the others of base against a slower head; sweeps of one number were made next to each other. All
 * of SAME.db calibrates the machine, as `calibrate --aa` would, and the planner sets up the gates
 * by that. tests/bench/gate_proofs.py makes all of it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "base/rng.h"
#include "gate/planner.h"
#include "gate/procedure.h"
#include "measure/stats_order.h"
#include "store/gates.h"
#include "store/store.h"

enum { CELLS_MOST = 4, KINDS_MOST = 8 };

/* A run of 80 ms on a busy machine may not get the processor at all. */
static const double ALLOW_FAILED = 0.05;

/* What one database holds: the pairs of each complete sweep, in the order of time. */
struct kind {
    const char *path;
    struct hb_paired_cell *sweeps;
    size_t count, pairs;
};

/* ---- reading ---- */

static void give_up(const char *what, const struct hb_error *err)
{
    fprintf(stderr, "gate_resampling: %s: %s\n", what, err->message);
    exit(1);
}

static struct hb_store *open_store(const char *path)
{
    struct hb_store *store;
    struct hb_error err;

    if (hb_store_open(path, HB_STORE_READ, &store, &err) != 0)
        give_up(path, &err);
    return store;
}

static void add_sweep(struct hb_store *store, int64_t id, struct hb_arena *arena, struct kind *kind)
{
    static const struct hb_subject_names names = {.base = "base", .head = "head"};
    struct hb_paired_cells cells;
    struct hb_run_row *rows;
    struct hb_error err;
    size_t count;

    if (hb_store_load_runs(store, id, arena, &rows, &count, &err) != 0)
        give_up(kind->path, &err);
    cells = hb_pair_rows(rows, count, &names, arena);
    if (cells.count != 1)
        return;
    kind->sweeps[kind->count++] = cells.cells[0];
    kind->pairs += cells.cells[0].count;
}

static struct kind read_kind(const char *path, struct hb_arena *arena)
{
    struct hb_store *store = open_store(path);
    struct kind kind = {.path = path};
    struct hb_sweep_row *rows;
    struct hb_error err;
    size_t count;

    if (hb_store_list_sweeps(store, arena, &rows, &count, &err) != 0)
        give_up(path, &err);
    kind.sweeps = hb_arena_calloc(arena, count + 1, sizeof *kind.sweeps);
    for (size_t i = count; i > 0; i--) {
        if (strcmp(rows[i - 1].status, "complete") == 0)
            add_sweep(store, rows[i - 1].id, arena, &kind);
    }
    hb_store_close(store);
    return kind;
}

static struct hb_gate_record read_gate(const char *path, struct hb_arena *arena)
{
    struct hb_store *store = open_store(path);
    struct hb_gate_margins *margins;
    struct hb_gate_record record;
    struct hb_sweep_row *rows;
    size_t count, cells;
    struct hb_error err;
    bool found = false;

    if (hb_store_list_sweeps(store, arena, &rows, &count, &err) != 0)
        give_up(path, &err);
    for (size_t i = count; i > 0 && !found; i--) {
        if (hb_store_load_gate(store, rows[i - 1].id, arena, &record, &margins, &cells, &found,
                               &err) != 0)
            give_up(path, &err);
    }
    hb_store_close(store);
    if (!found) {
        fprintf(stderr, "gate_resampling: %s holds no gate\n", path);
        exit(1);
    }
    memcpy(record.options.margins, margins[0].margins, sizeof record.options.margins);
    record.options.budget_ns = 0; /* its pairs are made; time would be that of another machine */
    return record;
}

/* ---- one gate ---- */

/* Pairs in the order in which they were made; at a sweep's end it goes on with its beginning. */
struct stretch {
    const struct hb_paired_cell *sweep;
    size_t at, taken;
};

static const struct hb_pair *take(struct stretch *stretch)
{
    const struct hb_paired_cell *sweep = stretch->sweep;

    stretch->taken++;
    return &sweep->pairs[stretch->at++ % sweep->count];
}

/* The first cells of a gate are of the kind in question, the others and the controls are base
 * against base. */
struct layout {
    size_t cells, affected;
    const char *name;
    double share; /* of the gates asked for */
};

struct resampled {
    const struct hb_gate_record *record;
    const struct layout *layout;
    struct hb_procedure *procedure;
    struct stretch kind, same;
};

static void make_pair(struct resampled *gate, size_t cell, unsigned round)
{
    bool affected = cell < gate->layout->affected;
    const struct hb_pair *pair;

    if (!hb_procedure_needs(gate->procedure, cell, HB_SIDE_BASE, round))
        return;
    pair = take(affected ? &gate->kind : &gate->same);
    for (size_t side = 0; side < HB_SIDES; side++)
        hb_procedure_learn(gate->procedure, cell, (enum hb_side)side, round, &pair->sides[side]);
}

static size_t parts_of(const struct resampled *gate)
{
    size_t sentinels = gate->record->options.sentinels;

    return gate->layout->cells +
           (sentinels < gate->layout->cells ? sentinels : gate->layout->cells);
}

static void lead(struct resampled *gate)
{
    unsigned rounds = hb_procedure_rounds(&gate->record->options);
    size_t parts = parts_of(gate);

    for (unsigned round = 0; round < rounds; round++) {
        for (size_t cell = 0; cell < parts; cell++)
            make_pair(gate, cell, round);
    }
}

struct outcome {
    size_t gates, regressed, contaminated, verdicts[HB_VERDICT_COUNT];
    double pairs;
};

static void count_result(const struct resampled *gate, const struct hb_comparison_result *result,
                         struct outcome *outcome)
{
    outcome->gates++;
    outcome->regressed += result->verdict == HB_VERDICT_REGRESSED;
    outcome->contaminated += result->contaminated;
    outcome->verdicts[result->verdict]++;
    outcome->pairs += (double)(gate->kind.taken + gate->same.taken);
}

static void make_gate(struct resampled *gate, struct outcome *outcome)
{
    static const char *const ids[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
    struct hb_procedure_cell cells[2 * CELLS_MOST];
    struct hb_run_row labels[2 * CELLS_MOST];
    struct hb_comparison_result result;
    struct hb_arena arena;
    struct hb_error err;

    for (size_t i = 0; i < parts_of(gate); i++) {
        labels[i] = *gate->same.sweep->label;
        labels[i].cell_id = ids[i];
        cells[i] = (struct hb_procedure_cell){
            .label = &labels[i],
            .rules = hb_rules_of(&gate->record->options, HB_COMPARE_CLIENTS, NULL, NULL),
            .control = i >= gate->layout->cells,
        };
        cells[i].rules.allow_failed = ALLOW_FAILED;
    }
    hb_arena_init(&arena);
    gate->procedure = hb_procedure_new(&gate->record->options, cells, parts_of(gate));
    lead(gate);
    if (hb_procedure_result(gate->procedure, &arena, &result, &err) != 0)
        give_up("judging", &err);
    count_result(gate, &result, outcome);
    hb_procedure_free(gate->procedure);
    hb_arena_release(&arena);
}

/* ---- many ---- */

struct material {
    const struct kind *kind, *same;
};

static size_t cycles_of(const struct material *material)
{
    return material->kind->count < material->same->count ? material->kind->count
                                                         : material->same->count;
}

static size_t draw(struct hb_rng *rng, size_t below)
{
    return (size_t)(hb_rng_unit(rng) * (double)below) % below;
}

/* Of any beginning: they overlap. */
static struct outcome draw_gates(const struct hb_gate_record *record, const struct layout *layout,
                                 const struct material *material, size_t gates)
{
    struct hb_rng rng = {.state = 31};
    struct outcome outcome = {0};

    for (size_t i = 0; i < gates; i++) {
        size_t cycle = draw(&rng, cycles_of(material));
        struct resampled gate = {.record = record,
                                 .layout = layout,
                                 .kind = {.sweep = &material->kind->sweeps[cycle]},
                                 .same = {.sweep = &material->same->sweeps[cycle]}};

        gate.kind.at = draw(&rng, gate.kind.sweep->count);
        gate.same.at = draw(&rng, gate.same.sweep->count);
        make_gate(&gate, &outcome);
    }
    return outcome;
}

/* One after the other, none with a pair of another: fewer, and independent. */
static struct outcome lay_gates(const struct hb_gate_record *record, const struct layout *layout,
                                const struct material *material)
{
    struct outcome outcome = {0};

    for (size_t cycle = 0; cycle < cycles_of(material); cycle++) {
        struct resampled gate = {.record = record,
                                 .layout = layout,
                                 .kind = {.sweep = &material->kind->sweeps[cycle]},
                                 .same = {.sweep = &material->same->sweeps[cycle]}};
        struct outcome kept = outcome;

        for (;;) {
            gate.kind.taken = gate.same.taken = 0;
            make_gate(&gate, &outcome);
            if (gate.kind.at > gate.kind.sweep->count || gate.same.at > gate.same.sweep->count)
                break;
            kept = outcome;
        }
        outcome = kept;
    }
    return outcome;
}

/* ---- bounds ---- */

/* Clopper and Pearson, one-sided, 95 %: the share that would give so few or so many in one of
 * twenty. */
static double bound(size_t part, size_t whole, bool upper)
{
    double low = 0, high = 1;

    if (whole == 0 || (upper ? part == whole : part == 0))
        return upper ? 1 : 0;
    while (high - low > 1e-9) {
        double middle = (low + high) / 2;
        double tail = upper ? hb_binomial_cdf((long)part, whole, middle)
                            : 1 - hb_binomial_cdf((long)part - 1, whole, middle);

        if ((tail > 0.05) == upper)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static double percent(size_t part, size_t whole)
{
    return whole > 0 ? 100 * (double)part / (double)whole : NAN;
}

/* ---- tables ---- */

static int ascending(const void *left, const void *right)
{
    const double *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

struct figures {
    double *logs; /* of CPU a request, head over base, sorted */
    size_t count, runs, contended, failed;
    double mean, square;
};

static void add_pair_figures(const struct hb_pair *pair, struct figures *figures)
{
    double base = pair->sides[HB_SIDE_BASE].values[HB_GATE_CPU];
    double head = pair->sides[HB_SIDE_HEAD].values[HB_GATE_CPU];
    bool usable = true;

    for (size_t side = 0; side < HB_SIDES; side++) {
        const struct hb_observation *run = &pair->sides[side];

        figures->runs++;
        figures->failed += run->state == HB_OBSERVED_FAILED;
        figures->contended += (run->flags & HB_FLAG_HOST_CONTENDED) != 0;
        usable &= run->state == HB_OBSERVED_OK && run->values[HB_GATE_CPU] > 0;
    }
    if (!usable)
        return;
    figures->logs[figures->count++] = log(head / base);
    figures->mean += log(head / base);
    figures->square += log(head / base) * log(head / base);
}

static void print_kind(const struct kind *kind, struct hb_arena *arena)
{
    struct figures figures = {hb_arena_calloc(arena, kind->pairs + 1, sizeof(double))};
    struct hb_interval middle;
    double mean, stddev;

    for (size_t i = 0; i < kind->count; i++) {
        for (size_t k = 0; k < kind->sweeps[i].count; k++)
            add_pair_figures(&kind->sweeps[i].pairs[k], &figures);
    }
    qsort(figures.logs, figures.count, sizeof(double), ascending);
    middle = hb_quantile_interval(figures.logs, figures.count, 0.5, 0.95);
    mean = figures.mean / (double)figures.count;
    stddev = sqrt(figures.square / (double)figures.count - mean * mean);
    printf("| %s | %zu | %zu | %+.1f %% (%+.1f to %+.1f) | %.1f %% | %.1f %% | %.0f %% | %zu |\n",
           kind->path, figures.count, kind->count, expm1(middle.estimate) * 100,
           expm1(middle.low) * 100, expm1(middle.high) * 100, stddev * 100,
           (figures.logs[figures.count * 3 / 4] - figures.logs[figures.count / 4]) / 1.349 * 100,
           percent(figures.contended, figures.runs), figures.failed);
}

static void print_outcome(const struct layout *layout, const struct kind *kind, bool same,
                          const struct outcome *outcome, const char *how)
{
    size_t open = outcome->verdicts[HB_VERDICT_INCONCLUSIVE];
    size_t passed =
        outcome->verdicts[HB_VERDICT_UNCHANGED] + outcome->verdicts[HB_VERDICT_IMPROVED];

    printf("| %s | %s | %s | %zu | %zu: %.2f %% (%s %.2f %%) | %.1f %% | %.1f %% | %.1f %% | %.2f "
           "%% | %.0f |\n",
           layout->name, kind->path, how, outcome->gates, outcome->regressed,
           percent(outcome->regressed, outcome->gates), same ? "≤" : "≥",
           100 * bound(outcome->regressed, outcome->gates, same), percent(open, outcome->gates),
           percent(passed, outcome->gates),
           percent(outcome->gates - open - passed - outcome->regressed, outcome->gates),
           percent(outcome->contaminated, outcome->gates), outcome->pairs / (double)outcome->gates);
}

static void print_gates(const struct hb_gate_record *record, const struct layout *layout,
                        const struct kind *kinds, size_t count, size_t gates)
{
    const struct hb_gate_options *options = &record->options;

    printf("\n%u pairs, %u fresh ones, %u at the last look, alpha %g, %u controls\n\n"
           "| slower is | pairs | gates are | gates | regressed (95 %% bound) | inconclusive | "
           "passed | refused | contaminated | pairs a gate |\n"
           "|---|---|---|--:|--:|--:|--:|--:|--:|--:|\n",
           options->screen_pairs, options->confirm_pairs, options->pooled_pairs, options->alpha,
           options->sentinels);
    for (size_t k = 0; k < count; k++) {
        const struct material material = {&kinds[k], &kinds[0]};
        struct outcome drawn = draw_gates(record, layout, &material, gates);
        struct outcome laid = lay_gates(record, layout, &material);

        print_outcome(layout, &kinds[k], k == 0, &drawn, "drawn");
        if (laid.gates > 0)
            print_outcome(layout, &kinds[k], k == 0, &laid, "side by side");
        fflush(stdout);
    }
}

/* ---- setting up ---- */

/* What a scenario without numbers of pairs leaves open. */
static struct hb_gate_options left_open(const struct hb_gate_options *options)
{
    struct hb_gate_options open = *options;

    open.screen_pairs = 5;
    open.confirm_pairs = 15;
    open.pooled_pairs = 30;
    open.open_pairs = HB_GATE_OPEN_SCREEN | HB_GATE_OPEN_CONFIRM | HB_GATE_OPEN_POOLED;
    return open;
}

static struct hb_gate_options plan(const struct hb_gate_options *options,
                                   const struct layout *layout, const struct kind *same,
                                   struct hb_arena *arena)
{
    struct hb_paired_cells cells = {same->sweeps, same->count};
    struct hb_calibration calibration = hb_calibrate(&cells, options);
    struct hb_planner_cell planned[CELLS_MOST];
    struct hb_planner_input input = {.options = options,
                                     .cells = planned,
                                     .count = layout->cells,
                                     .calibration = &calibration,
                                     .fixed_windows = true};
    struct hb_gate_plan made;
    struct hb_error err;

    for (size_t i = 0; i < layout->cells; i++)
        planned[i] = (struct hb_planner_cell){.name = "", .margins = options->margins};
    if (hb_gate_plan_make(&input, arena, &made, &err) != 0)
        give_up("planning", &err);
    printf("\n%s: calibrated with %zu pairs, of which CPU scatters by %.1f %%, throughput by %.1f "
           "%%; %s\n",
           layout->name, calibration.pairs, calibration.noise[HB_GATE_CPU] * 100,
           calibration.noise[HB_GATE_THROUGHPUT] * 100,
           made.pairs == HB_PAIRS_CALIBRATED ? "+10 % is to be caught 19 times in 20"
                                             : "too noisy for +10 %: as many pairs as there are");
    return made.options;
}

/* As the planner sets it up without calibration, and with it. */
static void print_layout(struct hb_gate_record *record, const struct layout *layout,
                         const struct kind *kinds, size_t count, size_t gates,
                         struct hb_arena *arena)
{
    struct hb_gate_options open = left_open(&record->options);

    record->options = plan(&open, layout, &kinds[0], arena);
    print_gates(record, layout, kinds, count, gates);
    printf("\nWithout calibration:\n");
    record->options = open;
    print_gates(record, layout, kinds, count, gates);
}

int main(int argc, char **argv)
{
    static const struct layout layouts[] = {{1, 1, "one cell", 1},
                                            {4, 1, "one of four cells", 0.05}};
    double gates = argc > 1 ? atof(argv[1]) : 0;
    struct kind kinds[KINDS_MOST];
    struct hb_gate_record gate;
    struct hb_arena arena;
    size_t count = 0;

    if (!(gates >= 5) || argc < 4 || argc > 3 + KINDS_MOST) {
        fprintf(stderr, "usage: gate_resampling GATES GATE.db SAME.db [SLOWER.db …]\n");
        return 2;
    }
    hb_arena_init(&arena);
    gate = read_gate(argv[2], &arena);
    printf("| pairs | count | sweeps | CPU a request, median (95 %%) | scatter of a pair | by "
           "quartiles | runs on a contended machine | failed runs |\n"
           "|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for (; count < (size_t)argc - 3; count++) {
        kinds[count] = read_kind(argv[count + 3], &arena);
        print_kind(&kinds[count], &arena);
        if (kinds[count].count == 0) {
            fprintf(stderr, "gate_resampling: %s holds no complete sweep\n", argv[count + 3]);
            return 1;
        }
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(layouts); i++)
        print_layout(&gate, &layouts[i], kinds, count, (size_t)(gates * layouts[i].share), &arena);
    hb_arena_release(&arena);
    return 0;
}
