/* What this build consists of. */
#ifndef HB_CLI_VERSION_H
#define HB_CLI_VERSION_H

#include <stdio.h>

/* Version, compiler, libraries as loaded, protocols. */
void hb_print_version(FILE *out);

#endif
