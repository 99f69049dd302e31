/* Building the fixture's plan and remembering what the sink was told. */
#include "sweep_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static const char *const version_command[] = {"echo", "1.0", NULL};

static void see_progress(void *context, const struct hb_exec_progress *progress)
{
    struct sweep_fixture *fixture = context;

    fixture->progresses++;
    fixture->last_progress = *progress;
    fixture->phases[progress->phase] = true;
}

static void see_notice(void *context, const char *text HB_UNUSED)
{
    struct sweep_fixture *fixture = context;

    fixture->notices++;
}

static int see_result(void *context, const struct hb_run_result *result, struct hb_error *err)
{
    struct sweep_fixture *fixture = context;
    struct seen_result *seen = &fixture->seen[fixture->seen_count];

    if (fixture->fail_after != 0 && fixture->seen_count == fixture->fail_after)
        return hb_fail(err, HB_ERR_SYSTEM, "disk full");
    assert_true(fixture->seen_count++ < FIXTURE_MAX_RESULTS);
    *seen = (struct seen_result){
        .run = result->run,
        .status = result->status,
        .purpose = result->purpose,
        .flags = result->flags,
        .verified = hb_tally_verified(&result->window),
        .warmup_verified = hb_tally_verified(&result->warmup),
        .failed = hb_tally_failed(&result->window),
        .scheduled = result->scheduled,
        .unsent = result->unsent,
        .window_s = hb_run_window_s(result),
        .requests_per_second = hb_run_requests_per_second(result),
        .client_cpu_ns = result->client.known ? result->client.cpu_ns : -1,
        .response_mean_ns = (int64_t)hb_hist_mean(&result->response),
        .service_mean_ns = (int64_t)hb_hist_mean(&result->service),
        .wall_ns = result->ended_wall_ns - result->started_wall_ns,
        .server_counted = result->server_counts.known,
        .server_requests = result->server_counts.requests,
        .server_window_requests = result->server_window.requests,
    };
    snprintf(seen->failure, sizeof(seen->failure), "%s", result->failure);
    snprintf(seen->log, sizeof(seen->log), "%s", result->log_tail != NULL ? result->log_tail : "");
    if (result->workers_count > 0 && result->workers[0].client_version != NULL)
        snprintf(seen->client_version, sizeof(seen->client_version), "%s",
                 result->workers[0].client_version);
    return 0;
}

static void init_scenario(struct sweep_fixture *fixture)
{
    fixture->server = (struct hb_server_spec){
        .name = "nowhere",
        .url = "http://127.0.0.1:9",
        .tls.verify = true,
        .options_json = "{}",
        .canonical = "\"nowhere\"",
    };
    fixture->request = (struct hb_request){.url = "/get"};
    fixture->url = (struct hb_url_spec){
        .url = "/get",
        .methods = 1u << HB_METHOD_GET,
        .requests = &fixture->request,
        .requests_count = 1,
        .expect.length_bytes = -1,
        .canonical = "\"/get\"",
    };
    fixture->scenario = (struct hb_scenario){
        .name = "fixture",
        .servers = &fixture->server,
        .servers_count = 1,
        .clients = fixture->clients,
        .urls = &fixture->url,
        .urls_count = 1,
        .methods = 1u << HB_METHOD_GET,
        .concurrency = &fixture->concurrency,
        .concurrency_count = 1,
        .durations_ns = &fixture->duration_ns,
        .durations_count = 1,
        .rates = &fixture->rate,
        .rates_count = 1,
        .protocols = &fixture->http,
        .protocols_count = 1,
        .profiles = &fixture->profile,
        .profiles_count = 1,
        .timeout_ns = HB_NS_PER_S,
        .connect_timeout_ns = HB_NS_PER_S,
        .keepalive = true,
        .run = {.drain_ns = 100 * HB_NS_PER_MS,
                .warmup_ns = 20 * HB_NS_PER_MS,
                .seed = 1,
                .processes = 1},
    };
}

void fixture_init(struct sweep_fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    hb_arena_init(&fixture->arena);
    fixture->registry.arena = &fixture->arena;
    fixture->registry.env_dir = "/nonexistent";
    snprintf(fixture->registry.paths.libexec, PATH_MAX, "%s/libexec/http-benchmark", HB_BUILD_DIR);
    snprintf(fixture->registry.paths.share, PATH_MAX, "%s/share/http-benchmark", HB_BUILD_DIR);
    fixture->concurrency = 1;
    fixture->duration_ns = 300 * HB_NS_PER_MS;
    fixture->http = HB_HTTP_1_1;
    fixture->profile = HB_PROFILE_TUNED;
    init_scenario(fixture);
    fixture->options.registry = &fixture->registry;
    fixture->options.ready_limit_ns = 20 * HB_NS_PER_S;
    fixture->sink = (struct hb_exec_sink){
        .context = fixture,
        .progress = see_progress,
        .finished = see_result,
        .notice = see_notice,
    };
}

void fixture_release(struct sweep_fixture *fixture)
{
    hb_arena_release(&fixture->arena);
}

void fixture_add_client(struct sweep_fixture *fixture, const char *const *command)
{
    size_t index = fixture->scenario.clients_count++;
    const char *name = hb_arena_printf(&fixture->arena, "client%zu", index);

    assert_true(index < FIXTURE_MAX_CLIENTS);
    fixture->entries[index] = (struct hb_entry){
        .kind = HB_ENTRY_CLIENT,
        .name = name,
        .summary = "",
        .language = "c",
        .modes = HB_MODE_SYNC | HB_MODE_ASYNC,
        .protocols = HB_HTTP_1_1,
        .profiles = HB_PROFILE_TUNED,
        .command = command,
        .version_command = version_command,
        .install_kind = "builtin",
        .path = "",
    };
    fixture->clients[index] = (struct hb_client_spec){
        .label = name,
        .entry = &fixture->entries[index],
        .mode = HB_MODE_ASYNC,
        .options_json = "{}",
        .canonical = name,
    };
    fixture->cells[index] = (struct hb_cell){.id = index, .client = (uint32_t)index};
}

void fixture_add_scripted(struct sweep_fixture *fixture, const char *behaviour)
{
    const char **command = hb_arena_calloc(&fixture->arena, 4, sizeof(*command));

    command[0] = "python3";
    command[1] = HB_TEST_DIR "/scripted_worker.py";
    command[2] = behaviour;
    fixture_add_client(fixture, command);
}

int fixture_sweep(struct sweep_fixture *fixture, unsigned rounds)
{
    size_t clients = fixture->scenario.clients_count - fixture->yardsticks;

    assert_true(clients * rounds + fixture->yardsticks <= FIXTURE_MAX_RESULTS);
    for (size_t i = 0; i < clients * rounds; i++)
        fixture->runs[i] = (struct hb_plan_run){(uint32_t)(i % clients), (uint32_t)(i / clients)};
    for (size_t i = 0; i < fixture->yardsticks; i++)
        fixture->runs[clients * rounds + i] = (struct hb_plan_run){(uint32_t)(clients + i), 0};
    fixture->plan = (struct hb_plan){
        .scenario = &fixture->scenario,
        .cells = fixture->cells,
        .cells_count = clients,
        .runs = fixture->runs,
        .runs_count = clients * rounds,
        .rounds = rounds,
        .yardsticks_count = fixture->yardsticks,
        .wire_first = fixture->plan.wire_first,
    };
    return hb_exec_sweep(&fixture->plan, &fixture->options, &fixture->sink, &fixture->summary,
                         &fixture->err);
}
