/* A result's ways out. The HTML and JSON pages of a gate are always written, as those of a sweep
 * are: who reads "regressed" in a log wants to see why. */
#include "cli/gate_outputs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/sweep_check.h"
#include "report/comparison.h"

/* ---- what was asked for ---- */

const char *hb_comparison_format_choice(size_t index)
{
    const struct hb_comparison_format *const *formats = hb_comparison_formats();

    for (size_t i = 0; i < index; i++) {
        if (formats[i] == NULL)
            return NULL;
    }
    return formats[index] != NULL ? formats[index]->name : NULL;
}

/* "junit=gate.xml"; NULL when it is neither. */
static const struct hb_comparison_format *parse_output(const char *text, const char **ret_path)
{
    char name[32];
    size_t length = strcspn(text, "=");

    if (text[length] == '\0' || text[length + 1] == '\0' || length >= sizeof name)
        return NULL;
    memcpy(name, text, length);
    name[length] = '\0';
    *ret_path = text + length + 1;
    return hb_comparison_format_find(name);
}

int hb_gate_outputs_check(const struct hb_gate_outputs *outputs, struct hb_error *err)
{
    const char *path;

    for (size_t i = 0; i < outputs->output.count; i++) {
        if (parse_output(outputs->output.items[i], &path) == NULL)
            return hb_fail(
                err, HB_ERR_INPUT,
                "--output: '%.100s' is not FORMAT=PATH with a format of text, json, csv, "
                "markdown, annotations, junit or html",
                outputs->output.items[i]);
    }
    return 0;
}

/* ---- writing ---- */

static const char *const *next_commands(struct hb_gate_run *run)
{
    const char **next = hb_arena_calloc(&run->cli->arena, 3, sizeof *next);
    size_t count = 0;

    if (run->result.cells_count > 0)
        next[count++] = hb_arena_printf(&run->cli->arena, "http-benchmark show %s --sweep %" PRId64,
                                        run->result.cells[0].cell_id, run->sweep_id);
    if (!run->calibrated && !run->counted)
        next[count++] = hb_arena_printf(&run->cli->arena, "http-benchmark calibrate --aa %s",
                                        run->request->path);
    return next;
}

static struct hb_comparison_report report_of(struct hb_gate_run *run)
{
    const struct hb_scenario *scenario = run->planning.scenario;

    return (struct hb_comparison_report){
        .result = &run->result,
        .scenario = scenario->name,
        .scenario_path = scenario->path,
        .scenario_line = 1,
        .measured_wall_ns = hb_wall_ns(),
        .made_by = hb_cli_safe(run->cli, run->cli->command_line),
        .next = next_commands(run),
        .secrets = &run->cli->secrets,
        .arena = &run->cli->arena,
    };
}

static int write_pages(struct hb_gate_run *run, const struct hb_comparison_report *report,
                       struct hb_error *err)
{
    static const char *const formats[] = {"html", "json"};

    for (size_t i = 0; i < HB_ARRAY_LEN(formats); i++) {
        const struct hb_comparison_format *format = hb_comparison_format_find(formats[i]);
        const char *path = hb_arena_printf(&run->cli->arena, "%s/gate-%" PRId64 ".%s",
                                           hb_sweep_directory(&run->request->sweep), run->sweep_id,
                                           format->extension);

        if (hb_comparison_write(report, format, path, err) != 0)
            return -1;
        hb_cli_notice(run->cli, "%s: %s", format->name, path);
    }
    return 0;
}

int hb_gate_outputs_write(struct hb_gate_run *run, const struct hb_gate_outputs *outputs,
                          struct hb_error *err)
{
    struct hb_comparison_report report = report_of(run);
    const char *printed = outputs->format != NULL ? outputs->format : "text";

    report.colours = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL;
    if (hb_comparison_write(&report, hb_comparison_format_find(printed), "-", err) != 0)
        return -1;
    report.colours = false;
    for (size_t i = 0; i < outputs->output.count; i++) {
        const char *path = NULL;
        const struct hb_comparison_format *format = parse_output(outputs->output.items[i], &path);

        if (format != NULL && hb_comparison_write(&report, format, path, err) != 0)
            return -1;
    }
    return write_pages(run, &report, err);
}
