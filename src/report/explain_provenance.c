/* Where a number came from: versions, scenario, order, machine. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "report/explain_parts.h"

/* "cpu_model", of the machine; "" when unknown. In the arena. */
static const char *environment_fact(const struct hb_facts *facts, const char *name)
{
    json_t *environment = json_loads(facts->evidence->sweep->environment_json, 0, NULL);
    json_t *fact = json_object_get(json_object_get(environment, "machine"), name);
    const char *text = "";

    if (json_is_string(fact))
        text = hb_arena_strdup(facts->evidence->arena, json_string_value(fact));
    json_decref(environment);
    return text;
}

/* What the first worker said under `key` of its ready line: {"urllib3": "2.2.1"} or a list of
 * {"what", "why"}. In the arena. */
static const char *list_ready(const struct hb_facts *facts, const char *key)
{
    json_t *ready = json_loads(facts->evidence->workers[0].ready_json, 0, NULL);
    json_t *items = json_object_get(ready, key), *item;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *name;
    size_t index;

    hb_buf_init(&text, 4096);
    json_object_foreach(items, name, item)
    {
        if (json_is_string(item))
            hb_buf_printf(&text, "%s%s %s", text.length > 0 ? ", " : "", name,
                          json_string_value(item));
    }
    json_array_foreach(items, index, item)
    {
        const char *what = json_string_value(json_object_get(item, "what"));
        const char *why = json_string_value(json_object_get(item, "why"));

        hb_buf_printf(&text, "%s%s: %s", text.length > 0 ? "; " : "", what != NULL ? what : "?",
                      why != NULL ? why : "?");
    }
    json_decref(ready);
    return hb_arena_strdup(facts->evidence->arena, hb_buf_text(&text));
}

static const char *list_positions(const struct hb_facts *facts)
{
    const struct hb_cell_summary *cell = facts->evidence->cell;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 4096);
    hb_buf_puts(&text, cell->runs_count == 1 ? "run" : "runs");
    for (size_t i = 0; i < cell->runs_count; i++)
        hb_buf_printf(&text, " %u", cell->runs[i]->position + 1);
    hb_buf_printf(&text, " of %zu", facts->evidence->sweep->runs_count);
    return hb_arena_strdup(facts->evidence->arena, hb_buf_text(&text));
}

static void add_client_provenance(struct hb_facts *facts)
{
    const struct hb_run_row *run = facts->evidence->cell->first;
    const char *text;

    hb_fact_text(facts, "client", "client",
                 run->client_version[0] != '\0'
                     ? hb_arena_printf(facts->evidence->arena, "%s %s, %s", run->client_library,
                                       run->client_version, run->runtime)
                     : run->client);
    if (run->subject[0] != '\0')
        hb_fact_text(facts, "subject", "subject", run->subject);
    if (strcmp(run->options_json, "{}") != 0)
        hb_fact_text(facts, "options", "options", run->options_json);
    if (facts->evidence->workers_count == 0)
        return;
    text = list_ready(facts, "libraries");
    if (text[0] != '\0')
        hb_fact_text(facts, "libraries", "stands on", text);
    text = list_ready(facts, "cannot_honour");
    if (text[0] != '\0')
        hb_fact_text(facts, "cannot_honour", "cannot honour", text);
}

void hb_explain_provenance(struct hb_facts *facts)
{
    const struct hb_evidence *evidence = facts->evidence;
    const struct hb_sweep_row *sweep = evidence->sweep;
    struct hb_arena *arena = evidence->arena;

    facts->section = HB_FACTS_PROVENANCE;
    hb_fact_text(facts, "cell", "cell", evidence->cell->first->cell_id);
    add_client_provenance(facts);
    hb_fact_text(facts, "server", "server",
                 evidence->server == NULL
                     ? evidence->cell->first->server
                     : hb_arena_printf(arena, "%s, %s", evidence->server->server,
                                       evidence->server->version));
    hb_fact_text(facts, "order", "order", list_positions(facts));
    hb_fact_text(facts, "scenario", "scenario",
                 hb_arena_printf(arena, "%s (%s), hash %s", sweep->scenario_name,
                                 sweep->scenario_path, sweep->scenario_hash));
    hb_fact_number(facts, "seed", "seed", (double)sweep->seed, "%" PRIu64, sweep->seed);
    hb_fact_text(facts, "tool_version", "http-benchmark", sweep->tool_version);
    if (sweep->revision[0] != '\0')
        hb_fact_text(facts, "revision", "revision", sweep->revision);
    hb_fact_text(facts, "cpu", "machine", environment_fact(facts, "cpu_model"));
    hb_fact_text(facts, "kernel", "kernel", environment_fact(facts, "kernel"));
    hb_fact_text(facts, "governor", "governor", environment_fact(facts, "governor"));
    hb_fact_text(facts, "fingerprint", "fingerprint", sweep->fingerprint);
}
