/* A bisection in words and as JSON. */
#include "cli/bisect_report.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "report/comparison_words.h"
#include "report/shell_word.h"

enum { TEXT_MAX_BYTES = 64 << 10, NAME_COLUMN = 12 };
enum { SCHEMA_VERSION = 1 }; /* of schemas/bisection.schema.json */

/* What ran, and left it open, is unclear; what could not even be run is skipped. */
static const char *word_of(enum hb_candidate is, const struct hb_bisect_finding *finding)
{
    static const char *const words[] = {
        [HB_CANDIDATE_UNKNOWN] = "not tried",
        [HB_CANDIDATE_GOOD] = "good",
        [HB_CANDIDATE_BAD] = "bad",
        [HB_CANDIDATE_UNTELLABLE] = "skipped",
    };

    return is == HB_CANDIDATE_UNTELLABLE && finding->sweep_id > 0 ? "unclear" : words[is];
}

/* ---- text ---- */

/* "cpu +21 %, interval +17 % to +26 %, 15 pairs" */
static void put_figures(const struct hb_bisect_finding *finding, struct hb_buf *ret)
{
    const struct hb_metric_verdict *verdict = &finding->verdict;
    struct hb_change change = hb_change_of(finding->metric, &verdict->ratio);

    hb_buf_printf(ret, "%s ", hb_gate_metric_name(finding->metric));
    hb_change_put(change.estimate, ret);
    hb_buf_puts(ret, ", interval ");
    hb_change_interval_put(&change, ret);
    hb_buf_printf(ret, ", %u pairs", verdict->pairs);
}

static void put_finding(const struct hb_bisect_finding *finding, struct hb_buf *ret)
{
    if (finding->is == HB_CANDIDATE_UNTELLABLE)
        hb_buf_puts(ret, finding->why);
    else if (finding->verdict.measured)
        put_figures(finding, ret);
}

void hb_bisect_print_step(const struct hb_bisect_state *state, size_t candidate, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const struct hb_bisect_finding *finding = &state->findings[candidate];

    hb_buf_init(&text, TEXT_MAX_BYTES);
    put_finding(finding, &text);
    fprintf(out, "%-*s  %-7s  %s\n", NAME_COLUMN, state->bisecting->range->items[candidate].name,
            word_of(finding->is, finding), hb_buf_text(&text));
    fflush(out);
}

static void print_candidate(const struct hb_bisect_state *state, size_t index, FILE *out)
{
    const struct hb_bisect_range *range = state->bisecting->range;
    const char *words = hb_bisect_words(state->bisecting->cli, range, &range->items[index]);

    fprintf(out, "%s%s%s", range->items[index].name, words[0] != '\0' ? "  " : "", words);
}

/* Those that were told neither good nor bad, before the first that is known to be bad. */
static void print_suspects(const struct hb_bisect_state *state, FILE *out)
{
    const struct hb_bisection *search = &state->search;

    fprintf(out, "\nfirst bad: one of these %zu\n", search->bad - search->good_end + 1);
    for (size_t i = search->good_end; i <= search->bad; i++) {
        fputs("  ", out);
        print_candidate(state, i, out);
        fprintf(out, " (%s)\n", word_of(search->candidates[i], &state->findings[i]));
    }
}

static void print_notices(const struct hb_bisect_finding *finding, FILE *out)
{
    for (size_t i = 0; i < finding->notices.count; i++)
        fprintf(out, "  %s\n", finding->notices.items[i]);
}

static void put_words(struct hb_buf *ret, const char *flag, const struct hb_strings *values)
{
    for (size_t i = 0; i < values->count; i++) {
        hb_buf_printf(ret, " %s ", flag);
        hb_shell_word_put(ret, values->items[i]);
    }
}

/* The last good one against the first bad one, with all that a gate looks at. */
static void put_gate(const struct hb_bisect_state *state, struct hb_buf *ret)
{
    const struct hb_bisecting *bisecting = state->bisecting;
    const struct hb_bisect_range *range = bisecting->range;
    size_t bad = state->search.bad;
    const struct hb_bisect_candidate *sides[] = {bad > 0 ? &range->items[bad - 1] : &range->good,
                                                 &range->items[bad]};
    static const char *const flags[] = {"--base", "--head"};

    hb_buf_puts(ret, "http-benchmark gate ");
    hb_shell_word_put(ret, bisecting->cell->path);
    put_words(ret, "--set", &bisecting->cell->sets);
    put_words(ret, "--filter", &bisecting->cell->filters);
    put_words(ret, "--clients", &bisecting->cli->client_folders);
    for (size_t i = 0; i < HB_ARRAY_LEN(flags); i++) {
        bool several = bisecting->with.count > 0;

        hb_buf_printf(ret, " %s%s ", flags[i], several ? "-install" : "");
        hb_shell_word_put(ret, sides[i]->subject);
        put_words(ret, i == 0 ? "--base-install" : "--head-install", &bisecting->with);
    }
}

static void print_next(const struct hb_bisect_state *state, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf command;
    const struct hb_bisect_range *range = state->bisecting->range;

    hb_buf_init(&command, TEXT_MAX_BYTES);
    put_gate(state, &command);
    fprintf(out, "\nnext:\n  %s\n", hb_cli_safe(state->bisecting->cli, hb_buf_text(&command)));
    if (range->repository == NULL)
        return;
    hb_buf_clear(&command);
    hb_buf_puts(&command, "git -C ");
    hb_shell_word_put(&command, range->repository);
    hb_buf_printf(&command, " show %s", range->items[state->search.bad].name);
    fprintf(out, "  %s\n", hb_cli_safe(state->bisecting->cli, hb_buf_text(&command)));
}

static bool is_found(const struct hb_bisect_state *state)
{
    return state->search.good_end == state->search.bad;
}

void hb_bisect_print_result(const struct hb_bisect_state *state, FILE *out)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    size_t bad = state->search.bad;

    hb_buf_init(&text, TEXT_MAX_BYTES);
    if (!is_found(state)) {
        print_suspects(state, out);
        return;
    }
    fputs("\nfirst bad: ", out);
    print_candidate(state, bad, out);
    put_finding(&state->findings[bad], &text);
    fprintf(out, "\n  %s\n", hb_buf_text(&text));
    print_notices(&state->findings[bad], out);
    print_next(state, out);
}

/* ---- JSON ---- */

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *name_json(const struct hb_bisect_candidate *candidate)
{
    return json_pack("{s:s,s:s}", "name", candidate->name, "id", candidate->id);
}

static json_t *finding_json(const struct hb_bisect_state *state, size_t candidate)
{
    const struct hb_bisect_finding *finding = &state->findings[candidate];
    const struct hb_metric_verdict *verdict = &finding->verdict;
    json_t *json = name_json(&state->bisecting->range->items[candidate]);

    json_object_set_new(json, "is", json_string(word_of(finding->is, finding)));
    json_object_set_new(json, "why", json_string(finding->why));
    json_object_set_new(json, "sweep",
                        finding->sweep_id > 0 ? json_integer(finding->sweep_id) : json_null());
    json_object_set_new(json, "pairs", json_integer(verdict->measured ? verdict->pairs : 0));
    json_object_set_new(json, "ratio",
                        real_or_null(verdict->measured ? verdict->ratio.estimate : NAN));
    json_object_set_new(json, "low", real_or_null(verdict->measured ? verdict->ratio.low : NAN));
    json_object_set_new(json, "high", real_or_null(verdict->measured ? verdict->ratio.high : NAN));
    return json;
}

static json_t *tried_json(const struct hb_bisect_state *state)
{
    json_t *tried = json_array();

    for (size_t i = 0; i < state->tried_count; i++)
        json_array_append_new(tried, finding_json(state, state->tried[i]));
    return tried;
}

/* All that may be the first bad one; one, when it is found. */
static json_t *suspects_json(const struct hb_bisect_state *state)
{
    json_t *suspects = json_array();

    for (size_t i = state->search.good_end; i <= state->search.bad; i++)
        json_array_append_new(suspects, name_json(&state->bisecting->range->items[i]));
    return suspects;
}

void hb_bisect_print_json(const struct hb_bisect_state *state, FILE *out)
{
    const struct hb_bisect_range *range = state->bisecting->range;
    const struct hb_one_cell *cell = state->bisecting->cell;
    bool told = state->tried_count > 0 && state->findings[range->count - 1].is == HB_CANDIDATE_BAD;
    bool found = told && is_found(state);
    json_t *json = json_pack(
        "{s:i,s:s,s:s,s:s,s:o,s:o,s:o}", "schema_version", SCHEMA_VERSION, "cell", cell->id,
        "label", hb_cli_safe(state->bisecting->cli, cell->label), "candidates",
        range->repository != NULL ? "commits" : "versions", "good", name_json(&range->good), "bad",
        name_json(&range->items[range->count - 1]), "tried", tried_json(state));

    json_object_set_new(json, "metric",
                        told ? json_string(hb_gate_metric_name(state->rules.metric)) : json_null());
    json_object_set_new(json, "limit",
                        told ? json_real(1 + state->rules.margin.relative) : json_null());
    json_object_set_new(json, "first_bad",
                        found ? name_json(&range->items[state->search.bad]) : json_null());
    json_object_set_new(json, "suspects", told ? suspects_json(state) : json_array());
    json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    fputc('\n', out);
    json_decref(json);
}
