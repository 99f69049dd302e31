/* The registry that scenarios of these tests are held against. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

static const char *const loops[] = {"asyncio", "uvloop", NULL};
static const struct hb_entry_option aiohttp_options[] = {
    {.name = "loop", .type = HB_OPTION_ENUM, .default_json = "\"asyncio\"", .values = loops},
    {.name = "limit", .type = HB_OPTION_INTEGER, .default_json = "0"},
};
static const struct hb_entry_option httpx_options[] = {
    {.name = "trust_env", .type = HB_OPTION_BOOL, .default_json = "false"},
    {.name = "agent", .type = HB_OPTION_STRING, .default_json = "\"\""},
};
static const struct hb_entry_option builtin_options[] = {
    {.name = "threads", .type = HB_OPTION_INTEGER, .default_json = "1"},
};

static const char *const schemes[] = {"http", "https", NULL};
static const struct hb_entry_option proxy_options[] = {
    {.name = "scheme", .type = HB_OPTION_ENUM, .default_json = "\"http\"", .values = schemes},
    {.name = "instances",
     .type = HB_OPTION_INTEGER,
     .default_json = "3",
     .minimum = 1,
     .maximum = 64},
};
static const char *const proxy_templates[] = {"proxy.conf.in", NULL};
static const struct hb_entry_topology proxy_topology = {.configuration = proxy_templates};

static const char *const command[] = {"{libexec}/worker", "--mode", "{mode}", NULL};

static const struct hb_entry clients[] = {
    {.kind = HB_ENTRY_CLIENT,
     .command = command,
     .name = "requests",
     .modes = HB_MODE_SYNC,
     .protocols = HB_HTTP_1_1,
     .install_kind = "pip",
     .path = "clients/requests.yaml"},
    {.kind = HB_ENTRY_CLIENT,
     .command = command,
     .name = "httpx",
     .install_kind = "pip",
     .modes = HB_MODE_SYNC | HB_MODE_ASYNC,
     .protocols = HB_HTTP_1_1 | HB_HTTP_2,
     .options = httpx_options,
     .options_count = HB_ARRAY_LEN(httpx_options)},
    {.kind = HB_ENTRY_CLIENT,
     .command = command,
     .name = "aiohttp",
     .install_kind = "pip",
     .modes = HB_MODE_ASYNC,
     .protocols = HB_HTTP_1_1,
     .options = aiohttp_options,
     .options_count = HB_ARRAY_LEN(aiohttp_options)},
    {.kind = HB_ENTRY_CLIENT,
     .command = command,
     .name = "libcurl",
     .install_kind = "builtin",
     .modes = HB_MODE_SYNC | HB_MODE_ASYNC,
     .protocols = HB_HTTP_1_1 | HB_HTTP_2},
};
static const struct hb_entry servers[] = {
    {.kind = HB_ENTRY_SERVER,
     .name = "builtin",
     .protocols = HB_HTTP_1_1,
     .options = builtin_options,
     .options_count = HB_ARRAY_LEN(builtin_options)},
    {.kind = HB_ENTRY_SERVER, .name = "nginx", .protocols = HB_HTTP_1_1},
    {.kind = HB_ENTRY_SERVER,
     .name = "proxy",
     .protocols = HB_HTTP_1_1 | HB_HTTP_2,
     .install_kind = "apt",
     .options = proxy_options,
     .options_count = HB_ARRAY_LEN(proxy_options),
     .topology = &proxy_topology},
};

const struct hb_registry fixture_registry = {
    .clients = clients,
    .clients_count = HB_ARRAY_LEN(clients),
    .servers = servers,
    .servers_count = HB_ARRAY_LEN(servers),
};

static void loaded_init(struct loaded *loaded)
{
    *loaded = (struct loaded){0};
    hb_arena_init(&loaded->arena);
    hb_secrets_init(&loaded->secrets);
    hb_diags_init(&loaded->diags);
}

void load_text(struct loaded *ret, const char *text)
{
    load_bytes(ret, text, strlen(text));
}

static void parse(struct loaded *ret, const char *text, size_t length,
                  const struct hb_scenario_overrides *overrides)
{
    loaded_init(ret);
    if (hb_scenario_parse("test.yaml", text, length, overrides, &fixture_registry, &ret->arena,
                          &ret->secrets, &ret->scenario, &ret->diags, &ret->err) != 0)
        ret->scenario = NULL;
}

void load_bytes(struct loaded *ret, const char *text, size_t length)
{
    parse(ret, text, length, NULL);
}

void load_text_with(struct loaded *ret, const char *text,
                    const struct hb_scenario_overrides *overrides)
{
    parse(ret, text, strlen(text), overrides);
}

void load_file(struct loaded *ret, const char *path, const char *const *sets)
{
    const struct hb_scenario_overrides overrides = {.sets = sets};

    loaded_init(ret);
    if (hb_scenario_load(path, &overrides, &fixture_registry, &ret->arena, &ret->secrets,
                         &ret->scenario, &ret->diags, &ret->err) != 0)
        ret->scenario = NULL;
}

void loaded_release(struct loaded *loaded)
{
    hb_diags_release(&loaded->diags);
    hb_secrets_release(&loaded->secrets);
    hb_arena_release(&loaded->arena);
}

char *rendered(struct loaded *loaded)
{
    struct hb_buf text;

    hb_buf_init(&text, 1 << 20);
    hb_buf_puts(&text, "");
    hb_diags_render(&loaded->diags, &loaded->secrets, &text);
    return text.data;
}

int fixture_environment(void **state)
{
    (void)state;
    setenv("HB_TEST_TOKEN", "s3cret-token", 1);
    setenv("HB_TEST_N", "16", 1);
    unsetenv("HB_TEST_UNSET");
    return 0;
}
