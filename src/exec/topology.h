/*
 * A server under test, brought up and taken away: one program, or a proxy with the instances behind
 * it, each under a keeper (hop.h). An origin of the user's own is only its URL: never started,
 * never probed.
 *
 * A server program of ours says one JSON line on standard output when it listens, {"type": "ready",
 * "host", "port", "version"}, and answers each line "counts" on standard input with {"type":
 * "counts", "requests", "connections", "bytes_in", "bytes_out"}; the end of standard input stops
 * it. The options of its registry entry reach its command as --name=value. Any other program is
 * run as the `topology` section of its registry file says (docs/servers.md); these options mean
 * something to the topology itself: `scheme` (http, https), `backend` (the entry of the instances),
 * `instances` (how many).
 *
 * The caller must ignore SIGPIPE.
 */
#ifndef HB_EXEC_TOPOLOGY_H
#define HB_EXEC_TOPOLOGY_H

#include <sys/types.h>

#include "base/error.h"
#include "exec/interrupt.h"
#include "exec/monitor.h"
#include "exec/result.h"
#include "registry/registry.h"
#include "scenario/scenario.h"

struct hb_certificates;
struct hb_topology;
struct hb_hop;

/*
 * Start everything and prove that it serves, within 30 s. `cpus` pins it; "" or NULL does not. The
 * failure of a program that ends instead quotes its last log line. `registry` must outlive it.
 */
int hb_topology_start(const struct hb_registry *registry, const struct hb_server_spec *spec,
                      const char *cpus, struct hb_topology **ret_topology,
                      struct hb_error *err) HB_MUST_CHECK;

/* What servers of one sweep have in common. */
struct hb_topology_setting {
    const char *cpus;                     /* as above */
    const struct hb_interrupt *interrupt; /* gives up, with HB_ERR_INTERRUPTED; NULL: none */
    struct hb_certificates *certificates; /* made at the first need; NULL: others at each start */
};

int hb_topology_start_in(const struct hb_topology_setting *setting,
                         const struct hb_registry *registry, const struct hb_server_spec *spec,
                         struct hb_topology **ret_topology, struct hb_error *err) HB_MUST_CHECK;

/* "http://127.0.0.1:43211", without a trailing slash: what clients are given. */
const char *hb_topology_url(const struct hb_topology *topology);
/* The same over HTTP and over HTTPS, where it serves both; NULL: it does not. */
const char *hb_topology_http_url(const struct hb_topology *topology);
const char *hb_topology_https_url(const struct hb_topology *topology);
/* PEM file of the authority to trust; NULL: none was made. */
const char *hb_topology_authority(const struct hb_topology *topology);
const char *hb_topology_version(const struct hb_topology *topology); /* "" when unknown */
/* Command lines and configuration files as they took effect; "" for an origin of the user's own. */
const char *hb_topology_configuration(const struct hb_topology *topology);

/*
 * Descriptor to poll for reading: when it is ready, call hb_topology_serves() or
 * hb_topology_alive(), which also take in what the programs have logged (a full pipe would stop
 * them). -1 for a foreign origin.
 */
int hb_topology_fd(const struct hb_topology *topology);
bool hb_topology_serves(struct hb_topology *topology); /* what clients reach is there */
bool hb_topology_alive(struct hb_topology *topology);  /* and so is everything behind it */

/* Last lines of what it logged, printable; "" when none. Of the first program that has ended, else
 * of the one that clients reach. Valid until the next call. */
const char *hb_topology_log_tail(struct hb_topology *topology);

/* Have the monitor follow all its processes. */
void hb_topology_watch(const struct hb_topology *topology, struct hb_monitor *monitor);

/* The programs it is made of: number 0 is the one that clients reach. */
size_t hb_topology_hops(const struct hb_topology *topology);
struct hb_hop *hb_topology_hop(const struct hb_topology *topology, size_t number);

/* What it counted since it started, where clients reach it; known = false where it does not tell.
 * Waits at most 1 s. */
void hb_topology_counts(struct hb_topology *topology, struct hb_server_counts *ret_counts);

/* Stop gently, then hard; wait; free. NULL-safe. */
void hb_topology_stop(struct hb_topology *topology);

/* The entry of the instances behind it, as its `backend` option says; NULL: there are none, or no
 * such entry. */
const struct hb_entry *hb_topology_backend(const struct hb_registry *registry,
                                           const struct hb_server_spec *spec);

#endif
