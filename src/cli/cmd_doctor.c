/* doctor: what is wrong with this machine for benchmarking, and the command that mends it. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "exec/checkup.h"

struct doctor_options {
    bool json;
};

static const struct hb_option doctor_option_table[] = {
    {"json", 0, HB_VALUE_FLAG, offsetof(struct doctor_options, json), NULL, 0, 0, NULL,
     "Write JSON"},
};

static void write_member(const char *name, const char *text)
{
    printf(", \"%s\": ", name);
    hb_json_write_string(stdout, text);
}

static void write_json(const struct hb_check *checks, size_t count)
{
    fputs("[", stdout);
    for (size_t i = 0; i < count; i++) {
        printf("%s\n  {\"name\": ", i > 0 ? "," : "");
        hb_json_write_string(stdout, checks[i].name);
        write_member("verdict", hb_check_verdict_name(checks[i].verdict));
        write_member("what", checks[i].what);
        write_member("remedy", checks[i].remedy);
        fputs("}", stdout);
    }
    fputs("\n]\n", stdout);
}

static void print_checks(struct hb_arena *arena, const struct hb_check *checks, size_t count)
{
    static const char *const headers[] = {"", "check", "finding"};
    static const char *const marks[] = {"✓", "·", "✕", "?"}; /* by enum hb_check_verdict */
    struct hb_text_table table;

    hb_text_table_init(&table, arena, headers, HB_ARRAY_LEN(headers));
    for (size_t i = 0; i < count; i++) {
        hb_text_table_add(&table, marks[checks[i].verdict]);
        hb_text_table_add(&table, checks[i].name);
        hb_text_table_add(&table, checks[i].what);
    }
    hb_text_table_print(&table, stdout);
}

static void print_remedies(const struct hb_check *checks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (checks[i].remedy[0] != '\0')
            printf("\n%s (%s):\n  %s\n", checks[i].name, hb_check_verdict_name(checks[i].verdict),
                   checks[i].remedy);
    }
}

static size_t count_warnings(const struct hb_check *checks, size_t count)
{
    size_t warnings = 0;

    for (size_t i = 0; i < count; i++)
        warnings += checks[i].verdict == HB_CHECK_WARNING;
    return warnings;
}

static int run_doctor(struct hb_cli *cli, const void *opaque, char *const *arguments HB_UNUSED,
                      int arguments_count HB_UNUSED, int *exit_code, struct hb_error *err HB_UNUSED)
{
    const struct doctor_options *options = opaque;
    struct hb_check checks[HB_CHECKS_MAX];
    struct hb_machine machine;
    size_t count;

    hb_machine_read(&machine);
    count = hb_checkup(&machine, checks);
    if (options->json) {
        write_json(checks, count);
    } else {
        print_checks(&cli->arena, checks, count);
        print_remedies(checks, count);
    }
    if (count_warnings(checks, count) > 0)
        *exit_code = hb_exit_worst(*exit_code, HB_EXIT_CONTAMINATED);
    return 0;
}

const struct hb_command hb_command_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "What is wrong with this machine for benchmarking",
    .description =
        "Look at what makes figures noisy or runs impossible here, and show the command that mends "
        "each. A note (·) is noise that many machines have; a warning (✕) spoils figures. The exit "
        "code is 0 without a warning, else 7. Nothing is changed. `run --strict` refuses to "
        "measure "
        "while the load, the governor, the clock, or too few CPUs or too little memory would spoil "
        "it.",
    .options = doctor_option_table,
    .options_count = HB_ARRAY_LEN(doctor_option_table),
    .options_bytes = sizeof(struct doctor_options),
    .run = run_doctor,
};
