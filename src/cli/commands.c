/* The one list of commands. */
#include <stddef.h>

#include "cli/commands.h"

/* clang-format off: a line each */
const struct hb_command *const hb_commands[] = {
    &hb_command_init,    &hb_command_validate,
    &hb_command_expand,  &hb_command_config,
    &hb_command_run,     &hb_command_bench,
    &hb_command_gate,    &hb_command_calibrate,
    &hb_command_compare, &hb_command_bisect,
    &hb_command_report,  &hb_command_show,
    &hb_command_wire,    &hb_command_baseline,
    &hb_command_trend,   &hb_command_list,
    &hb_command_sweeps,  &hb_command_doctor,
    &hb_command_install, &hb_command_replay,
    &hb_command_serve,   NULL,
};
/* clang-format on */
