/*
 * Learning runs, and deciding which are needed. When a stage begins it is fixed, once, who takes
 * part and in how many rounds; that depends on the figures so far and on the time that is left.
 * Verdicts (procedure_result.c) depend on the figures alone.
 */
#include "gate/procedure_state.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

const char *hb_stage_name(enum hb_stage stage)
{
    static const char *const names[HB_STAGES] = {
        [HB_STAGE_SCREEN] = "screen",
        [HB_STAGE_CONFIRM] = "confirmation",
        [HB_STAGE_EXTEND] = "extension",
    };

    return names[stage];
}

struct hb_stage_span hb_span_of(const struct hb_gate_options *options, enum hb_stage stage)
{
    unsigned screen = options->screen_pairs, confirm = options->confirm_pairs;
    unsigned extend = options->pooled_pairs > screen ? options->pooled_pairs - screen : 0;
    const struct hb_stage_span spans[HB_STAGES] = {
        [HB_STAGE_SCREEN] = {0, screen},
        [HB_STAGE_CONFIRM] = {screen, confirm},
        [HB_STAGE_EXTEND] = {screen + confirm, extend},
    };

    return spans[stage];
}

unsigned hb_procedure_rounds(const struct hb_gate_options *options)
{
    struct hb_stage_span last = hb_span_of(options, HB_STAGE_EXTEND);

    return last.first + last.count;
}

enum hb_stage hb_procedure_stage(const struct hb_gate_options *options, unsigned round)
{
    if (round < hb_span_of(options, HB_STAGE_CONFIRM).first)
        return HB_STAGE_SCREEN;
    return round < hb_span_of(options, HB_STAGE_EXTEND).first ? HB_STAGE_CONFIRM : HB_STAGE_EXTEND;
}

/* ---- life ---- */

static void clear_pairs(struct hb_procedure *procedure)
{
    for (size_t i = 0; i < procedure->count * procedure->rounds; i++) {
        procedure->pairs[i].round = (unsigned)(i % procedure->rounds);
        for (size_t side = 0; side < HB_SIDES; side++)
            procedure->pairs[i].sides[side].failure = "";
    }
}

struct hb_procedure *hb_procedure_new(const struct hb_gate_options *options,
                                      const struct hb_procedure_cell *cells, size_t count)
{
    struct hb_procedure *procedure = hb_calloc(1, sizeof *procedure);
    size_t runs = count * hb_procedure_rounds(options);

    procedure->options = options;
    procedure->cells = cells;
    procedure->count = count;
    procedure->rounds = hb_procedure_rounds(options);
    procedure->pairs = hb_calloc(runs + 1, sizeof *procedure->pairs);
    procedure->learned = hb_calloc(runs * HB_SIDES + 1, sizeof *procedure->learned);
    procedure->dead = hb_calloc(count + 1, sizeof *procedure->dead);
    for (size_t i = 0; i < HB_STAGES; i++)
        procedure->stages[i].pairs = hb_calloc(count + 1, sizeof(unsigned));
    hb_arena_init(&procedure->texts);
    clear_pairs(procedure);
    return procedure;
}

void hb_procedure_free(struct hb_procedure *procedure)
{
    if (procedure == NULL)
        return;
    for (size_t i = 0; i < HB_STAGES; i++)
        free(procedure->stages[i].pairs);
    free(procedure->pairs);
    free(procedure->learned);
    free(procedure->dead);
    hb_arena_release(&procedure->texts);
    free(procedure);
}

/* ---- learning ---- */

static bool *learned_flag(const struct hb_procedure *procedure, size_t pair, enum hb_side side,
                          unsigned round)
{
    return &procedure->learned[(pair * procedure->rounds + round) * HB_SIDES + (size_t)side];
}

/* No further run makes a verdict of it. */
static bool is_fatal(const struct hb_procedure_cell *cell, const struct hb_observation *run)
{
    if (run->state == HB_OBSERVED_OK)
        return run->errors > 0;
    return run->state == HB_OBSERVED_SKIPPED ||
           (run->state == HB_OBSERVED_FAILED && !(cell->rules.allow_failed > 0));
}

/* A control's base is the run of a cell, and counts there. */
static void count_run(struct hb_procedure *procedure, size_t pair, enum hb_side side,
                      const struct hb_observation *run)
{
    if (run->state == HB_OBSERVED_NOT || (procedure->cells[pair].control && side == HB_SIDE_BASE))
        return;
    procedure->learned_runs++;
    procedure->failed_runs += run->state == HB_OBSERVED_FAILED;
    procedure->learned_ns += run->wall_ns > 0 ? run->wall_ns : 0;
}

void hb_procedure_learn(struct hb_procedure *procedure, size_t pair, enum hb_side side,
                        unsigned round, const struct hb_observation *observation)
{
    struct hb_observation *kept;

    if (pair >= procedure->count || round >= procedure->rounds)
        return;
    kept = &hb_pairs_of(procedure, pair)[round].sides[side];
    *kept = *observation;
    kept->failure = observation->failure != NULL && observation->failure[0] != '\0'
                        ? hb_arena_strdup(&procedure->texts, observation->failure)
                        : "";
    if (!*learned_flag(procedure, pair, side, round))
        count_run(procedure, pair, side, observation);
    *learned_flag(procedure, pair, side, round) = true;
    procedure->dead[pair] |= is_fatal(&procedure->cells[pair], observation);
}

void hb_procedure_spent(struct hb_procedure *procedure, int64_t spent_ns)
{
    procedure->told_spent_ns = spent_ns;
}

/* ---- who takes part ---- */

struct hb_paired_cell hb_stage_pairs(const struct hb_procedure *procedure, size_t cell,
                                     enum hb_stage stage)
{
    struct hb_stage_span span = hb_span_of(procedure->options, stage);

    return (struct hb_paired_cell){
        .label = procedure->cells[cell].label,
        .control = procedure->cells[cell].control,
        .pairs = hb_pairs_of(procedure, cell) + span.first,
        .count = span.count,
    };
}

unsigned hb_count_made(const struct hb_paired_cell *cell)
{
    unsigned made = 0;

    for (size_t i = 0; i < cell->count; i++)
        made += cell->pairs[i].sides[HB_SIDE_BASE].state == HB_OBSERVED_OK &&
                cell->pairs[i].sides[HB_SIDE_HEAD].state == HB_OBSERVED_OK;
    return made;
}

/* A cell that wants more pairs; the most urgent first. */
struct applicant {
    size_t cell;
    unsigned pairs; /* that it wants */
    bool control;
    double urgency;
};

static int compare_applicants(const void *left, const void *right)
{
    const struct applicant *a = left, *b = right;

    if (a->control != b->control) /* without them nothing is believed */
        return a->control ? -1 : 1;
    if (a->urgency < b->urgency || a->urgency > b->urgency)
        return a->urgency > b->urgency ? -1 : 1;
    return (a->cell > b->cell) - (a->cell < b->cell);
}

static bool applies_for_confirmation(const struct hb_procedure *procedure, size_t cell,
                                     struct hb_arena *arena, struct applicant *ret_applicant)
{
    struct hb_cell_verdict screened;
    unsigned routed;

    if (hb_judge_screen(procedure, cell, arena, &screened, NULL) != 0)
        return false;
    routed = hb_routed_metrics(procedure, cell, &screened);
    *ret_applicant = (struct applicant){
        .cell = cell,
        .pairs = procedure->options->confirm_pairs,
        .control = procedure->cells[cell].control,
        .urgency = hb_routed_by(&screened, routed),
    };
    return routed != 0;
}

/* Open: no verdict yet. What was routed comes first. Controls are not extended: they have shown
 * by then what they can. */
static bool applies_for_extension(const struct hb_procedure *procedure, size_t cell,
                                  const struct hb_family *family, struct hb_arena *arena,
                                  struct applicant *ret_applicant)
{
    struct hb_paired_cell confirmed = hb_stage_pairs(procedure, cell, HB_STAGE_CONFIRM);
    unsigned most = hb_span_of(procedure->options, HB_STAGE_EXTEND).count;
    unsigned made = hb_count_made(&confirmed);
    struct hb_cell_verdict so_far;

    if (procedure->cells[cell].control || made >= most ||
        hb_judge_so_far(procedure, cell, family, arena, &so_far, NULL) != 0)
        return false;
    *ret_applicant = (struct applicant){
        .cell = cell,
        .pairs = most - made,
        .urgency = so_far.reason == HB_NOT_CONFIRMED ? 1 : 0,
    };
    return so_far.verdict == HB_VERDICT_INCONCLUSIVE;
}

static size_t list_applicants(const struct hb_procedure *procedure, enum hb_stage stage,
                              struct applicant *applicants)
{
    struct hb_family family = {0};
    struct hb_arena arena;
    size_t count = 0;

    hb_arena_init(&arena);
    if (stage == HB_STAGE_EXTEND && hb_find_family(procedure, &arena, &family, NULL) != 0)
        family = (struct hb_family){.fresh = 0}; /* more pairs than can be judged: all stay open */
    for (size_t i = 0; i < procedure->count; i++) {
        if (procedure->dead[i])
            continue;
        if (stage == HB_STAGE_CONFIRM)
            count += applies_for_confirmation(procedure, i, &arena, &applicants[count]);
        else
            count += applies_for_extension(procedure, i, &family, &arena, &applicants[count]);
    }
    hb_arena_release(&arena);
    qsort(applicants, count, sizeof *applicants, compare_applicants);
    return count;
}

/* ---- what there is time for ---- */

static int64_t time_left(const struct hb_procedure *procedure)
{
    int64_t spent = procedure->told_spent_ns > 0 ? procedure->told_spent_ns : procedure->learned_ns;

    if (procedure->options->budget_ns <= 0)
        return INT64_MAX;
    return procedure->options->budget_ns > spent ? procedure->options->budget_ns - spent : 0;
}

static double cost_of(const struct hb_procedure *procedure, const struct applicant *applicant,
                      unsigned pairs)
{
    unsigned wanted = applicant->pairs < pairs ? applicant->pairs : pairs;

    return 2.0 * wanted * (double)procedure->cells[applicant->cell].run_ns;
}

/* All of their pairs or none: fewer could not decide. In order of urgency, until it is used up. */
static void admit_whole(struct hb_procedure *procedure, struct hb_procedure_stage *stage,
                        const struct applicant *applicants, size_t count)
{
    double left = (double)time_left(procedure);

    for (size_t i = 0; i < count; i++) {
        double cost = cost_of(procedure, &applicants[i], applicants[i].pairs);

        if (cost > left) {
            stage->left_out++;
            continue;
        }
        left -= cost;
        stage->pairs[applicants[i].cell] = applicants[i].pairs;
    }
}

static double cost_of_all(const struct hb_procedure *procedure, const struct applicant *applicants,
                          size_t count, unsigned pairs)
{
    double cost = 0;

    for (size_t i = 0; i < count; i++)
        cost += cost_of(procedure, &applicants[i], pairs);
    return cost;
}

/* As many pairs for each as there is time for; when that is not enough to decide anything, the
 * least urgent go without. */
static void admit_evenly(struct hb_procedure *procedure, struct hb_procedure_stage *stage,
                         const struct applicant *applicants, size_t count)
{
    unsigned most = hb_span_of(procedure->options, HB_STAGE_EXTEND).count;
    unsigned least = hb_least_pairs(procedure->options->alpha);
    double left = (double)time_left(procedure);
    size_t admitted = count;

    least = least < most ? least : most;
    while (admitted > 0 && cost_of_all(procedure, applicants, admitted, least) > left)
        admitted--;
    while (most > least && cost_of_all(procedure, applicants, admitted, most) > left)
        most--;
    for (size_t i = 0; i < admitted; i++)
        stage->pairs[applicants[i].cell] = applicants[i].pairs < most ? applicants[i].pairs : most;
    stage->left_out = count - admitted;
}

static void decide(struct hb_procedure *procedure, enum hb_stage number)
{
    HB_CLEANUP(hb_free_ptr)
    struct applicant *applicants = hb_calloc(procedure->count + 1, sizeof *applicants);
    struct hb_procedure_stage *stage = &procedure->stages[number];
    size_t count;

    stage->decided = true;
    if (number == HB_STAGE_SCREEN) {
        for (size_t i = 0; i < procedure->count; i++)
            stage->pairs[i] = procedure->options->screen_pairs;
        return;
    }
    count = list_applicants(procedure, number, applicants);
    if (number == HB_STAGE_CONFIRM)
        admit_whole(procedure, stage, applicants, count);
    else
        admit_evenly(procedure, stage, applicants, count);
}

bool hb_procedure_needs(struct hb_procedure *procedure, size_t pair, enum hb_side side,
                        unsigned round)
{
    enum hb_stage stage = hb_procedure_stage(procedure->options, round);
    unsigned first = hb_span_of(procedure->options, stage).first;

    if (pair >= procedure->count || round >= procedure->rounds)
        return false;
    if (!procedure->stages[stage].decided)
        decide(procedure, stage);
    return !procedure->dead[pair] && !*learned_flag(procedure, pair, side, round) &&
           round - first < procedure->stages[stage].pairs[pair];
}

struct hb_procedure_progress hb_procedure_progress(struct hb_procedure *procedure,
                                                   enum hb_stage number)
{
    const struct hb_procedure_stage *stage = &procedure->stages[number];
    struct hb_procedure_progress progress = {.stage = number, .left_out = stage->left_out};

    for (size_t i = 0; i < procedure->count; i++) {
        if (stage->pairs[i] == 0)
            continue;
        progress.controls += procedure->cells[i].control;
        progress.cells += !procedure->cells[i].control;
        progress.pairs = stage->pairs[i] > progress.pairs ? stage->pairs[i] : progress.pairs;
    }
    return progress;
}
