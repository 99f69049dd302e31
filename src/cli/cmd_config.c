/* config: the scenario as it is understood. */
#include "cli/commands.h"
#include "cli/planning.h"
#include "config/node.h"

struct config_options {
    struct hb_strings sets, client_folders;
};

static const struct hb_option config_option_table[] = {
    {"set", 0, HB_VALUE_STRINGS, offsetof(struct config_options, sets), "KEY=VALUE", 0, 0, NULL,
     HB_HELP_SET},
    HB_OPTION_CLIENTS(config_options),
};

static int run_config(struct hb_cli *cli, const void *opaque, char *const *arguments,
                      HB_UNUSED int count, HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct config_options *options = opaque;
    HB_CLEANUP(hb_buf_release) struct hb_buf yaml;
    struct hb_scenario *scenario;
    struct hb_registry registry;
    const struct hb_scenario_overrides overrides = {.sets = options->sets.items};

    cli->client_folders = options->client_folders;
    hb_buf_init(&yaml, 16 << 20);
    if (hb_cli_load_registry(cli, &registry, err) != 0 ||
        hb_cli_load_scenario(cli, arguments[0], &overrides, &registry, &scenario, err) != 0)
        return -1;
    hb_node_print_yaml(scenario->root, &yaml);
    fputs(hb_buf_text(&yaml), stdout);
    return 0;
}

const struct hb_command hb_command_config = {
    .name = "config",
    .arguments = "FILE",
    .summary = "Show a scenario as resolved, secrets masked",
    .description = "Show a scenario after 'extends', anchors, overrides and variables. What came "
                   "from the environment is shown as it was written, never its value.",
    .options = config_option_table,
    .options_count = HB_ARRAY_LEN(config_option_table),
    .options_bytes = sizeof(struct config_options),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_config,
};
