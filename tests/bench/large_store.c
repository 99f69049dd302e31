/*
 * Writes a results database with as many cells as asked for, of figures that were drawn and not
 * measured: for trying reports at a size that would take days to measure.
 *
 *     large_store DATABASE CLIENTS URLS CONCURRENCIES ROUNDS
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/rng.h"
#include "store/store.h"

enum { REQUESTS = 2000, WINDOW_S = 5, WARMUP_S = 2, AXIS_MAX = 10000 };

struct axes {
    struct hb_arena arena;
    struct hb_entry entry;
    struct hb_server_spec server;
    struct hb_request request;
    struct hb_client_spec *clients;
    struct hb_url_spec *urls;
    uint32_t *concurrency;
    int64_t duration_ns;
    struct hb_rate rate;
    enum hb_http protocol;
    enum hb_profile profile;
    struct hb_scenario scenario;
};

static void fill_axes(struct axes *axes, size_t clients, size_t urls, size_t concurrencies)
{
    axes->entry = (struct hb_entry){.kind = HB_ENTRY_CLIENT,
                                    .name = "drawn",
                                    .install_kind = "builtin",
                                    .protocols = HB_HTTP_1_1,
                                    .profiles = HB_PROFILE_TUNED};
    axes->server = (struct hb_server_spec){
        .name = "builtin", .options_json = "{}", .canonical = "\"builtin\""};
    axes->clients = hb_arena_calloc(&axes->arena, clients, sizeof *axes->clients);
    axes->urls = hb_arena_calloc(&axes->arena, urls, sizeof *axes->urls);
    axes->concurrency = hb_arena_calloc(&axes->arena, concurrencies, sizeof *axes->concurrency);
    for (size_t i = 0; i < clients; i++) {
        const char *label = hb_arena_printf(&axes->arena, "client-%zu/async", i);

        axes->clients[i] =
            (struct hb_client_spec){.label = label,
                                    .library = label,
                                    .entry = &axes->entry,
                                    .mode = HB_MODE_ASYNC,
                                    .options_json = "{}",
                                    .canonical = hb_arena_printf(&axes->arena, "\"%s\"", label)};
    }
    axes->request = (struct hb_request){.url = "/get"};
    for (size_t i = 0; i < urls; i++)
        axes->urls[i] = (struct hb_url_spec){
            .url = hb_arena_printf(&axes->arena, "/get?page=%zu", i),
            .methods = 1u << HB_METHOD_GET,
            .requests = &axes->request,
            .requests_count = 1,
            .expect = {.length_bytes = -1},
            .canonical = hb_arena_printf(&axes->arena, "{\"url\":\"/get?page=%zu\"}", i)};
    for (size_t i = 0; i < concurrencies; i++)
        axes->concurrency[i] = (uint32_t)(i + 1);
}

static void fill_scenario(struct axes *axes, const size_t counts[4])
{
    static const char *const nowhere[] = {NULL};

    fill_axes(axes, counts[0], counts[1], counts[2]);
    axes->duration_ns = WINDOW_S * HB_NS_PER_S;
    axes->protocol = HB_HTTP_1_1;
    axes->profile = HB_PROFILE_TUNED;
    axes->scenario = (struct hb_scenario){
        .name = "drawn, not measured",
        .description = "",
        .path = "drawn.yaml",
        .text = "name: drawn, not measured\n",
        .hash = "0123456789abcdef",
        .servers = &axes->server,
        .servers_count = 1,
        .clients = axes->clients,
        .clients_count = counts[0],
        .urls = axes->urls,
        .urls_count = counts[1],
        .methods = 1u << HB_METHOD_GET,
        .concurrency = axes->concurrency,
        .concurrency_count = counts[2],
        .durations_ns = &axes->duration_ns,
        .durations_count = 1,
        .rates = &axes->rate,
        .rates_count = 1,
        .protocols = &axes->protocol,
        .protocols_count = 1,
        .profiles = &axes->profile,
        .profiles_count = 1,
        .timeout_ns = HB_NS_PER_S,
        .connect_timeout_ns = HB_NS_PER_S,
        .keepalive = true,
        .run = {.rounds = (uint32_t)counts[3], .seed = 7, .processes = 1},
        .allow_remote = nowhere,
    };
}

static void draw_window(struct hb_run_result *result, struct hb_rng *rng)
{
    double scale = 1 + hb_rng_unit(rng);

    result->window.outcomes[HB_OUTCOME_OK] = REQUESTS;
    result->window.bytes = (uint64_t)REQUESTS * 300;
    for (size_t i = 0; i < REQUESTS; i++) {
        int64_t ns = (int64_t)(scale * 200000 * (1 - log(1 - hb_rng_unit(rng))));

        hb_hist_add(&result->response, ns);
        hb_hist_add(&result->service, ns);
    }
    result->seconds_count = WARMUP_S + WINDOW_S;
    result->seconds = hb_calloc(result->seconds_count, sizeof *result->seconds);
    for (size_t i = 0; i < result->seconds_count; i++)
        result->seconds[i] = (struct hb_second){
            .verified = (uint32_t)(REQUESTS / WINDOW_S * (0.9 + 0.2 * hb_rng_unit(rng))),
            .response_sum_ns = 400000,
            .response_max_ns = 900000};
}

static void draw_result(const struct hb_plan *plan, size_t run, struct hb_rng *rng,
                        struct hb_run_result *result)
{
    hb_run_result_init(result, plan, run);
    result->status = HB_RUN_OK;
    result->purpose = HB_PURPOSE_MEASURED;
    result->flags = run % 7 == 0 ? HB_FLAG_NOT_STEADY : run % 11 == 0 ? HB_FLAG_SERVER_LIMITED : 0;
    result->started_wall_ns = 1767225600000000000 + (int64_t)run * 8 * HB_NS_PER_S;
    result->ended_wall_ns = result->started_wall_ns + (WARMUP_S + WINDOW_S) * HB_NS_PER_S;
    result->start_ns = HB_NS_PER_S;
    result->window_start_ns = result->start_ns + WARMUP_S * HB_NS_PER_S;
    result->window_end_ns = result->window_start_ns + WINDOW_S * HB_NS_PER_S;
    result->ended_ns = result->window_end_ns;
    draw_window(result, rng);
    result->client = (struct hb_usage){.known = true,
                                       .cpu_ns = (int64_t)(REQUESTS * 30000 * hb_rng_unit(rng)),
                                       .rss_avg_bytes = 20 << 20,
                                       .rss_peak_bytes = 30 << 20,
                                       .threads = 1};
    result->server = result->client;
}

static int write_runs(struct hb_store *store, const struct hb_plan *plan, int64_t sweep_id,
                      struct hb_error *err)
{
    struct hb_rng rng = {.state = 7};

    for (size_t i = 0; i < plan->runs_count; i++) {
        struct hb_run_result result;
        int saved;

        draw_result(plan, i, &rng, &result);
        saved = hb_store_save_run(store, sweep_id, &result, err);
        hb_run_result_release(&result);
        if (saved != 0)
            return -1;
    }
    return hb_store_end_sweep(store, sweep_id, HB_SWEEP_COMPLETE, err);
}

static int write_store(const char *path, struct axes *axes, struct hb_error *err)
{
    struct hb_plan_options options = {0};
    struct hb_sweep_info info = {.scenario = &axes->scenario,
                                 .tool_version = HB_VERSION,
                                 .revision = "",
                                 .environment_json = "{}",
                                 .fingerprint = "0000000000000000",
                                 .purpose = HB_PURPOSE_MEASURED};
    struct hb_store *store;
    struct hb_plan plan;
    int64_t sweep_id;
    int result;

    if (hb_plan_make(&axes->scenario, &options, &axes->arena, &plan, err) != 0 ||
        hb_store_open(path, HB_STORE_WRITE, &store, err) != 0)
        return -1;
    result = hb_store_begin_sweep(store, &info, &plan, &sweep_id, err);
    if (result == 0)
        result = write_runs(store, &plan, sweep_id, err);
    hb_store_close(store);
    return result;
}

int main(int argc, char **argv)
{
    struct axes axes = {0};
    struct hb_error err = {0};
    size_t counts[4];
    int result;

    if (argc != 6) {
        fprintf(stderr, "usage: large_store DATABASE CLIENTS URLS CONCURRENCIES ROUNDS\n");
        return 2;
    }
    for (size_t i = 0; i < 4; i++) {
        counts[i] = strtoul(argv[i + 2], NULL, 10);
        if (counts[i] < 1 || counts[i] > AXIS_MAX) {
            fprintf(stderr, "large_store: %s is not within 1 … %d\n", argv[i + 2], AXIS_MAX);
            return 2;
        }
    }
    hb_arena_init(&axes.arena);
    fill_scenario(&axes, counts);
    result = write_store(argv[1], &axes, &err);
    hb_arena_release(&axes.arena);
    if (result != 0)
        fprintf(stderr, "large_store: %s\n", err.message);
    return result != 0;
}
