/*
 * A server under test, brought up and taken away. `builtin` is one process; other entries of the
 * registry may be several. An origin of the user's own is only its URL: never started, never
 * probed.
 */
#ifndef HB_EXEC_TOPOLOGY_H
#define HB_EXEC_TOPOLOGY_H

#include <sys/types.h>

#include "base/error.h"
#include "exec/result.h"
#include "registry/registry.h"
#include "scenario/scenario.h"

struct hb_topology;

/*
 * Start and prove readiness by event (its ready line), within 10 s. `cpus` pins it. `options_json`:
 * the entry's own options.
 */
int hb_topology_start(const struct hb_registry *registry, const struct hb_server_spec *spec,
                      const char *cpus, struct hb_topology **ret_topology,
                      struct hb_error *err) HB_MUST_CHECK;

/* "http://127.0.0.1:43211", without a trailing slash. */
const char *hb_topology_url(const struct hb_topology *topology);
const char *hb_topology_version(const struct hb_topology *topology); /* "" when unknown */

/* Descriptor that becomes readable when the server has ended by itself; -1 for a foreign origin. */
int hb_topology_fd(const struct hb_topology *topology);
bool hb_topology_alive(struct hb_topology *topology);
const char *hb_topology_log_tail(
    struct hb_topology *topology); /* last lines of its standard error; "" when none */

/* Process roots for the monitor; returns the number written, at most `capacity`. */
size_t hb_topology_pids(const struct hb_topology *topology, pid_t *pids, size_t capacity);

/* What it counted since it started; known = false where it does not tell. Waits at most 1 s. */
void hb_topology_counts(struct hb_topology *topology, struct hb_server_counts *ret_counts);

/* Stop gently, then hard; wait; free. NULL-safe. */
void hb_topology_stop(struct hb_topology *topology);

#endif
