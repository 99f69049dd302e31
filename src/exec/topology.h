/*
 * A server under test, brought up and taken away: one or more processes of ours, each under a
 * keeper. An origin of the user's own is only its URL: never started, never probed.
 *
 * A server program says one JSON line on standard output when it listens, {"type": "ready", "host",
 * "port", "version"}, and answers each line "counts" on standard input with {"type": "counts",
 * "requests", "connections", "bytes_in", "bytes_out"}; the end of standard input stops it. The
 * options of a registry entry reach its command as --name=value.
 *
 * The caller must ignore SIGPIPE.
 */
#ifndef HB_EXEC_TOPOLOGY_H
#define HB_EXEC_TOPOLOGY_H

#include <sys/types.h>

#include "base/error.h"
#include "exec/monitor.h"
#include "exec/result.h"
#include "registry/registry.h"
#include "scenario/scenario.h"

struct hb_topology;

/*
 * Start and prove readiness by event (its ready line), within 10 s. `cpus` pins it; "" or NULL does
 * not. The failure of a server that ends instead quotes its last log line.
 */
int hb_topology_start(const struct hb_registry *registry, const struct hb_server_spec *spec,
                      const char *cpus, struct hb_topology **ret_topology,
                      struct hb_error *err) HB_MUST_CHECK;

/* "http://127.0.0.1:43211", without a trailing slash. */
const char *hb_topology_url(const struct hb_topology *topology);
const char *hb_topology_version(const struct hb_topology *topology); /* "" when unknown */

/*
 * Descriptor to poll for reading: when it is ready, call hb_topology_alive(), which also takes in
 * what the server has logged (a full pipe would stop it). -1 for a foreign origin.
 */
int hb_topology_fd(const struct hb_topology *topology);
bool hb_topology_alive(struct hb_topology *topology);

/* Last lines of its standard error, printable; "" when none. Valid until the next call. */
const char *hb_topology_log_tail(struct hb_topology *topology);

/* Have the monitor follow all its processes. */
void hb_topology_watch(const struct hb_topology *topology, struct hb_monitor *monitor);

/* What it counted since it started; known = false where it does not tell. Waits at most 1 s. */
void hb_topology_counts(struct hb_topology *topology, struct hb_server_counts *ret_counts);

/* Stop gently, then hard; wait; free. NULL-safe. */
void hb_topology_stop(struct hb_topology *topology);

#endif
