/* Room for the descriptors a job needs: the soft limit is raised, and too little is said up front.
 */
#ifndef HB_CLIENTS_NATIVE_LIMITS_H
#define HB_CLIENTS_NATIVE_LIMITS_H

#include <stdint.h>

#include "base/error.h"

/* Descriptors for `tasks` tasks, with some to spare for what the process and its pools need. */
uint64_t hb_limits_descriptors(uint64_t tasks, unsigned per_task);

/* Raises RLIMIT_NOFILE's soft limit to `descriptors` where the hard one allows; else HB_ERR_LIMIT.
 */
int hb_limits_make_room(uint64_t descriptors, struct hb_error *err) HB_MUST_CHECK;

#endif
