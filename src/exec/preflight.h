/*
 * Looking before leaping: what would spoil a sweep's figures is a warning; what would make its
 * largest cell fail half-way through the night is refused, with the limit's name, the number
 * needed, and the remedy.
 */
#ifndef HB_EXEC_PREFLIGHT_H
#define HB_EXEC_PREFLIGHT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "exec/checkup.h"
#include "plan/plan.h"

#define HB_PREFLIGHT_TEXT_BYTES HB_CHECK_TEXT_BYTES
#define HB_PREFLIGHT_WARNINGS_MAX HB_CHECKS_MAX

struct hb_preflight_warning {
    char what[HB_PREFLIGHT_TEXT_BYTES];
    char remedy[HB_PREFLIGHT_TEXT_BYTES];
};

struct hb_preflight {
    struct hb_preflight_warning warnings[HB_PREFLIGHT_WARNINGS_MAX];
    size_t count;
};

/* What a cell uses up, and what the machine has of it. */
enum hb_resource {
    HB_RESOURCE_DESCRIPTORS, /* of one process */
    HB_RESOURCE_PORTS,       /* local TCP ports */
    HB_RESOURCE_TASKS,       /* processes and threads */
    HB_RESOURCE_MAPS,        /* memory mappings of one process */
    HB_RESOURCE_COUNT
};

struct hb_machine_limit {
    enum hb_resource resource;
    const char *name;   /* "vm.max_map_count" */
    uint64_t available; /* UINT64_MAX: unknown or without limit */
    /* A clause around the number needed: "sysctl -w vm.max_map_count=", "". When `after` is NULL
     * the number is left out. */
    const char *remedy, *after;
};

#define HB_MACHINE_LIMITS_MAX 7

struct hb_machine_limits {
    struct hb_machine_limit items[HB_MACHINE_LIMITS_MAX];
    size_t count;
};

void hb_machine_limits_read(struct hb_machine_limits *ret_limits);

/* Both checks. Fails with HB_ERR_LIMIT on the first limit that the plan does not fit into. */
int hb_preflight(const struct hb_plan *plan, struct hb_preflight *ret_preflight,
                 struct hb_error *err) HB_MUST_CHECK;

/* Whether every cell of the plan fits into these limits and those of its client: pure. */
int hb_preflight_limits(const struct hb_plan *plan, const struct hb_machine_limits *limits,
                        struct hb_error *err) HB_MUST_CHECK;

#endif
