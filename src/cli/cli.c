/* Services that commands share. */
#include "cli/cli.h"

#include <stdarg.h>
#include <string.h>

#include "base/macros.h"

static void print_diags(struct hb_cli *cli, struct hb_diags *diags)
{
    struct hb_buf text;

    hb_buf_init(&text, 1 << 20);
    hb_diags_render(diags, &cli->secrets, &text);
    fputs(hb_buf_text(&text), stderr);
    hb_buf_release(&text);
}

/* What is left to say after the diagnostics themselves. */
static int fail_with_diags(struct hb_cli *cli, struct hb_diags *diags, const char *what,
                           struct hb_error *err)
{
    size_t total = hb_diags_total(diags);

    if (total == 0)
        return -1; /* `err` says why */
    print_diags(cli, diags);
    return hb_fail(err, HB_ERR_INPUT, "%s: %zu error%s", what, total, total == 1 ? "" : "s");
}

int hb_cli_load_registry(struct hb_cli *cli, struct hb_registry *ret_registry, struct hb_error *err)
{
    HB_CLEANUP(hb_diags_release) struct hb_diags diags;

    hb_diags_init(&diags);
    if (hb_registry_load(ret_registry, &cli->arena, &cli->paths, &diags, err) != 0)
        return fail_with_diags(cli, &diags, cli->paths.share, err);
    for (size_t i = 0; i < cli->client_folders.count; i++) {
        const char *folder = cli->client_folders.items[i];

        if (hb_registry_add(ret_registry, HB_ENTRY_CLIENT, folder, &diags, err) != 0)
            return fail_with_diags(cli, &diags, folder, err);
    }
    return 0;
}

int hb_cli_load_scenario(struct hb_cli *cli, const char *path,
                         const struct hb_scenario_overrides *overrides,
                         const struct hb_registry *registry, struct hb_scenario **ret_scenario,
                         struct hb_error *err)
{
    HB_CLEANUP(hb_diags_release) struct hb_diags diags;

    hb_diags_init(&diags);
    if (hb_scenario_load(path, overrides, registry, &cli->arena, &cli->secrets, ret_scenario,
                         &diags, err) != 0)
        return fail_with_diags(cli, &diags, path, err);
    return 0;
}

int hb_cli_parse_scenario(struct hb_cli *cli, const char *name, const char *text,
                          const struct hb_scenario_overrides *overrides,
                          const struct hb_registry *registry, struct hb_scenario **ret_scenario,
                          struct hb_error *err)
{
    HB_CLEANUP(hb_diags_release) struct hb_diags diags;

    hb_diags_init(&diags);
    if (hb_scenario_parse(name, text, strlen(text), overrides, registry, &cli->arena, &cli->secrets,
                          ret_scenario, &diags, err) != 0)
        return fail_with_diags(cli, &diags, name, err);
    return 0;
}

int hb_cli_check_remote(struct hb_cli *cli, const struct hb_scenario *scenario,
                        const struct hb_strings *hosts, struct hb_error *err)
{
    HB_CLEANUP(hb_diags_release) struct hb_diags diags;

    hb_diags_init(&diags);
    if (hb_scenario_check_remote(scenario, hosts->items, &diags) != 0)
        return fail_with_diags(cli, &diags, scenario->path, err);
    for (size_t i = 0; i < scenario->servers_count; i++) {
        const char *host = hb_server_remote_host(&scenario->servers[i], &cli->arena);

        if (host != NULL)
            fprintf(stderr, "http-benchmark: sending load to %s, which is not this machine\n",
                    hb_cli_safe(cli, host));
    }
    return 0;
}

const char *hb_cli_database(const struct hb_cli *cli, const char *option)
{
    return option != NULL ? option : cli->environment.database_path;
}

void hb_cli_notice(const struct hb_cli *cli, const char *format, ...)
{
    va_list args;

    if (cli->quiet)
        return;
    fputs("http-benchmark: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

const char *hb_cli_safe(struct hb_cli *cli, const char *text)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf masked, escaped;
    const char *safe;

    hb_buf_init(&masked, 1 << 20);
    hb_buf_init(&escaped, 4 << 20);
    hb_secrets_mask(&cli->secrets, text, &masked);
    hb_escape(&escaped, hb_buf_text(&masked), masked.length, 1 << 20);
    safe = hb_arena_strdup(&cli->arena, hb_buf_text(&escaped));
    return safe;
}

int hb_exit_worst(int a, int b)
{
    static const int precedence[] = {HB_EXIT_INTERRUPTED, HB_EXIT_INTERNAL,    HB_EXIT_USAGE,
                                     HB_EXIT_RUNS_FAILED, HB_EXIT_REGRESSION,  HB_EXIT_CONTAMINATED,
                                     HB_EXIT_BASELINE,    HB_EXIT_INCONCLUSIVE};

    for (size_t i = 0; i < HB_ARRAY_LEN(precedence); i++) {
        if (a == precedence[i] || b == precedence[i])
            return precedence[i];
    }
    return HB_EXIT_OK;
}

const char *hb_exit_codes_choice(size_t index)
{
    static const char *const choices[] = {"gate", "bisect"};

    return index < HB_ARRAY_LEN(choices) ? choices[index] : NULL;
}

/* 'git bisect run' reads 1 to 124 and 126 to 127 as "bad", 125 as "cannot be tested", and stops at
 * 128 and above. */
int hb_exit_code_for(const char *kind, int code)
{
    if (kind == NULL || strcmp(kind, "bisect") != 0)
        return code;
    if (code == HB_EXIT_INTERNAL || code == HB_EXIT_USAGE)
        return 128 + code;
    if (code >= HB_EXIT_INCONCLUSIVE && code <= HB_EXIT_CONTAMINATED)
        return 125;
    return code;
}
