/* validate: read and check scenarios, start nothing. */
#include "cli/commands.h"
#include "cli/planning.h"

struct validate_options {
    struct hb_strings sets, client_folders;
    bool quiet;
};

static const struct hb_option validate_option_table[] = {
    {"set", 0, HB_VALUE_STRINGS, offsetof(struct validate_options, sets), "KEY=VALUE", 0, 0, NULL,
     HB_HELP_SET},
    HB_OPTION_CLIENTS(validate_options),
    {"quiet", 'q', HB_VALUE_FLAG, offsetof(struct validate_options, quiet), NULL, 0, 0, NULL,
     "Say nothing about scenarios that are right"},
};

static int validate_file(struct hb_cli *cli, const struct validate_options *options,
                         const char *path, struct hb_error *err)
{
    struct hb_planning planning;

    if (hb_planning_make(cli, path, &options->sets, NULL, false, &planning, err) != 0)
        return -1;
    if (!options->quiet)
        printf("%s: ok\n", path);
    return 0;
}

static int run_validate(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                        HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct validate_options *options = opaque;
    int wrong = 0;

    cli->client_folders = options->client_folders;
    if (count == 1)
        return validate_file(cli, options, arguments[0], err);
    for (int i = 0; i < count; i++) {
        struct hb_error file_err = {0};

        if (validate_file(cli, options, arguments[i], &file_err) == 0)
            continue;
        fprintf(stderr, "http-benchmark: %s\n", hb_cli_safe(cli, file_err.message));
        wrong++;
    }
    if (wrong > 0)
        return hb_fail(err, HB_ERR_INPUT, "%d of %d scenarios %s not valid", wrong, count,
                       wrong == 1 ? "is" : "are");
    return 0;
}

const struct hb_command hb_command_validate = {
    .name = "validate",
    .arguments = "FILE…",
    .summary = "Check scenarios; start and connect to nothing",
    .description =
        "Check scenario files: all problems in one pass, each with file:line:column and a "
        "remedy. Nothing is started and nothing is connected to.",
    .options = validate_option_table,
    .options_count = HB_ARRAY_LEN(validate_option_table),
    .options_bytes = sizeof(struct validate_options),
    .arguments_min = 1,
    .arguments_max = -1,
    .run = run_validate,
};
