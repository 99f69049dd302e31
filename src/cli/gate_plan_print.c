/* What a gate would run, for people who decide whether to wait for it. */
#include <math.h>

#include "cli/gate_counted.h"
#include "cli/gate_run.h"
#include "cli/table.h"

static void add_cell(struct hb_text_table *table, struct hb_gate_run *run, size_t index)
{
    const struct hb_plan *plan = &run->planning.plan;
    const struct hb_cell *cell = &plan->cells[plan->pairs[index].base];
    const struct hb_gate_cell_plan *planned = &run->plan.cells[index];
    const struct hb_scenario *scenario = plan->scenario;
    double detectable = planned->detectable[planned->best];

    hb_text_table_add(table, hb_cell_client_label(scenario, cell, &run->cli->arena));
    hb_text_table_addf(table, "%s %.40s", hb_method_name((enum hb_method)cell->method),
                       hb_cli_safe(run->cli, scenario->urls[cell->url].url));
    hb_text_table_addf(table, "%u", scenario->concurrency[cell->concurrency]);
    hb_text_table_add(table, scenario->servers[cell->server].name);
    hb_text_table_addf(table, "%.1f s", (double)planned->window_ns / HB_NS_PER_S);
    if (isnan(detectable))
        hb_text_table_add(table, "unknown");
    else
        hb_text_table_addf(table, "%.1f %% of %s", detectable * 100,
                           hb_gate_metric_name(planned->best));
    if (isnan(planned->acquits))
        hb_text_table_add(table, "unknown");
    else
        hb_text_table_addf(table, "%.1f %%", planned->acquits * 100);
}

static void print_cells(struct hb_gate_run *run, FILE *out)
{
    static const char *const headers[] = {"client",   "request",          ">×", "server", ">window",
                                          ">can see", ">unchanged within"};
    struct hb_text_table table;

    hb_text_table_init(&table, &run->cli->arena, headers, HB_ARRAY_LEN(headers));
    for (size_t i = 0; i < run->plan.count; i++)
        add_cell(&table, run, i);
    hb_text_table_print(&table, out);
}

static const char *rough(struct hb_cli *cli, int64_t ns)
{
    char text[HB_ROUGH_TIME_BYTES];

    hb_format_rough_time(text, ns);
    return hb_arena_strdup(&cli->arena, text);
}

static void print_stages(struct hb_gate_run *run, FILE *out)
{
    const struct hb_gate_plan *plan = &run->plan;
    const struct hb_gate_options *options = &plan->options;

    fprintf(out, "screen        %u pairs of %zu cell%s, base against base in %u   %s\n",
            options->screen_pairs, plan->count, plan->count == 1 ? "" : "s", options->sentinels,
            rough(run->cli, plan->screen_ns));
    fprintf(out, "confirmation  %u fresh pairs of what is beyond %.1f %%          %s a cell\n",
            options->confirm_pairs, options->route_above * 100,
            rough(run->cli, plan->confirm_cell_ns));
    fprintf(out, "extension     to %u pairs of what is open then, as time allows\n",
            options->pooled_pairs);
    fprintf(out, "\nexpected %s, at worst %s, of a budget of %s\n",
            rough(run->cli, plan->expected_ns), rough(run->cli, plan->worst_ns),
            rough(run->cli, options->budget_ns));
    if (plan->confirmable < plan->count)
        fprintf(out, "within the budget %zu of %zu cells can be confirmed\n", plan->confirmable,
                plan->count);
}

/* Why so many pairs. */
static void print_choice(const struct hb_gate_run *run, FILE *out)
{
    const struct hb_gate_plan *plan = &run->plan;
    double sought = plan->sought * 100;

    if (plan->pairs == HB_PAIRS_CALIBRATED && plan->cut_from == 0)
        fprintf(out, "pairs are as this machine was calibrated: they catch +%g %% 19 times in 20\n",
                sought);
    if (plan->pairs == HB_PAIRS_TOO_NOISY)
        fprintf(
            out,
            "as this machine was calibrated, no number of pairs that a gate makes catches +%g "
            "%% 19 times in 20; these are the most: take longer windows, or a quieter machine\n",
            sought);
    if (plan->cut_from > 0)
        fprintf(out,
                "the budget holds %u fresh pairs a cell instead of %u: 'can see' is less than it "
                "could be; set gate.budget higher, or leave out cells (--filter)\n",
                plan->options.confirm_pairs, plan->cut_from);
}

void hb_gate_print_plan(struct hb_gate_run *run, FILE *out)
{
    fprintf(out, "base  %s\nhead  %s\n\n", hb_cli_safe(run->cli, run->base),
            hb_cli_safe(run->cli, run->head));
    if (run->counted) {
        hb_gate_counted_print_plan(run, out);
        return;
    }
    print_cells(run, out);
    fputc('\n', out);
    print_stages(run, out);
    print_choice(run, out);
    if (!run->calibrated)
        fprintf(out,
                "what it can see is assumed of a shared machine; 'http-benchmark calibrate "
                "--aa %s' measures this one\n",
                run->request->path);
}
