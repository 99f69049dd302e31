/* In what the environments of two subjects differ besides the subjects themselves. */
#ifndef HB_CLI_DEPENDENCY_NOTICES_H
#define HB_CLI_DEPENDENCY_NOTICES_H

#include "cli/cli.h"

/* A sentence a package that is not the same in base (subject 0) and head (subject 1) though neither
 * asked for it, each once; in cli->arena. */
struct hb_strings hb_dependency_notices(struct hb_cli *cli, const struct hb_registry *registry,
                                        const struct hb_scenario *scenario);

#endif
