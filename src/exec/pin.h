/* Pinning the runner itself, for a while. What it starts meanwhile inherits the CPUs. */
#ifndef HB_EXEC_PIN_H
#define HB_EXEC_PIN_H

#include <sched.h>
#include <stdbool.h>

#include "base/error.h"

struct hb_pin {
    cpu_set_t before;
    bool pinned;
};

/* "" pins nothing. */
int hb_pin_self(struct hb_pin *ret_pin, const char *cpus, struct hb_error *err) HB_MUST_CHECK;

/* A zeroed struct is fine. */
void hb_pin_undo(struct hb_pin *pin);

#endif
