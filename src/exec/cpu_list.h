/* Lists of CPUs as Linux writes them: "0-1,3". Strict: no spaces, no signs, no repeats. */
#ifndef HB_EXEC_CPU_LIST_H
#define HB_EXEC_CPU_LIST_H

#include <sched.h>

#include "base/error.h"

#define HB_CPU_LIST_BYTES 256

/* Read `text`; HB_ERR_INPUT when it is not a list or names a CPU beyond CPU_SETSIZE. */
int hb_cpu_list_parse(const char *text, cpu_set_t *ret_cpus, struct hb_error *err) HB_MUST_CHECK;

/* Write the shortest list; HB_ERR_LIMIT when it does not fit. */
int hb_cpu_list_format(const cpu_set_t *cpus, char text[HB_CPU_LIST_BYTES],
                       struct hb_error *err) HB_MUST_CHECK;

#endif
