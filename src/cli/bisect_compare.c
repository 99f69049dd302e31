/* A step of a bisection is a gate like any other, with overrides that leave one cell and one
 * metric. */
#include "cli/bisect_compare.h"

#include <inttypes.h>
#include <math.h>

#include "cli/subject_install.h"
#include "exec/interrupt.h"
#include "report/comparison_words.h"

enum { WORDS_MAX_BYTES = 4096 };

/* ---- asking for it ---- */

/* Other metrics are not looked at; of several that were asked for, each is as the cell has it. */
static void add_margins(const struct hb_bisecting *bisecting, const struct hb_bisect_rules *rules,
                        struct hb_strings *sets)
{
    struct hb_arena *arena = &bisecting->cli->arena;

    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        struct hb_gate_margin margin = bisecting->cell->margins[i];
        bool refused = margin.weight == HB_GATE_OFF; /* perhaps by the language itself */

        if (rules->metric == i)
            margin = rules->margin;
        else if (rules->metric != HB_BISECT_NO_METRIC)
            margin.weight = HB_GATE_OFF;
        if (!refused || rules->metric == i)
            hb_sets_add(arena, sets, hb_margin_override((enum hb_gate_metric)i, &margin, arena));
    }
}

static struct hb_strings sets_of(const struct hb_bisecting *bisecting,
                                 const struct hb_bisect_rules *rules)
{
    static const char *const always[] = {"gate.basis=time", "run.wire=none", "run.yardstick=false"};
    struct hb_arena *arena = &bisecting->cli->arena;
    struct hb_strings sets = bisecting->cell->sets;

    for (size_t i = 0; i < HB_ARRAY_LEN(always); i++)
        hb_sets_add(arena, &sets, always[i]);
    if (bisecting->budget != NULL)
        hb_sets_add(arena, &sets, hb_arena_printf(arena, "gate.budget=%s", bisecting->budget));
    if (!rules->control)
        hb_sets_add(arena, &sets, "gate.sentinels=0");
    add_margins(bisecting, rules, &sets);
    return sets;
}

static struct hb_subject_flags subject_of(const struct hb_bisecting *bisecting,
                                          const struct hb_bisect_candidate *candidate)
{
    struct hb_arena *arena = &bisecting->cli->arena;
    struct hb_subject_flags flags = {0};

    if (bisecting->range->repository == NULL) {
        flags.whole = candidate->subject;
        return flags;
    }
    hb_sets_add(arena, &flags.install, candidate->subject);
    for (size_t i = 0; i < bisecting->with.count; i++)
        hb_sets_add(arena, &flags.install, bisecting->with.items[i]);
    return flags;
}

/* ---- what came of it ---- */

static bool is_shown_good(const struct hb_metric_verdict *verdict)
{
    if (verdict->verdict == HB_VERDICT_UNCHANGED || verdict->verdict == HB_VERDICT_IMPROVED)
        return true;
    return verdict->verdict == HB_VERDICT_INCONCLUSIVE &&
           verdict->ratio.confidence >= HB_UNCHANGED_CONFIDENCE &&
           verdict->ratio.high < verdict->limit;
}

static const char *reason_of(const struct hb_gate_run *run, const struct hb_cell_verdict *cell)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, WORDS_MAX_BYTES);
    hb_cell_reason_put(&run->result, cell, &text);
    return hb_cli_safe(run->cli, hb_buf_text(&text));
}

static void judge(const struct hb_gate_run *run, const struct hb_cell_verdict *cell,
                  struct hb_bisect_finding *finding)
{
    bool precluded = hb_is_precluded(cell->verdict);

    if (!precluded && cell->metrics[finding->metric].measured)
        finding->verdict = cell->metrics[finding->metric];
    if (finding->verdict.measured && finding->verdict.verdict == HB_VERDICT_REGRESSED)
        finding->is = HB_CANDIDATE_BAD;
    else if (finding->verdict.measured && is_shown_good(&finding->verdict))
        finding->is = HB_CANDIDATE_GOOD;
    else
        finding->is = HB_CANDIDATE_UNTELLABLE;
    if (finding->is == HB_CANDIDATE_UNTELLABLE)
        finding->why = reason_of(run, cell);
}

/* Whether the machine was fit to tell, and did. */
static void conclude(const struct hb_gate_run *run, const struct hb_bisect_rules *rules,
                     int runs_exit, struct hb_bisect_finding *finding)
{
    const struct hb_cell_verdict *cell = run->result.cells_count > 0 ? run->result.cells : NULL;

    finding->sweep_id = run->sweep_id;
    finding->notices = run->notices;
    if (runs_exit == HB_EXIT_INTERRUPTED)
        return;
    if (cell == NULL || cell->control) {
        finding->is = HB_CANDIDATE_UNTELLABLE;
        finding->why = "nothing was measured";
        finding->exit_code = HB_EXIT_RUNS_FAILED;
        return;
    }
    finding->metric = rules->metric != HB_BISECT_NO_METRIC ? rules->metric : cell->worst;
    judge(run, cell, finding);
    if (finding->is == HB_CANDIDATE_UNTELLABLE)
        finding->exit_code = hb_exit_worst(
            runs_exit, hb_exit_worst(hb_gate_exit_code(&run->result, &run->plan.options),
                                     HB_EXIT_INCONCLUSIVE));
}

/* ---- doing it ---- */

/* A version that does not build, or a package manager that refuses it, is that version's own
 * trouble; a registry out of reach would be everyone's. */
static bool is_its_own(const struct hb_error *problem)
{
    return problem->code == HB_ERR_RUN || problem->code == HB_ERR_LIMIT;
}

static int run_gate(struct hb_gate_run *run, const struct hb_bisect_rules *rules,
                    struct hb_bisect_finding *finding, struct hb_error *err)
{
    struct hb_error problem = {0};
    int exit_code = HB_EXIT_OK;

    if (hb_subjects_install(run->cli, &run->planning.registry, run->planning.scenario, &problem) !=
        0) {
        if (!is_its_own(&problem)) {
            *err = problem;
            return -1;
        }
        finding->is = HB_CANDIDATE_UNTELLABLE;
        finding->why = hb_cli_safe(run->cli, problem.message);
        finding->exit_code = HB_EXIT_RUNS_FAILED;
        return 0;
    }
    if (hb_gate_carry_out(run, &exit_code, err) != 0)
        return -1;
    conclude(run, rules, exit_code, finding);
    return 0;
}

int hb_bisect_compare(const struct hb_bisecting *bisecting,
                      const struct hb_bisect_candidate *candidate,
                      const struct hb_bisect_rules *rules, struct hb_bisect_finding *ret_finding,
                      struct hb_error *err)
{
    const struct hb_gate_request request = {
        .path = bisecting->cell->path,
        .sets = sets_of(bisecting, rules),
        .filters = bisecting->cell->filters,
        .base = subject_of(bisecting, &bisecting->range->good),
        .head = subject_of(bisecting, candidate),
        .sweep = *bisecting->sweep,
    };
    struct hb_gate_run run;

    *ret_finding = (struct hb_bisect_finding){.why = ""};
    if (hb_gate_prepare(bisecting->cli, &request, &run, err) != 0)
        return -1;
    return run_gate(&run, rules, ret_finding, err);
}

struct hb_bisect_rules hb_bisect_rules_of(const struct hb_bisect_finding *bad)
{
    struct hb_bisect_rules rules = {.metric = bad->metric, .margin = bad->verdict.margin};
    double ratio = bad->verdict.ratio.estimate;

    rules.margin.weight = HB_GATE_DECIDES;
    if (isfinite(ratio) && ratio > 1) {
        rules.margin.relative = fmin(sqrt(ratio) - 1, 1);
        rules.margin.floor = 0;
    }
    return rules;
}
