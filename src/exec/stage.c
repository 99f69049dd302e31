/* Which server is up is a matter of turns: they are in the order of the plan, which has the cells
 * of one server next to each other. */
#include "exec/stage.h"

#include "base/memory.h"

#define NO_TURN UINT32_MAX
#define TURN_OF_SUBJECTS (UINT32_MAX - 1)

struct hb_standing {
    struct hb_topology *topology; /* NULL: not up */
    struct hb_error error;        /* why not */
    bool tried;                   /* in this turn */
};

void hb_stage_init(struct hb_stage *stage, const struct hb_scenario *scenario)
{
    *stage = (struct hb_stage){.scenario = scenario, .turn = NO_TURN};
    stage->standings = hb_calloc(scenario->servers_count, sizeof *stage->standings);
}

static void clear(struct hb_stage *stage)
{
    for (size_t i = 0; i < stage->scenario->servers_count; i++) {
        hb_topology_stop(HB_TAKE(stage->standings[i].topology));
        stage->standings[i] = (struct hb_standing){0};
    }
    stage->topology = NULL;
}

void hb_stage_release(struct hb_stage *stage)
{
    if (stage->standings != NULL)
        clear(stage);
    hb_free_ptr(&stage->standings);
    hb_certificates_release(&stage->certificates);
}

static const struct hb_server_spec *spec_of(const struct hb_stage *stage, uint32_t server)
{
    return &stage->scenario->servers[server];
}

static uint32_t turn_of(const struct hb_stage *stage, uint32_t server)
{
    return spec_of(stage, server)->subjects == HB_ALL_SUBJECTS ? server : TURN_OF_SUBJECTS;
}

static int tell(const struct hb_stage *stage, uint32_t server, const struct hb_topology *topology,
                struct hb_error *err)
{
    const struct hb_exec_sink *sink = stage->progress->sink;
    const struct hb_server_facts facts = {
        .server = spec_of(stage, server),
        .version = hb_topology_version(topology),
        .configuration = hb_topology_configuration(topology),
    };

    return sink->server_started == NULL ? 0 : sink->server_started(sink->context, &facts, err);
}

static void start(struct hb_stage *stage, uint32_t server)
{
    struct hb_standing *standing = &stage->standings[server];
    const struct hb_topology_setting setting = {stage->cpus, stage->interrupt,
                                                &stage->certificates};

    hb_progress_enter(stage->progress, HB_PHASE_SERVER_START, 0);
    *standing = (struct hb_standing){.tried = true};
    if (hb_topology_start_in(&setting, stage->registry, spec_of(stage, server), &standing->topology,
                             &standing->error) < 0) {
        standing->topology = NULL;
        return;
    }
    if (tell(stage, server, standing->topology, &standing->error) < 0) {
        hb_topology_stop(HB_TAKE(standing->topology));
        return;
    }
    stage->any_started = true;
}

static void take_turn(struct hb_stage *stage, uint32_t server, uint32_t round)
{
    if (stage->turn == turn_of(stage, server) && stage->round == round)
        return;
    clear(stage);
    stage->turn = turn_of(stage, server);
    stage->round = round;
}

static void ensure(struct hb_stage *stage, uint32_t server)
{
    struct hb_standing *standing = &stage->standings[server];

    if (standing->tried && standing->topology == NULL)
        return;
    if (standing->topology != NULL && hb_topology_alive(standing->topology))
        return;
    if (standing->topology != NULL)
        hb_progress_notice(stage->progress, "server %s ended by itself and is started again",
                           hb_server_instance(spec_of(stage, server)));
    hb_topology_stop(HB_TAKE(standing->topology));
    start(stage, server);
}

void hb_stage_provide(struct hb_stage *stage, uint32_t server, uint32_t round)
{
    take_turn(stage, server, round);
    ensure(stage, server);
    stage->server = server;
    stage->topology = stage->standings[server].topology;
    stage->error = stage->standings[server].error;
}
