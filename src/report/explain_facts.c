/*
 * How facts are added, and the first of them: the figures, and what may have held them back.
 * Figures of a cell are medians over rounds with their intervals; everything else is added up over
 * its measured runs.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/assert.h"
#include "report/explain_parts.h"

enum { FACTS_MAX = 80 };

/* ---- adding ---- */

static struct hb_fact *add(struct hb_facts *facts, const char *key, const char *label)
{
    struct hb_fact *fact = &facts->to->facts[facts->to->facts_count++];

    HB_ASSERT(facts->to->facts_count <= FACTS_MAX);
    *fact = (struct hb_fact){
        .section = facts->section, .key = key, .label = label, .value = NAN, .text = ""};
    return fact;
}

/* A figure, and how people read it. */
void hb_fact_number(struct hb_facts *facts, const char *key, const char *label, double value,
                    const char *format, ...)
{
    struct hb_fact *fact = add(facts, key, label);
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fact->value = value;
    fact->text = hb_arena_strdup(facts->evidence->arena, text);
}

void hb_fact_text(struct hb_facts *facts, const char *key, const char *label, const char *text)
{
    struct hb_fact *fact = add(facts, key, label);

    if (text == NULL || text[0] == '\0') {
        fact->text = "unknown";
        return;
    }
    fact->text = fact->string = text;
}

void hb_fact_unknown(struct hb_facts *facts, const char *key, const char *label, const char *why)
{
    add(facts, key, label)->text = why;
}

/* "312 ms" */
const char *hb_fact_format(const struct hb_facts *facts, enum hb_metric metric, double value)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 64);
    hb_metric_format(metric, value, &text);
    return hb_arena_strdup(facts->evidence->arena, hb_buf_text(&text));
}

const char *hb_fact_duration(const struct hb_facts *facts, double ns)
{
    return hb_fact_format(facts, HB_METRIC_MEAN, ns);
}

/* ---- sums over the measured runs ---- */

double hb_fact_sum(const struct hb_facts *facts, hb_figure_fn *figure)
{
    const struct hb_cell_summary *cell = facts->evidence->cell;
    double total = cell->ok > 0 ? 0 : NAN;

    for (size_t i = 0; i < cell->runs_count; i++) {
        if (strcmp(cell->runs[i]->status, "ok") == 0)
            total += figure(cell->runs[i]);
    }
    return total;
}

HB_FIGURE(window_of, (double)run->window_ns)
HB_FIGURE(client_cpu_of, hb_known(run->client_cpu_ns))
HB_FIGURE(server_cpu_of, hb_known(run->server_cpu_ns))
HB_FIGURE(harness_cpu_of, hb_known(run->harness_cpu_ns))
HB_FIGURE(runqueue_of, hb_known(run->client_runqueue_wait_ns))
HB_FIGURE(load_of, run->load_average)

/* ---- figures ---- */

static void add_figure(struct hb_facts *facts, const char *key, const char *label,
                       enum hb_metric metric, const struct hb_estimate *estimate)
{
    struct hb_fact *fact = add(facts, key, label);
    double value;

    fact->text = "not measured";
    if (!hb_summary_metric(facts->evidence->cell, metric, &value))
        return;
    fact->value = value;
    fact->estimate = estimate;
    fact->text = hb_fact_format(facts, metric, value);
    if (estimate != NULL && estimate->n > 1)
        fact->text =
            hb_arena_printf(facts->evidence->arena, "%s   %s – %s (%.1f %%, %u rounds)", fact->text,
                            hb_fact_format(facts, metric, estimate->interval.low),
                            hb_fact_format(facts, metric, estimate->interval.high),
                            100 * estimate->interval.confidence, estimate->n);
}

static void add_figures(struct hb_facts *facts)
{
    const struct hb_cell_summary *cell = facts->evidence->cell;
    const struct hb_estimate *server = &cell->server_cpu_per_request_ns;

    facts->section = HB_FACTS_FIGURES;
    add_figure(facts, "verified_per_second", "verified", HB_METRIC_REQUESTS_PER_SECOND,
               &cell->requests_per_second);
    add_figure(facts, "p50_ns", "p50", HB_METRIC_P50, &cell->p50_ns);
    add_figure(facts, "p99_ns", "p99", HB_METRIC_P99, &cell->p99_ns);
    add_figure(facts, "max_ns", "max", HB_METRIC_MAX, NULL);
    add_figure(facts, "client_cpu_per_request_ns", "client CPU a request",
               HB_METRIC_CPU_PER_REQUEST, &cell->cpu_per_request_ns);
    if (server->n > 0)
        hb_fact_number(facts, "server_cpu_per_request_ns", "server CPU a request",
                       server->interval.estimate, "%s",
                       hb_fact_duration(facts, server->interval.estimate));
    else
        hb_fact_unknown(facts, "server_cpu_per_request_ns", "server CPU a request", "not measured");
    add_figure(facts, "client_rss_peak_bytes", "client's peak memory", HB_METRIC_RSS_PEAK,
               &cell->rss_peak_bytes);
    add_figure(facts, "error_rate", "errors", HB_METRIC_ERROR_RATE, NULL);
}

/* ---- limits ---- */

static void add_cpu(struct hb_facts *facts, const char *key, const char *label,
                    hb_figure_fn *figure, const char *cpus)
{
    double cores = hb_fact_sum(facts, figure) / hb_fact_sum(facts, window_of);

    if (isnan(cores))
        hb_fact_unknown(facts, key, label, "unknown");
    else
        hb_fact_number(facts, key, label, cores, "%.2f CPUs on average%s%s", cores,
                       cpus[0] != '\0' ? ", kept on CPU " : "", cpus);
}

static void add_ceiling(struct hb_facts *facts)
{
    const struct hb_run_row *ceiling = facts->evidence->ceiling;
    const struct hb_estimate *rate = &facts->evidence->cell->requests_per_second;
    double share;

    if (ceiling == NULL || rate->n == 0 || ceiling->requests_per_second <= 0) {
        hb_fact_unknown(facts, "share_of_yardstick", "share of possible",
                        ceiling == NULL ? "no yardstick in this sweep for this load"
                                        : "not measured");
        return;
    }
    share = rate->interval.estimate / ceiling->requests_per_second;
    hb_fact_number(
        facts, "share_of_yardstick", "share of possible", share,
        "%.*f %% of the yardstick: %s got %s here in a closed loop", share < 0.1 ? 1 : 0,
        100 * share, ceiling->client,
        hb_fact_format(facts, HB_METRIC_REQUESTS_PER_SECOND, ceiling->requests_per_second));
}

static void add_floor(struct hb_facts *facts)
{
    const struct hb_run_row *floor = facts->evidence->floor;

    if (floor == NULL)
        hb_fact_unknown(facts, "harness_floor_ns", "harness' floor", "not measured in this sweep");
    else
        hb_fact_number(
            facts, "harness_floor_ns", "harness' floor",
            (double)floor->client_cpu_ns / (double)floor->verified,
            "%s of CPU a request for one that sends nothing (%s)",
            hb_fact_duration(facts, (double)floor->client_cpu_ns / (double)floor->verified),
            floor->client);
}

/* L = λW */
static void add_in_flight(struct hb_facts *facts)
{
    const struct hb_cell_summary *cell = facts->evidence->cell;
    double in_flight = cell->response.sum_ns / hb_fact_sum(facts, window_of);

    if (cell->first->rate > 0 || cell->response.count == 0)
        return;
    hb_fact_number(facts, "in_flight", "in flight", in_flight,
                   "%.3g of %" PRIu32 " on average, as throughput × mean latency has it", in_flight,
                   cell->first->concurrency);
}

static void add_host(struct hb_facts *facts)
{
    const struct hb_cell_summary *cell = facts->evidence->cell;
    double waited = hb_fact_sum(facts, runqueue_of) / hb_fact_sum(facts, window_of);
    double load = hb_fact_sum(facts, load_of) / (double)cell->ok;

    if (!isnan(waited))
        hb_fact_number(facts, "client_runqueue_share", "client waited", waited,
                       "for a CPU %.1f %% of the time, %u thread%s added up", 100 * waited,
                       cell->first->client_threads, cell->first->client_threads == 1 ? "" : "s");
    if (!isnan(load))
        hb_fact_number(facts, "load_average", "load before a run", load, "%.2f on average", load);
}

static void add_limits(struct hb_facts *facts)
{
    const struct hb_run_row *run = facts->evidence->cell->first;

    facts->section = HB_FACTS_LIMITS;
    add_cpu(facts, "client_cores", "client used", client_cpu_of, run->client_cpus);
    add_cpu(facts, "server_cores", "server used", server_cpu_of, run->server_cpus);
    add_cpu(facts, "harness_cores", "harness used", harness_cpu_of, "");
    add_ceiling(facts);
    add_floor(facts);
    add_in_flight(facts);
    add_host(facts);
}

void hb_explain_facts(const struct hb_evidence *evidence, struct hb_explanation *explanation)
{
    struct hb_facts facts = {.evidence = evidence, .to = explanation};

    explanation->facts = hb_arena_calloc(evidence->arena, FACTS_MAX, sizeof *explanation->facts);
    add_figures(&facts);
    add_limits(&facts);
    hb_explain_counts(&facts);
    hb_explain_provenance(&facts);
}
