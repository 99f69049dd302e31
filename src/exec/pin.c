/* The runner's own CPU affinity. */
#include "exec/pin.h"

#include <errno.h>

#include "exec/cpu_list.h"

int hb_pin_self(struct hb_pin *ret_pin, const char *cpus, struct hb_error *err)
{
    cpu_set_t wanted;

    ret_pin->pinned = false;
    if (cpus[0] == '\0')
        return 0;
    if (hb_cpu_list_parse(cpus, &wanted, err) < 0)
        return -1;
    if (sched_getaffinity(0, sizeof(ret_pin->before), &ret_pin->before) < 0 ||
        sched_setaffinity(0, sizeof(wanted), &wanted) < 0)
        return hb_fail_errno(err, errno, "pin the runner to CPUs %s", cpus);
    ret_pin->pinned = true;
    return 0;
}

void hb_pin_undo(struct hb_pin *pin)
{
    if (pin->pinned)
        (void)sched_setaffinity(0, sizeof(pin->before), &pin->before);
    pin->pinned = false;
}
