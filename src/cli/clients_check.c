/* One probe a registry entry that the plan uses. */
#include "cli/clients_check.h"

#include "exec/topology.h"

/* One that a scenario chose a version, interpreter or packages for is known by its label. */
static int check_entry(struct hb_cli *cli, const struct hb_planning *planning,
                       const struct hb_entry *entry, const char *label, struct hb_error *err)
{
    const char *name = entry->choice != NULL ? label : entry->name;
    const struct hb_run_options *run = &planning->scenario->run;
    bool may_skip = (entry->kind == HB_ENTRY_CLIENT ? run->missing_clients
                                                    : run->missing_servers) == HB_MISSING_SKIP;
    struct hb_availability found;

    if (hb_registry_probe(&planning->registry, entry, &found, err) != 0)
        return -1;
    if (found.available)
        return 0;
    if (!may_skip)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "%s is missing: %s; to get it: %s", name,
                       found.reason, found.remedy);
    hb_cli_notice(cli, "skipping %s, which is missing: %s; to get it: %s", hb_cli_safe(cli, name),
                  hb_cli_safe(cli, found.reason), hb_cli_safe(cli, found.remedy));
    return 0;
}

int hb_clients_check(struct hb_cli *cli, const struct hb_planning *planning, struct hb_error *err)
{
    const struct hb_scenario *scenario = planning->scenario;
    const struct hb_plan *plan = &planning->plan;
    const struct hb_entry **checked =
        hb_arena_calloc(&cli->arena, scenario->clients_count + 2 * scenario->servers_count,
                        sizeof(const struct hb_entry *));
    size_t count = 0;

    for (size_t i = 0; i < plan->cells_count; i++) {
        const struct hb_client_spec *client = &scenario->clients[plan->cells[i].client];
        const struct hb_server_spec *server = &scenario->servers[plan->cells[i].server];
        const struct hb_entry *used[] = {client->entry, server->entry,
                                         hb_topology_backend(&planning->registry, server)};
        const char *const labels[] = {hb_cell_contender(scenario, &plan->cells[i], &cli->arena),
                                      hb_server_instance(server), hb_server_instance(server)};

        for (size_t j = 0; j < HB_ARRAY_LEN(used); j++) {
            size_t known = 0;

            while (known < count && checked[known] != used[j])
                known++;
            if (used[j] == NULL || known < count)
                continue;
            checked[count++] = used[j];
            if (check_entry(cli, planning, used[j], labels[j], err) != 0)
                return -1;
        }
    }
    return 0;
}
