/* Every command's struct; each is defined at the end of its own cmd_NAME.c. */
#ifndef HB_CLI_COMMANDS_H
#define HB_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct hb_command hb_command_init;
extern const struct hb_command hb_command_validate;
extern const struct hb_command hb_command_expand;
extern const struct hb_command hb_command_config;
extern const struct hb_command hb_command_run;
extern const struct hb_command hb_command_bench;
extern const struct hb_command hb_command_report;
extern const struct hb_command hb_command_compare;
extern const struct hb_command hb_command_show;
extern const struct hb_command hb_command_list;
extern const struct hb_command hb_command_doctor;
extern const struct hb_command hb_command_install;
extern const struct hb_command hb_command_sweeps;
extern const struct hb_command hb_command_replay;
extern const struct hb_command hb_command_serve;
extern const struct hb_command hb_command_gate;
extern const struct hb_command hb_command_calibrate;
extern const struct hb_command hb_command_bisect;
extern const struct hb_command hb_command_wire;
extern const struct hb_command hb_command_baseline;
extern const struct hb_command hb_command_trend;

#endif
