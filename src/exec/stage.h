/*
 * The servers that are up. One lives for its cells of one round, and leaves when another's turn
 * comes; servers of different subjects have their turn together, so that the sides of a pair run
 * next to each other.
 */
#ifndef HB_EXEC_STAGE_H
#define HB_EXEC_STAGE_H

#include "exec/certificate.h"
#include "exec/interrupt.h"
#include "exec/progress.h"
#include "exec/topology.h"

struct hb_standing; /* how it stands with one server in its turn */

struct hb_stage {
    const struct hb_registry *registry;
    const struct hb_scenario *scenario;
    const char *cpus; /* of servers */
    const struct hb_interrupt *interrupt;
    struct hb_progress *progress;

    struct hb_certificates certificates; /* of every server's TLS, in all rounds */
    struct hb_standing *standings;       /* by server */
    uint32_t turn, round;                /* whose turn it is, and in which round */
    bool any_started;                    /* ever */
    uint32_t server;                     /* that was provided last */
    struct hb_topology *topology;        /* of that one; NULL: it is not up */
    struct hb_error error; /* why it is not; code HB_OK: nothing was tried, or it is */
};

void hb_stage_init(struct hb_stage *stage, const struct hb_scenario *scenario);
void hb_stage_release(struct hb_stage *stage); /* stops all servers */

/*
 * See that a server is up, and tell the sink when it was started. One that has died is started
 * again; one that could not be started is not tried again before the next round.
 */
void hb_stage_provide(struct hb_stage *stage, uint32_t server, uint32_t round);

#endif
