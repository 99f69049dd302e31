/* The figures that a server program tells as text, read as its registry file says. */
#ifndef HB_EXEC_SERVER_COUNTS_H
#define HB_EXEC_SERVER_COUNTS_H

#include "exec/result.h"
#include "registry/registry.h"

/*
 * Read the figures out of `text`; `readings` is how often they have been asked for, this time
 * included, since a reading may count itself. Not known when the entry does not name
 * requests and connections, or when one that it names is not there.
 */
void hb_server_counts_parse(const struct hb_entry_topology *topology, const char *text,
                            uint64_t readings, struct hb_server_counts *ret_counts);

#endif
