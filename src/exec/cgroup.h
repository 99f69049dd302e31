/* Limits that a container or service manager has set for this process, in either version of
 * cgroups. Only the process's own group is asked, not those above it. */
#ifndef HB_EXEC_CGROUP_H
#define HB_EXEC_CGROUP_H

#include <stdint.h>

/* CPUs' worth of time allowed; 0: no quota known. */
double hb_cgroup_cpu_quota(void);

/* Processes and threads that may still be started; UINT64_MAX: no limit known. */
uint64_t hb_cgroup_tasks_left(void);

#endif
