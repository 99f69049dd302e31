/* What readers of a verdict have to know beside it, a sentence each. */
#ifndef HB_CLI_NOTICES_H
#define HB_CLI_NOTICES_H

#include "cli/cli.h"

/* An empty list in cli->arena. */
struct hb_strings hb_notices_new(struct hb_cli *cli);

/* Each sentence once, and no more than fifty: by then a reader has learnt that the two sides have
 * nothing in common. The text is borrowed. */
void hb_notices_add(struct hb_strings *notices, const char *text);

#endif
