/* What can be refused before a sweep writes or starts anything. */
#ifndef HB_CLI_SWEEP_CHECK_H
#define HB_CLI_SWEEP_CHECK_H

#include "cli/sweep.h"

/* The options, the hosts, the clients and servers, the machine's limits; warnings are printed. */
int hb_sweep_check(struct hb_cli *cli, const struct hb_planning *planning,
                   const struct hb_sweep_options *options, struct hb_error *err) HB_MUST_CHECK;

/* Where the reports go: --out, else "reports". */
const char *hb_sweep_directory(const struct hb_sweep_options *options);

/* Make that directory, and find out that it can be written, while nothing has been measured. A
 * smoke run writes no report. */
int hb_sweep_make_directory(const struct hb_sweep_options *options,
                            struct hb_error *err) HB_MUST_CHECK;

#endif
