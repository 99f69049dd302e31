/* For each trust flag the figures behind it, of the first run that carries it. */
#include <inttypes.h>
#include <string.h>

#include "exec/steady.h"
#include "report/explain_parts.h"

typedef void evidence_fn(const struct hb_evidence *evidence, const struct hb_run_row *run,
                         struct hb_buf *text);

static double share(int64_t part_ns, const struct hb_run_row *run)
{
    return run->window_ns > 0 ? (double)part_ns / (double)run->window_ns : 0;
}

static void show_errors(HB_UNUSED const struct hb_evidence *evidence, const struct hb_run_row *run,
                        struct hb_buf *text)
{
    hb_buf_printf(text, "%" PRIu64 " of %" PRIu64 " requests failed", run->failed,
                  run->failed + run->verified);
    for (unsigned i = HB_OUTCOME_OK + 1; i < HB_OUTCOME_COUNT; i++) {
        if (run->outcomes[i] > 0)
            hb_buf_printf(text, ", %" PRIu64 " %s", run->outcomes[i], hb_outcome_name(i));
    }
}

static void show_samples(HB_UNUSED const struct hb_evidence *evidence, const struct hb_run_row *run,
                         struct hb_buf *text)
{
    hb_buf_printf(text, "%" PRIu64 " verified requests, so %" PRIu64 " lie above p99",
                  run->verified, run->verified / 100);
}

static void show_cpus(const char *who, int64_t cpu_ns, const char *cpus,
                      const struct hb_run_row *run, struct hb_buf *text)
{
    hb_buf_printf(text, "the %s used %.2f CPUs in the window", who, share(cpu_ns, run));
    if (cpus[0] != '\0')
        hb_buf_printf(text, " and was kept on CPU %s", cpus);
}

static void show_client(HB_UNUSED const struct hb_evidence *evidence, const struct hb_run_row *run,
                        struct hb_buf *text)
{
    show_cpus("client", run->client_cpu_ns, run->client_cpus, run, text);
}

/* Of a server of several programs, what each used: one of them may be the limit. */
static void show_server(const struct hb_evidence *evidence, const struct hb_run_row *run,
                        struct hb_buf *text)
{
    show_cpus("server", run->server_cpu_ns, run->server_cpus, run, text);
    if (evidence->ceiling != NULL && evidence->ceiling->requests_per_second > 0)
        hb_buf_printf(text, "; the client got %.0f %% of what %s got from it",
                      100 * run->requests_per_second / evidence->ceiling->requests_per_second,
                      evidence->ceiling->client);
    for (size_t i = 0; i < evidence->hops_count; i++) {
        const struct hb_hop_row *hop = &evidence->hops[i];

        if (hop->run_id == run->id && hop->cpu_ns >= 0)
            hb_buf_printf(text, "; %s used %.2f", hop->name, share(hop->cpu_ns, run));
    }
}

static void show_degraded(const struct hb_evidence *evidence, const struct hb_run_row *run,
                          struct hb_buf *text)
{
    hb_buf_puts(text, "ended by itself:");
    for (size_t i = 0; i < evidence->hops_count; i++) {
        if (evidence->hops[i].run_id == run->id && evidence->hops[i].ended != 0)
            hb_buf_printf(text, " %s", evidence->hops[i].name);
    }
}

static void show_late(HB_UNUSED const struct hb_evidence *evidence, const struct hb_run_row *run,
                      struct hb_buf *text)
{
    hb_buf_printf(text, "%" PRIu64 " of %" PRIu64 " requests due were not sent in time",
                  run->unsent, run->scheduled);
}

static void show_mismatch(HB_UNUSED const struct hb_evidence *evidence,
                          const struct hb_run_row *run, struct hb_buf *text)
{
    hb_buf_printf(text, "the server counted %" PRId64 " requests in the whole run",
                  run->server_requests);
    if (evidence->worker_requests >= 0 && evidence->cell->runs_count == 1)
        hb_buf_printf(text, ", the client %" PRId64 "%s", evidence->worker_requests,
                      run->unfinished > 0 ? " and some it did not finish" : "");
}

static void show_churn(HB_UNUSED const struct hb_evidence *evidence, const struct hb_run_row *run,
                       struct hb_buf *text)
{
    int64_t opened = run->server_connections >= 0 ? run->server_connections : run->connections;

    hb_buf_printf(text,
                  "%" PRId64 " connections for %" PRIu32 " at once, %" PRIu64
                  " of them seen within the window",
                  opened, run->concurrency, run->connects_in_window);
}

static void show_little(HB_UNUSED const struct hb_evidence *evidence, const struct hb_run_row *run,
                        struct hb_buf *text)
{
    hb_buf_printf(text, "throughput × mean latency is %.3g, concurrency %" PRIu32,
                  run->requests_per_second * (double)run->response_mean_ns / 1e9, run->concurrency);
}

/* What the whole machine worked less what was ours; ticks are coarse, so it may seem negative. */
static int64_t foreign_ns(const struct hb_run_row *run)
{
    int64_t harness_ns = run->harness_cpu_ns >= 0 ? run->harness_cpu_ns : 0;
    int64_t rest_ns = run->host_busy_ns - run->client_cpu_ns - run->server_cpu_ns - harness_ns;

    return rest_ns > 0 ? rest_ns : 0;
}

static void show_contended(HB_UNUSED const struct hb_evidence *evidence,
                           const struct hb_run_row *run, struct hb_buf *text)
{
    hb_buf_printf(text, "window %.2f s instead of %.2f s", (double)run->window_ns / 1e9,
                  (double)run->duration_ns / 1e9);
    if (run->host_busy_ns >= 0 && run->client_cpu_ns >= 0 && run->server_cpu_ns >= 0)
        hb_buf_printf(text, ", other programs used %.2f CPUs", share(foreign_ns(run), run));
    if (run->host_steal_ns >= 0)
        hb_buf_printf(text, ", other machines took %.2f", share(run->host_steal_ns, run));
    if (run->client_runqueue_wait_ns >= 0)
        hb_buf_printf(text, ", the client waited %.1f %% of it for a CPU",
                      100 * share(run->client_runqueue_wait_ns, run));
    if (run->load_average >= 0)
        hb_buf_printf(text, ", load %.2f before it", run->load_average);
}

static void show_lengths(HB_UNUSED const struct hb_evidence *evidence, const struct hb_run_row *run,
                         struct hb_buf *text)
{
    hb_buf_printf(text, "bodies of %" PRIu64 " to %" PRIu64 " bytes", run->body_bytes_min,
                  run->body_bytes_max);
}

static struct hb_second sum_of(const struct hb_second *seconds, size_t count)
{
    struct hb_second sum = {0};

    for (size_t i = 0; i < count; i++) {
        sum.verified += seconds[i].verified;
        sum.response_sum_ns += seconds[i].response_sum_ns;
    }
    return sum;
}

static double mean_ms(const struct hb_second *sum)
{
    return sum->verified > 0 ? (double)sum->response_sum_ns / sum->verified / HB_NS_PER_MS : NAN;
}

/* Evidence that needs the store: the series of the window, its whole seconds. Where the rate is
 * given, the latency is what drifts. */
static void show_drift(const struct hb_evidence *evidence, struct hb_store *store,
                       const struct hb_run_row *run, struct hb_buf *text)
{
    struct hb_second *seconds = NULL, halves[2];
    struct hb_error ignored = {0}; /* without the series there is no evidence, no failure */
    size_t first, last, count = 0, half;

    hb_whole_seconds(run->window_offset_ns, run->window_offset_ns + run->window_ns, &first, &last);
    if (hb_store_load_series(store, run->id, evidence->arena, &seconds, &count, &ignored) != 0 ||
        last > count || last < first + 2)
        return;
    half = (last - first) / 2;
    halves[0] = sum_of(&seconds[first], half);
    halves[1] = sum_of(&seconds[last - half], half);
    if (run->rate > 0)
        hb_buf_printf(text, "%.3g ms on average in the window's first half, %.3g ms in its second",
                      mean_ms(&halves[0]), mean_ms(&halves[1]));
    else
        hb_buf_printf(text, "%.0f verified a second in the window's first half, %.0f in its second",
                      halves[0].verified / (double)half, halves[1].verified / (double)half);
}

static evidence_fn *const shows[HB_FLAG_COUNT] = {
    show_errors,   show_samples, show_client, show_server,    show_late,    NULL,
    show_mismatch, show_churn,   show_little, show_contended, show_lengths, show_degraded,
};

static void show(const struct hb_evidence *evidence, struct hb_store *store, unsigned bit,
                 const struct hb_run_row *run, struct hb_buf *text)
{
    hb_buf_printf(text, "run %u: ", run->position + 1);
    if (shows[bit] != NULL)
        shows[bit](evidence, run, text);
    else
        show_drift(evidence, store, run, text);
}

void hb_explain_flags(const struct hb_evidence *evidence, struct hb_store *store,
                      struct hb_explanation *explanation)
{
    explanation->flags =
        hb_arena_calloc(evidence->arena, HB_FLAG_COUNT, sizeof *explanation->flags);
    for (unsigned bit = 0; bit < HB_FLAG_COUNT; bit++) {
        struct hb_flag_fact fact = {.bit_number = bit,
                                    .objection = hb_flag_objection(bit, evidence->comparison)};
        HB_CLEANUP(hb_buf_release) struct hb_buf text;

        hb_buf_init(&text, 4096);
        for (size_t i = 0; i < evidence->cell->runs_count; i++) {
            const struct hb_run_row *run = evidence->cell->runs[i];

            if (strcmp(run->status, "ok") == 0 && (run->flags & (1u << bit)) != 0 &&
                fact.runs++ == 0)
                show(evidence, store, bit, run, &text);
        }
        fact.evidence = hb_arena_strdup(evidence->arena, hb_buf_text(&text));
        if (fact.runs > 0)
            explanation->flags[explanation->flags_count++] = fact;
    }
}
