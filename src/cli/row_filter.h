/*
 * `--filter AXIS=GLOB` over what is stored, where there is no scenario any more: held against what
 * a run's row says of its cell. Of one axis any filter, of several axes all.
 */
#ifndef HB_CLI_ROW_FILTER_H
#define HB_CLI_ROW_FILTER_H

#include "cli/cli.h"
#include "store/store.h"

struct hb_row_filter;

/* In cli->arena. HB_ERR_INPUT for an axis that rows do not tell of. */
int hb_row_filter_make(struct hb_cli *cli, const struct hb_strings *filters,
                       const struct hb_row_filter **ret_filter, struct hb_error *err) HB_MUST_CHECK;

bool hb_row_filter_keeps(const struct hb_row_filter *filter, const struct hb_run_row *row);

#endif
