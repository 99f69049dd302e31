/*
 * The environments that subjects ask for: a gate of two versions is one command, so what its
 * subjects name is installed when it is missing, and again when a checkout or branch has moved on.
 */
#ifndef HB_CLI_SUBJECT_INSTALL_H
#define HB_CLI_SUBJECT_INSTALL_H

#include "cli/cli.h"

/* Every client of which a version or package was chosen; others are the user's to install. */
int hb_subjects_install(struct hb_cli *cli, const struct hb_registry *registry,
                        const struct hb_scenario *scenario, struct hb_error *err) HB_MUST_CHECK;

#endif
