/* TCP ports of servers that cannot choose one themselves: picked free, later proved to be theirs.
 */
#ifndef HB_EXEC_PORT_H
#define HB_EXEC_PORT_H

#include <stddef.h>

#include "base/error.h"
#include "exec/process_tree.h"

/*
 * Ports of 127.0.0.1 on which nobody listens at present, all different. Somebody may take one
 * before the server does: then its start fails, or hb_port_holder() tells of a stranger; try again.
 */
int hb_ports_pick(unsigned *ret_ports, size_t count, struct hb_error *err) HB_MUST_CHECK;

/* Who listens on 127.0.0.1:port, or on all addresses at that port. */
enum hb_port_holder {
    HB_PORT_NOBODY,
    HB_PORT_OURS,     /* one of the given processes, and nobody else */
    HB_PORT_STRANGER, /* another process, or one that we may not look into */
};

enum hb_port_holder hb_port_holder(unsigned port, const struct hb_process_list *processes);

#endif
