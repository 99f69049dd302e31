/* Are the clients and servers of a plan here? Asked before anything is started or written. */
#ifndef HB_CLI_CLIENTS_CHECK_H
#define HB_CLI_CLIENTS_CHECK_H

#include "cli/cli.h"
#include "cli/planning.h"

/*
 * A missing one is an error with its remedy; with `run: {missing_clients: skip}` (missing_servers
 * for servers and what stands behind them) it is a notice, and its cells are taken out by the
 * executor as skipped.
 */
int hb_clients_check(struct hb_cli *cli, const struct hb_planning *planning,
                     struct hb_error *err) HB_MUST_CHECK;

#endif
