/* The published forms of the field tables: the JSON Schema and the reference page. */
#include "scenario/language.h"

void hb_scenario_put_schema(struct hb_buf *ret)
{
    hb_fields_schema(&hb_scenario_table,
                     "https://http-benchmark.invalid/schemas/scenario.schema.json",
                     "http-benchmark scenario", ret);
}

void hb_scenario_put_reference(struct hb_buf *ret)
{
    hb_buf_puts(
        ret,
        "# Scenario reference\n\n"
        "<!-- Generated from the field tables (src/scenario/language.c); a test compares. -->\n\n"
        "A scenario is one YAML file. Units are part of the values: durations `500ms`, `5s`, "
        "`2m`,\n"
        "`1h`; sizes `512B`, `64KB`, `1MiB`; rates `500/s`. Paths are relative to the file they "
        "are\n"
        "written in. Unknown and duplicate keys are errors. Anchors, aliases and `<<` work as in\n"
        "YAML 1.1, everything else as in YAML 1.2: `yes` and `on` are strings.\n\n"
        "In values, `${NAME}` is a variable of the environment, `${NAME:-default}` one with a\n"
        "default, `${NAME:?message}` one that must be there; `$$` is a dollar sign. What comes "
        "from\n"
        "the environment is a secret where it is used as text: it is stored and shown unexpanded,\n"
        "and masked wherever its value would appear (values under 4 characters cannot be).\n");
    hb_fields_reference(&hb_scenario_table, ret);
}
