/*
 * The program: finds the command, parses its options, runs it, prints its error and maps it to an
 * exit code. Everything else is in the commands.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/version.h"

static const struct hb_command *find_command(const char *name)
{
    for (size_t i = 0; hb_commands[i] != NULL; i++) {
        if (strcmp(hb_commands[i]->name, name) == 0)
            return hb_commands[i];
    }
    return NULL;
}

static void print_variable(const struct hb_environment_row *row, void *context)
{
    FILE *out = context;

    fprintf(out, "  %s (%s)\n      ", row->variable, row->default_text);
    hb_print_wrapped(out, row->help, 6, 6);
}

static void print_overview(FILE *out)
{
    fputs("Usage: http-benchmark COMMAND [OPTION]… [ARGUMENT]…\n\n"
          "Benchmark HTTP clients and servers from committed YAML scenarios.\n\n"
          "Commands:\n",
          out);
    for (size_t i = 0; hb_commands[i] != NULL; i++)
        fprintf(out, "  %-10s  %s\n", hb_commands[i]->name, hb_commands[i]->summary);
    fputs("\nStart here:\n"
          "  http-benchmark init                 write a commented first scenario\n"
          "  http-benchmark run benchmark.yaml   run it\n\n"
          "Options:\n"
          "  -h, --help     this page; after a command: that command's page\n"
          "  -V, --version  version, libraries and protocols\n\n"
          "Environment (the command line and the scenario come before it):\n",
          out);
    hb_environment_each(print_variable, out);
    fputs("\nExit codes:\n"
          "  0 ok · 1 internal error · 2 usage, scenario or limit · 3 regressed, or a\n"
          "  threshold was breached · 4 inconclusive · 5 no baseline · 6 runs failed, or\n"
          "  nothing was measured · 7 contaminated · 130 interrupted\n",
          out);
}

static int fail_unknown_command(const char *word, struct hb_error *err)
{
    const char *names[32];
    const char *near;
    size_t count = 0;

    for (; count < HB_ARRAY_LEN(names) && hb_commands[count] != NULL; count++)
        names[count] = hb_commands[count]->name;
    near = hb_nearest(word, names, count);
    if (near != NULL)
        return hb_fail(err, HB_ERR_INPUT, "unknown command '%.100s'; did you mean '%s'?", word,
                       near);
    return hb_fail(err, HB_ERR_INPUT, "unknown command '%.100s'; see 'http-benchmark --help'",
                   word);
}

static int run_command(struct hb_cli *cli, const struct hb_command *command, int argc, char **argv,
                       int *exit_code, struct hb_error *err)
{
    void *options = hb_arena_alloc(&cli->arena, command->options_bytes);
    char **arguments;
    int count;
    bool help = false;

    if (hb_options_parse(command, argc, argv, &cli->arena, options, &arguments, &count, &help,
                         err) != 0)
        return -1;
    if (help) {
        hb_options_help(command, stdout);
        return 0;
    }
    return command->run(cli, options, arguments, count, exit_code, err);
}

/* Commands with no command: --help, --version. True when `word` was one of them. */
static bool run_global_option(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_overview(stdout);
        return true;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        hb_print_version(stdout);
        return true;
    }
    return false;
}

/* "help" and "help COMMAND" */
static int run_help(const char *word, struct hb_error *err)
{
    const struct hb_command *command = word != NULL ? find_command(word) : NULL;

    if (word != NULL && command == NULL)
        return fail_unknown_command(word, err);
    if (command != NULL)
        hb_options_help(command, stdout);
    else
        print_overview(stdout);
    return 0;
}

static const char *join_arguments(struct hb_arena *arena, int argc, char **argv)
{
    struct hb_buf line;
    const char *text;

    hb_buf_init(&line, 4096);
    hb_buf_puts(&line, "http-benchmark");
    for (int i = 1; i < argc; i++)
        hb_buf_printf(&line, " %s", argv[i]);
    text = hb_arena_strdup(arena, hb_buf_text(&line));
    hb_buf_release(&line);
    return text;
}

static int dispatch(struct hb_cli *cli, int argc, char **argv, int *exit_code, struct hb_error *err)
{
    const struct hb_command *command;

    if (argc < 2) {
        print_overview(stderr);
        return hb_fail(err, HB_ERR_INPUT, "no command given");
    }
    if (run_global_option(argv[1]))
        return 0;
    if (strcmp(argv[1], "help") == 0)
        return run_help(argc > 2 ? argv[2] : NULL, err);
    command = find_command(argv[1]);
    if (command == NULL)
        return fail_unknown_command(argv[1], err);
    if (hb_paths_find(&cli->paths, err) != 0 || hb_environment_read(&cli->environment, err) != 0)
        return -1;
    cli->command_line = join_arguments(&cli->arena, argc, argv);
    return run_command(cli, command, argc - 2, argv + 2, exit_code, err);
}

/* What was printed may not have arrived: a full disk must not look like success. */
static int flush_output(struct hb_error *err)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return hb_fail_errno(err, errno != 0 ? errno : EIO, "standard output");
    return 0;
}

int main(int argc, char **argv)
{
    struct hb_cli cli = {0};
    struct hb_error err = {0};
    int exit_code = HB_EXIT_OK;

    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    hb_arena_init(&cli.arena);
    hb_secrets_init(&cli.secrets);
    if (dispatch(&cli, argc, argv, &exit_code, &err) != 0 || flush_output(&err) != 0) {
        exit_code = hb_exit_worst(exit_code, hb_error_exit_code(err.code));
        if (err.sys_errno != EPIPE)
            fprintf(stderr, "http-benchmark: %s\n", hb_cli_safe(&cli, err.message));
    }
    exit_code = hb_exit_code_for(cli.exit_codes, exit_code);
    hb_secrets_release(&cli.secrets);
    hb_arena_release(&cli.arena);
    return exit_code;
}
