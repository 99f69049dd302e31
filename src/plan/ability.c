/* What a client or a server cannot do is known from its registry file, so it is said before a run
 * and not by a worker in the middle of one. */
#include "plan/ids.h"

static int refuse(const struct hb_scenario *scenario, const struct hb_cell *cell, enum hb_axis axis,
                  const char *what, struct hb_error *err)
{
    const char *client = scenario->clients[cell->client].label;
    HB_CLEANUP(hb_buf_release) struct hb_buf value;

    hb_buf_init(&value, 100);
    hb_axis_label(scenario, axis, cell->at[axis], &value);
    return hb_fail(err, HB_ERR_INPUT,
                   "%s %s %s; leave such cells out: exclude: [{client: '%s', %s: %s}]", client,
                   what, hb_buf_text(&value), client, hb_axis_name(axis), hb_buf_text(&value));
}

/* Programs that we start speak HTTP/2 over TLS only. Of others nothing is known. */
static bool serves(const struct hb_server_spec *server, enum hb_http http)
{
    return server->entry == NULL || http == HB_HTTP_1_1 ||
           (server->https && (server->entry->protocols & http) != 0);
}

static int refuse_server(const struct hb_server_spec *server, enum hb_http http,
                         struct hb_error *err)
{
    bool could = (server->entry->protocols & http) != 0;

    return hb_fail(err, HB_ERR_INPUT,
                   "server %s does not serve %s%s; leave such cells out: exclude: [{server: '%s', "
                   "protocol: %s}]",
                   server->name, hb_http_name(http), could ? " without 'scheme: https'" : "",
                   server->name, hb_http_name(http));
}

int hb_cells_check_abilities(const struct hb_scenario *scenario, const struct hb_cell *cells,
                             size_t count, struct hb_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct hb_entry *entry = scenario->clients[cells[i].client].entry;
        const struct hb_server_spec *server = &scenario->servers[cells[i].server];
        enum hb_http http = scenario->protocols[cells[i].protocol];

        if (!serves(server, http))
            return refuse_server(server, http, err);
        if ((entry->protocols & http) == 0)
            return refuse(scenario, &cells[i], HB_AXIS_PROTOCOL, "does not speak", err);
        if ((entry->profiles & scenario->profiles[cells[i].profile]) == 0)
            return refuse(scenario, &cells[i], HB_AXIS_PROFILE, "has no profile", err);
    }
    return 0;
}
