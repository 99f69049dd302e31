/* An explanation for programs: a section an object, keys with their units in the name. */
#include <inttypes.h>
#include <math.h>

#include "base/json.h"
#include "report/explain.h"

static const char *const names[HB_FACTS_SECTIONS] = {
    "figures", "limits", "requests", "connections", "waits", "provenance",
};

static void write_number(FILE *out, double value)
{
    if (isfinite(value))
        hb_json_write_number(out, value);
    else
        fputs("null", out);
}

static void write_interval(const struct hb_fact *fact, FILE *out)
{
    const struct hb_interval *interval = &fact->estimate->interval;

    fputs("{\"value\": ", out);
    write_number(out, fact->value);
    fprintf(out, ", \"n\": %u, \"low\": ", fact->estimate->n);
    hb_json_write_number(out, interval->low);
    fputs(", \"high\": ", out);
    hb_json_write_number(out, interval->high);
    fputs(", \"confidence\": ", out);
    hb_json_write_number(out, interval->confidence);
    fputs("}", out);
}

static void write_fact(const struct hb_fact *fact, bool first, FILE *out)
{
    fputs(first ? "" : ", ", out);
    hb_json_write_string(out, fact->key);
    fputs(": ", out);
    if (fact->string != NULL)
        hb_json_write_string(out, fact->string);
    else if (fact->estimate != NULL && fact->estimate->n > 0)
        write_interval(fact, out);
    else
        write_number(out, fact->value);
}

static void write_section(const struct hb_explanation *explanation, enum hb_fact_section section,
                          FILE *out)
{
    bool first = true;

    fprintf(out, ",\n \"%s\": {", names[section]);
    for (size_t i = 0; i < explanation->facts_count; i++) {
        if (explanation->facts[i].section != section)
            continue;
        write_fact(&explanation->facts[i], first, out);
        first = false;
    }
    fputs("}", out);
}

static void write_flags(const struct hb_explanation *explanation, FILE *out)
{
    fputs(",\n \"flags\": [", out);
    for (size_t i = 0; i < explanation->flags_count; i++) {
        const struct hb_flag_fact *flag = &explanation->flags[i];

        fprintf(out, "%s{\"flag\": \"%s\", \"runs\": %zu, \"evidence\": ", i > 0 ? ", " : "",
                hb_flag_name(flag->bit_number), flag->runs);
        hb_json_write_string(out, flag->evidence);
        fputs(", \"not_comparable\": ", out);
        hb_json_write_string(out, flag->objection);
        fputs("}", out);
    }
    fputs("]", out);
}

static void write_runs(const struct hb_cell_summary *cell, FILE *out)
{
    fputs(",\n \"runs\": [", out);
    for (size_t i = 0; i < cell->runs_count; i++) {
        const struct hb_run_row *run = cell->runs[i];

        fprintf(out, "%s{\"run\": %u, \"round\": %u, \"status\": ", i > 0 ? ", " : "",
                run->position + 1, run->round + 1);
        hb_json_write_string(out, run->status);
        fputs(", \"verified_per_second\": ", out);
        write_number(out, run->window_ns > 0 ? run->requests_per_second : NAN);
        fprintf(out, ", \"verified\": %" PRIu64 ", \"failed\": %" PRIu64 "}", run->verified,
                run->failed);
    }
    fputs("]", out);
}

void hb_explanation_json(const struct hb_explanation *explanation, FILE *out)
{
    const struct hb_cell_summary *cell = &explanation->cells.cells[0];

    fputs("{\"cell\": ", out);
    hb_json_write_string(out, cell->first->cell_id);
    fprintf(out, ", \"sweep\": %" PRId64 ", \"run\": ", explanation->sweep->id);
    if (explanation->run != NULL)
        fprintf(out, "%u", explanation->run->position + 1);
    else
        fputs("null", out);
    for (int section = 0; section < HB_FACTS_SECTIONS; section++)
        write_section(explanation, (enum hb_fact_section)section, out);
    write_runs(cell, out);
    write_flags(explanation, out);
    fputs(",\n \"next\": [", out);
    for (size_t i = 0; explanation->commands[i] != NULL; i++) {
        fputs(i > 0 ? ", " : "", out);
        hb_json_write_string(out, explanation->commands[i]);
    }
    fputs("]}\n", out);
}
