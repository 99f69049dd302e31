/* What the subjects were made of in the end, and in what else their environments differ. */
#ifndef HB_CLI_DEPENDENCY_NOTICES_H
#define HB_CLI_DEPENDENCY_NOTICES_H

#include "cli/cli.h"

/* A sentence a revision or folder that one of them names, with the commit that it led to (or a hash
 * of its files) when it was installed; then one a package that is not the same in base (subject 0)
 * and head (subject 1) though neither asked for it. Each once; in cli->arena. */
struct hb_strings hb_dependency_notices(struct hb_cli *cli, const struct hb_registry *registry,
                                        const struct hb_scenario *scenario);

#endif
