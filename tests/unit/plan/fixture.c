/* See fixture.h. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t at_least_one(size_t count)
{
    return count == 0 ? 1 : count;
}

static void make_clients(struct hb_scenario *scenario, struct hb_arena *arena, size_t count)
{
    struct hb_client_spec *clients = hb_arena_calloc(arena, count, sizeof *clients);
    struct hb_entry *entries = hb_arena_calloc(arena, count, sizeof *entries);

    for (size_t i = 0; i < count; i++) {
        entries[i] = (struct hb_entry){.name = hb_arena_printf(arena, "client%zu", i),
                                       .protocols = HB_HTTP_1_1 | HB_HTTP_2,
                                       .profiles = HB_PROFILE_TUNED | HB_PROFILE_STOCK,
                                       .install_kind = i == 0 ? "builtin" : "pip"};
        clients[i] = (struct hb_client_spec){
            .label = hb_arena_printf(arena, "client%zu/async", i),
            .entry = &entries[i],
            .mode = HB_MODE_ASYNC,
            .canonical = hb_arena_printf(arena, "{\"mode\":\"async\",\"name\":\"client%zu\"}", i)};
    }
    scenario->clients = clients;
    scenario->clients_count = count;
}

static void make_servers(struct hb_scenario *scenario, struct hb_arena *arena, size_t count)
{
    struct hb_server_spec *servers = hb_arena_calloc(arena, count, sizeof *servers);

    for (size_t i = 0; i < count; i++) {
        servers[i].name = hb_arena_printf(arena, "server%zu", i);
        servers[i].canonical = hb_arena_printf(arena, "\"server%zu\"", i);
        servers[i].url = "http://127.0.0.1:1";
    }
    scenario->servers = servers;
    scenario->servers_count = count;
}

static void make_urls(struct hb_scenario *scenario, struct hb_arena *arena, size_t count,
                      unsigned methods)
{
    struct hb_url_spec *urls = hb_arena_calloc(arena, count, sizeof *urls);

    for (size_t i = 0; i < count; i++) {
        urls[i].url = hb_arena_printf(arena, "/url%zu", i);
        urls[i].canonical = hb_arena_printf(arena, "{\"url\":\"/url%zu\"}", i);
        urls[i].methods = methods;
    }
    scenario->urls = urls;
    scenario->urls_count = count;
}

static void make_numbers(struct hb_scenario *scenario, struct hb_arena *arena,
                         const struct sizes *sizes)
{
    size_t concurrency_count = at_least_one(sizes->concurrency);
    size_t durations_count = at_least_one(sizes->durations);
    size_t rates_count = at_least_one(sizes->rates);
    uint32_t *concurrency = hb_arena_calloc(arena, concurrency_count, sizeof *concurrency);
    int64_t *durations = hb_arena_calloc(arena, durations_count, sizeof *durations);
    struct hb_rate *rates = hb_arena_calloc(arena, rates_count, sizeof *rates);

    for (size_t i = 0; i < concurrency_count; i++)
        concurrency[i] = (uint32_t)i + 1;
    for (size_t i = 0; i < durations_count; i++)
        durations[i] = (int64_t)(i + 1) * HB_NS_PER_S;
    for (size_t i = 0; i < rates_count; i++)
        rates[i].per_second = (double)i * 100;
    scenario->concurrency = concurrency;
    scenario->concurrency_count = concurrency_count;
    scenario->durations_ns = durations;
    scenario->durations_count = durations_count;
    scenario->rates = rates;
    scenario->rates_count = rates_count;
}

struct hb_scenario *make_scenario(struct hb_arena *arena, struct sizes sizes)
{
    static const enum hb_http protocols[] = {HB_HTTP_1_1, HB_HTTP_2};
    static const enum hb_profile profiles[] = {HB_PROFILE_TUNED, HB_PROFILE_STOCK};
    struct hb_scenario *scenario = hb_arena_alloc(arena, sizeof *scenario);

    *scenario = (struct hb_scenario){
        .name = "test",
        .path = "test.yaml",
        .protocols = protocols,
        .protocols_count = at_least_one(sizes.protocols),
        .profiles = profiles,
        .profiles_count = at_least_one(sizes.profiles),
        .run = {.warmup_ns = HB_NS_PER_S, .drain_ns = 5 * HB_NS_PER_S, .rounds = 1, .seed = 1}};
    make_servers(scenario, arena, at_least_one(sizes.servers));
    make_clients(scenario, arena, at_least_one(sizes.clients));
    make_urls(scenario, arena, at_least_one(sizes.urls),
              sizes.methods == 0 ? 1u << HB_METHOD_GET : sizes.methods);
    make_numbers(scenario, arena, &sizes);
    return scenario;
}

struct hb_plan make_plan(const struct hb_scenario *scenario, struct hb_arena *arena)
{
    struct hb_plan_options options = {0};
    struct hb_error err = {0};
    struct hb_plan plan;

    if (hb_plan_make(scenario, &options, arena, &plan, &err) != 0)
        fail_msg("%s", err.message);
    return plan;
}

const char *refusal(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                    enum hb_error_code code, struct hb_arena *arena)
{
    static const struct hb_plan_options none;
    struct hb_error err = {0};
    struct hb_plan plan;

    assert_int_equal(hb_plan_make(scenario, options != NULL ? options : &none, arena, &plan, &err),
                     -1);
    assert_int_equal(err.code, code);
    return hb_arena_strdup(arena, err.message);
}
