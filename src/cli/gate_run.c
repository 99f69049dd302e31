/* A gate is a sweep with a procedure of its own: planned by the planner, led by hb_gating, judged
 * from what is stored. */
#include "cli/gate_run.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/dependency_notices.h"
#include "cli/gate_counted.h"
#include "cli/subject_install.h"
#include "cli/wire_notices.h"
#include "exec/environment.h"
#include "gate/stored.h"

enum { NOTICES_MAX_BYTES = 1 << 20 };

/* ---- what is known of the machine ---- */

static struct hb_calibration from_row(const struct hb_calibration_row *row)
{
    struct hb_calibration calibration = {
        .cells = row->cells,
        .pairs = row->pairs,
        .order_effect = row->order_effect,
        .false_route_rate = row->false_route_rate,
        .confirm_pairs = row->confirm_pairs,
    };

    memcpy(calibration.noise, row->noise, sizeof calibration.noise);
    memcpy(calibration.margins, row->margins, sizeof calibration.margins);
    return calibration;
}

/* Calibrations are kept with the results; where there are none yet, there is no calibration. */
static int load_calibration(struct hb_gate_run *run, struct hb_error *err)
{
    const char *path = hb_cli_database(run->cli, run->request->sweep.database);
    char fingerprint[HB_FINGERPRINT_BYTES];
    struct hb_calibration_row row;
    struct hb_store *store;
    int result;

    run->calibration = hb_calibration_assumed();
    if (access(path, F_OK) != 0)
        return 0;
    if (hb_store_open(path, HB_STORE_WRITE, &store, err) != 0)
        return -1;
    hb_environment_fingerprint(fingerprint);
    result = hb_store_find_calibration(store, fingerprint, &run->cli->arena, &row, &run->calibrated,
                                       err);
    if (result == 0 && run->calibrated)
        run->calibration = from_row(&row);
    hb_store_close(store);
    return result;
}

/* ---- planning ---- */

static int check_subjects(const struct hb_gate_run *run, struct hb_error *err)
{
    const struct hb_scenario *scenario = run->planning.scenario;

    if (scenario->subjects_count == 0)
        return hb_fail(err, HB_ERR_INPUT,
                       "%s: nothing to compare: write 'subjects' into it, or say --base SPEC "
                       "--head SPEC (for instance --base git:origin/main --head .)",
                       run->request->path);
    if (scenario->subjects_count != 2 + (scenario->control_cells > 0))
        return hb_fail(err, HB_ERR_INPUT,
                       "%s: a gate compares two subjects, and there are %zu; leave some out",
                       run->request->path, scenario->subjects_count);
    if (run->planning.plan.pairs_count == 0)
        return hb_fail(err, HB_ERR_INPUT,
                       "%s: no cell is left of which there are both subjects; loosen --filter",
                       run->request->path);
    return 0;
}

static struct hb_scenario_overrides overrides_of(struct hb_gate_run *run,
                                                 const struct hb_strings *sets, unsigned controls)
{
    const struct hb_gate_request *request = run->request;
    size_t count = hb_subject_flags_count(&request->base) + hb_subject_flags_count(&request->head);
    struct hb_subject_override *subjects =
        hb_arena_calloc(&run->cli->arena, count, sizeof *subjects);
    size_t put = hb_subject_flags_put(&request->base, "base", subjects);

    hb_subject_flags_put(&request->head, "head", subjects + put);
    return (struct hb_scenario_overrides){
        .sets = sets->items,
        .subjects = subjects,
        .subjects_count = count,
        .control_cells = controls,
    };
}

static int make_planning(struct hb_gate_run *run, const struct hb_strings *sets, unsigned controls,
                         struct hb_error *err)
{
    const struct hb_scenario_overrides overrides = overrides_of(run, sets, controls);

    if (hb_planning_make_with(run->cli, run->request->path, &overrides, &run->request->filters,
                              false, &run->planning, err) != 0)
        return -1;
    return check_subjects(run, err);
}

static void add_set(struct hb_cli *cli, struct hb_strings *sets, const char *text)
{
    const char **items = hb_arena_calloc(&cli->arena, sets->count + 2, sizeof *items);

    memcpy(items, sets->items, sets->count * sizeof *items);
    items[sets->count] = text;
    sets->items = items;
    sets->count++;
}

static void add_time(struct hb_cli *cli, struct hb_strings *sets, const char *key, int64_t ns)
{
    add_set(cli, sets,
            hb_arena_printf(&cli->arena, "%s=%lldms", key, (long long)(ns / HB_NS_PER_MS)));
}

/* The scenario again, with what was decided. Windows of cells that differ are left alone. */
static int plan_again(struct hb_gate_run *run, unsigned rounds,
                      const struct hb_gate_cell_plan *cell, unsigned controls, struct hb_error *err)
{
    const struct hb_scenario *scenario = run->planning.scenario;
    struct hb_strings sets = run->request->sets;
    bool one_window = scenario->durations_count - scenario->appended.durations == 1;

    add_set(run->cli, &sets, hb_arena_printf(&run->cli->arena, "run.rounds=%u", rounds));
    if (one_window) {
        add_time(run->cli, &sets, "matrix.duration", cell->window_ns);
        add_time(run->cli, &sets, "run.warmup", cell->warmup_ns);
    }
    return make_planning(run, &sets, controls, err);
}

static const char *label_of(const struct hb_subject_flags *flags, const char *name)
{
    if (flags->whole != NULL && flags->whole[0] != '{')
        return flags->whole;
    return flags->install.count > 0 ? flags->install.items[0] : name;
}

static int64_t at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

/* The scenario's window and warm-up, unless they are longer. */
static int plan_pairs(struct hb_gate_run *run, unsigned pairs, int64_t window_ns, int64_t warmup_ns,
                      struct hb_error *err)
{
    const struct hb_scenario *scenario = run->planning.scenario;
    const struct hb_gate_cell_plan cell = {
        .window_ns = at_most(scenario->durations_ns[0], window_ns),
        .warmup_ns = at_most(scenario->run.warmup_ns, warmup_ns),
    };

    return plan_again(run, pairs, &cell, 0, err);
}

static int plan_by_counts(struct hb_gate_run *run, struct hb_error *err)
{
    if (hb_gate_counted_check(run, err) != 0 ||
        plan_pairs(run, HB_COUNTED_GUARD_PAIRS, HB_COUNTED_WINDOW_NS, HB_COUNTED_WARMUP_NS, err) !=
            0)
        return -1;
    run->plan = (struct hb_gate_plan){
        .options = run->planning.scenario->gate,
        .count = run->planning.plan.pairs_count,
        .rounds = HB_COUNTED_GUARD_PAIRS,
    };
    run->plan.options.screen_pairs = HB_COUNTED_GUARD_PAIRS;
    run->plan.options.sentinels = 0;
    return hb_gate_counted_fits(run, err);
}

static int plan_by_time(struct hb_gate_run *run, struct hb_error *err)
{
    if (load_calibration(run, err) != 0 ||
        hb_gating_plan(run->cli, &run->planning.plan, run->calibrated ? &run->calibration : NULL,
                       &run->plan, err) != 0)
        return -1;
    return plan_again(run, run->plan.rounds, &run->plan.cells[0], run->plan.options.sentinels, err);
}

int hb_gate_prepare(struct hb_cli *cli, const struct hb_gate_request *request,
                    struct hb_gate_run *ret_run, struct hb_error *err)
{
    struct hb_gate_run *run = ret_run;

    *run = (struct hb_gate_run){.cli = cli, .request = request};
    if (make_planning(run, &request->sets, 0, err) != 0)
        return -1;
    run->counted = run->planning.scenario->gate.basis == HB_GATE_BY_COUNTS;
    if ((run->counted ? plan_by_counts(run, err) : plan_by_time(run, err)) != 0)
        return -1;
    run->base = label_of(&request->base, run->planning.scenario->subjects[0].name);
    run->head = label_of(&request->head, run->planning.scenario->subjects[1].name);
    return 0;
}

int hb_gate_prepare_pairs(struct hb_cli *cli, const struct hb_gate_request *request, unsigned pairs,
                          struct hb_gate_run *ret_run, struct hb_error *err)
{
    struct hb_gate_run *run = ret_run;

    *run = (struct hb_gate_run){.cli = cli, .request = request};
    if (make_planning(run, &request->sets, 0, err) != 0)
        return -1;
    return plan_pairs(run, pairs, HB_GATE_WINDOW_NS, HB_GATE_WARMUP_NS, err);
}

/* ---- carrying out ---- */

static const char *notices_json(const struct hb_gate_run *run)
{
    json_t *array = json_array();
    const char *kept;
    char *text;

    for (size_t i = 0; i < run->notices.count; i++)
        json_array_append_new(array, json_string(run->notices.items[i]));
    text = json_dumps(array, JSON_COMPACT);
    kept = hb_arena_strdup(&run->cli->arena, text);
    free(text);
    json_decref(array);
    return kept;
}

static struct hb_gate_margins *margins_of(struct hb_gate_run *run)
{
    const struct hb_plan *plan = &run->planning.plan;
    struct hb_gate_margins *margins =
        hb_arena_calloc(&run->cli->arena, plan->pairs_count, sizeof *margins);

    for (size_t i = 0; i < plan->pairs_count; i++) {
        struct hb_rules rules = hb_gating_rules(plan, &plan->pairs[i], &run->plan.options);
        char id[HB_CELL_ID_BYTES];

        hb_cell_format_id(&plan->cells[plan->pairs[i].base], id);
        margins[i].cell_id = hb_arena_strdup(&run->cli->arena, id);
        memcpy(margins[i].margins, rules.margins, sizeof rules.margins);
    }
    return margins;
}

static int begun(void *context, struct hb_store *store, int64_t sweep_id, struct hb_error *err)
{
    struct hb_gate_run *run = context;
    const struct hb_plan *plan = &run->planning.plan;
    const struct hb_subject *subjects = plan->scenario->subjects;
    const struct hb_gate_record record = {
        .base = run->base,
        .head = run->head,
        .base_subject = subjects[0].name,
        .head_subject = subjects[1].name,
        .servers_differ = hb_gating_compares_servers(plan, &plan->pairs[0]),
        .allow_failed = plan->scenario->run.allow_failed,
        .notices_json = notices_json(run),
        .options = run->plan.options,
    };

    return hb_store_save_gate(store, sweep_id, &record, margins_of(run), plan->pairs_count, err);
}

/* A branch or a folder may have moved on: then the pairs that are left would be of something else
 * than those that were made. What the subjects were made of is among the notices. */
static int check_subjects_are_the_same(const struct hb_gate_run *run, struct hb_store *store,
                                       int64_t sweep_id, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf now;
    struct hb_gate_margins *margins;
    struct hb_gate_record before = {.notices_json = ""};
    size_t count;
    bool found = false;

    hb_buf_init(&now, NOTICES_MAX_BYTES);
    hb_secrets_mask(&run->cli->secrets, notices_json(run), &now);
    if (hb_store_load_gate(store, sweep_id, &run->cli->arena, &before, &margins, &count, &found,
                           err) != 0)
        return -1;
    if (!found)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "sweep %" PRId64 " is no gate: 'run --resume' goes on with it", sweep_id);
    if (strcmp(before.notices_json, hb_buf_text(&now)) != 0)
        return hb_fail(err, HB_ERR_INPUT,
                       "what the subjects are made of has changed since gate %" PRId64
                       " was begun: start a new one without --resume",
                       sweep_id);
    return 0;
}

static int resumed(void *context, struct hb_store *store, const struct hb_resumed *resumed,
                   struct hb_error *err)
{
    struct hb_gate_run *run = context;

    if (check_subjects_are_the_same(run, store, resumed->sweep_id, err) != 0)
        return -1;
    if (!run->counted)
        hb_gating_resume(&run->gating, resumed->rows, resumed->rows_count, resumed->left,
                         resumed->left_count);
    return 0;
}

static int is_complete(struct hb_gate_run *run, struct hb_store *store, bool *ret_complete,
                       struct hb_error *err)
{
    const char *selector = hb_arena_printf(&run->cli->arena, "%" PRId64, run->sweep_id);
    struct hb_sweep_row sweep;

    if (hb_store_find_sweep(store, selector, &run->cli->arena, &sweep, err) != 0)
        return -1;
    *ret_complete = strcmp(sweep.status, hb_sweep_status_name(HB_SWEEP_COMPLETE)) == 0;
    return 0;
}

/* Known only now that both sides were looked at. Not of a gate that was interrupted: it is resumed
 * only while its notices are those of its subjects. */
static int notice_what_is_sent(struct hb_gate_run *run, struct hb_store *store,
                               struct hb_error *err)
{
    const struct hb_subject *subjects = run->planning.scenario->subjects;
    struct hb_strings sent;
    bool complete;

    if (is_complete(run, store, &complete, err) != 0)
        return -1;
    if (!complete)
        return 0;
    if (hb_wire_notices(run->cli, store, run->sweep_id, subjects[0].name, subjects[1].name, &sent,
                        err) != 0)
        return -1;
    for (size_t i = 0; i < sent.count; i++)
        add_set(run->cli, &run->notices, sent.items[i]);
    return hb_store_save_gate_notices(store, run->sweep_id, notices_json(run), err);
}

static int conclude(void *context, struct hb_store *store, int64_t sweep_id,
                    HB_UNUSED int *exit_code, struct hb_error *err)
{
    struct hb_gate_run *run = context;
    bool found;

    run->sweep_id = sweep_id;
    if (notice_what_is_sent(run, store, err) != 0 ||
        hb_gate_load_result(store, sweep_id, &run->cli->arena, &run->result, &found, err) != 0)
        return -1;
    if (!found)
        return hb_fail(err, HB_ERR_NOT_FOUND, "sweep %" PRId64 " is no gate", sweep_id);
    return hb_gate_save_verdicts(store, sweep_id, &run->result, err);
}

int hb_gate_carry_out(struct hb_gate_run *run, int *exit_code, struct hb_error *err)
{
    const struct hb_sweep_extension extension = {
        .context = run,
        .policy = run->counted ? NULL : &run->gating.policy,
        .begun = begun,
        .resumed = resumed,
        .conclude = conclude,
    };
    struct hb_sweep_options options = run->request->sweep;
    int result;

    if (hb_subjects_install(run->cli, &run->planning.registry, run->planning.scenario, err) != 0)
        return -1;
    run->notices = hb_dependency_notices(run->cli, &run->planning.registry, run->planning.scenario);
    options.extension = &extension;
    if (!run->counted)
        hb_gating_init(&run->gating, run->cli, &run->planning.plan, &run->plan.options);
    result = hb_sweep(run->cli, &run->planning, &options, exit_code, err);
    hb_gating_release(&run->gating);
    return result;
}
