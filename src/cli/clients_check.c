/* One probe a registry entry that the plan uses. */
#include "cli/clients_check.h"

static int check_entry(struct hb_cli *cli, const struct hb_planning *planning,
                       const struct hb_entry *entry, struct hb_error *err)
{
    bool may_skip = entry->kind == HB_ENTRY_CLIENT &&
                    planning->scenario->run.missing_clients == HB_MISSING_SKIP;
    struct hb_availability found;

    if (hb_registry_probe(&planning->registry, entry, &found, err) != 0)
        return -1;
    if (found.available)
        return 0;
    if (!may_skip)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "%s is missing: %s; to get it: %s", entry->name,
                       found.reason, found.remedy);
    hb_cli_notice(cli, "skipping %s, which is missing: %s; to get it: %s", entry->name,
                  hb_cli_safe(cli, found.reason), hb_cli_safe(cli, found.remedy));
    return 0;
}

int hb_clients_check(struct hb_cli *cli, const struct hb_planning *planning, struct hb_error *err)
{
    const struct hb_scenario *scenario = planning->scenario;
    const struct hb_plan *plan = &planning->plan;
    const struct hb_entry **checked = hb_arena_calloc(
        &cli->arena, scenario->clients_count + scenario->servers_count, sizeof *checked);
    size_t count = 0;

    for (size_t i = 0; i < plan->cells_count; i++) {
        const struct hb_entry *used[] = {scenario->clients[plan->cells[i].client].entry,
                                         scenario->servers[plan->cells[i].server].entry};

        for (size_t j = 0; j < HB_ARRAY_LEN(used); j++) {
            size_t known = 0;

            while (known < count && checked[known] != used[j])
                known++;
            if (used[j] == NULL || known < count)
                continue;
            checked[count++] = used[j];
            if (check_entry(cli, planning, used[j], err) != 0)
                return -1;
        }
    }
    return 0;
}
